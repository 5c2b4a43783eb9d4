"""The closed trades of a judged history: filtered, in pages, and as CSV.

Everything asked for is in the address, so that a list is a link. It must not add anything up.
"""

import csv
import io
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

PAGE_TRADES = 50
RESULTS = ("won", "lost", "even")
SIDES = ("buy", "sell")
CSV_COLUMNS = (
    "id",
    "position",
    "symbol",
    "side",
    "lots",
    "opened_at",
    "open_price",
    "closed_at",
    "close_price",
    "profit",
    "costs",
    "net",
    "day",
    "partial",
    "reason",
)
# A spreadsheet takes a text that begins with one of these for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_TEXTS = frozenset({"id", "position", "symbol", "reason"})


@dataclass(frozen=True, slots=True)
class Filter:
    """What is asked for; an empty text asks for nothing."""

    symbol: str = ""
    side: str = ""
    result: str = ""
    day: str = ""

    @classmethod
    def of(cls, asked: Mapping[str, str]) -> "Filter":
        """From an address. A value nobody offered finds nothing, as it would in a shop."""
        return cls(**{each.name: asked.get(each.name, "")[:60] for each in fields(cls)})

    def takes(self, trade: Mapping[str, Any]) -> bool:
        wanted = {each.name: getattr(self, each.name) for each in fields(self)}
        return all(not value or trade[name] == value for name, value in wanted.items())

    def query(self, **more: object) -> str:
        asked = {each.name: getattr(self, each.name) for each in fields(self)} | more
        return urlencode({name: value for name, value in asked.items() if value})


@dataclass(frozen=True, slots=True)
class TradePage:
    """One page, the latest first. ``before`` of the next page is its last trade's number."""

    trades: tuple[dict[str, Any], ...]
    found: int
    wanted: Filter
    symbols: tuple[str, ...]
    days: tuple[str, ...]
    older: str
    """The query of the next page; empty on the last."""
    later: bool
    """Whether this is not the first page."""


def numbered(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The trades as closed, each with its number (from 1), its day and how it ended."""
    days = sorted((day["start"], day["end"], day["day"]) for day in result["days"])
    return [
        {
            **trade,
            "number": number,
            "day": _day_of(trade["closed_at"], days),
            "result": _result_of(trade["net"]),
        }
        for number, trade in enumerate(result.get("trades", ()), 1)
    ]


def page_of_trades(
    result: Mapping[str, Any], wanted: Filter, before: int | None, size: int = PAGE_TRADES
) -> TradePage:
    """The trades that are wanted, from the one closed before number ``before`` on."""
    every = numbered(result)
    found = [trade for trade in every if wanted.takes(trade)]
    rest = [trade for trade in found if before is None or trade["number"] < before]
    shown = tuple(reversed(rest[-size:]))
    more = len(rest) > size
    return TradePage(
        trades=shown,
        found=len(found),
        wanted=wanted,
        symbols=tuple(sorted({trade["symbol"] for trade in every})),
        days=tuple(sorted({trade["day"] for trade in every if trade["day"]}, reverse=True)),
        older=wanted.query(before=shown[-1]["number"]) if more else "",
        later=before is not None and len(rest) < len(found),
    )


def as_csv(result: Mapping[str, Any], wanted: Filter) -> str:
    """The wanted trades in the order of their closing, times in UTC."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(CSV_COLUMNS)
    for trade in numbered(result):
        if wanted.takes(trade):
            table.writerow(_cell(name, trade[name]) for name in CSV_COLUMNS)
    return out.getvalue()


def _cell(name: str, value: object) -> object:
    if name in _TEXTS and str(value).startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value


def _day_of(closed_at: str, days: Sequence[tuple[str, str, str]]) -> str:
    """The trading day of a closing; times of one form compare as texts, to the second."""
    second = closed_at[:19]
    place = bisect_right(days, second, key=lambda day: day[0][:19]) - 1
    return days[place][2] if place >= 0 and second < days[place][1][:19] else ""


def _result_of(net: str) -> str:
    amount = Decimal(net)
    return "won" if amount > 0 else "lost" if amount < 0 else "even"
