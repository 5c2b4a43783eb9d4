"""What a file is, by its content and never by its name, and whether it is too big to look at.

It must not parse: the first kilobytes decide, so that garbage costs nothing.
"""

from pathlib import Path

from propdesk.connectors.encodings import is_wide
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.sheet import Container

MEGABYTE = 1_000_000
FILE_BYTES_MAX = 100 * MEGABYTE
# The 1,761 trades of a year and a half are 0.9 MB; nobody exports forty times that.
SHEET_BYTES_MAX = 40 * MEGABYTE
_HEAD = 65_536

_NOT_READ = (
    (b"PK\x05\x06", "this is an empty zip archive"),
    (
        b"\xd0\xcf\x11\xe0",
        "this is an old Excel workbook, or one with a password; save it as plain .xlsx",
    ),
    (b"%PDF", "this is a PDF; export the statement as HTML"),
    (b"\x1f\x8b", "this is a gzip file; unpack it first"),
    (b"\x89PNG", "this is a picture"),
    (b"\xff\xd8\xff", "this is a picture"),
    (b"{\\rtf", "this is a word processor's document; export the statement as HTML"),
    (b"MIME-Version:", "this is a web archive; save the page as HTML"),
    (b"From: <Saved by", "this is a web archive; save the page as HTML"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a")) + b"\x7f"


def beginning(source: Path | bytes, name: str) -> tuple[bytes, int]:
    """The first kilobytes of a file of acceptable size, and its size. Raises ``Unreadable``."""
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size == 0:
            raise Unreadable(name, None, "the file is empty")
        if size > FILE_BYTES_MAX:
            raise Unreadable(
                name,
                None,
                f"the file has {size:,} bytes; more than {FILE_BYTES_MAX:,} are not read",
            )
        if isinstance(source, bytes):
            return source[:_HEAD], size
        with source.open("rb") as file:
            return file.read(_HEAD), size
    except OSError as error:
        raise Unreadable(name, None, f"cannot be opened: {error.strerror}") from None


def whole(source: Path | bytes, name: str) -> bytes:
    """All bytes of a file whose beginning was looked at. Raises ``Unreadable``."""
    try:
        return source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise Unreadable(name, None, f"cannot be opened: {error.strerror}") from None


def container_of(head: bytes, size: int, name: str) -> Container:
    """The container that begins with ``head``; raises ``Unreadable`` where it is none."""
    for mark, sentence in _NOT_READ:
        if head.startswith(mark):
            raise Unreadable(name, None, sentence)
    found = _kind(head)
    if found is None:
        raise Unreadable(
            name,
            None,
            "this is neither a web page, nor an Excel workbook, nor a table of text, "
            "nor an event file",
        )
    if found != "lines" and size > SHEET_BYTES_MAX:
        raise Unreadable(name, None, f"a file of more than {SHEET_BYTES_MAX:,} bytes is not read")
    if head.lstrip().startswith(b"<?xml") and b"<Workbook" in head:
        raise Unreadable(name, None, "this is an XML spreadsheet of Excel 2003; save it as .xlsx")
    return found


def _kind(head: bytes) -> Container | None:
    if head.startswith(b"PK\x03\x04"):
        return "workbook"
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"{"):
        return "lines"
    lowered = plain.lower()
    if b"<html" in lowered or b"<!doctype html" in lowered or b"<table" in lowered:
        return "page"
    # UTF-16 may hold any byte; elsewhere text has no control characters.
    if is_wide(head) or head.translate(None, _CONTROLS) == head:
        return "table"
    return None
