"""How much memory the rows of a file may take: a few times the file, and never less than a floor.

Cells of one letter cost sixty times what they take in the file, so a limit of rows alone lets a
small file fill the machine. It must not look at a cell; it counts what is kept.
"""

from propdesk.connectors.refusal import Unreadable

# What is kept, measured: a row and its tuple, a place in the tuple, a text of its own.
ROW_BYTES, CELL_BYTES, TEXT_BYTES = 160, 8, 60
TEXT_TIMES, PACKED_TIMES = 6, 9
"""Times the size of a text, which is in memory beside its rows, and of a packed file, which is
not. The densest table of trades that was seen takes 5.8 times its text."""
FLOOR = 12_000_000
"""Some 20,000 trades, however small the file is they come in."""


class Allowance:
    """Counts what the rows of one file take. Mutable: it counts."""

    def __init__(self, name: str, allowed: int) -> None:
        self._name = name
        self._left = self._allowed = max(allowed, FLOOR)

    def text(self, length: int) -> None:
        """A text that was not kept before; it is the next row that is refused."""
        self._left -= TEXT_BYTES + length

    def row(self, number: int, cells: int) -> None:
        """A row is kept, with so many cells. Raises ``Unreadable`` where that is too much."""
        self._left -= ROW_BYTES
        self.cells(number, cells)

    def cells(self, number: int, count: int) -> None:
        """Cells of a row are kept. Raises ``Unreadable`` where that is too much."""
        self._left -= CELL_BYTES * count
        if self._left < 0:
            raise Unreadable(
                self._name,
                number,
                f"so many small cells take more than {self._allowed:,} bytes of memory, too many "
                "for a file of this size; no export is like this",
            )
