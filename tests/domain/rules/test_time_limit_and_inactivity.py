"""Time limits and idleness: the last day in time and the first that is not."""

from datetime import date
from typing import Any

import pytest

from propdesk.domain.events import DayReported, OrderSeen, TimePassed
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.inactivity import Inactivity, idle_days
from propdesk.domain.rules.time_limit import TimeLimit, last_day
from propdesk.domain.terms import Amount, TermsError
from tests.domain.rules.histories import ACCOUNT, at, buy, d, judge, quote, reported, start

MONDAY = date(2021, 3, 1)


@pytest.mark.parametrize(
    ("rule", "day", "clock", "status"),
    [
        (TimeLimit(days=7), 7, "23:59:59", "active"),
        (TimeLimit(days=7), 8, "00:00:01", "expired"),
        (TimeLimit(days=7, unit="trading_days"), 9, "23:59:59", "active"),
        (TimeLimit(days=7, unit="trading_days"), 10, "00:00:01", "expired"),
        (TimeLimit(days=7, counted_from="first_trade"), 30, "00:00", "active"),
    ],
)
def test_the_phase_ends_with_its_last_day(
    rule: TimeLimit, day: int, clock: str, status: str
) -> None:
    assert judge(rule, [start(), TimePassed(at(clock, day))]).status == status


@pytest.mark.parametrize(("day", "status"), [(9, "active"), (10, "expired")])
def test_time_runs_from_the_first_trade(day: int, status: str) -> None:
    rule = TimeLimit(days=7, counted_from="first_trade")
    events = [start(), reported("10:00", "11:00", "1", day=3), TimePassed(at("12:00", day))]
    assert judge(rule, events).status == status


def test_what_the_last_day_achieves_is_in_time() -> None:
    day = ActivityDays(required=1, count_kind="closed_profit", threshold=Amount(money=d(50)))
    won = reported("10:00", "11:00", "50", day=2)
    result = judge((TimeLimit(days=2), day), [start(), won, TimePassed(at("12:00", 3))])
    assert result.status == "passed"


def test_the_last_day_by_calendar_and_by_weekday() -> None:
    assert last_day(MONDAY, 30, "calendar_days") == date(2021, 3, 30)
    assert last_day(MONDAY, 5, "trading_days") == date(2021, 3, 5)
    assert last_day(MONDAY, 6, "trading_days") == date(2021, 3, 8)
    assert last_day(date(2021, 3, 6), 1, "trading_days") == date(2021, 3, 8)


def idle(**more: Any) -> Inactivity:
    return Inactivity(**{"days": 3, **more})


CLOSED = reported("10:00", "11:00", "1", day=2)
HELD = (buy("10:00", "p", day=2), quote("11:00", "10000", day=2))


def order(action: str, day: int, kind: str = "limit") -> OrderSeen:
    return OrderSeen(ACCOUNT, at("10:00", day), "O", action, "ONE", "buy", kind, d(1))  # type: ignore[arg-type]


PENDING = idle(pending_order_counts=True)


@pytest.mark.parametrize(
    ("rule", "events", "day", "status"),
    [
        (idle(), (), 3, "active"),
        (idle(), (), 4, "active"),  # the account started on day 1; 2, 3 and 4 are idle
        (idle(), (), 5, "expired"),
        (idle(), (CLOSED,), 5, "active"),
        (idle(), (CLOSED,), 6, "expired"),
        (idle(), HELD, 8, "active"),
        (idle(open_position_counts=False), HELD, 6, "expired"),
        (idle(activity="close", open_position_counts=False), HELD, 5, "expired"),
        (idle(activity="open", open_position_counts=False), HELD, 5, "active"),
        (idle(activity="assignment", open_position_counts=False), (CLOSED,), 5, "expired"),
        (idle(), (order("placed", 2),), 5, "expired"),
        (PENDING, (order("placed", 2),), 9, "active"),
        (PENDING, (order("placed", 2), order("modified", 3)), 9, "active"),
        (PENDING, (order("placed", 2), order("cancelled", 3)), 5, "active"),  # waited on day 2
        (PENDING, (order("placed", 2), order("cancelled", 3)), 6, "expired"),
        (PENDING, (order("placed", 2, "market"),), 5, "expired"),
        (idle(days=5, unit="trading_days"), (), 8, "active"),
        (idle(days=5, unit="trading_days"), (), 9, "expired"),
        (idle(days=None, unit="iso_week"), (), 8, "active"),  # the week of the start
        (idle(days=None, unit="iso_week"), (CLOSED,), 14, "active"),
        (idle(days=None, unit="iso_week"), (CLOSED,), 15, "expired"),
    ],
)
def test_idle_days(rule: Inactivity, events: tuple[Any, ...], day: int, status: str) -> None:
    result = judge(rule, [start(), *events, TimePassed(at("00:00:01", day))])
    blind = {"unknown": "active"}  # a held position without a price says nothing of idleness
    assert blind.get(result.status, result.status) == status


def test_a_reported_result_is_activity() -> None:
    day = DayReported(ACCOUNT, at("12:00", 2), profit=d(5))
    assert judge(idle(), [start(), day, TimePassed(at("12:00", 5))]).status == "active"


def test_idle_days_skip_weekends_where_they_are_not_counted() -> None:
    assert idle_days(date(2021, 3, 5), date(2021, 3, 8), "calendar_days") == 3
    assert idle_days(date(2021, 3, 5), date(2021, 3, 8), "trading_days") == 1


def test_terms_that_mean_nothing_are_refused() -> None:
    with pytest.raises(TermsError, match="at least one day"):
        TimeLimit(days=0)
    with pytest.raises(TermsError, match="run whatever is open"):
        Inactivity(days=3, activity="assignment")
    with pytest.raises(TermsError, match="run whatever is open"):
        Inactivity(
            days=3, activity="assignment", open_position_counts=False, pending_order_counts=True
        )
    with pytest.raises(TermsError, match="needs a number of days"):
        Inactivity()
