"""Round trips of Tradovate as the fills they are made of: the earlier opens, the later closes.

Rows that share their opening fill are one position closed in parts. The report states no
balance; each row's profit is held against its prices instead. It must not invent commissions:
the report tells none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from itertools import groupby
from operator import itemgetter

from propdesk.connectors import figures
from propdesk.connectors.local_times import moment_of
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.readers.template import Options
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Sheet
from propdesk.connectors.statement import Booked, Statement
from propdesk.domain.events import Deal, Side
from propdesk.domain.exact import ZERO, exactly, parse_decimal
from propdesk.domain.instruments import Catalogue, finite_decimal
from propdesk.domain.valuation import profit_in_profit_currency

ACCOUNT = "unnamed"
CURRENCY = "USD"
COLUMNS = (
    "symbol", "buyFillId", "sellFillId", "qty", "buyPrice", "sellPrice", "pnl",
    "boughtTimestamp", "soldTimestamp",
)  # fmt: skip
_MONEY = re.compile(r"\$(\()?(\d{1,3}(?:,\d{3})+|\d+)(\.\d\d)(\))?")
_MOMENT = re.compile(r"(\d\d)/(\d\d)/(\d{4}) (\d\d):(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class _Fill:
    """One side of a row."""

    side: Side
    id: str
    at: int
    price: Decimal

    @property
    def order(self) -> tuple[int, int]:
        """Fills are numbered as they happen; seconds alone do not part them."""
        return (self.at, int(self.id))


@dataclass(frozen=True, slots=True)
class _Trip:
    row: int
    symbol: str
    lots: Decimal
    opening: _Fill
    closing: _Fill
    profit: Decimal


class _Trips:
    """The round trips by the fill that opened them, in the order of the report. Mutable."""

    def __init__(self) -> None:
        self.count = 0
        self._first: dict[str, int] = {}
        self._held = PackedOrder[_Trip](lambda trip: self._first[trip.opening.id])

    def put(self, trip: _Trip) -> None:
        self._first.setdefault(trip.opening.id, self.count)
        self._held.put(trip)
        self.count += 1

    def drain(self) -> Iterator[tuple[str, list[_Trip]]]:
        """Each opening fill with the trips it opened."""
        for number, parts in groupby(self._held.drain(), key=lambda trip: trip.opening.id):
            yield number, list(parts)


def read_performance(sheet: Sheet, options: Options) -> Statement:
    """The account of a report. Raises ``Unreadable``."""
    table = sheet.table(*COLUMNS)
    assert table is not None  # noqa: S101 - recognised by this header
    if options.currency not in {None, CURRENCY}:
        raise sheet.refuse(table.row, f"its money is in {CURRENCY}, not in {options.currency}")
    trips = _Trips()
    for row in table.rows:
        with at_row(sheet.name, row.number), exactly():
            if len(row.cells) != len(table.header):
                raise ValueError(
                    f"a row of {len(row.cells)} cells in a table of {len(table.header)} columns"
                )
            cells = dict(zip(table.header, row.cells, strict=True))
            trip = _trip(row.number, cells, options.zone)
            _reconcile(trip, options.catalogue)
            trips.put(trip)
    if not trips.count:
        raise sheet.refuse(table.row, "the report holds no round trip")
    booked = _deals(sheet.name, trips, options.account or ACCOUNT)
    return Statement(
        platform="futures",
        account=options.account or ACCOUNT,
        currency=CURRENCY,
        entries=booked.entries,
        rows=booked.rows,
        closed_trades=trips.count,
        opening=options.size,
        notes=(
            "The report states no balance; each row's profit agrees with its own prices.",
            "The report tells no commissions; profits are before them.",
        ),
    )


def _trip(row: int, cells: dict[str, str], zone: tzinfo) -> _Trip:
    buy = _fill("buy", cells["buyFillId"], cells["boughtTimestamp"], cells["buyPrice"], zone)
    sell = _fill("sell", cells["sellFillId"], cells["soldTimestamp"], cells["sellPrice"], zone)
    if buy.order == sell.order:
        raise ValueError(f"fill {buy.id} both opens and closes the trade")
    opening, closing = (buy, sell) if buy.order < sell.order else (sell, buy)
    if not cells["symbol"]:
        raise ValueError("the row names no symbol")
    lots = figures.lots(cells["qty"])
    return _Trip(row, cells["symbol"], lots, opening, closing, money(cells["pnl"]))


def _fill(side: Side, number: str, time: str, price: str, zone: tzinfo) -> _Fill:
    if not (number.isascii() and number.isdecimal()):
        raise ValueError(f"{number[:40]!r} is not the number of a fill")
    return _Fill(side, number, _moment(time, zone), figures.positive_price(price))


def money(text: str) -> Decimal:
    """``"$(1,041.25)"``, in brackets where it is lost; a plain number as a workbook shows it."""
    found = _MONEY.fullmatch(text)
    if found is None:
        return figures.number(text)
    lost, whole, cents, closed = found.groups()
    if (lost is None) is not (closed is None):
        raise ValueError(f"{text[:40]!r} is not an amount: a bracket is missing")
    amount = parse_decimal(whole.replace(",", "") + cents)
    return amount if lost is None else -amount


def _moment(text: str, zone: tzinfo) -> int:
    found = _MOMENT.fullmatch(text)
    if found is None:
        if "/" in text:
            raise ValueError(f"{text[:40]!r} is not a time of the form 01/22/2025 23:02:03")
        return figures.moment(text, zone)
    month, day, year, hour, minute, second = (int(part) for part in found.groups())
    try:
        return moment_of(datetime(year, month, day, hour, minute, second, tzinfo=zone))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time (month/day/year): {error}") from None


def _reconcile(trip: _Trip, catalogue: Catalogue) -> None:
    """Hold the profit against the prices; an instrument that is not known is refused later."""
    instrument = catalogue.find(trip.symbol)
    if instrument is None:
        return
    opening, closing = trip.opening, trip.closing
    made = profit_in_profit_currency(
        instrument, opening.side, trip.lots, opening.price, closing.price
    )
    if made != trip.profit:
        raise ValueError(
            f"does not reconcile: the profit is stated as {trip.profit}, the prices make "
            f"{finite_decimal(made) or made}"
        )


def _deals(name: str, trips: _Trips, account: str) -> Booked:
    """Row and deal of every fill, as they happened."""
    placed = PackedOrder[tuple[tuple[int, int, int], int, Deal]](itemgetter(0))
    for number, parts in trips.drain():
        first = parts[0]
        for part in parts:
            with at_row(name, part.row):
                if (part.symbol, part.opening) != (first.symbol, first.opening):
                    raise ValueError(f"fill {number} is told in two ways (row {first.row})")
        whole = sum((part.lots for part in parts), ZERO)
        opened = _deal(account, first, first.opening, number, "in", whole)
        placed.put(((*first.opening.order, 1), first.row, opened))
        closed: set[str] = set()
        for part in parts:
            with at_row(name, part.row):
                if part.closing.id in closed:
                    raise ValueError("the row stands in the report twice")
            closed.add(part.closing.id)
            deal = _deal(account, part, part.closing, number, "out", part.lots)
            placed.put(((*part.closing.order, 0), part.row, deal))
    return Booked.of((row, deal) for _, row, deal in placed.drain())


def _deal(account: str, trip: _Trip, fill: _Fill, position: str, entry: str, lots: Decimal) -> Deal:
    closes = entry == "out"
    return Deal(
        account=account,
        at=fill.at,
        id=f"{fill.id}/{position}" if closes else fill.id,
        position=position,
        symbol=trip.symbol,
        side=fill.side,
        entry="out" if closes else "in",
        lots=lots,
        price=fill.price,
        profit=trip.profit if closes else ZERO,
        order=fill.id,
    )
