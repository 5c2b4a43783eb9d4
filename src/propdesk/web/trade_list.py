"""The closed trades of a judged history: filtered, sorted, in pages, and as CSV.

Everything asked for is in the address, so that a list is a link. It must not add anything up.
"""

import csv
import io
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from propdesk.domain.instants import parse_instant
from propdesk.web.templatetags.figures import amount_of

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
class Column:
    """A column of the table: what it is sorted by, and which end a first look is for."""

    name: str
    title: str | Promise
    value: Callable[[Mapping[str, Any]], Any]
    """None sorts last, whichever way."""
    largest_first: bool = True
    is_figure: bool = False


COLUMNS = (
    Column("closed", _("Closed"), lambda trade: trade["number"]),
    Column("symbol", _("Symbol"), lambda trade: trade["symbol"], largest_first=False),
    Column("net", _("Net"), lambda trade: amount_of(trade["net"]), is_figure=True),
    Column("side", _("Side"), lambda trade: trade["side"], largest_first=False),
    Column("lots", _("Lots"), lambda trade: amount_of(trade["lots"]), is_figure=True),
    Column("costs", _("Costs"), lambda trade: amount_of(trade["costs"]), is_figure=True),
    Column("opening", _("Opening price"), lambda t: amount_of(t["open_price"]), is_figure=True),
    Column("closing", _("Closing price"), lambda t: amount_of(t["close_price"]), is_figure=True),
    Column("opened", _("Opened"), lambda trade: parse_instant(trade["opened_at"])),
    Column("position", _("Position"), lambda trade: trade["position"], largest_first=False),
)
_DOWN = "-"


@dataclass(frozen=True, slots=True)
class Order:
    """By which column, and which way; the latest closed first unless asked."""

    column: Column = COLUMNS[0]
    largest_first: bool = True

    @classmethod
    def of(cls, asked: str) -> "Order":
        """From an address: ``net`` rises, ``-net`` falls. An unknown column asks for nothing."""
        name = asked.removeprefix(_DOWN)
        column = next((each for each in COLUMNS if each.name == name), None)
        return cls() if column is None else cls(column, asked.startswith(_DOWN))

    @property
    def query(self) -> str:
        """As in an address; empty where nothing need be said."""
        if self == Order():
            return ""
        return f"{_DOWN if self.largest_first else ''}{self.column.name}"

    def sorted(self, trades: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """Equal ones by their closing, the same way; those without a value last."""
        every = [(self.column.value(each), each["number"], each) for each in trades]
        known = [each for each in every if each[0] is not None]
        known.sort(key=lambda each: each[:2], reverse=self.largest_first)
        return [each[2] for each in (*known, *(each for each in every if each[0] is None))]


@dataclass(frozen=True, slots=True)
class Heading:
    """A column's head: the address that sorts by it, and how it is sorted now."""

    column: Column
    query: str
    sorted: str
    """``ascending`` or ``descending`` as ``aria-sort`` has it; empty where by another column."""


@dataclass(frozen=True, slots=True)
class TradePage:
    """One page. ``before`` of the next page is the number of its last trade."""

    trades: tuple[dict[str, Any], ...]
    found: int
    wanted: Filter
    order: Order
    symbols: tuple[str, ...]
    days: tuple[str, ...]
    older: str
    """The query of the next page; empty on the last."""
    later: bool
    """Whether this is not the first page."""

    @property
    def query(self) -> str:
        """The query of the first page."""
        return self.wanted.query(sort=self.order.query)

    @property
    def by_closing(self) -> bool:
        """Whether the latest are first."""
        return self.order == Order()

    @property
    def headings(self) -> tuple[Heading, ...]:
        return tuple(self._heading(column) for column in COLUMNS)

    def _heading(self, column: Column) -> Heading:
        if column != self.order.column:
            to, now = Order(column, column.largest_first), ""
        else:
            to = Order(column, not self.order.largest_first)
            now = "descending" if self.order.largest_first else "ascending"
        return Heading(column, self.wanted.query(sort=to.query), now)


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
    result: Mapping[str, Any],
    wanted: Filter,
    before: int | None,
    order: Order | None = None,
    size: int = PAGE_TRADES,
) -> TradePage:
    """The trades that are wanted, in ``order``, from the one after number ``before`` on."""
    order = order or Order()
    every = order.sorted(numbered(result))
    places = {trade["number"]: place for place, trade in enumerate(every, 1)}
    start = places.get(before or 0, 0)
    rest = [trade for trade in every[start:] if wanted.takes(trade)]
    found = sum(map(wanted.takes, every))
    shown = tuple(rest[:size])
    last = shown[-1]["number"] if len(rest) > size else None
    return TradePage(
        trades=shown,
        found=found,
        wanted=wanted,
        order=order,
        symbols=tuple(sorted({trade["symbol"] for trade in every})),
        days=tuple(sorted({trade["day"] for trade in every if trade["day"]}, reverse=True)),
        older="" if last is None else wanted.query(sort=order.query, before=last),
        later=len(rest) < found,
    )


def as_csv(result: Mapping[str, Any], wanted: Filter, order: Order | None = None) -> str:
    """The wanted trades in ``order``, else in that of their closing; times in UTC."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(CSV_COLUMNS)
    trades = numbered(result)
    if order is not None and order != Order():
        trades = order.sorted(trades)
    for trade in trades:
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
