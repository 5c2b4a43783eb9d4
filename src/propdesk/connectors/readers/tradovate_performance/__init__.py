"""The performance report of Tradovate as CSV: one row a round trip, a buy and a sell fill."""

from propdesk.connectors.readers.template import Reader
from propdesk.connectors.readers.tradovate_performance.fills import COLUMNS, read_performance
from propdesk.connectors.sheet import Sheet


def _recognise(sheet: Sheet) -> bool:
    return any(set(COLUMNS) <= set(row.cells) for row in sheet.rows[:1])


READER = Reader(
    name="tradovate_performance",
    title="Tradovate performance report (CSV)",
    export="Open Account Reports, choose Performance, then Download CSV.",
    containers=frozenset({"table", "workbook"}),
    recognise=_recognise,
    read=read_performance,
)
