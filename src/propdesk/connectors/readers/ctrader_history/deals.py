"""Closing deals of cTrader: each row has both ends of its trade and the balance after it.

The header names the clock (``Opening time (UTC+8)``) and the currency (``Net USD``). Every
balance must be the one before and the row's net, and a row of totals the sum of all rows: money
moved between two rows is not in this export, so such a history is refused. It must not part the
swap from the profit: the export does not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from decimal import Decimal

from propdesk.connectors import figures
from propdesk.connectors.local_times import moment_of
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.readers.template import Options
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Section, Sheet
from propdesk.connectors.statement import Booked, Stated, Statement
from propdesk.domain.events import Deal, Side
from propdesk.domain.exact import ZERO, exactly

ACCOUNT = "unnamed"
_FIXED = (
    "Deal ID", "Symbol", "Opening Direction", "Closing Direction", "Entry price", "Closing price",
    "Closing Quantity", "Commissions",
)  # fmt: skip
_TIMES = (
    re.compile(r"Opening time \((UTC.*)\)", re.IGNORECASE),
    re.compile(r"Closing time \((UTC.*)\)", re.IGNORECASE),
)
_NET, _BALANCE = re.compile(r"Net ([A-Z]{3,5})"), re.compile(r"Balance ([A-Z]{3,5})")
_OFFSET = re.compile(r"UTC(?:([+-])(\d{1,2})(?::(\d\d))?)?")
_MOMENT = re.compile(r"(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d)(?:\.(\d{3}))?")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_QUANTITY = re.compile(r"([\d .]+) Lots?")
_SIDES: dict[str, tuple[Side, Side]] = {"Buy": ("buy", "sell"), "Sell": ("sell", "buy")}


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where each column stands, and what the header says of clock and currency."""

    places: dict[str, int]
    zone: timezone
    clock: str
    currency: str


@dataclass(frozen=True, slots=True)
class _Trade:
    row: int
    opened: Deal
    closed: Deal
    net: Decimal
    balance: Decimal


def is_header(row: Row) -> bool:
    """Whether a row is the header of such a list."""
    matched = (any(wanted.fullmatch(cell) for cell in row.cells) for wanted in (*_TIMES, _NET))
    return set(_FIXED) <= set(row.cells) and all(matched)


def read_history_of_deals(sheet: Sheet, options: Options) -> Statement:
    """The account of a list of deals. Raises ``Unreadable``."""
    table = sheet.table(*_FIXED)
    assert table is not None  # noqa: S101 - recognised by this header
    with at_row(sheet.name, table.row):
        columns = _columns(table)
        if options.currency not in {None, columns.currency}:
            raise ValueError(f"its money is in {columns.currency}, not in {options.currency}")
    account = options.account or ACCOUNT
    with exactly():
        trades = PackedList(_trades(sheet, table, columns, account))
        entries = PackedOrder[tuple[int, Deal]](lambda one: one[1].at)
        first = last = None
        for trade in _in_order(sheet, trades):
            first, last = first or trade, trade
            entries.put((trade.row, trade.opened))
            entries.put((trade.row, trade.closed))
        if first is None or last is None:
            raise sheet.refuse(None, "the list holds no deal")
        opening = first.balance - first.net
    booked = Booked.of(entries.drain())
    return Statement(
        platform="ctrader",
        account=account,
        currency=columns.currency,
        entries=booked.entries,
        rows=booked.rows,
        closed_trades=len(trades),
        opening=opening,
        clock=columns.clock,
        stated=Stated(last.balance, booked.entries[-1].at),
        notes=(
            "The export lists closed trades only: what is still open is not in it.",
            "Swaps are not told apart; they are part of the profits.",
        ),
    )


def _columns(table: Section) -> _Columns:
    places = {name: place for place, name in enumerate(table.header)}
    found: dict[str, str] = {}
    for name, wanted in (
        ("opened", _TIMES[0]),
        ("closed", _TIMES[1]),
        ("net", _NET),
        ("balance", _BALANCE),
    ):
        fitting = [match for cell in table.header if (match := wanted.fullmatch(cell))]
        if len(fitting) != 1:
            raise ValueError(f"the header names the column {name} {len(fitting)} times")
        places[name], found[name] = places[fitting[0].group()], fitting[0].group(1)
    if found["opened"] != found["closed"] or found["net"] != found["balance"]:
        raise ValueError("the header names two clocks or two currencies")
    return _Columns(places, _zone(found["opened"]), found["opened"], found["net"])


def _zone(text: str) -> timezone:
    found = _OFFSET.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:20]!r} is not a clock of the form UTC+8")
    sign, hours, minutes = found.groups()
    ahead = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    if ahead >= timedelta(days=1):
        raise ValueError(f"{text[:20]!r} is not a clock of the form UTC+8")
    return timezone(-ahead if sign == "-" else ahead)


def _trades(sheet: Sheet, table: Section, columns: _Columns, account: str) -> Iterator[_Trade]:
    """Every row but the totals, which are checked. Raises ``Unreadable``."""
    nets = charges = ZERO
    totals: int | None = None
    for row in table.rows:
        with at_row(sheet.name, row.number):
            if totals is not None:
                raise ValueError(f"a row stands under the totals of row {totals}")
            cells = _Cells(row, columns)
            if not cells["Deal ID"]:
                _check_totals(cells, nets, charges)
                totals = row.number
                continue
            trade = _trade(row.number, cells, columns, account)
        nets, charges = nets + trade.net, charges + trade.closed.commission
        yield trade


class _Cells:
    """A row by the names of its columns."""

    def __init__(self, row: Row, columns: _Columns) -> None:
        if len(row.cells) < max(columns.places.values()) + 1:
            raise ValueError(f"a row of {len(row.cells)} cells is too short")
        self._cells, self._places = row.cells, columns.places

    def __getitem__(self, name: str) -> str:
        return self._cells[self._places[name]]


def _check_totals(cells: _Cells, nets: Decimal, charges: Decimal) -> None:
    for name, made in (("net", nets), ("Commissions", charges)):
        if cells[name] and figures.number(cells[name]) != made:
            raise ValueError(
                f"does not reconcile: the total of {name} is stated as {cells[name]}, the rows "
                f"make {made}"
            )


def _trade(row: int, cells: _Cells, columns: _Columns, account: str) -> _Trade:
    number, symbol = cells["Deal ID"], cells["Symbol"]
    sides = _SIDES.get(cells["Opening Direction"])
    if sides is None or _SIDES.get(cells["Closing Direction"]) != sides[::-1]:
        raise ValueError(
            f"{cells['Opening Direction'][:20]!r} and {cells['Closing Direction'][:20]!r} are not "
            "the two sides of a trade"
        )
    if not symbol:
        raise ValueError("the row names no symbol")
    opened_at, closed_at = (moment(cells[name], columns.zone) for name in ("opened", "closed"))
    if closed_at < opened_at:
        raise ValueError(f"deal {number} closes before it opens")
    lots, net = _lots(cells["Closing Quantity"]), figures.number(cells["net"])
    commission = figures.money(cells["Commissions"])
    price, close_price = (
        figures.positive_price(cells[name]) for name in ("Entry price", "Closing price")
    )
    opened = Deal(account, opened_at, f"{number}/in", number, symbol, sides[0], "in", lots, price)
    closed = Deal(
        account, closed_at, f"{number}/out", number, symbol, sides[1], "out", lots, close_price,
        commission=commission, profit=net - commission,
    )  # fmt: skip
    return _Trade(row, opened, closed, net, figures.number(cells["balance"]))


def moment(text: str, zone: timezone) -> int:
    """Microseconds of ``"20 Aug 2026 21:56:13.342"``; also as a workbook shows a time."""
    found = _MOMENT.fullmatch(text)
    if found is None or found.group(2) not in _MONTHS:
        if found is None and text[:4].isdecimal():
            return figures.moment(text, zone)
        raise ValueError(f"{text[:40]!r} is not a time of the form 20 Aug 2026 21:56:13.342")
    day, month, year, hour, minute, second, milli = found.groups()
    clock = (int(hour), int(minute), int(second), int(milli or 0) * 1000)
    try:
        local = datetime(int(year), _MONTHS.index(month) + 1, int(day), *clock, tzinfo=zone)
        return moment_of(local)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a time: {error}") from None


def _lots(text: str) -> Decimal:
    found = _QUANTITY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} is not a quantity in lots")
    return figures.lots(found.group(1).strip())


def _in_order(sheet: Sheet, trades: PackedList[_Trade]) -> Iterator[_Trade]:
    """The trades as they were booked; the list may begin with the latest. Raises ``Unreadable``."""
    numbers: set[str] = set()
    for trade in trades:
        if trade.closed.position in numbers:
            raise sheet.refuse(trade.row, f"deal {trade.closed.position} stands in it twice")
        numbers.add(trade.closed.position)
    newest_first = bool(trades) and trades[0].closed.at > trades[-1].closed.at
    before: _Trade | None = None
    for after in reversed(trades) if newest_first else trades:
        if before is not None:
            with at_row(sheet.name, after.row):
                _check_follows(before, after)
        before = after
        yield after


def _check_follows(before: _Trade, after: _Trade) -> None:
    if after.closed.at < before.closed.at:
        raise ValueError(f"deal {after.closed.position} is not in order of time")
    made = before.balance + after.net
    if made != after.balance:
        raise ValueError(
            f"does not reconcile: the balance is stated as {after.balance}, the row before and "
            f"its net make {made} (difference {after.balance - made}); money that moved between "
            "is not in this export"
        )
