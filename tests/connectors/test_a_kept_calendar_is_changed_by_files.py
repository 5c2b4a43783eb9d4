"""One more file against a calendar that is kept: what it adds, moves, takes back, and no more."""

import json
from dataclasses import replace

import pytest

from propdesk.connectors.calendars.changes import Changes, changes_by
from propdesk.connectors.calendars.sources import CalendarSource
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import DAY, HOUR
from tests.connectors.made_calendars import at, release

NOW = at("2026-08-03 12:00")
PAYROLLS = release("Payrolls", "2026-08-05T08:30:00-04:00")
RATES = release("Rates", "2026-08-06T08:30:00-04:00")
YESTERDAY = release("Yesterday", "2026-08-02T08:30:00-04:00")


class Kept:
    """The calendar after the files so far, as a database would keep it."""

    def __init__(self) -> None:
        self.newest: dict[str, tuple[str, NewsScheduled]] = {}

    def look(self, *listed: dict[str, str], now: int = NOW, closed: int = 0) -> Changes:
        source = CalendarSource(json.dumps(listed).encode(), "week.json")
        return changes_by(source, self.known, now, closed=closed)

    def take(self, *listed: dict[str, str], now: int = NOW, closed: int = 0) -> list[str]:
        found = self.look(*listed, now=now, closed=closed)
        for each in found.changed:
            self.newest[each.event.id] = (each.series, each.event)
        return [_word(each.event, each.before) for each in found.changed]

    def known(self, series: str) -> list[NewsScheduled]:
        return [event for of, event in self.newest.values() if of == series]


def _word(event: NewsScheduled, before: NewsScheduled | None) -> str:
    if event.withdrawn:
        return f"gone {event.title}"
    return f"{'new' if before is None else 'changed'} {event.title}"


def test_the_same_file_again_changes_nothing() -> None:
    kept = Kept()
    assert kept.take(PAYROLLS, RATES) == ["new Payrolls", "new Rates"]
    assert kept.take(PAYROLLS, RATES, now=NOW + HOUR) == []


def test_what_is_moved_or_left_out_is_a_version_received_now() -> None:
    kept = Kept()
    kept.take(PAYROLLS, RATES)
    moved = {**PAYROLLS, "date": "2026-08-05T11:00:00-04:00"}
    found = kept.look(moved, now=NOW + HOUR)
    assert {each.event.at for each in found.changed} == {NOW + HOUR}
    assert kept.take(moved, now=NOW + HOUR) == ["changed Payrolls", "gone Rates"]
    assert kept.take(moved, RATES, now=NOW + 2 * HOUR) == ["changed Rates"]  # it is back
    assert len(kept.newest) == 2


def test_another_series_is_left_alone() -> None:
    kept = Kept()
    own = NewsScheduled(NOW, "desk/1", at("2026-08-05 12:30"), "Speech", ("USD",))
    kept.newest["desk/1"] = ("desk", own)
    assert kept.take(PAYROLLS) == ["new Payrolls"]


def test_what_is_over_and_was_not_known_is_left_out_and_counted() -> None:
    found = Kept().look(YESTERDAY, PAYROLLS)
    assert ([each.event.title for each in found.changed], found.past) == (["Payrolls"], 1)
    at_its_moment = Kept().look(PAYROLLS, now=at("2026-08-05 12:30"))
    assert (len(at_its_moment.changed), at_its_moment.past) == (1, 0)


def test_history_is_not_rewritten() -> None:
    kept = Kept()
    kept.take(PAYROLLS, RATES)
    later, closed = at("2026-08-06 13:00"), at("2026-08-05 13:00")
    assert kept.look({**PAYROLLS, "impact": "Low"}, RATES, now=later).changed
    assert not kept.look({**PAYROLLS, "impact": "Low"}, RATES, now=later, closed=closed).changed
    into_the_past = {**RATES, "date": "2026-08-06T08:45:00-04:00"}
    assert not kept.look(PAYROLLS, into_the_past, now=later, closed=closed).changed
    ahead = {**RATES, "date": "2026-08-06T11:00:00-04:00"}
    assert kept.take(PAYROLLS, ahead, now=later, closed=closed) == ["changed Rates"]


def test_an_error_names_the_file_and_the_row() -> None:
    with pytest.raises(Unreadable) as refused:
        Kept().look(PAYROLLS, {**RATES, "date": "soon o'clock"})
    assert str(refused.value).startswith("week.json:2: ")


def test_versions_within_one_file_end_with_the_last() -> None:
    def line(moment: int, release_at: str) -> str:
        told = {
            "type": "news", "at": f"2026-08-0{moment}T00:00:00Z", "id": "x",
            "release_at": release_at, "title": "Rates", "currencies": ["USD"],
        }  # fmt: skip
        return json.dumps(told)

    lines = [line(1, "2026-08-06T12:00:00Z"), line(2, "2026-08-07T12:00:00Z")]
    source = CalendarSource("\n".join(lines).encode(), "news.jsonl")
    (only,) = changes_by(source, lambda _: [], NOW).changed
    expected = NewsScheduled(NOW, "x", at("2026-08-07 12:00"), "Rates", ("USD",))
    assert (only.event, only.series) == (replace(expected, at=NOW), only.series)
    assert only.event.release_at - NOW == 4 * DAY
