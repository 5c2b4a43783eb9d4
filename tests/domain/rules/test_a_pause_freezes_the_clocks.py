"""Time that the firm paused never counts: not for a time limit, not as idleness."""

from datetime import timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from propdesk.domain.events import Event, Paused, Resumed, TimePassed
from propdesk.domain.instants import DAY, HOUR, datetime_of
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.time_limit import TimeLimit
from tests.domain.rules.histories import ACCOUNT, at, judge, start

BEGIN = at("00:00")
# Hours at which a pause begins and how long it lasts; the gap before it is drawn too.
PAUSES = st.lists(st.tuples(st.integers(1, 60), st.integers(1, 70)), max_size=4)
UNITS = ("calendar_days", "trading_days")


def spans_of(pauses: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Each pause's first and last moment."""
    found, now = [], BEGIN
    for gap, hours in pauses:
        found.append((now + gap * HOUR, now + (gap + hours) * HOUR))
        now = found[-1][1]
    return found


def story(spans: list[tuple[int, int]], until: int) -> list[Event]:
    """The pauses and ends of pauses up to a moment, and that moment."""
    events: list[Event] = []
    for begin, end in spans:
        events += [Paused(ACCOUNT, begin, "holiday"), Resumed(ACCOUNT, end)]
    return [start(), *(each for each in events if each.at <= until), TimePassed(until)]


def counted_days(spans: list[tuple[int, int]], unit: str, days: int) -> int:
    """By the calendar alone, day after day: the midnight that ends the last of so many days none
    of whose moments was paused."""
    day, left = BEGIN, days
    while True:
        touched = any(begin < day + DAY and day <= end for begin, end in spans)
        is_counted = not touched and (unit == "calendar_days" or datetime_of(day).weekday() < 5)
        day, left = day + DAY, left - is_counted
        if not left:
            return day


@settings(max_examples=60, deadline=None)
@given(pauses=PAUSES, days=st.integers(1, 6), unit=st.sampled_from(UNITS))
@example(pauses=[(1, 30)], days=1, unit="calendar_days")
@example(pauses=[(24, 24)], days=2, unit="calendar_days")
def test_a_paused_day_never_counts_against_a_time_limit(
    pauses: list[tuple[int, int]], days: int, unit: str
) -> None:
    rule, spans = TimeLimit(days=days, unit=unit), spans_of(pauses)  # type: ignore[arg-type]
    ends = counted_days(spans, unit, days)
    assume(all(begin != ends for begin, _ in spans))  # it would wait for the end of that pause
    assert judge(rule, story(spans, ends)).status != "expired"
    assert judge(rule, story(spans, ends + 1)).status == "expired"


@settings(max_examples=60, deadline=None)
@given(pauses=PAUSES, days=st.integers(1, 6), unit=st.sampled_from(UNITS))
@example(pauses=[(30, 30)], days=2, unit="calendar_days")
def test_a_paused_day_is_never_idle(pauses: list[tuple[int, int]], days: int, unit: str) -> None:
    rule, spans = Inactivity(days=days, unit=unit), spans_of(pauses)  # type: ignore[arg-type]
    # The day of the opening is no idle day, paused or not.
    ends = counted_days([(BEGIN, BEGIN), *spans], unit, days)
    assert judge(rule, story(spans, ends - 1)).status != "expired"
    assert judge(rule, story(spans, ends)).status == "expired"


@pytest.mark.parametrize("rule", [TimeLimit(days=2), Inactivity(days=2)])
def test_nothing_runs_out_while_the_pause_lasts(rule: TimeLimit | Inactivity) -> None:
    paused = [start(), Paused(ACCOUNT, BEGIN + HOUR), TimePassed(BEGIN + 60 * DAY)]
    assert judge(rule, paused).status == "paused"


@pytest.mark.parametrize("rule", [TimeLimit(days=2), Inactivity(days=2)])
def test_a_lock_that_says_its_end_stops_no_clock(rule: TimeLimit | Inactivity) -> None:
    """Or whoever locks himself out each day would never be idle."""
    lock = Paused(ACCOUNT, BEGIN + HOUR, until=BEGIN + DAY)
    again = Paused(ACCOUNT, BEGIN + DAY + HOUR, until=BEGIN + 2 * DAY)
    over = BEGIN + int(timedelta(days=4).total_seconds()) * 1_000_000
    assert judge(rule, [start(), lock, again, TimePassed(over)]).status == "expired"


def test_a_week_of_which_a_day_was_paused_asks_for_no_activity() -> None:
    rule = Inactivity(unit="iso_week")
    monday = BEGIN + 7 * DAY
    ends = TimePassed(monday + 7 * DAY)
    assert judge(rule, [start(), ends]).status == "expired"
    pause = [Paused(ACCOUNT, monday + HOUR), Resumed(ACCOUNT, monday + 2 * HOUR)]
    assert judge(rule, [start(), *pause, ends]).status == "active"
    assert judge(rule, [start(), *pause, TimePassed(monday + 14 * DAY)]).status == "expired"
