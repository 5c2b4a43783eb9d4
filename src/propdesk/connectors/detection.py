"""What a file is, by its content and never by its name, and whether it is too big to look at.

It must not parse: the first kilobytes decide, so that garbage costs nothing.
"""

from pathlib import Path
from typing import Literal, TypeAlias

from propdesk.connectors.refusal import Unreadable

Kind: TypeAlias = Literal["events", "html"]

MEGABYTE = 1_000_000
FILE_BYTES_MAX = 100 * MEGABYTE
# The 1,761 trades of a year and a half are 0.9 MB; nobody exports forty times that.
HTML_BYTES_MAX = 40 * MEGABYTE
_HEAD = 65_536

_NOT_READ = (
    (b"PK\x03\x04", "this is a zip archive or an Excel workbook; export the statement as HTML"),
    (b"PK\x05\x06", "this is an empty zip archive"),
    (b"\xd0\xcf\x11\xe0", "this is an old Excel workbook; export the statement as HTML"),
    (b"%PDF", "this is a PDF; export the statement as HTML"),
    (b"\x1f\x8b", "this is a gzip file; unpack it first"),
    (b"\x89PNG", "this is a picture"),
    (b"\xff\xd8\xff", "this is a picture"),
)


def load(source: Path | bytes, name: str) -> bytes:
    """The bytes of a file of acceptable size. Raises ``Unreadable``."""
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
            return source
        with source.open("rb") as file:  # a garbage file is refused before it is all in memory
            head = file.read(_HEAD)
            kind_of(head, name, size)
            return head + file.read()
    except OSError as error:
        raise Unreadable(name, None, f"cannot be opened: {error.strerror}") from None


def kind_of(data: bytes, name: str, size: int | None = None) -> Kind:
    """Event file or web page; raises ``Unreadable`` for anything else."""
    head = data[:_HEAD]
    for mark, sentence in _NOT_READ:
        if head.startswith(mark):
            raise Unreadable(name, None, sentence)
    plain = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if plain.startswith(b"{"):
        return "events"
    lowered = plain.lower()
    if b"<html" in lowered or b"<!doctype html" in lowered or b"<table" in lowered:
        if (size or len(data)) > HTML_BYTES_MAX:
            raise Unreadable(
                name, None, f"a statement of more than {HTML_BYTES_MAX:,} bytes is not read"
            )
        return "html"
    raise Unreadable(
        name, None, "this is neither a MetaTrader statement, nor a report, nor an event file"
    )
