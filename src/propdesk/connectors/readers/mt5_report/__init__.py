"""The trade history report of MetaTrader 5, as a web page or as a workbook."""

from propdesk.connectors.readers.mt5_report.tables import read_mt5_report
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet

_TITLE = "Trade History Report"


def _recognise(sheet: Sheet) -> bool:
    return sheet.first_words() == _TITLE or sheet.title.endswith(_TITLE)


READER = Reader(
    name="mt5_report",
    title="MetaTrader 5 trade history report (HTML or XLSX)",
    export="In the terminal's History tab, right-click, choose Report and save it as HTML or XLSX.",
    containers=frozenset({"page", "workbook"}),
    recognise=_recognise,
    read=read_mt5_report,
)
