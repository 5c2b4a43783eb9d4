"""A table of MetaTrader 4's closed transactions without the statement around it.

What people keep of a statement in a workbook or a CSV file: one header, one row a ticket. It
names no account, no currency and no balance.
"""

from propdesk.connectors.metatrader.bare_table import statement_of
from propdesk.connectors.metatrader.tickets import TicketBook, Tickets
from propdesk.connectors.readers.mt4_statement.rows import StatementRows
from propdesk.connectors.readers.template import Options, Reader
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Sheet
from propdesk.connectors.statement import Statement

ACCOUNT = "unnamed"
_COLUMNS = (
    {"ticket", "order"},
    {"opentime"},
    {"type"},
    {"size", "lots", "volume"},
    {"item", "symbol"},
    {"price", "openprice"},
    {"s/l", "sl"},
    {"t/p", "tp"},
    {"closetime"},
    {"price", "closeprice"},
    {"commission"},
    {"taxes"},
    {"swap"},
    {"profit"},
)


def _is_header(row: Row) -> bool:
    words = [word.lower().replace(" ", "") for word in row.words()]
    return len(words) == len(_COLUMNS) and all(
        word in names for word, names in zip(words, _COLUMNS, strict=True)
    )


def _recognise(sheet: Sheet) -> bool:
    return any(_is_header(row) for row in sheet.rows[:1])


def _read(sheet: Sheet, options: Options) -> Statement:
    table = sheet.table(*sheet.rows[0].words())
    assert table is not None  # noqa: S101 - recognised by this row
    book = TicketBook(options.account or ACCOUNT)
    rows = StatementRows(book, options.zone)
    trades = Tickets()
    for row in table.rows:
        with at_row(sheet.name, row.number):
            if not row.cells[0].isdecimal() or len(row.cells) != len(table.header):
                raise ValueError("a row without a ticket stands in the table")
            ticket = rows.closed(row)
            if ticket is not None:
                trades.append(ticket)
    with at_row(sheet.name, None):
        return statement_of(book, trades, Tickets(), options)


READER = Reader(
    name="mt4_history",
    title="table of MetaTrader 4's closed transactions (XLSX or CSV)",
    export="Copy the closed transactions of a statement, header included, into a workbook.",
    containers=frozenset({"workbook", "table"}),
    recognise=_recognise,
    read=_read,
)
