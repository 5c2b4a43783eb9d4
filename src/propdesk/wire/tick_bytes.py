"""The body of a batch of ticks: a small header and raw little-endian columns.

Columns of a read batch are views of the record's bytes: nothing is copied, and nothing can be
written through them. It must not judge a price; the quote policy has done so.
"""

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from propdesk.wire.log_records import Ticks

VERSION = 1
TICKS_MAX = 1 << 20
FEED_BYTES_MAX = 255
_HEADER = struct.Struct("<qqIB")
"""Number of the first tick, the feed's number of it, how many, and how long the feed's name is."""
_EIGHT = 8
_WIDE = np.dtype("<i8")
_NARROW = np.dtype("<i4")
_ROW_BYTES = 3 * _WIDE.itemsize + _NARROW.itemsize


def body_of(ticks: Ticks) -> list[bytes]:
    """The parts of the body, in order. Raises ``ValueError``."""
    count = len(ticks.at)
    feed = ticks.feed.encode()
    _refuse(ticks.first, ticks.sequence, count, len(feed))
    head = _HEADER.pack(ticks.first, ticks.sequence, count, len(feed)) + feed
    return [
        head + b"\0" * _padding(len(head)),
        _column(ticks.at, _WIDE, count),
        _column(ticks.bid, _WIDE, count),
        _column(ticks.ask, _WIDE, count),
        _column(ticks.symbol, _NARROW, count),
    ]


def ticks_in(record: bytes, start: int) -> Ticks:
    """The batch whose body begins at ``start``. Raises ``ValueError``."""
    try:
        first, sequence, count, feed_bytes = _HEADER.unpack_from(record, start)
    except struct.error:
        raise ValueError("the header of its ticks breaks off") from None
    _refuse(first, sequence, count, feed_bytes)
    begun = start + _HEADER.size
    feed = record[begun : begun + feed_bytes].decode()
    head_bytes = _HEADER.size + feed_bytes
    place = start + head_bytes + _padding(head_bytes)
    if len(record) != place + count * _ROW_BYTES:
        raise ValueError(f"{len(record)} bytes cannot hold exactly {count} ticks")
    wide = count * _WIDE.itemsize
    return Ticks(
        first=first,
        feed=feed,
        sequence=sequence,
        at=np.frombuffer(record, _WIDE, count, place),
        bid=np.frombuffer(record, _WIDE, count, place + wide),
        ask=np.frombuffer(record, _WIDE, count, place + 2 * wide),
        symbol=np.frombuffer(record, _NARROW, count, place + 3 * wide),
    )


def _refuse(first: int, sequence: int, count: int, feed_bytes: int) -> None:
    if first < 1 or sequence < 0:
        raise ValueError("ticks are numbered from 1, and those of a feed from 0")
    if not 1 <= count <= TICKS_MAX:
        raise ValueError(f"a batch holds from 1 to {TICKS_MAX} ticks, not {count}")
    if not 1 <= feed_bytes <= FEED_BYTES_MAX:
        raise ValueError(f"the name of a feed has from 1 to {FEED_BYTES_MAX} bytes")


def _padding(head_bytes: int) -> int:
    """Zeros behind the header: aligned columns are read fastest, and compiled code needs them."""
    return -head_bytes % _EIGHT


def _column(values: npt.NDArray[Any], kind: np.dtype[Any], count: int) -> bytes:
    if values.ndim != 1 or len(values) != count:
        raise ValueError("the columns of a batch are not of one length")
    if not np.can_cast(values.dtype, kind):
        raise ValueError(f"a column of {values.dtype} does not fit into {kind}")
    return values.astype(kind, copy=False).tobytes()
