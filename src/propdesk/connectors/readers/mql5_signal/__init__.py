"""The history of a signal as its public page offers it: one row a round trip, the latest first.

It has no tickets, so rows are numbered from the oldest; a later export of the same signal gives
every row its old number. The account is not named, and money before the first row may be missing.
"""

from decimal import Decimal
from typing import cast

from propdesk.connectors import figures
from propdesk.connectors.containers.workbook_numbers import shown_number
from propdesk.connectors.metatrader.bare_table import statement_of
from propdesk.connectors.metatrader.tickets import Ticket, TicketBook, Tickets
from propdesk.connectors.readers.template import Options, Reader
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Section, Sheet
from propdesk.connectors.statement import Statement
from propdesk.domain.events import OrderSeen, Side
from propdesk.domain.exact import ZERO

ACCOUNT = "unnamed"
_OPENED = ("Time", "Type", "Volume", "Symbol", "Price")
_CLOSED = ("Time", "Price", "Commission", "Swap", "Profit")
_MT4 = (*_OPENED, "S/L", "T/P", *_CLOSED)
_MT5 = (*_OPENED, "Volume", *_CLOSED)
_TIME, _TYPE, _LOTS, _SYMBOL, _PRICE = range(5)


def _recognise(sheet: Sheet) -> bool:
    return any(_columns(row) is not None for row in sheet.rows[:1])


def _columns(row: Row) -> tuple[str, ...] | None:
    """The columns of the page's table, without the comment that may stand behind them."""
    words = tuple(row.words())
    named = words[:-1] if words[-1:] == ("Comment",) else words
    return named if named in {_MT4, _MT5} else None


def _read(sheet: Sheet, options: Options) -> Statement:
    columns = _columns(sheet.rows[0])
    table = sheet.table(*sheet.rows[0].words())
    assert columns is not None and table is not None  # noqa: S101, PT018 - recognised by this row
    rows = _SignalRows(columns, options)
    rows.read(sheet, table)
    with at_row(sheet.name, None):
        return statement_of(rows.book, rows.trades, Tickets(), options)


class _SignalRows:
    """Reads the rows of one page into a book of tickets."""

    def __init__(self, columns: tuple[str, ...], options: Options) -> None:
        self.book = TicketBook(options.account or ACCOUNT)
        self.trades = Tickets()
        self._protected = columns == _MT4
        self._width = len(columns)
        self._zone = options.zone

    def read(self, sheet: Sheet, table: Section) -> None:
        for number, row in zip(range(len(table.rows), 0, -1), table.rows, strict=True):
            with at_row(sheet.name, row.number):
                self._row(str(number), row)

    def _row(self, ticket: str, row: Row) -> None:
        cells = row.cells
        if len(cells) < self._width:
            raise ValueError(f"a row of {len(cells)} cells stands in the table")
        comment = cells[self._width] if len(cells) > self._width else ""
        kind = cells[_TYPE].lower()
        if kind == "balance":
            at = figures.moment(cells[_TIME], self._zone)
            amount = _booked(cells[self._width - 1])
            self.book.adjust(at, ticket, amount, comment, row.number)
        elif kind in {"buy", "sell"}:
            self.trades.append(self._ticket(ticket, row, cast(Side, kind), comment))
        elif kind in {"buy limit", "buy stop", "sell limit", "sell stop"}:
            self._order(ticket, row, kind, comment)
        else:
            raise ValueError(f"a row of type {cells[_TYPE][:40]!r} is not known")

    def _ticket(self, ticket: str, row: Row, side: Side, comment: str) -> Ticket:
        cells = row.cells
        closing = 7 if self._protected else 6
        if not self._protected and cells[5] != cells[_LOTS]:
            raise ValueError("a position closed by another volume than its own is not read")
        return Ticket(
            row=row.number,
            ticket=ticket,
            comment=comment,
            side=side,
            lots=figures.lots(cells[_LOTS]),
            symbol=cells[_SYMBOL],
            opened_at=figures.moment(cells[_TIME], self._zone),
            open_price=figures.positive_price(cells[_PRICE]),
            stop=figures.price(cells[5]) if self._protected else None,
            target=figures.price(cells[6]) if self._protected else None,
            closed_at=figures.moment(cells[closing], self._zone),
            close_price=figures.positive_price(cells[closing + 1]),
            commission=_booked(cells[closing + 2]),
            taxes=ZERO,
            swap=_booked(cells[closing + 3]),
            profit=_booked(cells[closing + 4]),
        )

    def _order(self, ticket: str, row: Row, kind: str, comment: str) -> None:
        cells = row.cells
        side, _, how = kind.partition(" ")
        placed = OrderSeen(
            account=self.book.account,
            at=figures.moment(cells[_TIME], self._zone),
            id=ticket,
            action="placed",
            symbol=cells[_SYMBOL],
            side=cast(Side, side),
            kind="limit" if how == "limit" else "stop",
            lots=figures.lots(cells[_LOTS]),
            requested_price=figures.positive_price(cells[_PRICE]),
        )
        gone_at = figures.moment(cells[7 if self._protected else 6], self._zone)
        self.book.order(placed, row.number, gone_at, comment)


def _booked(text: str) -> Decimal:
    """A sum as the page shows it: some are exported as a binary float with all its digits."""
    return figures.money(shown_number(text))


READER = Reader(
    name="mql5_signal",
    title="history of an MQL5 signal (CSV)",
    export="Open the signal's page, choose Trading history, then Export to CSV, History.",
    containers=frozenset({"table", "workbook"}),
    recognise=_recognise,
    read=_read,
)
