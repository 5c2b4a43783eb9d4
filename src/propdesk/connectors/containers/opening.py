"""A file's sheets, whatever container it is: detected by content, never by name.

It must not know what the rows mean; that is the readers' part.
"""

from collections.abc import Callable
from pathlib import Path

from propdesk.connectors import detection
from propdesk.connectors.containers.delimited_text import read_table
from propdesk.connectors.containers.json_lines import read_lines
from propdesk.connectors.containers.web_page import read_page
from propdesk.connectors.containers.workbook import read_workbook
from propdesk.connectors.encodings import decode
from propdesk.connectors.sheet import Container, Sheet


def sheets_in(source: Path | bytes, name: str) -> tuple[Sheet, ...]:
    """The sheets of a file: one, or those of a workbook. Raises ``Unreadable``."""
    head, size = detection.beginning(source, name)
    return _OPENERS[detection.container_of(head, size, name)](source, name)


def _page(source: Path | bytes, name: str) -> tuple[Sheet, ...]:
    return (read_page(decode(detection.whole(source, name), name), name, source),)


def _table(source: Path | bytes, name: str) -> tuple[Sheet, ...]:
    return (read_table(decode(detection.whole(source, name), name), name, source),)


def _lines(source: Path | bytes, name: str) -> tuple[Sheet, ...]:
    return (read_lines(detection.beginning(source, name)[0], name, source),)


def _workbook(source: Path | bytes, name: str) -> tuple[Sheet, ...]:
    return read_workbook(detection.whole(source, name), name, source)


_OPENERS: dict[Container, Callable[[Path | bytes, str], tuple[Sheet, ...]]] = {
    "page": _page,
    "workbook": _workbook,
    "table": _table,
    "lines": _lines,
}
