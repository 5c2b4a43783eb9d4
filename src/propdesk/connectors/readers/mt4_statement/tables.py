"""The statement and the detailed statement of MetaTrader 4.

The reader must not accept a sheet whose own sums do not agree.
"""

import re
from collections.abc import Iterator
from datetime import datetime, tzinfo
from decimal import Decimal

from propdesk.connectors.metatrader.tickets import TicketBook, Tickets
from propdesk.connectors.readers.mt4_statement.rows import WIDTH, StatementRows
from propdesk.connectors.readers.mt4_statement.sums import check_sums
from propdesk.connectors.readers.template import Options
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Section, Sheet
from propdesk.connectors.statement import Stated, Statement
from propdesk.domain.instants import micros_of

_ACCOUNT = re.compile(r"Account: (\S+)")
_CURRENCY = re.compile(r"Currency: ([A-Za-z]{3,5})")
_LEVERAGE = re.compile(r"Leverage: 1:(\d+)")
_MADE = ("%Y %B %d, %H:%M", "%Y %b %d, %H:%M")


def read_mt4_statement(sheet: Sheet, options: Options) -> Statement:
    """The account of a statement. Raises ``Unreadable``."""
    closed, opened = sheet.section("Closed Transactions"), sheet.section("Open Trades")
    if closed is None or opened is None:
        raise sheet.refuse(None, "the page breaks off before its table of open trades")
    if len(closed.header) != WIDTH or closed.header[0] != "Ticket":
        raise sheet.refuse(closed.row, "the table of closed transactions has unknown columns")
    account, currency, leverage, made_at = _heading(sheet, options.zone)
    book = TicketBook(account)
    rows = StatementRows(book, options.zone)
    trades, floating = Tickets(), Tickets()
    for row in _tickets(closed):
        with at_row(sheet.name, row.number):
            ticket = rows.closed(row)
            if ticket is not None:
                trades.append(ticket)
    for row in _tickets(opened):
        with at_row(sheet.name, row.number):
            floating.append(rows.trade(row, closed=False))
    for row in _tickets(sheet.section("Working Orders")):
        with at_row(sheet.name, row.number):
            rows.pending(row, cancelled=False)
    with at_row(sheet.name, None):
        book.trades(trades, floating)
    balance, equity, margin = check_sums(sheet, closed.rows, currency)
    booked = book.in_order()
    last = booked.entries[-1].at if booked.rows else made_at
    return Statement(
        platform="mt4",
        account=account,
        currency=currency,
        leverage=leverage,
        entries=booked.entries,
        rows=booked.rows,
        stated=Stated(balance, max(made_at, last), equity, margin),
        closed_trades=len(trades),
        notes=tuple(book.notes(floating)),
    )


def _tickets(section: Section | None) -> Iterator[Row]:
    """The rows of tickets; the others are sums and lines of comments."""
    rows = section.rows if section else ()
    return (row for row in rows if row.cells and row.cells[0].isdecimal())


def _heading(sheet: Sheet, zone: tzinfo) -> tuple[str, str, Decimal | None, int]:
    for row in sheet.rows[:5]:
        line = " | ".join(row.cells)
        account, currency = _ACCOUNT.search(line), _CURRENCY.search(line)
        if account and currency:
            leverage = _LEVERAGE.search(line)
            with at_row(sheet.name, row.number):
                made_at = _made(row.words()[-1], zone)
            return (
                account.group(1),
                currency.group(1).upper(),
                Decimal(leverage.group(1)) if leverage else None,
                made_at,
            )
    raise sheet.refuse(1, "the head of the statement names no account and currency")


def _made(text: str, zone: tzinfo) -> int:
    for form in _MADE:
        try:
            return micros_of(datetime.strptime(text, form).replace(tzinfo=zone))
        except ValueError:
            continue
    raise ValueError(f"{text[:40]!r} is not the time at which a statement was made")
