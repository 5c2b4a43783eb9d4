"""The markets that are known by name: their sessions, the days they are shut, what they trade.

Public facts from files written by ``scripts/make_catalogue.py``. It must not judge: a rule that
names a market gets its hours, and what it makes of them is the rule's.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from importlib.resources import files
from types import MappingProxyType

from propdesk.domain.instruments import Instrument
from propdesk.domain.market_hours import MIDNIGHT, WEEKDAYS, Closure, MarketHours, Session, Weekday

FOREX = "forex"
_EXCHANGES = ("cme_", "cbot_", "comex_", "nymex_")


@dataclass(frozen=True, slots=True)
class Market:
    """One market; ``symbols`` and ``asset_classes`` say which instruments keep its hours."""

    name: str
    title: str
    hours: MarketHours
    asset_classes: frozenset[str]
    symbols: frozenset[str]


@lru_cache(maxsize=1)
def markets() -> Mapping[str, Market]:
    """Every market by its name, in the file's order."""
    closures: dict[str, list[Closure]] = {}
    for row in _rows("market_closures.csv"):
        closures.setdefault(row["market"], []).append(
            Closure(
                on=date.fromisoformat(row["on"]),
                at=_time(row["from"]),
                until=_time(row["until"]) if row["until"] else None,
            )
        )
    return MappingProxyType(
        {
            row["market"]: Market(
                row["market"],
                row["title"],
                MarketHours(
                    zone=row["zone"],
                    sessions=tuple(_session(text) for text in row["sessions"].split("|")),
                    closures=tuple(closures.get(row["market"], ())),
                ),
                frozenset(row["asset_classes"].split("|")),
                frozenset(row["symbols"].split("|")),
            )
            for row in _rows("markets.csv")
        }
    )


def market_of(instrument: Instrument | None) -> Market:
    """The market whose hours an instrument keeps; an unknown one those of currencies.

    One named by a market first, then its product family (a dated future), then its asset class.
    """
    known = markets()
    if instrument is None:
        return known[FOREX]
    for symbol in (instrument.symbol, instrument.correlated):
        for market in known.values():
            if symbol in market.symbols:
                return market
    of_class = (each for each in known.values() if instrument.asset_class in each.asset_classes)
    return next(of_class, known[FOREX])


def listed_until() -> date:
    """The last day for which every exchange's own closures are listed.

    Christmas and New Year's Day are listed for years ahead and say nothing.
    """
    return min(
        max(each.on for each in market.hours.closures if not _is_feast(each.on))
        for name, market in markets().items()
        if name.startswith(_EXCHANGES)
    )


def _is_feast(day: date) -> bool:
    return (day.month, day.day) in {(12, 24), (12, 25), (12, 31), (1, 1)}


def _rows(name: str) -> Iterator[dict[str, str]]:
    text = files("propdesk.wire").joinpath(name).read_text(encoding="utf-8")
    return csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))


def _session(text: str) -> Session:
    from_day, opens, to_day, closes = text.split(" ")
    return Session(
        from_day=_weekday(from_day), opens=_time(opens), to_day=_weekday(to_day),
        closes=_time(closes),
    )  # fmt: skip


def _weekday(text: str) -> Weekday:
    return next(each for each in WEEKDAYS if each == text)


def _time(text: str) -> time:
    return time.fromisoformat(text) if text else MIDNIGHT
