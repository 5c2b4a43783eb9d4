"""Quotes or bars in a Parquet file, with the columns of the tables.

Decimal columns are exact. A binary float is taken only where it prints with no more decimals
than its instrument has: what prints longer was computed, and is refused. It must not round.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from propdesk.connectors.local_times import EARLIEST, LATEST
from propdesk.connectors.quotes.columns import NO_SYMBOL, SIDES, bar_columns, places_of
from propdesk.connectors.quotes.formats.bar_table import side_named
from propdesk.connectors.quotes.naming import symbol_in
from propdesk.connectors.quotes.packed import UNPACKED_BYTES_MAX
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.quotes.rows import checked_bar, first_of, span_of, within
from propdesk.connectors.quotes.template import (
    Glimpse,
    Known,
    Price,
    QuoteFile,
    QuoteFormat,
    QuoteOptions,
)
from propdesk.connectors.quotes.wall_clock import WallClock
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Bar, Quote
from propdesk.domain.instruments import Catalogue

_MARK = b"PAR1"
_ROWS_A_BATCH = 65_536
_Values: TypeAlias = list[list[Any]]
_Make: TypeAlias = Callable[[int, str, list[Decimal]], Price]


def _knows(glimpse: Glimpse) -> bool:
    return glimpse.head == _MARK


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    path = glimpse.path
    with _refusing(path):
        header = pq.read_schema(path)
    places = places_of(header.names)
    if places is None:
        raise Unreadable(path.name, None, "its columns name no time, or one of them twice")
    table = _Table(path, header, places, options, symbol_in(glimpse, options.catalogue))
    if "bid" in places and "ask" in places:
        return _file(table, (places["bid"], places["ask"]), _quote, None, "both")
    bids, asks = (bar_columns(places, side) for side in SIDES)
    known: Known = "both"
    if bids is None or asks is None:
        known = side_named(glimpse)
        bids = asks = bar_columns(places, None)
    if bids is None or asks is None:
        raise Unreadable(path.name, None, "its columns name neither bid and ask nor bars")
    sides = (*bids, *asks)
    shown = (at for at, _, _ in table.rows(sides))
    span_us = span_of(shown, path.name)

    def bar(at: int, symbol: str, prices: list[Decimal]) -> Bar:
        return checked_bar(Bar(at, symbol, span_us, *prices))

    return _file(table, sides, bar, span_us, known)


def _quote(at: int, symbol: str, prices: list[Decimal]) -> Quote:
    return Quote(at, symbol, *prices)


def _file(
    table: "_Table", columns: tuple[int, ...], make: _Make, span_us: int | None, known: Known
) -> QuoteFile:
    def prices() -> Iterator[Price]:
        return table.prices(columns, make)

    first = first_of(prices(), table.path.name)
    return QuoteFile(
        path=table.path,
        symbols=tuple(dict.fromkeys(price.symbol for price in prices())),
        first_at=first.at,
        walk=lambda symbol, since, until: within(prices(), symbol, since, until),
        span_us=span_us,
        known=known,
    )


class _Table:
    """The rows of one file: moment, symbol and the prices of some columns."""

    def __init__(
        self, path: Path, header: Any, places: dict[str, int], options: QuoteOptions, alone: str
    ) -> None:
        self.path, self.header, self.alone = path, header, alone
        self.when, self.which = places["time"], places.get("symbol")
        self.catalogue = options.catalogue
        kind = header.field(self.when).type
        if not pa.types.is_timestamp(kind):
            raise Unreadable(path.name, None, f"its times are of type {kind}, not timestamps")
        if kind.tz is None and options.zone is None:
            raise Unreadable(path.name, None, "its times have no time zone; name their clock")
        self.zone = options.zone if kind.tz is None else None

    def rows(self, columns: tuple[int, ...]) -> Iterator[tuple[int, str, list[Any]]]:
        """Raises ``Unreadable`` with the row, counted from 1."""
        wanted = [self.when, *columns, *([] if self.which is None else [self.which])]
        names = [self.header.field(place).name for place in wanted]
        clock = None if self.zone is None else WallClock(self.zone)
        row = 0
        for times, *values in _batches(self.path, names):
            symbols = values.pop() if self.which is not None else [self.alone] * len(times)
            for shown, symbol, *prices in zip(times, symbols, *values, strict=True):
                row += 1
                if shown is None or None in prices or not symbol:
                    said = NO_SYMBOL if shown is not None and not symbol else "a cell is empty"
                    raise Unreadable(self.path.name, row, said)
                if not EARLIEST <= shown <= LATEST:
                    raise Unreadable(self.path.name, row, "a time of no year anybody traded in")
                at = shown if clock is None else clock.moment(shown)
                yield at, str(symbol), prices

    def prices(self, columns: tuple[int, ...], make: _Make) -> Iterator[Price]:
        latest, exact = None, _Exact(self.catalogue)
        for row, (at, symbol, cells) in enumerate(self.rows(columns), start=1):
            try:
                if latest is not None and at < latest:
                    raise ValueError("time goes backwards")  # noqa: TRY301
                price = make(at, symbol, [exact(cell, symbol) for cell in cells])
            except ValueError as error:
                raise Unreadable(self.path.name, row, str(error)) from None
            latest = at
            yield price


class _Exact:
    """Cells as exact prices; ``ValueError`` for what is none."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._prices = Prices()

    def __call__(self, cell: object, symbol: str) -> Decimal:
        if isinstance(cell, float):
            exponent = Decimal(repr(cell)).normalize().as_tuple().exponent
            digits = self._digits(symbol)
            if isinstance(exponent, int) and -exponent > digits:
                raise ValueError(
                    f"{cell!r} is a binary float of more than the {digits} decimals of {symbol}"
                )
            return self._prices[repr(cell)]
        if isinstance(cell, Decimal | int | str):
            return self._prices[str(cell)]
        raise ValueError(f"{str(cell)[:40]!r} is not a price")

    def _digits(self, symbol: str) -> int:
        instrument = self._catalogue.find(symbol)
        if instrument is None:
            raise ValueError(
                f"the prices of {symbol} are binary floats, and the catalogue does not know how "
                "many decimals it has"
            )
        return instrument.digits


def _batches(path: Path, names: list[str]) -> Iterator[_Values]:
    """The columns of ``names``, some rows at a time; times as microseconds."""
    with _refusing(path), pq.ParquetFile(path) as file:
        groups = (file.metadata.row_group(n) for n in range(file.metadata.num_row_groups))
        if sum(group.total_byte_size for group in groups) > UNPACKED_BYTES_MAX:
            raise Unreadable(path.name, None, f"unpacks to more than {UNPACKED_BYTES_MAX:,} bytes")
        for batch in file.iter_batches(_ROWS_A_BATCH, columns=names):
            # The batch has the file's order of columns, whatever was asked for.
            columns = [batch.column(batch.schema.get_field_index(name)) for name in names]
            kind = pa.timestamp("us", columns[0].type.tz)
            # Below a microsecond is cut off, as everywhere.
            times = columns[0].cast(kind, safe=False).cast(pa.int64())
            yield [column.to_pylist() for column in (times, *columns[1:])]


@contextmanager
def _refusing(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).splitlines()[0][:200]
        raise Unreadable(
            path.name, None, f"is no Parquet file that can be read: {reason}"
        ) from None


FORMAT = QuoteFormat(
    name="parquet",
    title="ticks or bars in a Parquet file with columns named like the tables'",
    zone="the one of the column of times, or the clock that was named; refused without either",
    knows=_knows,
    open=_open,
)
