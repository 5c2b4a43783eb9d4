"""Rows of a table a person described as one account's events, reconciled by its balances.

A row is a fill, or a round trip with both its ends. It must not repair an order: a list may
begin with the latest row, but otherwise it is as it was booked.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from operator import itemgetter
from typing import TypeAlias

from propdesk.connectors.column_map import COSTS, ColumnMap
from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.readers.mapped_table.cells import Cells
from propdesk.connectors.readers.template import Options
from propdesk.connectors.refusal import Unreadable, at_row
from propdesk.connectors.sheet import Row, Sheet
from propdesk.connectors.statement import Booked, Entry, Stated, Statement, adjustment_kind
from propdesk.domain.events import BalanceAdjusted, Deal, Side
from propdesk.domain.events import Entry as DealEntry
from propdesk.domain.exact import ZERO, exactly

ACCOUNT = "unnamed"
_OPPOSITE: dict[Side, Side] = {"buy": "sell", "sell": "buy"}


def sheet_by(sheets: Sequence[Sheet], columns: ColumnMap, name: str) -> Sheet:
    """The one sheet that has all the columns. Raises ``Unreadable``."""
    named = [each for each in sheets if columns.sheet in {None, each.title}]
    if not named:
        raise Unreadable(name, None, f"the workbook has no sheet {columns.sheet!r}")
    found = [each for each in named if _header(each, columns) is not None]
    if len(found) == 1:
        return found[0]
    if found:
        titles = ", ".join(repr(each.title) for each in found[:5])
        raise Unreadable(name, None, f"{len(found)} sheets have these columns ({titles}); name one")
    missing = _missing(named, columns)
    said = f"it has no column {', '.join(map(repr, missing))}" if missing else _APART
    raise Unreadable(name, None, said)


def _missing(sheets: Sequence[Sheet], columns: ColumnMap) -> list[str]:
    """The headings that no cell of the sheets holds."""
    missing = list(columns.columns.values())
    for sheet in sheets:
        for row in sheet.rows:
            if missing:
                missing = [each for each in missing if each.partition("#")[0] not in row.cells]
    return missing


_APART = "no single row has all the headings that the file of columns names"


def _header(sheet: Sheet, columns: ColumnMap) -> tuple[int, dict[str, int]] | None:
    """Which of the rows is the header, and where each meaning stands in it."""
    for number, row in enumerate(sheet.rows):
        places = {name: _place(row, heading) for name, heading in columns.columns.items()}
        found = {name: place for name, place in places.items() if place is not None}
        if len(found) == len(places):
            return number, found
    return None


def _place(row: Row, heading: str) -> int | None:
    """The column headed so; ``Time#2`` is the second of that name, and one alone is needed."""
    name, mark, nth = heading.partition("#")
    same = [place for place, cell in enumerate(row.cells) if cell == name]
    if mark and nth.isdecimal():
        return same[int(nth) - 1] if 0 < int(nth) <= len(same) else None
    same = [place for place, cell in enumerate(row.cells) if cell == heading]
    return same[0] if len(same) == 1 else None


@dataclass(slots=True)
class _Held:
    """What is open of one position. Mutable: rows add to it and take from it."""

    side: Side
    lots: Decimal
    name: str


@dataclass(frozen=True, slots=True)
class _Moved:
    """What one row moved the balance by to reach what it states, and when."""

    row: int
    at: int
    moved: Decimal
    balance: Decimal | None
    is_trade: bool


_Entry: TypeAlias = tuple[tuple[int, int], int, Entry]
"""An event's moment and that of its row, its row, and the event."""


def read_mapped_table(sheet: Sheet, options: Options) -> Statement:
    """The account of a table. Raises ``Unreadable``."""
    columns = options.columns
    assert columns is not None  # noqa: S101 - chosen because it was given
    header = _header(sheet, columns)
    assert header is not None  # noqa: S101 - chosen because it has one
    start, places = header
    currency = options.currency or columns.currency
    if currency is None:
        raise sheet.refuse(None, "no currency is named, neither here nor in the file of columns")
    reading = _Reading(options, columns, options.account or columns.account or ACCOUNT)
    moves = PackedOrder[_Moved](lambda each: each.at)
    entries = PackedOrder[_Entry](itemgetter(0))
    for row in _oldest_first(sheet, start + 1, places, reading):
        with at_row(sheet.name, row.number), exactly():
            found = reading.row(Cells(row, places, columns))
        if found is not None:
            moved, events = found
            moves.put(moved)
            for event in events:
                entries.put(((event.at, moved.at), moved.row, event))
    last, opening, deposited = _reconciled(sheet, moves.drain())
    booked = Booked.of((row, event) for _, row, event in entries.drain())
    if not booked.rows:
        raise sheet.refuse(sheet.rows[start].number, "the table holds no row that books anything")
    if deposited and opening == ZERO:
        opening = None  # the deposit opens the account
    elif opening is None and not deposited:
        opening = options.size
    return Statement(
        platform=columns.platform,
        account=reading.account,
        currency=currency,
        entries=booked.entries,
        rows=booked.rows,
        closed_trades=reading.closed,
        opening=opening,
        stated=None if last is None else Stated(last, booked.entries[-1].at),
        netting=reading.netting,
        notes=() if last is not None else (_NO_BALANCE,),
    )


_NO_BALANCE = (
    "The file of columns names no balance, so there is nothing the rows could be reconciled with."
)


def _oldest_first(
    sheet: Sheet, start: int, places: dict[str, int], reading: "_Reading"
) -> Iterator[Row]:
    """The rows as they were booked: a list whose first row is the latest is turned round."""
    body = PackedList(row for row in sheet.rows.since(start) if not row.is_blank())
    ends = [Cells(row, places, reading.columns) for row in (body[:1] + body[-1:])]
    times: list[int] = []
    for cells in ends:
        with at_row(sheet.name, cells.row):
            if reading.kind(cells) != "skip":
                times.append(cells.moment(reading.when(cells), reading.options.zone))
    return reversed(body) if len(times) == 2 and times[0] > times[1] else iter(body)


def _reconciled(
    sheet: Sheet, moves: Iterable[_Moved]
) -> tuple[Decimal | None, Decimal | None, bool]:
    """The last balance stated, the one before the first row, and whether that is no trade.

    Either is None where no balance is stated. Raises ``Unreadable`` at the row whose balance its
    figures do not make.
    """
    balance: Decimal | None = None
    opening: Decimal | None = None
    deposited: bool | None = None
    moved = ZERO
    for each in moves:
        deposited = not each.is_trade if deposited is None else deposited
        with at_row(sheet.name, each.row), exactly():
            moved += each.moved
            if opening is None and each.balance is not None:
                opening = each.balance - moved
            elif opening is not None and each.balance not in {None, opening + moved}:
                raise ValueError(
                    f"does not reconcile: the balance is stated as {each.balance}, the rows make "
                    f"{opening + moved} (difference {(each.balance or ZERO) - opening - moved})"
                )
            balance = each.balance
    if opening is not None and balance is None:
        balance = opening + moved  # what came after the last balance stated
    return balance, opening, bool(deposited)


@dataclass(slots=True)
class _Reading:
    """What the rows so far left open. Mutable: it walks."""

    options: Options
    columns: ColumnMap
    account: str
    closed: int = 0
    latest: int = -(2**62)
    _held: dict[str, _Held] = field(default_factory=dict)
    _numbers: "count[int]" = field(default_factory=lambda: count(1))
    _seen: dict[str, int] = field(default_factory=dict)

    @property
    def netting(self) -> bool:
        """Without a column of positions the fills of a symbol are one position."""
        return self.columns.rows == "deals" and "position" not in self.columns.columns

    def kind(self, cells: Cells) -> str:
        if "kind" not in self.columns.columns:
            return "trade"
        return cells.word("kind", "trade", "balance", "skip")

    def when(self, cells: Cells) -> str:
        """The column of the time at which a row was booked."""
        if self.columns.rows == "deals":
            return "time"
        return "close_time" if cells.text("close_time") else "open_time"

    def row(self, cells: Cells) -> tuple[_Moved, list[Entry]] | None:
        kind = self.kind(cells)
        if kind == "skip":
            return None
        stated = cells.number("balance") if cells.text("balance") else None
        if kind == "balance":
            amount = cells.number("profit")
            adjusted = self._adjusted(cells, amount)
            return _Moved(cells.row, adjusted.at, amount, stated, is_trade=False), [adjusted]
        costs = self._costs(cells)
        deals = self._trip(cells, costs) if self.columns.rows == "trades" else [
            self._fill(cells, costs)
        ]  # fmt: skip
        moved = sum((d.profit + d.commission + d.swap + d.fee for d in deals), ZERO)
        return _Moved(cells.row, deals[-1].at, moved, stated, is_trade=True), [*deals]

    def _number(self, cells: Cells) -> str:
        """The row's own id, or that of its position, or its number; none stands twice."""
        name = cells.text("id")
        if not name and self.columns.rows == "trades":
            name = cells.text("position")
        name = name or f"row {cells.row}"
        if name in self._seen:
            raise ValueError(f"{name[:40]!r} already stands in row {self._seen[name]}")
        self._seen[name] = cells.row
        return name

    def _adjusted(self, cells: Cells, amount: Decimal) -> BalanceAdjusted:
        at = cells.moment(self.when(cells), self.options.zone)
        comment = f"{cells.text('kind')} {cells.text('comment')}"
        kind = adjustment_kind(comment, amount)
        return BalanceAdjusted(self.account, at, amount, kind, self._number(cells))

    def _costs(self, cells: Cells) -> dict[str, Decimal]:
        """Commission, swap and fee as booked: a cost below zero."""
        found = {name: cells.money(name) for name in COSTS}
        if self.columns.costs_are_positive:
            found = {n: v if n == "swap" else -v for n, v in found.items()}
        return found

    def _profit(self, cells: Cells, costs: dict[str, Decimal]) -> Decimal:
        profit = cells.money("profit")
        return profit - sum(costs.values(), ZERO) if self.columns.profit_is_net else profit

    def _trip(self, cells: Cells, costs: dict[str, Decimal]) -> list[Deal]:
        symbol, zone = cells.needed("symbol"), self.options.zone
        side: Side = "buy" if cells.word("side", "buy", "sell") == "buy" else "sell"
        opened_at, closed_at = cells.moment("open_time", zone), cells.moment("close_time", zone)
        if closed_at < opened_at:
            raise ValueError("the trade closes before it opens")
        cells.needed("profit")
        name, lots = self._number(cells), cells.lots(symbol, self.options.catalogue)
        price, close_price = cells.positive("open_price"), cells.positive("close_price")
        self.closed += 1
        return [
            Deal(self.account, opened_at, f"{name}/in", name, symbol, side, "in", lots, price),
            Deal(
                self.account, closed_at, f"{name}/out", name, symbol, _OPPOSITE[side], "out", lots,
                close_price, costs["commission"], costs["swap"], self._profit(cells, costs),
                costs["fee"],
            ),
        ]  # fmt: skip

    def _fill(self, cells: Cells, costs: dict[str, Decimal]) -> Deal:
        symbol, at = cells.needed("symbol"), cells.moment("time", self.options.zone)
        if at < self.latest:
            raise ValueError("the fills are not in order of time")
        self.latest = at
        side: Side = "buy" if cells.word("side", "buy", "sell") == "buy" else "sell"
        lots = cells.lots(symbol, self.options.catalogue)
        name = self._number(cells)
        key = symbol if self.netting else cells.needed("position")
        entry, position = self._entered(key, side, lots)
        return Deal(
            self.account, at, name, position, symbol, side,
            entry, lots, cells.positive("price"), costs["commission"], costs["swap"],
            self._profit(cells, costs), costs["fee"], comment=cells.text("comment"),
        )  # fmt: skip

    def _entered(self, key: str, side: Side, lots: Decimal) -> tuple[DealEntry, str]:
        """Whether a fill opens, adds, closes or turns a position round, and the position's id."""
        held = self._held.get(key)
        if held is None or held.side == side:
            before = ZERO if held is None else held.lots
            name = held.name if held else f"{key} {next(self._numbers)}" if self.netting else key
            self._held[key] = _Held(side, before + lots, name)
            return "in", name
        self.closed += 1
        left = held.lots - lots
        if left > ZERO:
            held.lots = left
            return "out", held.name
        if left == ZERO:
            del self._held[key]
            return "out", held.name
        if not self.netting:
            raise ValueError(f"position {key[:40]!r} has only {held.lots} lots open")
        self._held[key] = _Held(side, -left, held.name)
        return "inout", held.name
