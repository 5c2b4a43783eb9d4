"""Any table of deals or trades, read by a file that says which column means what.

It is never recognised by its content: a person names it by giving such a file.
"""

from propdesk.connectors.readers.mapped_table.rows import read_mapped_table
from propdesk.connectors.readers.template import Reader
from propdesk.connectors.sheet import Sheet


def _recognise(_sheet: Sheet) -> bool:
    return False


READER = Reader(
    name="mapped_table",
    title="any table of deals or trades, with a file of columns",
    export="Export the table as it is and write a file of columns (docs/how-to/read-any-table.md).",
    containers=frozenset({"page", "table", "workbook"}),
    recognise=_recognise,
    read=read_mapped_table,
)
