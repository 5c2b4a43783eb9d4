"""Moments as pages write them, on the days an example runs."""

import re
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.bench import ACCOUNT, FIRST_DAY, POINT, START_PRICE, Bench
from propdesk.boot.vectors.given import NotUnderstood
from propdesk.domain.clock import local_instant, zone_of
from propdesk.domain.events import Deal, TradeReported
from propdesk.domain.instants import MINUTE

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
NOON = time(12)


def weekday(name: str) -> date:
    """The date of the example's first week that bears the name."""
    if name not in WEEKDAYS:
        raise NotUnderstood(f"does not know the day {name!r}")
    return FIRST_DAY + timedelta(days=WEEKDAYS.index(name))


def numbered(day: int) -> date:
    """The first, second, … day of the example."""
    return FIRST_DAY + timedelta(days=day - 1)


def clock_time(text: str) -> time:
    if not re.fullmatch(r"\d\d:\d\d", text):
        raise NotUnderstood(f"{text!r} is no time of day")
    return time.fromisoformat(text)


def on(day: date, at: time = NOON, zone: str = "UTC") -> int:
    return local_instant(day, at, zone_of(zone))


def round_trip(bench: Bench, opened_at: int, closed_at: int, profit: Decimal, **more: Any) -> Bench:
    """A trade with the times a page gives it."""
    more.setdefault("symbol", POINT.symbol)
    more.setdefault("side", "buy")
    more.setdefault("lots", Decimal(1))
    name = f"{opened_at}-{closed_at}-{profit}"
    trade = TradeReported(ACCOUNT, closed_at, name, opened_at=opened_at, profit=profit, **more)
    bench.now = max(bench.now, closed_at)
    return bench.add(trade)


def fill(bench: Bench, position: str, side: Any, entry: Any, lots: Decimal, **more: Any) -> Bench:
    """One fill, a minute later, at the example's price unless it says otherwise."""
    more.setdefault("price", START_PRICE)
    more.setdefault("symbol", POINT.symbol)
    at = bench.later()
    name = f"{position}-{at}"
    return bench.add(
        Deal(account=ACCOUNT, at=at, id=name, position=position, side=side, entry=entry,
             lots=lots, **more)
    )  # fmt: skip


def span(opened: date, closed: date) -> tuple[int, int]:
    """Noon to noon; a trade within one day takes a minute."""
    return on(opened), on(closed) + (MINUTE if opened == closed else 0)
