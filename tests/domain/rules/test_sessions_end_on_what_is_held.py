"""Trading hours: fills, orders and held positions outside the sessions, each named once."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import OrderSeen, TimePassed
from propdesk.domain.instants import DAY
from propdesk.domain.market_hours import Closure, MarketHours, Session, Weekday
from propdesk.domain.rules.trading_hours import TradingHours
from propdesk.domain.terms import AppliesTo, Effect
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, quote, reported, start
from tests.domain.rules.histories import judge as judge_history
from tests.domain.rules.verdicts import counted_profit, rows

WARN = (Effect(kind="warn"),)
REMOVED = (Effect(kind="profit_adjust", factor=d(0)),)
DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")
OFFICE = MarketHours(
    zone="UTC",
    sessions=tuple(Session(from_day=day, opens=time(8), to_day=day, closes=time(16))
                   for day in DAYS),
    closures=(Closure(on=date(2021, 3, 3)),
              Closure(on=date(2021, 3, 4), at=time(12), until=time(13))),
)  # fmt: skip
ALWAYS = MarketHours(
    zone="UTC",
    sessions=(Session(from_day="mon", opens=time(0), to_day="mon", closes=time(0)),),
    closures=(Closure(on=date(2021, 3, 30)),),
)


def judge(rules: Any, *events: Any, first: int | None = None) -> Evaluation:
    opening = start() if first is None else start(at=first)
    return judge_history(rules, [opening, quote("00:00", "10000"), *events])


def hours(*restricts: str, **more: Any) -> TradingHours:
    return TradingHours(**{"hours": OFFICE, "restricts": restricts, "effects": WARN, **more})


def told(what: str, moment: str, key: str = "P") -> dict[str, str]:
    named = "order" if what == "orders" else "positions"
    return {"what": what, "moment": f"2021-03-{moment}Z", named: key}


def bare(what: str, day: int, clock: str, key: str = "P") -> Any:
    evidence = told(what, f"{day:02d}T{clock}", key)
    return (f"{day} {clock}", "warn", None, None, "touch", evidence)


@pytest.mark.parametrize(
    ("restricts", "expected"),
    [
        (("open",), [bare("open", 1, "07:59:59")]),
        (("close",), [bare("close", 1, "16:00:00")]),
        (("open", "close"), [bare("open", 1, "07:59:59"), bare("close", 1, "16:00:00")]),
    ],
)
def test_each_fill_is_asked_for_its_own_moment(
    restricts: tuple[str, ...], expected: list[Any]
) -> None:
    opening = buy("07:59:59", "P")
    result = judge(hours(*restricts), opening, close("16:00", opening, "10000"))
    assert rows(result) == expected
    inside = buy("08:00", "P")
    assert rows(judge(hours(*restricts), inside, close("15:59:59", inside, "10000"))) == []


@pytest.mark.parametrize(
    ("day", "clock", "allowed"),
    [
        (2, "12:00", True),
        (3, "12:00", False),  # a holiday
        (4, "11:59:59", True),
        (4, "12:00", False),  # an early close, and open again an hour later
        (4, "13:00", True),
        (6, "12:00", False),
    ],
)
def test_holidays_and_early_closes_are_outside(day: int, clock: str, allowed: bool) -> None:
    assert bool(judge(hours("open"), buy(clock, "P", day=day)).verdicts) != allowed


def test_what_is_held_at_a_sessions_end_is_named_at_each_end() -> None:
    events = (buy("09:00", "Q"), buy("10:00", "P"), TimePassed(at("12:00", 5)))
    assert rows(judge(hours("hold"), *events)) == [
        bare("hold", 1, "16:00:00", "P Q"),
        bare("hold", 2, "16:00:00", "P Q"),  # the third is a holiday
        bare("hold", 4, "12:00:00", "P Q"),
        bare("hold", 4, "16:00:00", "P Q"),
    ]


def test_what_is_flat_at_the_end_or_of_another_symbol_is_free() -> None:
    opening = buy("09:00", "P")
    closed = close("15:59:59", opening, "10000")
    later = TimePassed(at("20:00"))
    assert rows(judge(hours("hold"), opening, closed, later)) == []
    other = hours("hold", applies_to=AppliesTo(instruments=("TWO",)))
    assert rows(judge(other, opening, later)) == []
    at_the_end = replace(closed, at=at("16:00"))
    found = rows(judge(hours("hold"), opening, at_the_end))
    assert found == [bare("hold", 1, "16:00:00")]
    assert rows(judge(hours("open"), opening, later)) == []


def test_an_account_opened_at_a_sessions_end_waits_for_the_next() -> None:
    opening = buy("16:00:01", "P")
    found = rows(judge(hours("hold"), opening, TimePassed(at("17:00", 2)), first=at("16:00")))
    assert found == [bare("hold", 2, "16:00:00")]


def test_a_market_without_a_break_is_looked_at_again_later() -> None:
    """Its first closure is four weeks ahead, further than the market tells its breaks."""
    events = (buy("09:00", "P"), TimePassed(at("12:00", 31)))
    found = rows(judge(hours("hold", hours=ALWAYS), *events))
    assert found == [bare("hold", 30, "00:00:00")]


@pytest.mark.parametrize(
    ("opened", "closed", "moment"),
    [
        (at("09:00"), at("09:00", 2), "01T16:00:00"),
        (at("09:00"), at("12:00", 4), "01T16:00:00"),  # the first of them
        (at("09:00"), at("16:00"), "01T16:00:00"),  # still there at the end
        (at("09:00"), at("16:00") - 1, None),
        (at("16:00"), at("07:00", 2), None),  # opened as it was over already
        (at("16:00"), at("07:00", 3), "02T16:00:00"),
    ],
)
def test_a_reported_round_trip_was_held_over_a_sessions_end(
    opened: int, closed: int, moment: str | None
) -> None:
    trade = replace(reported("09:00", "10:00", "5", position="P"), opened_at=opened, at=closed)
    found = [each[5] for each in rows(judge(hours("hold"), trade))]
    assert found == ([] if moment is None else [told("hold", moment)])


def test_a_reported_round_trip_is_asked_for_both_its_moments() -> None:
    trade = reported("07:00", "17:00", "5", position="P")
    found = [each[5] for each in rows(judge(hours("open", "hold", "close"), trade))]
    assert found == [
        told("open", "01T07:00:00"), told("hold", "01T16:00:00"), told("close", "01T17:00:00"),
    ]  # fmt: skip
    inside = reported("09:00", "10:00", "5", position="P")
    assert rows(judge(hours("open", "hold", "close"), inside)) == []


@pytest.mark.parametrize("restricts", ["open", "close", "hold"])
def test_the_profit_of_a_reported_round_trip_can_be_taken(restricts: str) -> None:
    trade = reported("07:00", "17:00", "5", position="P")
    terms = hours(restricts, effects=REMOVED)
    assert counted_profit(terms, [start(), trade]) == 0


def test_the_profit_of_a_close_outside_can_be_taken() -> None:
    opening = buy("09:00", "P")
    events = [start(), quote("00:00", "10000"), opening, close("17:00", opening, "10005")]
    assert counted_profit(hours("close", effects=REMOVED), events) == 0


@pytest.mark.parametrize(
    ("action", "clock", "symbol", "said"),
    [
        ("placed", "17:00", "ONE", True),
        ("modified", "17:00", "ONE", True),
        ("cancelled", "17:00", "ONE", False),
        ("filled", "17:00", "ONE", False),
        ("placed", "12:00", "ONE", False),
        ("placed", "17:00", "TWO", False),
    ],
)
def test_placing_or_changing_an_order_outside(
    action: Any, clock: str, symbol: str, said: bool
) -> None:
    order = OrderSeen(ACCOUNT, at(clock), "O", action, symbol, "buy", "limit", d(1))
    terms = hours("orders", applies_to=AppliesTo(instruments=("ONE",)))
    assert rows(judge(terms, order)) == ([bare("orders", 1, "17:00:00", "O")] if said else [])
    assert rows(judge(hours("open"), order)) == []


def test_the_hours_of_a_long_history_are_those_of_each_day() -> None:
    """What one day's hours were says nothing of another's."""
    fills = [buy("12:00", f"P{day}", day=day) for day in range(1, 29)]
    result = judge(hours("open"), *fills)
    days = [int(each.evidence["moment"][8:10]) for each in result.verdicts]
    assert days == [3, 4, 6, 7, 13, 14, 20, 21, 27, 28]
    assert at("12:00", 28) - at("12:00") == 27 * DAY
