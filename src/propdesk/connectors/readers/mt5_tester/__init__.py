"""The strategy tester report of MetaTrader 5: the tables of the trade history report."""

from propdesk.connectors.readers.mt5_report.tables import read_mt5_report
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet


def _recognise(sheet: Sheet) -> bool:
    return sheet.first_words() == "Strategy Tester Report"


READER = Reader(
    name="mt5_tester",
    title="MetaTrader 5 strategy tester report (HTML or XLSX)",
    export="In the strategy tester's Backtest tab, right-click, choose Report and save it.",
    containers=frozenset({"page", "workbook"}),
    recognise=_recognise,
    read=read_mt5_report,
)
