"""Time limits: the deadline in its own days, told afterwards as well, and what is shown of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import StateReported, TimePassed
from propdesk.domain.judging import Objective
from propdesk.domain.rules.time_limit import TimeLimit, last_day
from propdesk.domain.terms import Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    start,
)
from tests.domain.rules.verdicts import moment, rows
from tests.story import rulebook

WARN = (Effect(kind="warn"),)


def limit(days: int = 7, **more: Any) -> TimeLimit:
    return TimeLimit(days=days, effects=WARN, **more)


FROM_TRADE = limit(counted_from="first_trade")


def judged(terms: TimeLimit, *events: Any) -> Evaluation:
    return judge(terms, [start(), quote("00:00", "10000"), *events])


def over(day: int, clock: str = "00:00:00", days: int = 7) -> Any:
    """What is said at the midnight with which day ``day`` begins: the time was over then."""
    deadline = {"deadline": f"2021-03-{day:02d}T00:00:00Z"}
    return (f"{day} {clock}", "warn", days, days, "touch", deadline)


@pytest.mark.parametrize(
    ("terms", "until", "expected"),
    [
        (limit(), at("00:00", 8), []),  # the last day's end is still in time
        (limit(), at("00:00", 8) + 1, [over(8, "00:00:00+")]),
        (limit(), at("12:00", 30), [over(8, "00:00:00+")]),  # said once
        (limit(1), at("12:00", 30), [over(2, "00:00:00+", 1)]),
        # Monday the 1st to Tuesday the 9th are seven weekdays
        (limit(unit="trading_days"), at("12:00", 30), [over(10, "00:00:00+")]),
        (limit(5, unit="trading_days"), at("12:00", 30), [over(6, "00:00:00+", 5)]),
        (FROM_TRADE, at("12:00", 30), []),  # without a trade it does not run
    ],
)
def test_it_rings_a_moment_after_the_last_day(
    terms: TimeLimit, until: int, expected: list[Any]
) -> None:
    assert rows(judged(terms, TimePassed(until))) == expected


def test_time_runs_from_the_day_of_the_first_trade() -> None:
    opening = buy("10:00", "P", day=3)
    second = buy("10:00", "Q", day=5)
    events = (opening, close("11:00", opening, "10000", day=3), second,
              close("11:00", second, "10000", day=5), TimePassed(at("12:00", 20)))  # fmt: skip
    assert rows(judged(FROM_TRADE, *events)) == [over(10, "00:00:00+")]


def told(clock: str, day: int, first_trade_at: int) -> StateReported:
    return StateReported(ACCOUNT, at(clock, day), first_trade_at=first_trade_at)


def test_a_first_trade_told_too_late_is_over_at_once_and_said_once() -> None:
    long_ago = at("10:00", 1)
    states = [told("12:00", 9, long_ago), told("13:00", 9, long_ago)]
    assert rows(judged(FROM_TRADE, *states)) == [("9 12:00:00", *over(8)[1:])]
    in_time = told("12:00", 7, long_ago)
    assert rows(judged(FROM_TRADE, in_time)) == []
    trade = replace(reported("10:00", "11:00", "1", day=9), opened_at=long_ago)
    assert rows(judged(FROM_TRADE, trade)) == [("9 11:00:00", *over(8)[1:])]


def test_at_the_deadline_itself_a_report_is_still_in_time() -> None:
    assert rows(judged(FROM_TRADE, told("00:00", 8, at("10:00", 1)))) == []
    late = replace(told("00:00", 8, at("10:00", 1)), at=at("00:00", 8) + 1)
    assert [moment(each.at) for each in judged(FROM_TRADE, late).verdicts] == ["8 00:00:00+"]


@pytest.mark.parametrize(
    ("terms", "day", "current", "met"),
    [
        (limit(), 1, 1, True),
        (limit(), 7, 7, True),
        (limit(), 9, 9, False),
        (limit(unit="trading_days"), 5, 5, True),
        (limit(unit="trading_days"), 7, 5, True),  # Saturday and Sunday are not counted
        (limit(unit="trading_days"), 8, 6, True),
        (limit(unit="trading_days"), 11, 9, False),
    ],
)
def test_the_objective_counts_in_the_limits_own_days(
    terms: TimeLimit, day: int, current: int, met: bool
) -> None:
    deadline = "2021-03-08T00:00:00Z" if terms.unit == "calendar_days" else "2021-03-10T00:00:00Z"
    (found,) = judged(terms, TimePassed(at("12:00", day))).objectives
    assert found == Objective("time_limit", 7, current, met, {"deadline": deadline}, "payout")


def test_the_objective_of_a_time_that_does_not_run_yet() -> None:
    (found,) = judged(FROM_TRADE, TimePassed(at("12:00", 30))).objectives
    assert found == Objective("time_limit", 7, 0, True, {"deadline": None}, "payout")
    named = replace(FROM_TRADE, id="thirty")
    assert [each.rule for each in judged(named).objectives] == ["thirty"]


def test_no_timer_waits_for_a_time_that_does_not_run_or_is_over() -> None:
    def timer(terms: TimeLimit, *events: Any) -> int | None:
        book = rulebook(terms, zone="UTC")
        evaluator = Evaluator(book, book.phases[0], size=d(100000), catalogue=CATALOGUE)
        evaluator.feed([start(), *events])
        return evaluator.judges[0].timer()

    assert timer(limit()) == at("00:00", 8) + 1
    assert timer(FROM_TRADE) is None
    assert timer(FROM_TRADE, reported("10:00", "11:00", "1", day=3)) == at("00:00", 10) + 1
    assert timer(limit(), TimePassed(at("12:00", 9))) is None


@pytest.mark.parametrize(
    ("first", "days", "last"),
    [
        (date(2021, 3, 5), 1, date(2021, 3, 5)),  # a Friday
        (date(2021, 3, 5), 2, date(2021, 3, 8)),
        (date(2021, 3, 6), 1, date(2021, 3, 8)),  # a Saturday: its first day is Monday
        (date(2021, 3, 7), 2, date(2021, 3, 9)),
        (date(2021, 3, 1), 10, date(2021, 3, 12)),
    ],
)
def test_the_last_trading_day(first: date, days: int, last: date) -> None:
    assert last_day(first, days, "trading_days") == last


def test_a_calendar_day_may_be_a_saturday() -> None:
    saturday = date(2021, 3, 6)
    assert last_day(saturday, 1, "calendar_days") == saturday
    assert last_day(saturday, 2, "calendar_days") == date(2021, 3, 7)
