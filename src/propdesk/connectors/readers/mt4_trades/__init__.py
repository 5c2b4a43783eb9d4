"""The table MT4_TRADES of a MetaTrader 4 server: every account's tickets, one a row."""

from propdesk.connectors.readers.mt4_trades.rows import COLUMNS, read_mt4_trades
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet


def _recognise(sheet: Sheet) -> bool:
    return any(set(COLUMNS) <= set(row.cells) for row in sheet.rows[:5])


READER = Reader(
    name="mt4_trades",
    title="table MT4_TRADES of a MetaTrader 4 server (XLSX or CSV)",
    export="Export the table MT4_TRADES of the report server's database, header included.",
    containers=frozenset({"workbook", "table"}),
    recognise=_recognise,
    read=read_mt4_trades,
)
