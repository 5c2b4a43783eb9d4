"""One Parquet file of ticks: zstd, 64-bit integers, what they mean in its metadata.

It must not know where a file lies in the archive.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from propdesk.ports.tick_archive import ArchiveDamaged, ArchivedTicks
from propdesk.storage.tick_archive.sealed_json import digest_of

FORM = "propdesk.ticks.1"
COLUMNS = ("number", "sequence", "at", "bid", "ask")
_FIELDS = [pa.field(name, pa.int64(), nullable=False) for name in COLUMNS]


def write_ticks(path: Path, ticks: ArchivedTicks) -> str:
    """Write a file durably; the checksum of its bytes. Its name counts only once the caller has
    made the directory durable and named it in a manifest. Raises ``OSError``."""
    meaning = {"form": FORM, "feed": ticks.feed, "symbol": ticks.symbol, "digits": ticks.digits}
    schema = pa.schema(_FIELDS, {name: str(value) for name, value in meaning.items()})
    columns = [pa.array(getattr(ticks, name)) for name in COLUMNS]
    sink = pa.BufferOutputStream()
    pq.write_table(
        pa.Table.from_arrays(columns, schema=schema),
        sink,
        compression="zstd",
        use_dictionary=False,
        # Neighbours differ by little, which this writes in few bits.
        column_encoding=dict.fromkeys(COLUMNS, "DELTA_BINARY_PACKED"),
    )
    content = memoryview(sink.getvalue())
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return digest_of(content)


def read_ticks(path: Path, digest: str) -> ArchivedTicks:
    """Verify and read a whole file. Raises ``ArchiveDamaged`` and ``FileNotFoundError``."""
    content = path.read_bytes()
    if digest_of(content) != digest:
        raise ArchiveDamaged(f"{path}: its checksum differs")
    # After this point the file is what was written.
    table: Any = pq.read_table(pa.BufferReader(content))
    meaning = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    if meaning["form"] != FORM:
        raise ArchiveDamaged(f"{path}: of the form {meaning['form']}, which is not known")
    return ArchivedTicks(
        meaning["feed"],
        meaning["symbol"],
        int(meaning["digits"]),
        *(table.column(name).to_numpy() for name in COLUMNS),
    )


def rows_of(ticks: ArchivedTicks, rows: Any) -> ArchivedTicks:
    """Some rows of it: a slice or an array of places."""
    columns = (getattr(ticks, name)[rows] for name in COLUMNS)
    return ArchivedTicks(ticks.feed, ticks.symbol, ticks.digits, *columns)


def joined(parts: Sequence[ArchivedTicks]) -> ArchivedTicks:
    """One behind the other; all of one symbol and with one number of digits."""
    first = parts[0]
    columns = (np.concatenate([getattr(part, name) for part in parts]) for name in COLUMNS)
    return ArchivedTicks(first.feed, first.symbol, first.digits, *columns)
