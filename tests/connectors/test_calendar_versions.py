"""The version of a calendar known at the moment of a trade judges it, whatever came later."""

import json
from collections import Counter
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from propdesk.connectors.calendars.calendar import Calendar, read_calendar
from propdesk.connectors.calendars.received import received_in
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import TradeReported
from propdesk.domain.instants import DAY, HOUR, MINUTE, format_instant, parse_instant
from propdesk.domain.rules.news_calendar import NewsCalendar
from tests import story
from tests.connectors.made_calendars import (
    at,
    bytes_of,
    feed,
    judged,
    read,
    release,
    releases,
    verdict,
)

PAYROLLS = release("Payrolls", "2026-08-05T08:30:00-04:00")  # Wednesday, 12:30 UTC
MOVED = release("Payrolls", "2026-08-05T11:00:00-04:00")
OTHER = release("Confidence", "2026-08-04T10:00:00-04:00")


def week(*versions):
    return read(*(feed(received, OTHER, *listed) for received, listed in versions)).events


# -- in small
@pytest.mark.parametrize(
    ("versions", "trade", "outcome"),
    [
        # Moved after it happened: what was done at the old time stays, the new time binds nobody
        # before the receipt and everybody after it.
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 14:58:00", [MOVED])],
         "2026-08-05 12:30", "fail"),
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 14:59:30", [MOVED])],
         "2026-08-05 14:59", "free"),
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 14:59:30", [MOVED])],
         "2026-08-05 15:00", "fail"),
        # Moved before it happened: the old time is free from the receipt on.
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 12:29:00", [MOVED])],
         "2026-08-05 12:28", "fail"),
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 12:29:00", [MOVED])],
         "2026-08-05 12:30", "free"),
        # Added late.
        ([("2026-08-03 00:00:00", []), ("2026-08-05 12:31:00", [PAYROLLS])],
         "2026-08-05 12:30", "free"),
        ([("2026-08-03 00:00:00", []), ("2026-08-05 12:31:00", [PAYROLLS])],
         "2026-08-05 12:31", "fail"),
        # Removed.
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 12:31:00", [])],
         "2026-08-05 12:30", "fail"),
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 12:31:00", [])],
         "2026-08-05 12:31", "free"),
        # Removed and back.
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-04 00:00:00", []),
          ("2026-08-05 00:00:00", [PAYROLLS])], "2026-08-05 12:30", "fail"),
        # Before any version there is no calendar.
        ([("2026-08-05 13:00:00", [PAYROLLS])], "2026-08-05 12:30", "unknown"),
    ],
)  # fmt: skip
def test_what_was_known_at_the_trade_judges_it(versions, trade, outcome):
    assert verdict(week(*versions), at(trade)) == outcome


def test_the_next_week_withdraws_nothing_of_this_one():
    later = release("Payrolls", "2026-08-12T08:30:00-04:00")
    events = read(feed("2026-08-03 00:00:00", PAYROLLS), feed("2026-08-05 12:29:00", later)).events
    assert [each.withdrawn for each in events] == [False, False]
    assert verdict(events, at("2026-08-05 12:30")) == "fail"


def test_a_week_is_new_yorks_and_sunday_is_its_first_day():
    saturday = release("Trade Balance", "2026-08-08T23:59:00-04:00")
    sunday = release("Trade Balance", "2026-08-09T00:00:00-04:00")
    events = read(feed("2026-08-03 00:00:00", saturday), feed("2026-08-09 05:00:00", sunday)).events
    assert [each.withdrawn for each in events] == [False, False]
    within = read(feed("2026-08-03 00:00:00", saturday), feed("2026-08-08 05:00:00", OTHER)).events
    assert [each.withdrawn for each in within] == [False, False, True]


def test_releases_without_ids_are_matched_to_the_nearest_of_the_week():
    speeches = [release("Speaks", f"2026-08-0{day}T10:00:00-04:00") for day in (4, 6)]
    moved = [release("Speaks", "2026-08-06T10:30:00-04:00"), speeches[0]]
    events = read(
        feed("2026-08-03 00:00:00", *speeches), feed("2026-08-05 00:00:00", *moved)
    ).events
    first, second, again = events
    assert again.id == second.id != first.id
    assert again.release_at - second.release_at == 30 * MINUTE


def test_matching_pairs_the_nearest_first_and_each_only_once():
    before = [release("Speaks", f"2026-08-04T{hour}:00:00-04:00") for hour in ("10", "12")]
    after = [release("Speaks", f"2026-08-04T{hour}:00:00-04:00") for hour in ("11", "12")]
    events = read(feed("2026-08-03 00:00:00", *before), feed("2026-08-04 00:00:00", *after)).events
    assert [(e.id, e.release_at - events[0].release_at) for e in events[2:]] == [
        (events[0].id, HOUR)
    ]


def test_what_changes_nothing_is_no_event_and_another_impact_is():
    low = {**PAYROLLS, "impact": "Low", "forecast": "50K"}
    forecast = {**PAYROLLS, "forecast": "60K"}
    versions = [feed(f"2026-08-0{n}T00:00:00", each) for n, each in
                ((2, PAYROLLS), (3, forecast), (4, low))]  # fmt: skip
    assert [(each.impact, each.at) for each in read(*versions).events] == [
        ("high", at("2026-08-02 00:00")),
        ("low", at("2026-08-04 00:00")),
    ]


def test_two_of_one_title_and_time_are_two_releases():
    (first, second) = read(feed("2026-08-02 00:00:00", PAYROLLS, PAYROLLS)).events
    assert second.id == f"{first.id}#2"


def test_more_of_one_title_than_a_week_can_hold_are_refused():
    many = [release("Speaks", f"2026-08-04T10:{n // 60:02}:{n % 60:02}-04:00") for n in range(101)]
    assert len(read(feed("2026-08-02 00:00:00", *many[:100])).events) == 100
    with pytest.raises(Unreadable, match=r"week\.json:1: more than 100 releases"):
        read(feed("2026-08-02 00:00:00", *many))


@pytest.mark.parametrize(
    ("versions", "outcome"),
    [
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 14:00:00", [MOVED])], "fail"),
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 14:00:00", [])], "fail"),
        ([("2026-08-03 00:00:00", [PAYROLLS]), ("2026-08-05 12:00:00", [])], "free"),
        ([("2026-08-03 00:00:00", []), ("2026-08-05 12:31:00", [PAYROLLS])], "fail"),
        ([("2026-08-03 00:00:00", []), ("2026-08-05 12:33:00", [PAYROLLS])], "free"),
    ],
    ids=["moved after it", "removed after it", "removed before it", "added inside", "added after"],
)
def test_a_round_trip_held_through_a_release_is_judged_by_what_was_known_then(versions, outcome):
    """Held from 10:00 to 14:30 and told only at its end; 12:30 is the release."""
    trip = TradeReported(story.ACCOUNT, at("2026-08-05 14:30"), "T", "EURUSD", "buy",
                         Decimal(1), at("2026-08-05 10:00"), Decimal(5))  # fmt: skip
    assert judged(week(*versions), trip, restricts=("hold",)) == outcome


@pytest.mark.parametrize(
    ("received", "outcome"), [("2026-08-05 10:00:00", "fail"), ("2026-08-05 10:00:01", "unknown")]
)
def test_a_round_trip_begun_before_there_was_a_calendar_is_not_known(received, outcome):
    trip = TradeReported(story.ACCOUNT, at("2026-08-05 14:30"), "T", "EURUSD", "buy",
                         Decimal(1), at("2026-08-05 10:00"), Decimal(5))  # fmt: skip
    assert judged(week((received, [PAYROLLS])), trip, restricts=("hold",)) == outcome


def test_its_close_is_judged_all_the_same():
    trip = TradeReported(story.ACCOUNT, at("2026-08-05 12:30"), "T", "EURUSD", "buy",
                         Decimal(1), at("2026-08-05 10:00"), Decimal(5))  # fmt: skip
    events = week(("2026-08-05 11:00:00", [PAYROLLS]))
    assert judged(events, trip, restricts=("close", "sl_tp_fill")) == "fail"


# -- properties
TITLES = ("CPI", "Speaks")
MOMENTS = st.integers(0, 6 * 24 * 4 - 1).map(lambda quarter: quarter * 15 * MINUTE)
WEEK = at("2026-08-02 04:00")


@st.composite
def histories(draw):
    """Versions of one week, an hour to a day apart, of a few titles that come, move and go."""
    versions, received = [], WEEK - DAY
    for _ in range(draw(st.integers(1, 5))):
        received += draw(st.integers(1, 24)) * HOUR
        listed = draw(st.lists(st.tuples(st.sampled_from(TITLES), MOMENTS), min_size=1, max_size=4))
        stamp = format_instant(received).rstrip("Z")
        rows = (release(title, format_instant(WEEK + when)) for title, when in listed)
        versions.append((received, feed(stamp, *rows)))
    return versions


@given(histories(), st.data())
@settings(max_examples=80, deadline=None)
def test_judging_by_the_versions_up_to_a_moment_is_judging_at_that_moment(versions, data):
    edges = [received for received, _ in versions]
    edges += [parse_instant(each["date"]) for _, s in versions for each in json.loads(bytes_of(s))]
    moment = data.draw(st.sampled_from(edges)) + data.draw(st.integers(-3, 3)) * MINUTE
    whole = read(*(source for _, source in versions)).events
    known = [source for received, source in versions if received <= moment]
    until = read(*known).events if known else ()
    assert tuple(each for each in whole if each.at <= moment) == until
    assert verdict(whole, moment) == verdict(until, moment)


@given(histories(), st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_the_order_in_which_versions_are_named_changes_nothing(versions, random):
    sources = [source for _, source in versions]
    shuffled = random.sample(sources, len(sources))
    assert read(*shuffled).events == read(*sources).events


@given(histories())
@settings(max_examples=80, deadline=None)
def test_after_each_version_exactly_what_it_lists_is_known(versions):
    calendar = read(*(source for _, source in versions))
    for received, source in versions:
        listed = [
            (each["title"], parse_instant(each["date"])) for each in json.loads(bytes_of(source))
        ]
        assert known_at(calendar, received) == Counter(listed)


def known_at(calendar: Calendar, moment: int, first: int = WEEK) -> Counter:
    """What the domain knows of a week at a moment."""
    kept = NewsCalendar()
    for event in calendar.events:
        kept.receive(event)
    found = kept.between(first, first + 7 * DAY - 1, moment)
    return Counter((each.title, each.release_at) for each in found)


# -- the real feed
@pytest.fixture(scope="module")
def mirror(shared: Path) -> Path:
    return shared / "calendar" / "ff_mirror_revisions"


@pytest.fixture(scope="module")
def replayed(mirror: Path) -> Calendar:
    return read_calendar([mirror])


def received(path: Path) -> int:
    found = received_in(path.name)
    assert found is not None
    return found


def raw(path: Path) -> list[tuple[str, str, int]]:
    listed = json.loads(path.read_text(encoding="utf-8"))
    return [(each["country"], each["title"], parse_instant(each["date"])) for each in listed]


def test_between_two_real_versions_exactly_the_earlier_one_is_known(mirror, replayed):
    paths = sorted(mirror.iterdir())
    assert len(paths) == len(replayed.versions) == 28
    for path, following in pairwise([*paths, None]):
        listed = raw(path)
        sunday = min(when for *_, when in listed) // DAY * DAY + 4 * HOUR
        while (sunday // DAY + 4) % 7:  # 1970-01-01 was a Thursday
            sunday -= DAY
        expected = Counter((title, when) for _, title, when in listed)
        last = received(path) + DAY if following is None else received(following) - 1
        assert known_at(replayed, received(path), sunday) == expected
        assert known_at(replayed, last, sunday) == expected


# Read from the files by eye: (currency pair, moment of a trade in UTC, outcome).
REAL = {
    "moved after it happened: the old time stays": ("NZDUSD", "2026-08-04 14:50", "fail"),
    "moved after it happened: the new time binds nobody": ("NZDUSD", "2026-08-04 15:14", "free"),
    "moved before it happened: the new time binds": ("USDCNH", "2026-08-17 07:00", "fail"),
    "added after it happened": ("USDJPY", "2026-08-05 20:30", "free"),
    "removed after it happened: it was there": ("AUDNZD", "2026-08-13 23:30", "fail"),
}


@pytest.mark.parametrize("case", REAL)
def test_a_trade_at_a_real_release_that_changed(case, replayed):
    symbol, moment, outcome = REAL[case]
    more: dict[str, Any] = {}
    if symbol == "USDCNH":  # the feed says CNY
        more = {"instruments_by_currency": {"CNY": (symbol,)}}
    assert verdict(replayed.events, at(moment), symbol, **more) == outcome


def test_a_real_removal_takes_effect_from_its_receipt(replayed):
    """A speech of 23:30 was gone from the version of 01:07:39; the window here is two hours."""
    last, first = at("2026-08-14 01:07:38"), at("2026-08-14 01:07:39")
    more: dict[str, Any] = {"window_after_minutes": 120, "targets": "listed",
            "instruments_by_event": {"RBA Gov Bullock Speaks": ("EURUSD",)}}  # fmt: skip
    assert verdict(replayed.events, last, **more) == "fail"
    assert verdict(replayed.events, first, **more) == "free"


def test_the_past_is_judged_the_same_without_the_later_real_versions(mirror, replayed):
    paths = sorted(mirror.iterdir())
    for number in range(1, len(paths), 3):
        assert read_calendar(paths[: number + 1]).events == tuple(
            each for each in replayed.events if each.at <= received(paths[number])
        )


def test_a_person_is_told_how_the_real_feed_changed(mirror, replayed):
    moved = gone = 0
    for before, after in pairwise(map(raw, sorted(mirror.iterdir()))):
        if len(set(before) - set(after)) > 20:  # the next week
            continue
        lost = Counter((country, title) for country, title, _ in set(before) - set(after))
        came = Counter((country, title) for country, title, _ in set(after) - set(before))
        moved += (lost & came).total()
        gone += (lost - came).total()
    assert any(f"{moved} times a release was moved" in note for note in replayed.notes)
    assert any(f"and {gone} times withdrawn" in note for note in replayed.notes)


def test_releases_are_what_the_files_say(replayed):
    assert releases(replayed)[0] == ("SPPI y/y", "2026-07-26T23:50:00Z")
