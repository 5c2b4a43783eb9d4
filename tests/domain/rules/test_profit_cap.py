"""Profit caps: what is taken, when trading pauses, and the cent around the cap."""

import pytest

from propdesk.domain.events import DayReported, TimePassed
from propdesk.domain.rules.profit_cap import ProfitCap, beyond
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import ACCOUNT, at, d, judge, outcomes, reported, start

DAILY = ProfitCap(cap=Amount(money=d(3000)), horizon="day")
PAUSE = Effect(kind="pause_until", until="next_month")
MONTHLY = ProfitCap(
    cap=Amount(percent=d(10)), horizon="month", comparison="touch", effects=(PAUSE,)
)
# Profit that was taken away is missing from the adjusted balance.
COUNTED = ProfitTarget(
    target=Amount(money=d(10**6)), measured_on="adjusted_balance", effects=(Effect(kind="warn"),)
)


def counted(rule: ProfitCap, *events: object) -> object:
    result = judge((rule, COUNTED), [start(), *events, TimePassed(at("00:00", 9))])
    (goal,) = result.objectives
    assert result.status == "active"
    return goal.current


@pytest.mark.parametrize(
    ("profits", "left"),
    [
        (("3000",), "3000"),
        (("3000.01",), "3000"),
        (("4000", "-1500"), "2500"),  # the day as a whole is below the cap
        (("2000", "2500"), "3000"),
    ],
)
def test_a_days_excess_does_not_count(profits: tuple[str, ...], left: str) -> None:
    trades = [
        reported(f"{hour:02d}:00", f"{hour:02d}:30", profit)
        for hour, profit in enumerate(profits, 9)
    ]
    assert counted(DAILY, *trades) == d(left)


def test_each_day_has_its_own_cap_and_a_month_takes_its_excess_once() -> None:
    days = [DayReported(ACCOUNT, at("12:00", day), profit=d(4000)) for day in (1, 2, 3)]
    assert counted(DAILY, *days) == 9000
    monthly = ProfitCap(cap=Amount(money=d(5000)), horizon="month")
    assert counted(monthly, *days) == 5000


@pytest.mark.parametrize(("profit", "paused"), [("9999.99", False), ("10000", True)])
def test_a_month_at_its_cap_pauses_until_the_next(profit: str, paused: bool) -> None:
    events = [start(), reported("09:00", "10:00", profit)]
    result = judge(MONTHLY, events)
    assert result.paused_until == (at("00:00", 1) + 31 * 86_400_000_000 if paused else None)
    again = judge(MONTHLY, [*events, reported("11:00", "12:00", "1", day=2)])
    assert len(outcomes(again)) == 1


def test_a_day_of_which_only_the_result_is_known_pauses_too() -> None:
    result = judge(MONTHLY, [start(), DayReported(ACCOUNT, at("12:00"), profit=d(10000))])
    assert outcomes(result) == [("12:00", "pause_until")]


def test_the_excess() -> None:
    assert beyond(d("3000.01"), d(3000)) == d("0.01")
    assert beyond(d(2), d(3)) == 0
    with pytest.raises(TermsError, match="no excess in reaching"):
        ProfitCap(cap=Amount(money=d(1)), horizon="day", comparison="touch")
