"""The strategy tester report of MetaTrader 4, in any language."""

from propdesk.connectors.readers.mt4_tester.table import read_mt4_tester
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet


def _recognise(sheet: Sheet) -> bool:
    return sheet.title.startswith("Strategy Tester:")


READER = Reader(
    name="mt4_tester",
    title="MetaTrader 4 strategy tester report (HTML)",
    export="In the tester's Report tab, right-click and choose Save as Report.",
    containers=frozenset({"page"}),
    recognise=_recognise,
    read=read_mt4_tester,
)
