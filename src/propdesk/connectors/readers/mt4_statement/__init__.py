"""The statement and the detailed statement of MetaTrader 4, whatever container it was saved in."""

from propdesk.connectors.readers.mt4_statement.tables import read_mt4_statement
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet


def _recognise(sheet: Sheet) -> bool:
    if sheet.container == "page" and sheet.title.startswith("Statement:"):
        return True
    return any("".join(row.cells[:1]).startswith("Account: ") for row in sheet.rows[:5])


READER = Reader(
    name="mt4_statement",
    title="MetaTrader 4 statement (HTML, also under an .xls name, or XLSX)",
    export="In the terminal's Account History tab, right-click and choose Save as Detailed Report.",
    containers=frozenset({"page", "workbook"}),
    recognise=_recognise,
    read=read_mt4_statement,
)
