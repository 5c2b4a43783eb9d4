"""Profit caps through days and months: what is taken, how often it is said, and from what base."""

from collections.abc import Sequence
from typing import Any

import pytest

from propdesk.domain.events import (
    BalanceAdjusted,
    DayReported,
    PayoutMoved,
    StateReported,
    TimePassed,
)
from propdesk.domain.instants import DAY
from propdesk.domain.rules.profit_cap import ProfitCap
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    outcomes,
    reported,
    start,
)

WARN = (Effect(kind="warn"),)
COUNTED = ProfitTarget(target=Amount(money=d(10**6)), measured_on="adjusted_balance", effects=WARN)


def cap(money: str, horizon: str = "day", **more: Any) -> ProfitCap:
    return ProfitCap(**{"cap": Amount(money=d(money)), "horizon": horizon, **more})


def trade(profit: str, day: int = 1, hour: int = 10) -> Any:
    clock = f"{hour:02d}"
    return reported(f"{clock}:00", f"{clock}:30", profit, day=day, id=f"{day}-{hour}")


def on(day: int, profit: str | None, **more: Any) -> DayReported:
    told = None if profit is None else d(profit)
    return DayReported(ACCOUNT, at("12:00", day), profit=told, **more)


def midnight(day: int) -> TimePassed:
    """The start of the ``day``-th; the 32nd is 1 April."""
    return TimePassed(at("00:00") + (day - 1) * DAY)


def told(rule: ProfitCap, *events: object) -> list[tuple[str, object, object]]:
    """When the rule spoke (hours run on through the days), of what profit, against what cap."""
    result = judge(rule, [start(), *events])
    moments = [moment for moment, _ in outcomes(result)]
    return [(when, v.observed, v.limit) for when, v in zip(moments, result.verdicts, strict=True)]


def left(rule: ProfitCap, *events: object) -> object:
    (goal,) = judge((rule, COUNTED), [start(), *events]).objectives
    return goal.current


SPEAKS: dict[str, Any] = {"effects": WARN}


@pytest.mark.parametrize(
    ("rule", "events", "said"),
    [
        # with the close that gets there, and not again that day
        (cap("100", **SPEAKS), (trade("100"),), []),
        (cap("100", **SPEAKS), (trade("100.01"),), [("10:30", d("100.01"), 100)]),
        (cap("100", comparison="touch", **SPEAKS), (trade("99.99"),), []),
        (cap("100", comparison="touch", **SPEAKS), (trade("100"),), [("10:30", 100, 100)]),
        (cap("100", **SPEAKS), (trade("150"), trade("50", hour=11)), [("10:30", 150, 100)]),
        (cap("100", **SPEAKS), (trade("60"), trade("60", hour=11)), [("11:30", 120, 100)]),
        # the next day has its own
        (cap("100", **SPEAKS), (trade("60"), trade("60", day=2)), []),
        (
            cap("100", **SPEAKS),
            (trade("150"), trade("160", day=2)),
            [("10:30", 150, 100), ("34:30", 160, 100)],
        ),
        # a month runs through its days, with their losses, and says it once
        (cap("100", "month", **SPEAKS), (trade("60"), trade("60", 2)), [("34:30", 120, 100)]),
        (cap("100", "month", **SPEAKS), (trade("60"), trade("-30", 2), trade("60", 3)), []),
        (
            cap("100", "month", **SPEAKS),
            (trade("150"), trade("60", 2), trade("60", 31)),
            [("10:30", 150, 100)],
        ),
        # a reported day speaks at its report, a day told by its balance at its end
        (cap("100", **SPEAKS), (on(1, "150"), midnight(2)), [("12:00", 150, 100)]),
        (cap("100", **SPEAKS), (trade("60"), on(1, "60")), [("12:00", 120, 100)]),
        (cap("100", "month", **SPEAKS), (on(1, "60"), on(2, "60")), [("36:00", 120, 100)]),
        (
            cap("100", **SPEAKS),
            (on(1, None, balance=d(100150)), midnight(2)),
            [("24:00", 150, 100)],
        ),
        # nothing more is taken on days that add nothing
        (cap("100", "month"), (trade("150"), midnight(4)), [("24:00", 150, 100)]),
        # what takes the excess waits for the day's end, when it is final
        (cap("100"), (trade("150"),), []),
        (cap("100"), (on(1, "150"),), []),
        (cap("100"), (trade("150"), midnight(2)), [("24:00", 150, 100)]),
        (cap("100"), (trade("150"), trade("-50", hour=12), midnight(2)), []),
    ],
)
def test_when_it_is_said(rule: ProfitCap, events: Sequence[object], said: list[Any]) -> None:
    assert told(rule, *events) == said


@pytest.mark.parametrize(
    ("rule", "events", "profit"),
    [
        (cap("100"), (trade("100.01"), midnight(2)), 100),
        (cap("100"), (trade("150"), trade("150", 2), midnight(3)), 200),
        (cap("100", "month"), (trade("150"), trade("150", 2), midnight(3)), 100),
        # the month's excess is taken once: 50, then what 80 more adds
        (cap("100", "month"), (trade("150"), trade("80", 2), midnight(3)), 100),
        # lost again, nothing is given back; earned again, nothing is taken twice
        (cap("100", "month"), (trade("150"), trade("-40", 2), trade("40", 3), midnight(4)), 100),
        (cap("100", "month"), (trade("150"), trade("-40", 2), trade("50", 3), midnight(4)), 100),
    ],
)
def test_what_is_left(rule: ProfitCap, events: Sequence[object], profit: int) -> None:
    assert left(rule, *events) == profit


def test_a_new_month_has_its_own_cap() -> None:
    april = [
        type(each)(**{f: getattr(each, f) for f in each.__slots__} | {"at": each.at + 31 * DAY})
        for each in (on(1, "150"), on(2, "30"))
    ]
    taken = cap("100", "month")
    assert left(taken, trade("150"), *april, midnight(40)) == 200
    spoken = cap("100", "month", **SPEAKS)
    assert [when for when, _, _ in told(spoken, trade("150"), *april)] == ["10:30", "756:00"]


def test_the_evidence_names_the_period() -> None:
    for horizon, period in (("day", "2021-03-02"), ("month", "2021-03-01")):
        for effects in (WARN, (Effect(kind="profit_adjust", factor=d(0)),)):
            rule = cap("100", horizon, effects=effects, comparison="cross")
            (verdict,) = judge(rule, [start(), trade("150", 2), midnight(3)]).verdicts
            assert verdict.evidence["period"] == period
            assert verdict.comparison == "cross"
    touch = cap("100", comparison="touch", **SPEAKS)
    (verdict,) = judge(touch, [start(), trade("150")]).verdicts
    assert verdict.comparison == "touch"


OPENED = buy("09:00", "p")


def test_it_is_said_with_the_deal_that_books_the_profit() -> None:
    closing = close("11:00", OPENED, "10150")
    assert told(cap("100", **SPEAKS), OPENED, closing) == [("11:00", 150, 100)]


def deposit(day: int, amount: str) -> BalanceAdjusted:
    return BalanceAdjusted(ACCOUNT, at("09:00", day), d(amount), "deposit")


@pytest.mark.parametrize(
    ("of", "first", "second", "limit"),
    [
        ("initial", "10000", "1000", 1000),
        ("base", "10000", "1100", 1100),  # the second day starts with 110,000
        ("balance", "10000", "1100", 1100),
    ],
)
def test_the_base_of_a_percentage(of: Any, first: str, second: str, limit: int) -> None:
    rule = ProfitCap(
        cap=Amount(percent=d(1), of=of), horizon="day", comparison="touch", effects=WARN
    )
    found = told(rule, trade(first), trade(second, 2))
    assert found[-1] == ("34:30", d(second), limit)
    almost = str(d(second) - d("0.01"))
    assert len(told(rule, trade(first), trade(almost, 2))) == 1


@pytest.mark.parametrize("of", ["balance_after_last_payout", "cycle_start"])
def test_a_percentage_of_what_the_last_payout_left(of: Any) -> None:
    rule = ProfitCap(
        cap=Amount(percent=d(1), of=of), horizon="day", comparison="touch", effects=WARN
    )
    assert told(rule, trade("1000")) == [("10:30", 1000, 1000)]  # before any: the start
    paid = PayoutMoved(ACCOUNT, at("13:00"), "paid", "P", d(20500))
    before, after = trade("500"), trade("800", 2)
    # 100,000 + 500 − 20,500 = 80,000
    assert told(rule, before, paid, after) == [("34:30", 800, 800)]
    assert told(rule, before, paid, trade("799.99", 2)) == []


def test_a_told_state_is_judged_as_it_is_told() -> None:
    """Without its day's start a state brings no profit of today; what comes after is judged."""
    state = StateReported(ACCOUNT, at("08:00"), balance=d(150000))
    assert told(cap("100", **SPEAKS), state) == []
    assert told(cap("100", **SPEAKS), state, trade("101")) == [("10:30", 101, 100)]


@pytest.mark.parametrize(
    ("balance", "events", "said"),
    [
        ("150060", (trade("40"),), []),
        ("150060", (trade("40.01"),), [("10:30", d("100.01"), 100)]),
        ("150100.01", (), [("08:00", d("100.01"), 100)]),
        ("149960", (trade("140"),), []),  # a loss so far makes room
        ("150060", (midnight(2), trade("100", 2)), []),  # and is over with its day
    ],
)
def test_what_a_told_day_had_earned(balance: str, events: Sequence[Any], said: list[Any]) -> None:
    state = StateReported(ACCOUNT, at("08:00"), balance=d(balance), day_start_balance=d(150000))
    assert told(cap("100", **SPEAKS), state, *events) == said


def test_a_state_told_within_a_month_adds_to_the_days_before_it() -> None:
    """60 on the first, 50 told of the second."""
    state = StateReported(ACCOUNT, at("08:00", 2), balance=d(100110), day_start_balance=d(100060))
    found = told(cap("100", "month", **SPEAKS), trade("60"), state)
    assert found == [("32:00", 110, 100)]


def test_an_excess_needs_a_profit_beyond_the_cap() -> None:
    words = "there is no excess in reaching the cap: use comparison cross"
    nested = Effect(kind="warn", also=(Effect(kind="profit_adjust", factor=d(0)),))
    for effects in ((Effect(kind="profit_adjust", factor=d(0)),), (nested,)):
        with pytest.raises(TermsError) as refused:
            cap("100", comparison="touch", effects=effects)
        assert str(refused.value) == words
    assert not cap("100", comparison="touch", **SPEAKS).removes_excess
