"""The rows of MT4_TRADES: volumes in hundredths of a lot, commands by number, 1970 for never.

It must not read an account it is not asked for, and it accepts no command it does not know.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Literal

from propdesk.connectors import figures
from propdesk.connectors.metatrader.bare_table import statement_of
from propdesk.connectors.metatrader.tickets import Ticket, TicketBook, Tickets
from propdesk.connectors.readers.template import Options
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Section, Sheet
from propdesk.connectors.statement import Accounts, Statement
from propdesk.domain.events import OrderSeen, Side

COLUMNS = (
    "TICKET", "LOGIN", "SYMBOL", "CMD", "VOLUME", "OPEN_TIME", "OPEN_PRICE", "SL", "TP",
    "CLOSE_TIME", "COMMISSION", "SWAPS", "CLOSE_PRICE", "PROFIT", "TAXES", "COMMENT",
)  # fmt: skip
_NEVER = "1970-01-01 00:00"
_HUNDREDTH = Decimal("0.01")
_SIDES: dict[str, Side] = {"0": "buy", "1": "sell"}
_PENDING: dict[str, tuple[Side, Literal["limit", "stop"]]] = {
    "2": ("buy", "limit"),
    "3": ("sell", "limit"),
    "4": ("buy", "stop"),
    "5": ("sell", "stop"),
}
_BALANCE, _CREDIT = "6", "7"


@dataclass(frozen=True, slots=True)
class _Line:
    """A row by the names of its columns."""

    row: int
    cells: dict[str, str]


def read_mt4_trades(sheet: Sheet, options: Options) -> Accounts:
    """The accounts of the table, each read when it is asked for. Raises ``Unreadable``."""
    table = sheet.table(*COLUMNS)
    assert table is not None  # noqa: S101 - recognised by this header
    logins: dict[str, None] = {}
    for row in table.rows:
        with at_row(sheet.name, row.number):
            logins[_line(row, table.header).cells["LOGIN"]] = None
    if not logins:
        raise sheet.refuse(table.row, "the table MT4_TRADES is empty")
    return {login: partial(_account, sheet, table, login, options) for login in logins}


def _line(row: Row, header: Sequence[str]) -> _Line:
    if len(row.cells) != len(header):
        raise ValueError(f"a row of {len(row.cells)} cells in a table of {len(header)} columns")
    cells = dict(zip(header, row.cells, strict=True))
    for column in ("TICKET", "LOGIN"):
        if not cells[column].isdecimal():
            raise ValueError(f"{cells[column][:20]!r} is no number of the column {column}")
    return _Line(row.number, cells)


def _account(sheet: Sheet, table: Section, login: str, options: Options) -> Statement:
    book = TicketBook(login)
    closed, floating = Tickets(), Tickets()
    for row in table.rows:
        line = _line(row, table.header)
        if line.cells["LOGIN"] != login:
            continue
        with at_row(sheet.name, line.row):
            ticket = _booked(book, line, options)
            if ticket is not None:
                (floating if ticket.closed_at is None else closed).append(ticket)
    with at_row(sheet.name, None):
        return statement_of(book, closed, floating, options)


def _booked(book: TicketBook, line: _Line, options: Options) -> Ticket | None:
    """A trade; what is none is booked at once."""
    cells = line.cells
    command = cells["CMD"]
    if command in _SIDES:
        return _trade(line, options)
    at = figures.moment(cells["OPEN_TIME"], options.zone)
    if command == _BALANCE:
        amount = figures.number(cells["PROFIT"])
        book.adjust(at, cells["TICKET"], amount, cells["COMMENT"], line.row)
    elif command == _CREDIT:
        book.credit += figures.number(cells["PROFIT"])
    elif command in _PENDING:
        side, kind = _PENDING[command]
        placed = OrderSeen(
            account=book.account,
            at=at,
            id=cells["TICKET"],
            action="placed",
            symbol=cells["SYMBOL"],
            side=side,
            kind=kind,
            lots=_lots(cells),
            requested_price=figures.positive_price(cells["OPEN_PRICE"]),
        )
        book.order(placed, line.row, _closed_at(line, at, options), cells["COMMENT"])
    else:
        raise ValueError(f"CMD {command[:20]!r} is no command of MetaTrader 4")
    return None


def _trade(line: _Line, options: Options) -> Ticket:
    cells = line.cells
    opened_at = figures.moment(cells["OPEN_TIME"], options.zone)
    return Ticket(
        row=line.row,
        ticket=cells["TICKET"],
        comment=cells["COMMENT"],
        side=_SIDES[cells["CMD"]],
        lots=_lots(cells),
        symbol=cells["SYMBOL"],
        opened_at=opened_at,
        open_price=figures.positive_price(cells["OPEN_PRICE"]),
        stop=figures.price(cells["SL"]),
        target=figures.price(cells["TP"]),
        closed_at=_closed_at(line, opened_at, options),
        close_price=figures.positive_price(cells["CLOSE_PRICE"]),
        commission=figures.money(cells["COMMISSION"]),
        taxes=figures.money(cells["TAXES"]),
        swap=figures.money(cells["SWAPS"]),
        profit=figures.money(cells["PROFIT"]),
    )


def _lots(cells: dict[str, str]) -> Decimal:
    return figures.lots(cells["VOLUME"]) * _HUNDREDTH


def _closed_at(line: _Line, opened_at: int, options: Options) -> int | None:
    """None where the server writes the beginning of 1970: not closed yet."""
    text = line.cells["CLOSE_TIME"]
    if text.replace(".", "-").startswith(_NEVER):
        return None
    closed_at = figures.moment(text, options.zone)
    if closed_at < opened_at:
        raise ValueError(
            f"ticket {line.cells['TICKET']} closes ({text}) before it opens "
            f"({line.cells['OPEN_TIME']})"
        )
    return closed_at
