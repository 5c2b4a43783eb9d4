"""Lines out of zip and gzip files that may have been made to harm.

It must not write a file, follow a name inside an archive, or unpack more than it was told to.
"""

import codecs
import gzip
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Protocol

from propdesk.connectors.refusal import Unreadable

MEGABYTE = 1_000_000
UNPACKED_BYTES_MAX = 512 * MEGABYTE
# Tick files shrink six to ten times; a bomb shrinks a thousandfold.
RATIO_MAX = 50
LINE_LENGTH_MAX = 4096
# A line takes some fifty bytes more than its text; a megabyte of empty ones takes fifty.
_CHUNK = 65_536
_MEMBERS_MAX = 1


class _Reads(Protocol):
    def read(self, size: int, /) -> bytes: ...


def member_of(path: Path) -> str:
    """The name of the only file of a zip. Raises ``Unreadable`` for anything suspicious."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _checked(archive, path.name).filename
    except (zipfile.BadZipFile, NotImplementedError, OSError, UnicodeDecodeError) as error:
        raise Unreadable(
            path.name, None, f"is not a zip archive that can be read: {error}"
        ) from None


def _checked(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    members = _without_report(archive.infolist())
    if len(members) != _MEMBERS_MAX:
        raise Unreadable(
            name, None, f"a zip of quotes holds one file; this one holds {len(members)}"
        )
    member = members[0]
    inner = member.filename
    if inner != PurePosixPath(inner).name or "\\" in inner or inner in {"", ".", ".."}:
        raise Unreadable(name, None, "the file inside the zip has a path for a name")
    if member.flag_bits & 0x1:
        raise Unreadable(name, None, "the file inside the zip is encrypted")
    if (
        member.file_size > UNPACKED_BYTES_MAX
        or member.file_size > RATIO_MAX * max(member.compress_size, 1) + MEGABYTE
    ):
        raise Unreadable(
            name, None, f"unpacks to {member.file_size:,} bytes; that is no file of quotes"
        )
    return member


def _without_report(members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """HistData packs a report of gaps beside the table: the same name, ending in .txt."""
    tables = [each for each in members if not each.filename.lower().endswith(".txt")]
    stems = {PurePosixPath(each.filename).stem for each in members}
    return tables if len(tables) == 1 and len(stems) == 1 else members


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a plain, gzip or zip file; more than a size no quotes have is refused."""
    try:
        with path.open("rb") as raw:
            mark = raw.read(4)
            raw.seek(0)
            if mark.startswith(b"PK"):
                with (
                    zipfile.ZipFile(raw) as archive,
                    archive.open(_checked(archive, path.name)) as inner,
                ):
                    yield from _bounded(inner, path.name)
            elif mark.startswith(b"\x1f\x8b"):
                limit = min(UNPACKED_BYTES_MAX, RATIO_MAX * path.stat().st_size + MEGABYTE)
                with gzip.GzipFile(fileobj=raw) as inner_gzip:
                    yield from _bounded(inner_gzip, path.name, limit)
            else:
                yield from _bounded(raw, path.name)
    except UnicodeDecodeError:
        raise Unreadable(path.name, None, "is neither UTF-8 nor UTF-16 text") from None
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise Unreadable(path.name, None, f"cannot be unpacked: {error}") from None


def _bounded(file: _Reads, name: str, limit: int = UNPACKED_BYTES_MAX) -> Iterator[str]:
    """Lines, counted as they come: what an archive says of its own size is not believed."""
    chunk = file.read(_CHUNK)
    wide = chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    decode = codecs.getincrementaldecoder("utf-16" if wide else "utf-8-sig")().decode
    read, rest = 0, ""
    while chunk:
        read += len(chunk)
        if read > limit:
            raise Unreadable(name, None, f"unpacks to more than {limit:,} bytes")
        lines = (rest + decode(chunk)).split("\n")
        rest = lines.pop()
        if len(rest) > LINE_LENGTH_MAX:
            raise Unreadable(name, None, f"a line is longer than {LINE_LENGTH_MAX} characters")
        yield from lines
        chunk = file.read(_CHUNK)
    rest += decode(b"", final=True)
    if rest:
        yield rest
