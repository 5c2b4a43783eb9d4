"""JSON Lines: only the first line becomes a row; a log may hold millions and is walked by its
reader.

It must not parse the line.
"""

from pathlib import Path

from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.sheet import Row, Sheet


def read_lines(head: bytes, name: str, source: Path | bytes) -> Sheet:
    """The sheet of a file that begins with ``head``."""
    first = head.lstrip(b"\xef\xbb\xbf \t\r\n").split(b"\n", 1)[0]
    row = Row(1, (first.decode("utf-8", "replace").strip(),))
    return Sheet(name=name, container="lines", title="", rows=PackedList([row]), source=source)
