"""What the log holds behind some place of it: moments by account, what concerns everybody, ticks.

It is read as far as it is asked for, and put into the order of time: what happened to an account
before the quotes of its own stamp, a gap's beginning behind them, ticks that came late at their
time. It must not judge anything.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from propdesk.domain.events import GapClosed, GapOpened
from propdesk.engine.layout import Ints, ShortInts
from propdesk.engine.rejudging_gaps import Gaps
from propdesk.engine.seats import Spot
from propdesk.ports.event_log import Reader, Record
from propdesk.wire.log_codec import LogCodecError, account_of_moment, decode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    BackFilled,
    General,
    Moment,
    SymbolDefined,
    Ticks,
)

READ_BYTES_MAX = 4_194_304
TICKS_MAX = 5_000_000
"""Of a stretch that is judged again; their columns and an order of them are some 400 MB."""
ENROLLED, BEFORE_QUOTES, BEHIND_QUOTES = 0, 1, 2
_NONE = np.zeros(0, np.int64)

Names: TypeAlias = Callable[[str], str | None]
"""The catalogue's name of a feed's symbol."""
Step: TypeAlias = AccountEnrolled | Moment | General


class PastUnreadable(Exception):
    """There are more ticks than can be judged again at once, or a record is not there. The caller
    says so of the account."""


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Ticks of the market as columns of equal length. ``late``: it was back-filled."""

    number: Ints
    symbol: ShortInts
    at: Ints
    bid: Ints
    ask: Ints
    late: "npt.NDArray[np.bool_]"

    def rows(self, which: "npt.NDArray[np.intp]") -> "Columns":
        return Columns(
            self.number[which], self.symbol[which], self.at[which],
            self.bid[which], self.ask[which], self.late[which],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happened:
    """One record in the order of time: ``place`` is before or behind the quotes of its stamp."""

    at: int
    place: int
    offset: int
    record: Step


class Past:
    """The stretch of a partition's log behind an offset, and of the market behind a tick."""

    def __init__(self, reader: Reader, stream: str, *, offset: int, tick: int, market: int) -> None:
        self._reader, self._stream = reader, stream
        self._offset, self._tick, self._market = offset, tick, market
        self._read_to = tick
        self.symbols: dict[int, tuple[str, int]] = {}
        """By the market's number: the feed's symbol, and the digits of its prices in ``ticks``."""
        self._moments: dict[str, list[tuple[int, bytes]]] = {}
        self._general: list[tuple[int, General]] = []
        self._enrolled: dict[str, tuple[int, AccountEnrolled]] = {}
        self._columns: list[Columns] = []
        self._count = 0

    def know(self, symbols: Iterable[tuple[int, tuple[str, int]]]) -> None:
        """What the market's numbers meant at the place where it begins."""
        self.symbols.update(symbols)

    def extend(self, until: Spot) -> None:
        """Read on. Raises ``PastUnreadable``, and what the log raises."""
        while self._offset < until.offset:
            for record in self._more(self._stream, self._offset):
                if record.offset <= until.offset:
                    self._take(record)
                    self._offset = record.offset
        while self._read_to < until.tick:
            for record in self._more(MARKET, self._market):
                if self._read_to < until.tick:
                    self._take_market(record)
                    self._market = record.offset

    # -- reading
    def _more(self, stream: str, after: int) -> Sequence[Record]:
        records = self._reader.read(stream, after, bytes_max=READ_BYTES_MAX)
        if not records:
            raise PastUnreadable(f"{stream} ends at record {after}")
        return records

    def _take(self, record: Record) -> None:
        account = account_of_moment(record.body)
        if account is not None:
            self._moments.setdefault(account, []).append((record.offset, record.body))
            return
        try:
            decoded = decode(record.body)
        except LogCodecError:
            return  # it was put aside when it came, with an alarm
        if isinstance(decoded, AccountEnrolled):
            self._enrolled.setdefault(decoded.account, (record.offset, decoded))
        elif isinstance(decoded, General):
            self._general.append((record.offset, decoded))

    def _take_market(self, record: Record) -> None:
        try:
            decoded = decode(record.body)
        except LogCodecError:
            return
        match decoded:
            case SymbolDefined():
                self._define(decoded)
            case Ticks():
                self._add(decoded, late=False)
            case BackFilled():
                self._add(decoded.ticks, late=True)

    def _define(self, record: SymbolDefined) -> None:
        """Prices read so far are in the digits that were known: a finer one makes them finer."""
        before = self.symbols.get(record.number, (record.symbol, record.digits))[1]
        self.symbols[record.number] = (record.symbol, record.digits)
        if record.digits == before:
            return
        for place, columns in enumerate(self._columns):
            finer = np.where(columns.symbol == record.number, 10 ** (record.digits - before), 1)
            self._columns[place] = Columns(
                columns.number, columns.symbol, columns.at,
                columns.bid * finer, columns.ask * finer, columns.late,
            )  # fmt: skip

    def _add(self, ticks: Ticks, *, late: bool) -> None:
        if ticks.first > self._read_to + 1:
            raise PastUnreadable(f"ticks {self._read_to + 1} to {ticks.first - 1} are lost")
        number = np.arange(ticks.first, ticks.last + 1, dtype=np.int64)
        self._read_to = max(self._read_to, ticks.last)
        is_late = np.full(len(number), late)
        columns = Columns(number, ticks.symbol, ticks.at, ticks.bid, ticks.ask, is_late)
        columns = columns.rows(np.flatnonzero(number > self._tick))
        self._count += len(columns.at)
        if self._count > TICKS_MAX:
            raise PastUnreadable(f"more than {TICKS_MAX} ticks would have to be judged again")
        self._columns.append(columns)

    # -- in the order of time
    def happened(
        self, accounts: Iterable[str], gaps: Gaps, name_of: Names, until: Spot
    ) -> list[Happened]:
        """What concerns these accounts, in the order of time. Gaps that were filled are none."""
        found = [each for name in accounts for each in self._of_account(name)]
        for offset, record in self._general:
            if not _was_whole(record, gaps, name_of):
                place = BEHIND_QUOTES if isinstance(record, GapOpened) else BEFORE_QUOTES
                found.append(Happened(record.at, place, offset, record))
        within = [each for each in found if each.offset <= until.offset]
        return sorted(within, key=lambda each: (each.at, each.place, each.offset))

    def _of_account(self, name: str) -> Iterator[Happened]:
        moments = []
        for offset, body in self._moments.get(name, ()):
            try:
                record = decode(body)
            except LogCodecError:
                continue  # it was put aside when it came
            if isinstance(record, Moment):
                moments.append(Happened(record.events[0].at, BEFORE_QUOTES, offset, record))
        if name in self._enrolled and moments:
            offset, command = self._enrolled[name]
            # Known before the first thing that happened to it, whatever order they came in.
            yield Happened(min(each.at for each in moments), ENROLLED, offset, command)
        yield from moments

    def ticks(self, gaps: Gaps, name_of: Names, until: Spot) -> Columns:
        """Every tick up to ``until``, in the order of time. Those of a gap that is not whole are
        among them: the symbol is silent there."""
        columns = _joined(self._columns)
        rank = columns.number.copy()
        for row in np.flatnonzero(columns.late).tolist():
            at, name = int(columns.at[row]), name_of(self.symbols[int(columns.symbol[row])][0])
            gap = gaps.whole_around(name or "", at)
            if gap is not None and at == gap.until:
                rank[row] = 0  # before the first quote behind the gap
        rows = np.flatnonzero(columns.number <= until.tick)
        return columns.rows(rows[np.lexsort((rank[rows], columns.at[rows]))])


def _was_whole(record: General, gaps: Gaps, name_of: Names) -> bool:
    """Whether it begins or ends a gap of which nothing is missing now."""
    match record:
        case GapOpened():
            return any(
                each.filled and each.since == record.at
                for each in gaps.of(name_of(record.symbol) or "")
            )
        case GapClosed():
            return any(
                each.filled and each.until == record.at
                for each in gaps.of(name_of(record.symbol) or "")
            )
    return False


def _joined(parts: Sequence[Columns]) -> Columns:
    if not parts:
        return Columns(_NONE, _NONE.astype(np.int32), _NONE, _NONE, _NONE, _NONE.astype(bool))
    return Columns(
        np.concatenate([each.number for each in parts]),
        np.concatenate([each.symbol for each in parts]),
        np.concatenate([each.at for each in parts]),
        np.concatenate([each.bid for each in parts]),
        np.concatenate([each.ask for each in parts]),
        np.concatenate([each.late for each in parts]),
    )
