"""The one refusal of everything that reads a file somebody gave us.

``Unreadable`` carries the file, the row (a line, a table row, or none) and one sentence a person
can act on. It must not carry a traceback's words, and nothing may be kept of a refused file.
"""

REASON_LENGTH_MAX = 900
"""The longest is the list of everything that is read; what quotes a file may have no end."""


class Unreadable(Exception):
    """The input cannot be used. The caller shows ``str(error)`` and stores nothing.

    A name or a reason that quotes a stranger's file may hold anything: it is made one line of
    printable letters.
    """

    def __init__(self, file: str, row: int | None, reason: str) -> None:
        super().__init__(file, row, reason)
        self.file = _printable(file)
        self.row = row
        self.reason = _printable(reason)
        if len(self.reason) > REASON_LENGTH_MAX:
            self.reason = self.reason[: REASON_LENGTH_MAX - 1] + "…"

    def __str__(self) -> str:
        place = self.file if self.row is None else f"{self.file}:{self.row}"
        return f"{place}: {self.reason}"


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
