"""Inactivity: what is an activity, in which days idleness is counted, and when it is said."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import DayReported, OrderSeen, StateReported, TimePassed
from propdesk.domain.instants import parse_instant
from propdesk.domain.rules.inactivity import Inactivity, idle_days
from propdesk.domain.terms import AppliesTo, Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    start,
)
from tests.domain.rules.verdicts import rows

WARN = (Effect(kind="warn"),)
TO_THE_END = TimePassed(at("12:00", 31))


def idle(days: int | None = 3, **more: Any) -> Inactivity:
    return Inactivity(**{"days": days, "effects": WARN, "open_position_counts": False, **more})


def judged(terms: Inactivity, *events: Any, until: int = 31, first: int = 1) -> Evaluation:
    opening = start(at=at("00:00", first))
    end = TimePassed(at("12:00", until))
    return judge(terms, [opening, quote("00:00", "10000"), *events, end])


def said(day: int, observed: int, limit: int, last: int, unit: str = "calendar_days") -> Any:
    """What is said when day ``day`` begins; ``last`` is the day of the last activity."""
    detail = {"last_activity": f"2021-03-{last:02d}", "unit": unit}
    return (f"{day} 00:00:00", "warn", observed, limit, "touch", detail)


def ended(terms: Inactivity, *events: Any) -> list[str]:
    """The last activity of each verdict."""
    return [each[5]["last_activity"][8:] for each in rows(judged(terms, *events))]


OPENING = buy("10:00", "P", day=2)
CLOSING = close("10:00", OPENING, "10000", day=4)


@pytest.mark.parametrize(
    ("activity", "last"),
    [("open", "02"), ("close", "04"), ("any_fill", "04"), ("assignment", "01")],
)
def test_the_days_run_from_the_last_activity(activity: str, last: str) -> None:
    terms = idle(4, activity=activity)
    assert ended(terms, OPENING, CLOSING) == [last]
    trade = replace(reported("10:00", "10:00", "5", day=4), opened_at=at("10:00", 2))
    assert ended(terms, trade) == [last]


def test_enlarging_and_closing_in_part_are_fills_and_no_openings_are_closes() -> None:
    more = replace(OPENING, at=at("10:00", 4), id="more")
    assert ended(idle(5, activity="open"), OPENING, more) == ["04"]
    assert ended(idle(5), OPENING, more) == ["04"]
    assert ended(idle(4, activity="close"), OPENING, more) == ["01"]
    part = close("10:00", OPENING, "10000", "0.5", day=4)
    assert ended(idle(4, activity="close"), OPENING, part) == ["04"]
    assert ended(idle(4, activity="open"), OPENING, part) == ["02"]


def test_it_is_said_when_the_last_idle_day_is_over_and_once() -> None:
    assert rows(judged(idle(), until=4)) == []  # the 2nd and the 3rd are idle, the 4th runs
    assert rows(judged(idle(), until=5)) == [said(5, 3, 3, 1)]
    assert rows(judged(idle())) == [said(5, 3, 3, 1)]


def test_a_new_activity_starts_it_again() -> None:
    trades = [reported("10:00", "11:00", "5", day=day) for day in (7, 8)]
    assert rows(judged(idle(), *trades)) == [said(5, 3, 3, 1), said(12, 3, 3, 8)]


def test_what_comes_late_for_a_day_already_known_changes_nothing() -> None:
    """A trade of the 2nd, told on the 6th: that day was active already."""
    on_time = reported("10:00", "11:00", "5", day=2)
    late = replace(on_time, id="late")
    result = judged(idle(), on_time, TimePassed(at("12:00", 6)), late)
    assert [each[:4] for each in rows(result)] == [("6 00:00:00", "warn", 3, 3)]


@pytest.mark.parametrize(
    ("days", "first", "expected"),
    [
        (5, 1, said(9, 5, 5, 1, "trading_days")),  # Tuesday to Friday, then Monday the 8th
        (4, 1, said(6, 4, 4, 1, "trading_days")),  # Tuesday to Friday
        (1, 5, said(9, 1, 1, 5, "trading_days")),  # Monday; nothing on the weekend
    ],
)
def test_trading_days_are_counted_and_shown_as_such(days: int, first: int, expected: Any) -> None:
    assert rows(judged(idle(days, unit="trading_days"), first=first)) == [expected]


def test_idle_days_are_those_after_the_last_up_to_the_other() -> None:
    friday, monday = date(2021, 3, 5), date(2021, 3, 8)
    assert idle_days(friday, friday, "calendar_days") == 0
    assert idle_days(friday, monday, "calendar_days") == 3
    assert idle_days(friday, monday, "iso_week") == 3
    assert idle_days(friday, monday, "trading_days") == 1
    assert idle_days(friday, date(2021, 3, 7), "trading_days") == 0
    assert idle_days(friday, date(2021, 3, 12), "trading_days") == 5


# -- weeks
def weekly(**more: Any) -> Inactivity:
    return idle(None, unit="iso_week", **more)


@pytest.mark.parametrize(
    ("first", "active", "expected"),
    [
        # the account starts on Monday the 1st; the weeks end on the 7th, the 14th, the 21st, …
        (1, (), [said(15, 13, 7, 1, "iso_week")]),
        (1, (8,), [said(22, 13, 7, 8, "iso_week")]),
        (1, (14,), [said(22, 7, 7, 14, "iso_week")]),
        (1, (8, 15, 22), []),
        (1, (14, 21, 28), []),
        (7, (), [said(15, 7, 7, 7, "iso_week")]),  # its first week is its Sunday
        (1, (8, 22), [said(22, 13, 7, 8, "iso_week")]),
    ],
)
def test_each_week_after_the_first_needs_an_activity(
    first: int, active: tuple[int, ...], expected: list[Any]
) -> None:
    trades = [reported("10:00", "11:00", "5", day=day) for day in active]
    assert rows(judged(weekly(), *trades, first=first)) == expected


@pytest.mark.parametrize(("active", "verdicts"), [("2020-12-28", 0), ("2021-01-03", 0), ("", 1)])
def test_a_week_that_runs_over_the_new_year_is_one_week(active: str, verdicts: int) -> None:
    """Monday the 28th of December to Sunday the 3rd of January; the account starts before it."""

    def day(text: str) -> int:
        return parse_instant(f"{text}T10:00:00Z")

    trade = reported("10:00", "11:00", "5")
    trades = [replace(trade, opened_at=day(active), at=day(active))] if active else []
    opening, until = start(at=day("2020-12-25")), TimePassed(day("2021-01-04"))
    assert len(judge(weekly(), [opening, *trades, until]).verdicts) == verdicts


# -- what is there without a fill
def test_an_open_position_makes_its_days_active_until_the_day_it_closes() -> None:
    terms = idle(2, open_position_counts=True, activity="open")
    opening = buy("10:00", "P", day=2)
    assert ended(terms, opening) == []  # still open
    assert ended(terms, opening, close("10:00", opening, "10000", day=9)) == ["09"]
    trade = replace(reported("10:00", "10:00", "5", day=2), at=at("09:00", 3))
    assert ended(terms, trade) == ["03"]
    for_closes = replace(terms, activity="close", open_position_counts=True)
    assert ended(for_closes, opening) == []


def order(day: int, action: str = "placed", **more: Any) -> OrderSeen:
    figures: dict[str, Any] = {
        "id": "O",
        "action": action,
        "symbol": "ONE",
        "side": "buy",
        "kind": "limit",
        "lots": d(1),
        **more,
    }
    return OrderSeen(ACCOUNT, at("10:00", day), **figures)


@pytest.mark.parametrize(
    ("events", "last"),
    [
        ((order(2),), None),  # still waiting
        ((order(2), order(5, "cancelled")), "04"),
        ((order(2), order(5, "expired")), "04"),
        ((order(2), order(5, "filled", kind="market")), "04"),
        ((order(2, "modified"), order(5, "rejected")), "04"),
        ((order(2), order(5, "cancelled", id="other")), None),
        ((order(2, kind="market"),), "01"),
        ((order(2, symbol="TWO"),), "01"),
        ((order(2, "cancelled"),), "01"),
    ],
)
def test_a_waiting_order_makes_its_days_active_where_it_counts(
    events: tuple[OrderSeen, ...], last: str | None
) -> None:
    only_one = AppliesTo(instruments=("ONE",))
    terms = idle(4, pending_order_counts=True, applies_to=only_one)
    assert ended(terms, *events) == ([] if last is None else [last])
    assert ended(replace(terms, pending_order_counts=False), *events) == ["01"]


# -- a past that is only told
@pytest.mark.parametrize(
    ("activity", "last"), [("open", "03"), ("any_fill", "03"), ("close", "01")]
)
def test_the_first_trade_of_a_state_is_an_opening(activity: str, last: str) -> None:
    terms = idle(5, activity=activity)
    state = StateReported(ACCOUNT, at("09:00", 5), first_trade_at=at("10:00", 3))
    assert ended(terms, state) == [last]
    assert ended(terms, StateReported(ACCOUNT, at("09:00", 5))) == ["01"]


@pytest.mark.parametrize(
    ("activity", "profit", "last"),
    [
        ("any_fill", 5, "03"),
        ("close", -5, "03"),
        ("open", 5, "01"),
        ("any_fill", 0, "01"),
        ("any_fill", None, "01"),
    ],
)
def test_a_day_reported_with_a_result_had_a_close(
    activity: str, profit: int | None, last: str
) -> None:
    day = DayReported(ACCOUNT, at("12:00", 3), profit=None if profit is None else d(profit))
    assert ended(idle(5, activity=activity), day) == [last]
