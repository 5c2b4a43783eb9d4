"""The file of one snapshot: what it is, the index of its blobs, its parts, and a checksum of all.

It must not open a segment.
"""

import mmap
import os
import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np

from propdesk.storage.durable_files import write_whole
from propdesk.storage.snapshot_files.segments import ROW, Rows, segments_needed

SUFFIX = ".snapshot"
MAGIC = b"PDSNAP01"
START = struct.Struct("<8sI")
CHECKSUM = struct.Struct("<I")
# Parts are arrays: they begin where a processor likes to read them from.
ALIGNMENT = 64


class Unsound(Exception):
    """The file is not what was written. The caller tells an alarm and takes the next one."""


class Head(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What stands at the beginning, as JSON. Places are counted from the first page behind it."""

    partition: str
    number: int
    offset: int
    version: str
    blobs: int
    segments: dict[int, int] = {}
    """The segments its blobs are in, with the bytes each must have."""
    parts: dict[str, tuple[int, int]] = {}
    """Place and length of each."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """A verified file of a snapshot."""

    head: Head
    rows: Rows
    parts: Mapping[str, memoryview]


def manifest_path(directory: Path, number: int) -> Path:
    return directory / f"{number:012d}{SUFFIX}"


def manifests_in(directory: Path) -> list[int]:
    """The numbers of the snapshots that are there, sound or not, in the order of writing."""
    return sorted(int(path.stem) for path in directory.glob("*" + SUFFIX))


def write_manifest(
    directory: Path, head: Head, rows: Rows, parts: Mapping[str, memoryview]
) -> None:
    """Write the file, whole and durable; what ``rows`` and ``parts`` say of themselves is added
    to ``head``. Raises ``OSError``."""
    places: dict[str, tuple[int, int]] = {}
    end = _aligned(rows.nbytes)
    for name, part in parts.items():
        places[name] = end, part.nbytes
        end = _aligned(end + part.nbytes)
    segments = segments_needed(rows)
    whole = msgspec.structs.replace(head, segments=segments, parts=places)
    written = msgspec.json.encode(whole)
    sections: list[bytes | memoryview] = [START.pack(MAGIC, len(written)) + written, rows.tobytes()]
    sections += parts.values()
    write_whole(manifest_path(directory, head.number), _with_checksum(sections))


def _with_checksum(sections: list[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    crc = 0
    for section in sections:
        gap = bytes(_aligned(len(section)) - len(section))
        for chunk in (section, gap):
            crc = zlib.crc32(chunk, crc)
            yield chunk
    yield CHECKSUM.pack(crc)


def read_manifest(directory: Path, number: int) -> Manifest:
    """Read and verify a file. Raises ``Unsound``, and ``FileNotFoundError`` where there is none."""
    with manifest_path(directory, number).open("rb") as file:
        if os.fstat(file.fileno()).st_size < START.size + CHECKSUM.size:
            raise Unsound("the file is too short")
        whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    body = whole[: -CHECKSUM.size]
    if CHECKSUM.unpack(whole[-CHECKSUM.size :]) != (zlib.crc32(body),):
        raise Unsound("the checksum differs")
    magic, length = START.unpack_from(body)
    if magic != MAGIC:
        raise Unsound(f"{bytes(magic)!r} is no form that is known")
    # After this point the file is what was written, so its places hold.
    head = msgspec.json.decode(body[START.size : START.size + length], type=Head)
    content = body[_aligned(START.size + length) :]
    rows = np.frombuffer(content, dtype=ROW, count=head.blobs)
    parts = {name: content[at : at + size] for name, (at, size) in head.parts.items()}
    return Manifest(head, rows, parts)


def _aligned(place: int) -> int:
    return -(-place // ALIGNMENT) * ALIGNMENT
