"""The files of a calendar: those named, those of a folder, and the members of an archive.

Nothing is unpacked to disk, and nothing is read that is bigger than a calendar can be.
"""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from propdesk.connectors.calendars.received import received_in
from propdesk.connectors.calendars.template import Document
from propdesk.connectors.detection import beginning, whole
from propdesk.connectors.encodings import decode
from propdesk.connectors.refusal import Unreadable, at_row

FILES_MAX = 20_000
# The busiest calendar seen is 20 KB a week; a year of daily versions is 7 MB.
BYTES_MAX = 100_000_000
_NAMES = (".json", ".jsonl", ".csv", ".tsv", ".txt", ".ics", ".zip", ".gz", ".tgz", ".tar")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1a"))


# What the standard library raises for an archive whose inner offsets and names are damaged.
_BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, zlib.error, struct.error),
    *(OSError, EOFError, ValueError, IndexError),
)


@dataclass(frozen=True, slots=True)
class CalendarSource:
    """A file or folder on disk, or an upload's bytes with its name.

    ``received_at`` is when it was received, for files whose names do not say.
    """

    data: Path | bytes
    name: str = ""
    received_at: int | None = None

    @property
    def shown(self) -> str:
        """The name a person is told."""
        return self.name or (self.data.name if isinstance(self.data, Path) else "calendar")


def documents(sources: Iterable[CalendarSource]) -> Iterator[Document]:
    """Every file as text, in the order named, folders and archives by name.

    Raises ``Unreadable``.
    """
    left, files = BYTES_MAX, 0
    for source in sources:
        for name, data in _files(source):
            left, files = left - len(data), files + 1
            if left < 0 or files > FILES_MAX:
                raise Unreadable(source.shown, None, _too_much())
            with at_row(name, None):
                named = received_in(name)
            received_at = source.received_at if named is None else named
            text = _text(data, name)
            del data  # while the text is read, it alone is held
            yield Document(name=name, text=text, received_at=received_at)
            del text


def _too_much() -> str:
    return f"more than {FILES_MAX:,} files or {BYTES_MAX:,} bytes of calendars are not read"


def _text(data: bytes, name: str) -> str:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in data[:4]
    if not wide and data[:4096].translate(None, _CONTROLS) != data[:4096]:
        raise Unreadable(name, None, "this is no text, so no calendar")
    if data.isspace() or not data:
        raise Unreadable(name, None, "the file is empty")
    return decode(data, name)


def _files(source: CalendarSource) -> Iterator[tuple[str, bytes]]:
    if isinstance(source.data, Path) and source.data.is_dir():
        found = sorted(p for p in source.data.rglob("*") if p.suffix.lower() in _NAMES)
        if not found:
            raise Unreadable(source.shown, None, "the folder holds no calendar file")
        for path in found:
            yield from _unpacked(path, path.name)
        return
    yield from _unpacked(source.data, source.shown)


def _unpacked(data: Path | bytes, name: str) -> Iterator[tuple[str, bytes]]:
    head, _ = beginning(data, name)
    if not head.startswith((b"PK\x03\x04", b"\x1f\x8b")) and not _is_tar(head):
        yield name, whole(data, name)
        return
    packed = whole(data, name)
    try:
        if head.startswith(b"PK"):
            yield from _zipped(packed, name)
            return
        if head.startswith(b"\x1f\x8b"):
            with gzip.GzipFile(fileobj=io.BytesIO(packed)) as file:
                packed = file.read(BYTES_MAX + 1)
            _refuse_much(len(packed), 1, name)
        if _is_tar(packed):
            yield from _tarred(packed, name)
        else:
            yield name.removesuffix(".gz"), packed
    except _BROKEN as error:
        raise Unreadable(name, None, f"the archive cannot be unpacked: {error}") from None
    except (RuntimeError, NotImplementedError):
        raise Unreadable(name, None, "the archive has a password or is packed unusually") from None


def _is_tar(data: bytes) -> bool:
    return data[257:262] == b"ustar"


def _zipped(packed: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        members = sorted(archive.infolist(), key=lambda member: member.filename)
        _refuse_much(sum(member.file_size for member in members), len(members), name)
        for member in members:
            if not member.is_dir() and member.filename.lower().endswith(_NAMES):
                with archive.open(member) as file:
                    # A member may be longer than its entry claims.
                    yield Path(member.filename).name, file.read(member.file_size)


def _tarred(packed: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    size = 0
    with tarfile.open(fileobj=io.BytesIO(packed), mode="r:") as archive:
        for member in archive:
            size += member.size
            _refuse_much(size, len(found), name)
            file = archive.extractfile(member) if member.isfile() else None
            if file is not None and member.name.lower().endswith(_NAMES):
                found.append((member.name, file.read()))
    for inner, data in sorted(found):
        yield Path(inner).name, data


def _refuse_much(size: int, files: int, name: str) -> None:
    if size > BYTES_MAX or files > FILES_MAX:
        raise Unreadable(name, None, _too_much())
