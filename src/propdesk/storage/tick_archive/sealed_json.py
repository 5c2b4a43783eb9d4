"""Small JSON files that end with their own checksum (BLAKE2b).

An archive outlives its disks and is held against appeals, hence a checksum that nobody meets by
chance. It must not read a file whose seal differs.
"""

import hashlib
from pathlib import Path
from typing import TypeVar

import msgspec

from propdesk.ports.tick_archive import ArchiveDamaged
from propdesk.storage.durable_files import write_whole

DIGEST_BYTES = 16
Sealed = TypeVar("Sealed", bound=msgspec.Struct)


def digest_of(content: bytes | memoryview) -> str:
    return hashlib.blake2b(content, digest_size=DIGEST_BYTES).hexdigest()


def write_sealed(path: Path, value: msgspec.Struct) -> None:
    """Write a value durably, whole or not at all. Raises ``OSError``."""
    written = msgspec.json.encode(value) + b"\n"
    write_whole(path, [written, digest_of(written).encode() + b"\n"])


def read_sealed(path: Path, form: type[Sealed]) -> Sealed | None:
    """The value, or None where there is no such file. Raises ``ArchiveDamaged``."""
    try:
        written = path.read_bytes()
    except FileNotFoundError:
        return None
    body, _, seal = written.rstrip(b"\n").rpartition(b"\n")
    if digest_of(body + b"\n").encode() != seal:
        raise ArchiveDamaged(f"{path}: its checksum differs")
    try:
        return msgspec.json.decode(body, type=form)
    except msgspec.DecodeError as error:
        raise ArchiveDamaged(f"{path}: of a form that is not known: {error}") from error
