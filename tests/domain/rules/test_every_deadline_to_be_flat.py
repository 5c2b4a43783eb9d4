"""Deadlines to be flat: on which dates they fall, at which moment, and until when."""

from datetime import date, time
from typing import Any

import pytest

from propdesk.domain.clock import DayClock
from propdesk.domain.instants import DAY, HOUR
from propdesk.domain.market_hours import Closure, MarketHours, Session
from propdesk.domain.rules.flat_by import Deadline, FlatBy, by_the_clock, deadlines
from tests.domain.rules.histories import at, d

FX = MarketHours(
    zone="UTC",
    sessions=(Session(from_day="sun", opens=time(22), to_day="fri", closes=time(22)),),
    closures=(Closure(on=date(2021, 3, 3), at=time(18), until=time(20)),
              Closure(on=date(2021, 3, 4), at=time(18), until=time(20, 1))),
)  # fmt: skip
ALWAYS = MarketHours(
    zone="UTC",
    sessions=(Session(from_day="mon", opens=time(0), to_day="mon", closes=time(0)),),
    closures=(Closure(on=date(2021, 4, 2)),),
)


def weekend(**more: Any) -> FlatBy:
    return FlatBy(**{"before": "weekend", "at": time(22), "zone": "UTC", **more})


def overnight(**more: Any) -> FlatBy:
    return FlatBy(**{"before": "overnight", "at": time(21), "zone": "UTC", **more})


def before_breaks(**more: Any) -> FlatBy:
    return FlatBy(**{"before": "break", "market": FX, "longer_than_hours": d(1), **more})


def found(terms: FlatBy, first: int, last: int, zone: str = "UTC") -> list[str]:
    """As ``day hour:minute – day hour:minute`` in March 2021; Friday is the 5th."""
    return [f"{said(each.at)} – {said(each.until)}" for each in deadlines(terms, zone, first, last)]


def said(moment: int) -> str:
    day, within = divmod(moment - at("00:00"), DAY)
    return f"{day + 1} {within // HOUR:02d}:{within % HOUR // 60_000_000:02d}"


MONTH = (at("00:00"), at("23:59", 31))


def holidays(*days: int) -> tuple[date, ...]:
    return tuple(date(2021, 3, each) for each in days)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (weekend(), ["5 22:00", "12 22:00", "19 22:00", "26 22:00"]),
        (weekend(weekday="sat"), ["6 22:00", "13 22:00", "20 22:00", "27 22:00"]),
        (weekend(holidays=holidays(5)), ["4 22:00", "12 22:00", "19 22:00", "26 22:00"]),
        (weekend(holidays=holidays(4, 5)), ["3 22:00", "12 22:00", "19 22:00", "26 22:00"]),
        (weekend(holidays=holidays(4)), ["5 22:00", "12 22:00", "19 22:00", "26 22:00"]),
        (
            weekend(not_enforced_on=holidays(4, 12), holidays=holidays(5)),
            ["19 22:00", "26 22:00"],
        ),
        (
            weekend(early_closes={date(2021, 3, 12): time(13), date(2021, 3, 11): time(9)}),
            ["5 22:00", "12 13:00", "19 22:00", "26 22:00"],
        ),
        # New York is five hours behind until the 14th, then four.
        (
            weekend(zone="America/New_York", at=time(16)),
            ["5 21:00", "12 21:00", "19 20:00", "26 20:00"],
        ),
        (
            overnight(weekdays=("tue", "sun"), holidays=holidays(9)),
            ["2 21:00", "7 21:00", "14 21:00", "16 21:00", "21 21:00", "23 21:00",
             "28 21:00", "30 21:00"],
        ),
    ],
)  # fmt: skip
def test_the_dates_of_a_month(terms: FlatBy, expected: list[str]) -> None:
    assert [each.partition(" – ")[0] for each in found(terms, *MONTH)] == expected


def test_an_overnight_deadline_falls_on_every_bank_day() -> None:
    days = [each.split()[0] for each in found(overnight(), *MONTH)]
    assert days == [str(day) for day in range(1, 32) if day % 7 not in {6, 0}]


def test_the_rulebooks_zone_is_used_where_the_terms_name_none() -> None:
    terms = weekend(zone="")
    assert found(terms, at("00:00", 5), at("23:59", 6), "UTC") == ["5 22:00 – 5 22:00"]
    tokyo = found(terms, at("00:00", 5), at("23:59", 6), "Asia/Tokyo")
    assert tokyo == ["5 13:00 – 5 13:00"]


def test_the_dates_are_those_of_the_deadlines_zone() -> None:
    terms = weekend(zone="Asia/Tokyo", weekday="sat", at=time(6))  # Friday evening in UTC
    assert found(terms, at("20:00", 5), at("22:00", 5)) == ["5 21:00 – 5 21:00"]


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (weekend(), "5 22:00 – 5 22:00"),  # none: only the deadline itself counts
        (weekend(until=time(22)), "5 22:00 – 7 22:00"),
        (weekend(until=time(1), until_weekday="mon"), "5 22:00 – 8 01:00"),
        (weekend(until=time(23), until_weekday="fri"), "5 22:00 – 5 23:00"),
        (weekend(until=time(22), until_weekday="fri"), "5 22:00 – 12 22:00"),
        (weekend(until=time(21), until_weekday="fri"), "5 22:00 – 12 21:00"),
        (weekend(until=time(22), holidays=holidays(5)), "4 22:00 – 7 22:00"),
        (
            weekend(zone="America/New_York", at=time(16), until=time(18)),
            "5 21:00 – 7 23:00",
        ),
        (overnight(weekdays=("fri",), until=time(22)), "5 21:00 – 5 22:00"),
        (overnight(weekdays=("fri",), until=time(21)), "5 21:00 – 6 21:00"),
        (overnight(weekdays=("fri",), until=time(6)), "5 21:00 – 6 06:00"),
    ],
)
def test_until_when_opening_is_not_allowed(terms: FlatBy, expected: str) -> None:
    assert found(terms, at("00:00", 4), at("23:59", 5)) == [expected]


def test_the_reopening_follows_daylight_saving() -> None:
    terms = weekend(zone="America/New_York", at=time(16), until=time(18))
    assert found(terms, at("00:00", 12), at("23:59", 12)) == ["12 21:00 – 14 22:00"]


@pytest.mark.parametrize("terms", [weekend(), before_breaks(longer_than_hours=d(3))])
def test_both_ends_of_what_is_asked_for_belong_to_it(terms: FlatBy) -> None:
    friday = at("22:00", 5)
    assert [each.at for each in deadlines(terms, "UTC", friday, friday)] == [friday]
    assert list(deadlines(terms, "UTC", friday + 1, friday + DAY)) == []
    assert list(deadlines(terms, "UTC", friday - DAY, friday - 1)) == []


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        (
            before_breaks(),
            ["3 18:00 – 3 20:00", "4 18:00 – 4 20:01", "5 22:00 – 7 22:00", "12 22:00 – 14 22:00"],
        ),
        (  # exactly two hours are not longer than two
            before_breaks(longer_than_hours=d(2), minutes_before=5),
            ["4 17:55 – 4 20:01", "5 21:55 – 7 22:00", "12 21:55 – 14 22:00"],
        ),
        (before_breaks(longer_than_hours=d(48)), []),
    ],
)
def test_the_breaks_of_a_market(terms: FlatBy, expected: list[str]) -> None:
    assert found(terms, at("00:00"), at("00:00", 15)) == expected


def test_breaks_are_found_further_ahead_than_the_market_looks() -> None:
    weekly = found(before_breaks(longer_than_hours=d(3)), *MONTH)
    assert [each.partition(" – ")[0] for each in weekly] == [
        "5 22:00", "12 22:00", "19 22:00", "26 22:00",
    ]  # fmt: skip
    terms = before_breaks(market=ALWAYS)  # no break at all for more than two weeks
    assert list(deadlines(terms, "UTC", at("00:00"), at("00:00") + 40 * DAY)) == [
        Deadline(at("00:00") + 32 * DAY, at("00:00") + 33 * DAY)
    ]


def test_a_deadline_before_the_break_is_found_from_within_the_minutes() -> None:
    """A break is asked for by its deadline, also where the close is after the last moment."""
    terms = before_breaks(longer_than_hours=d(3), minutes_before=60)
    assert found(terms, at("20:30", 5), at("21:00", 5)) == ["5 21:00 – 7 22:00"]
    assert found(terms, at("21:00", 5) + 1, at("23:00", 5)) == []


# -- the session's end
CHICAGO = DayClock("America/Chicago", time(17), session_end=time(15, 10))


def session_end(**more: Any) -> FlatBy:
    return FlatBy(before="session_end", **more)


def test_the_clocks_session_gives_the_deadline_and_the_reopening() -> None:
    terms = by_the_clock(session_end(weekdays=("tue",), holidays=holidays(9)), CHICAGO)
    # Chicago is six hours behind until the 14th, then five.
    assert found(terms, *MONTH) == [
        "2 21:10 – 2 23:00", "16 20:10 – 16 22:00", "23 20:10 – 23 22:00", "30 20:10 – 30 22:00",
    ]  # fmt: skip


def test_a_clock_without_a_pause_between_sessions_gives_the_reset_alone() -> None:
    terms = by_the_clock(session_end(), DayClock("UTC", time(22)))
    assert found(terms, at("00:00", 5), at("23:59", 6)) == ["5 22:00 – 5 22:00"]


def test_other_terms_keep_their_own_times() -> None:
    for terms in (weekend(), overnight(), before_breaks()):
        assert by_the_clock(terms, CHICAGO) == terms
