"""The platform's memory: one append-only file of frames, each whole or not there at all.

A frame is its length, a checksum, its number, and bytes. What a killed process or a lost power
left half-written at the end is cut off at the next opening; damage before the end is refused. It
must not know what a frame means.
"""

import fcntl
import os
import struct
import zlib
from array import array
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

MAGIC = b"propdesk simulated platform 1\n"
HEAD = struct.Struct("<IIQ")
"""Length of the body, CRC-32 of number and body, number."""
FRAME_BYTES_MAX = 64_000_000


class JournalError(Exception):
    """The root of what a journal may say."""


class JournalInUse(JournalError):
    """Another process writes it; the caller does not start."""


class JournalDamaged(JournalError):
    """A frame before the last is not what was written. A person must look; nothing was changed."""


class Journal:
    """The file at ``path``, locked while it is open. ``syncs``: survive a loss of power too."""

    def __init__(self, path: Path, *, syncs: bool = True) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._syncs = syncs
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._file)
            raise JournalInUse(f"{path.name} is written by another process") from None
        self._places = array("q")
        try:
            self._end = self._examine()
        except BaseException:
            os.close(self._file)
            raise

    @property
    def last(self) -> int:
        """The number of the last frame; frames are numbered from 1."""
        return len(self._places)

    def append(self, bodies: list[bytes]) -> int:
        """Make these frames durable, and return the number of the last. Raises ``OSError``."""
        out = bytearray()
        places, number = array("q"), self.last
        for body in bodies:
            number += 1
            places.append(self._end + len(out))
            out += _framed(number, body)
        written = 0
        while written < len(out):
            written += os.write(self._file, memoryview(out)[written:])
        if self._syncs:
            os.fdatasync(self._file)
        # After this point the frames are there.
        self._places.extend(places)
        self._end += len(out)
        return number

    def read(self, after: int, *, bytes_max: int = 4_000_000) -> list[tuple[int, bytes]]:
        """Frames behind number ``after``: at least one if there is one, about ``bytes_max``."""
        found: list[tuple[int, bytes]] = []
        size = 0
        for number in range(after + 1, self.last + 1):
            place = self._places[number - 1]
            length = self._after(number) - place
            if found and size + length > bytes_max:
                break
            frame = os.pread(self._file, length, place)
            found.append((number, frame[HEAD.size :]))
            size += length
        return found

    def walk(self) -> Iterator[bytes]:
        """Every body, in order."""
        after = 0
        while frames := self.read(after):
            yield from (body for _, body in frames)
            after = frames[-1][0]

    def close(self) -> None:
        os.close(self._file)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _after(self, number: int) -> int:
        return self._places[number] if number < self.last else self._end

    def _examine(self) -> int:
        """Find every frame, cut off a torn last one, and return where the next begins."""
        size = os.fstat(self._file).st_size
        if size < len(MAGIC):
            if os.pread(self._file, size, 0) != MAGIC[:size]:
                raise JournalDamaged("the file is no journal")
            os.ftruncate(self._file, 0)
            os.write(self._file, MAGIC)
            os.fsync(self._file)
            return len(MAGIC)
        if os.pread(self._file, len(MAGIC), 0) != MAGIC:
            raise JournalDamaged("the file is no journal of this version")
        place = len(MAGIC)
        while place < size:
            length = self._whole(place, size)
            if length is None:
                self._cut(place, size)
                break
            self._places.append(place)
            place += length
        return place

    def _whole(self, place: int, size: int) -> int | None:
        """The length of the frame at ``place``; None where it is not whole."""
        head = os.pread(self._file, HEAD.size, place)
        if len(head) < HEAD.size:
            return None
        length, checksum, number = _head(head)
        if length > FRAME_BYTES_MAX or place + HEAD.size + length > size:
            return None
        body = os.pread(self._file, length, place + HEAD.size)
        if number != self.last + 1 or checksum != _checksum(number, body):
            return None
        return HEAD.size + length

    def _cut(self, place: int, size: int) -> None:
        """Cut off a torn end: one where no whole frame follows. Raises ``JournalDamaged``."""
        rest = os.pread(self._file, size - place, place)
        for number in range(self.last + 1, self.last + 3):
            mark = number.to_bytes(8, "little")
            begun = rest.find(mark)
            while begun != -1:
                start = place + begun - (HEAD.size - len(mark))
                if start > place and self._stands(start, size, number):
                    raise JournalDamaged(f"frame {self.last + 1} is damaged and others follow it")
                begun = rest.find(mark, begun + 1)
        os.ftruncate(self._file, place)
        os.fsync(self._file)

    def _stands(self, place: int, size: int, number: int) -> bool:
        length, checksum, found = _head(os.pread(self._file, HEAD.size, place))
        if found != number or place + HEAD.size + length > size:
            return False
        return checksum == _checksum(number, os.pread(self._file, length, place + HEAD.size))


def _head(head: bytes) -> tuple[int, int, int]:
    length, checksum, number = HEAD.unpack(head)
    return int(length), int(checksum), int(number)


def _framed(number: int, body: bytes) -> bytes:
    if len(body) > FRAME_BYTES_MAX:
        raise ValueError(f"{len(body)} bytes are more than the {FRAME_BYTES_MAX} of a frame")
    return HEAD.pack(len(body), _checksum(number, body), number) + body


def _checksum(number: int, body: bytes) -> int:
    return zlib.crc32(body, zlib.crc32(number.to_bytes(8, "little")))
