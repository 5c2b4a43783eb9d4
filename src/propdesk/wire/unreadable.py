"""The one refusal of everything that reads a file somebody gave us.

``Unreadable`` carries the file, the row (a line, a table row, or none) and one sentence a person
can act on. It must not carry a traceback's words, and nothing may be kept of a refused file.
"""


class Unreadable(Exception):
    """The input cannot be used. The caller shows ``str(error)`` and stores nothing."""

    def __init__(self, file: str, row: int | None, reason: str) -> None:
        super().__init__(file, row, reason)
        self.file = file
        self.row = row
        self.reason = reason

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{place}: {self.reason}"
