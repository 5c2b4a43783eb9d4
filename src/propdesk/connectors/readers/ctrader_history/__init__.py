"""The history of a cTrader account: the deals that closed something, each with its balance."""

from propdesk.connectors.readers.ctrader_history.deals import is_header, read_history_of_deals
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet


def _recognise(sheet: Sheet) -> bool:
    return any(is_header(row) for row in sheet.rows[:5])


READER = Reader(
    name="ctrader_history",
    title="cTrader history of deals (CSV)",
    export="In the History tab right-click the list of deals and export it as CSV.",
    containers=frozenset({"table", "workbook"}),
    recognise=_recognise,
    read=read_history_of_deals,
)
