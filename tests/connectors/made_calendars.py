"""Versions of calendars made for tests, and a trade judged by them; one rule, one position."""

import json
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from propdesk.connectors.calendars.calendar import Calendar, read_calendar
from propdesk.connectors.calendars.sources import CalendarSource
from propdesk.domain.events import AccountOpened, Deal, Event, NewsScheduled, TradeReported
from propdesk.domain.instants import DAY, format_instant, parse_instant
from propdesk.domain.rules.news import News
from tests import story

HEADER = "title,country,date,impact,forecast,previous"


def at(text: str) -> int:
    """``2026-08-04 14:50`` in UTC, in microseconds."""
    return parse_instant(text.replace(" ", "T") + "Z")


def release(title: str, date: str, country: str = "USD", impact: str = "High") -> dict[str, str]:
    return {"title": title, "country": country, "date": date, "impact": impact,
            "forecast": "", "previous": ""}  # fmt: skip


def feed(received: str, *releases: dict[str, str]) -> CalendarSource:
    """A version of the weekly feed, its time of receipt in its name."""
    stamp = received.replace("-", "").replace(":", "").replace(" ", "T") + "Z"
    return text(f"{stamp}_week.json", json.dumps(releases))


def bytes_of(source: CalendarSource) -> bytes:
    assert isinstance(source.data, bytes)
    return source.data


def text(name: str, content: str, received_at: int | None = None) -> CalendarSource:
    return CalendarSource(content.encode(), name, received_at)


def read(*sources: CalendarSource, zone: str | None = None) -> Calendar:
    return read_calendar(sources, zone=zone)


def releases(calendar: Calendar) -> list[tuple[str, str]]:
    """Title and time of each version that was not a withdrawal."""
    return [
        (each.title, format_instant(each.release_at))
        for each in calendar.events
        if not each.withdrawn
    ]


def verdict(
    events: Iterable[NewsScheduled], moment: int, symbol: str = "EURUSD", **more: Any
) -> str:
    """What opening at ``moment`` by hand is: ``free``, or the outcome of the one rule of news."""
    trade = Deal(story.ACCOUNT, moment, "D", "P", symbol, "buy", "in", Decimal("0.01"),
                 Decimal("1.1"), reason="manual")  # fmt: skip
    return judged(events, trade, **more)


def judged(events: Iterable[NewsScheduled], trade: Deal | TradeReported, **more: Any) -> str:
    """``free``, or the first outcome of the one rule of news; two minutes around any release."""
    terms: dict[str, Any] = {
        "window_before_minutes": Decimal(2), "window_after_minutes": Decimal(2),
        "restricts": ("open",), "targets": "currency", "impacts": (), **more,
    }  # fmt: skip
    opened = AccountOpened(story.ACCOUNT, trade.at - DAY, "USD", Decimal(100_000))
    log: list[Event] = [*events, opened, trade]  # sorting keeps news before deals of its moment
    log.sort(key=lambda event: event.at)
    found = story.judged(story.rulebook(News(**terms)), log).verdicts
    return next((each.outcome for each in found if each.rule == "news"), "free")
