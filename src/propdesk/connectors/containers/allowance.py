"""How much memory the texts of a workbook may take: a few times the file, never less than a floor.

They are looked up at random, so they are held as they are while a packed file of them may be
twenty times smaller. It must not look at a text; it counts what is kept.
"""

from propdesk.connectors.refusal import Unreadable

# What is kept of each, measured: the text's own and its place in the list.
TEXT_BYTES = 60
PACKED_TIMES = 6
"""Times the size of the file. The texts of the statements seen take less than once their size."""
FLOOR = 8_000_000
"""Some 100,000 texts, however small the file is they come in."""


class Allowance:
    """Counts what the texts of one file take. Mutable: it counts."""

    def __init__(self, name: str, size: int) -> None:
        self._name = name
        self._left = self._allowed = max(PACKED_TIMES * size, FLOOR)

    def text(self, length: int) -> None:
        """A text is kept. Raises ``Unreadable`` where that is too much."""
        self._left -= TEXT_BYTES + length
        if self._left < 0:
            raise Unreadable(
                self._name,
                None,
                f"its texts take more than {self._allowed:,} bytes of memory, too many for a file "
                "of this size; no export is like this",
            )
