"""Drives one partition: log in, verdicts out, questions answered, snapshots kept.

What it appends is keyed, so that going on from a snapshot says nothing twice. It must not judge:
the partition does. Only the holder of the lease runs one.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog

from propdesk.boot.aside import Aside, AsideFailed
from propdesk.boot.saying import Saying
from propdesk.boot.verdict_stream import key_of, said_last
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.domain.conditions import Conditions
from propdesk.domain.events import TimePassed
from propdesk.domain.instruments import Catalogue
from propdesk.engine.book import Book, OtherLayout
from propdesk.engine.desk import Desk
from propdesk.engine.evaluator_state import StateRefused
from propdesk.engine.index_parts import LogSize
from propdesk.engine.live_answers import LiveAnswers
from propdesk.engine.partition import Partition, TicksMissing
from propdesk.engine.recovery import restored, saved, state_version
from propdesk.engine.rejudging_pass import JudgedAgain
from propdesk.engine.seats import Seat
from propdesk.engine.trigger_index import TriggerIndex
from propdesk.ports.event_log import Entry, EventLogError, Reader, Record, Writer
from propdesk.ports.snapshot_store import (
    BaseGone,
    SnapshotDamaged,
    SnapshotStore,
    SnapshotUnwritable,
)
from propdesk.wire.log_codec import LogCodecError, decode, encode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    DeadLetter,
    EngineRecord,
    LogRecord,
    Mark,
    MarketRecord,
    Moment,
    events_of,
    verdicts_of,
)
from propdesk.wire.rulebook_file import LoadedRulebook

READ_BYTES_MAX = 1_048_576
EXPLAINED_AT_ONCE = 4
"""So many accounts are explained before the log is looked at again: a millisecond."""
QUESTIONS_AT_ONCE = 4
RECORDS_BETWEEN_SAYING = 16
"""What was said of the first of many records is not to wait for the last."""
RECORDS_BETWEEN_ANSWERS = 128
"""Behind its log an engine is asked all the same, and answers within a second."""
ASIDE_S_MAX = 600.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Firm:
    """What a partition judges by, beside its log."""

    kernel: Any
    catalogue: Catalogue
    rulebooks: Callable[[AccountEnrolled], LoadedRulebook]
    conditions: Conditions | None
    log: LogSize = field(default_factory=LogSize)
    """How many ticks its index keeps."""


class EngineWorker:
    """One partition of one engine process."""

    def __init__(
        self,
        number: int,
        firm: Firm,
        *,
        reader: Reader,
        writer: Writer,
        snapshots: SnapshotStore,
        questions: HandOver,
        alarm: Callable[[str], None],
        says_beside: bool = False,
    ) -> None:
        self._stream, self._verdicts = events_of(number), verdicts_of(number)
        self._number, self._firm = str(number), firm
        self._reader = reader
        self.saying = Saying(writer, alarm, beside=says_beside)
        self._snapshots, self._questions = snapshots, questions
        self._alarm = alarm
        self._refused: set[int] = set()
        self._aside: tuple[Aside, list[Seat], int] | None = None
        self._sit_down()

    # -- beginning
    def _sit_down(self) -> None:
        self._base: int | None = None
        self._begun_from: int | None = None
        self._saved_at = 0
        self.partition = self._begin()
        self.partition.rejudging.again = self._past()
        self._market_read = self.partition.market
        self.minutes = self.partition.desk.minutes
        self.answers = LiveAnswers(
            self.partition.desk,
            self.partition.place,
            self.minutes,
            self.partition.rejudging.withdrawn,
        )
        for said in said_last(self._reader, self._verdicts):
            self.answers.note(said)
        self._applied = self.partition.place.offset

    def _past(self) -> JudgedAgain:
        """What judges accounts again, whose past is not what it was when they were judged."""
        return JudgedAgain(
            self.partition.desk,
            reader=self._reader,
            snapshots=self._snapshots,
            stream=self._stream,
            number=self._number,
            kernel=self._firm.kernel,
            catalogue=self._firm.catalogue,
            conditions=self._firm.conditions,
            alarm=self._alarm,
        )

    def _begin_again(self, error: Exception) -> None:
        """An account's state cannot be read: go on from an older snapshot, or from the log.

        What is said twice by that is in the log under its key already.
        """
        self._alarm(f"the partition begins again: {error}")
        # Snapshots written since hold the same state: each is refused when it is met.
        if self._begun_from is not None:
            self._refused.add(self._begun_from)
        if self._aside is not None:
            self._aside[0].end()
            self._aside = None
        self._sit_down()

    def _begin(self) -> Partition:
        """The newest snapshot that can be read, or the log from its first record."""
        firm = self._firm
        for snapshot in self._snapshots.newest_first(self._number):
            if snapshot.number in self._refused:
                continue
            if snapshot.version != state_version():
                _log.info("snapshot_of_another_version", offset=snapshot.offset)
                continue
            try:
                partition = restored(
                    snapshot,
                    self._stream,
                    kernel=firm.kernel,
                    catalogue=firm.catalogue,
                    rulebooks=firm.rulebooks,
                    conditions=firm.conditions,
                    alarm=self._alarm,
                )
            except (OtherLayout, LogCodecError, ValueError, KeyError) as error:
                self._alarm(f"snapshot {snapshot.number} cannot be read: {error}")
                continue
            self._base = self._begun_from = snapshot.number
            self._saved_at = snapshot.offset
            return partition
        desk = Desk(
            Book(firm.kernel, TriggerIndex(firm.kernel, firm.log)),
            firm.catalogue,
            firm.rulebooks,
            conditions=firm.conditions,
            alarm=self._alarm,
        )
        return Partition(desk, self._stream)

    # -- a step
    def step(self, wait_s: float) -> int:
        """Apply what the log has, make what was said durable, answer questions; wait for more at
        most so long where there is nothing. Returns how many records were applied.

        Raises what the log raises (``Fenced``: somebody else runs this partition now).
        """
        try:
            return self._step(wait_s)
        except (StateRefused, SnapshotDamaged) as error:
            self._begin_again(error)
            return 0

    def _step(self, wait_s: float) -> int:
        self.is_saving()
        # What the log did not take comes first, or it would grow without end.
        self.saying.hand_over(patiently=bool(self.saying.waiting))
        # Asked for before it is read: the log tells by itself that there is more, and a read
        # that finds nothing costs as much as one that does.
        answered = self._answer(QUESTIONS_AT_ONCE)
        idle_s = 0 if answered or self.partition.owed else wait_s
        if not self._reader.wait({self._stream: self._applied}, idle_s):
            self._explain(EXPLAINED_AT_ONCE)
            return 0
        records = self._reader.read(self._stream, self._applied, bytes_max=READ_BYTES_MAX)
        for number, record in enumerate(records, start=1):
            self._apply(record)
            self._applied = record.offset
            if number % RECORDS_BETWEEN_SAYING == 0:
                self.saying.hand_over()
            if number % RECORDS_BETWEEN_ANSWERS == 0:
                self._answer(1)
        self.saying.hand_over()
        return len(records)

    def _answer(self, at_most: int) -> int:
        """Answer what is asked: nobody is shown what is not durable."""
        if not self._questions.is_asked:
            return 0
        self.saying.finish()
        return self._questions.answer(self.answers, at_most=at_most)

    def _explain(self, at_most: int) -> None:
        """Explain verdicts that were written before their accounts were asked."""
        for each in self.partition.explained(at_most):
            self._hear(each)
        self.saying.hand_over()

    @property
    def owes(self) -> bool:
        """Whether verdicts are written that are not explained yet: no snapshot is begun."""
        return self.partition.owed > 0

    @property
    def behind(self) -> int:
        """How many records of the partition are not applied yet."""
        return self._reader.last(self._stream) - self._applied

    def _apply(self, record: Record) -> None:
        try:
            decoded: LogRecord = decode(record.body)
        except LogCodecError as error:
            self._bury(record, None, f"cannot be read: {error}")
            return
        if isinstance(decoded, TimePassed):
            self.minutes.pass_to(decoded.at)
        if isinstance(decoded, MarketRecord | EngineRecord):
            self._bury(record, None, f"a {type(decoded).__name__} has no place in this stream")
            return
        try:
            self._hear_all(self._said(record.offset, decoded))
        except (StateRefused, SnapshotDamaged, EventLogError):
            raise  # no fault of the record: it is applied when the state or the market is there
        except Exception as error:  # noqa: BLE001 - one record must not stop a partition
            account = decoded.account if isinstance(decoded, Moment | AccountEnrolled) else None
            self._bury(record, account, f"{type(error).__name__}: {error}")

    def _hear_all(self, said: Iterator[EngineRecord]) -> None:
        """Hear it to its end, whatever becomes of what was heard: the state is half way else."""
        late: EventLogError | None = None
        for each in said:
            self._hear(each)
            if late is None:
                try:
                    self.saying.keep_up()
                except EventLogError as error:
                    late = error  # it waits, and is appended again behind the record
        if late is not None:
            _log.warning("said_late", error=str(late))

    def _said(self, offset: int, record: Any) -> Iterator[EngineRecord]:
        while True:
            try:
                return self.partition.apply(offset, record)
            except TicksMissing as missing:
                if not isinstance(record, Mark) or not self._read_market():
                    raise RuntimeError(str(missing)) from missing

    def _read_market(self) -> bool:
        records = self._reader.read(MARKET, self._market_read, bytes_max=READ_BYTES_MAX)
        for record in records:
            self._market_read = record.offset
            try:
                decoded = decode(record.body)
            except LogCodecError as error:
                self._bury(record, None, f"cannot be read: {error}")
                continue
            if isinstance(decoded, MarketRecord):
                self.partition.hand_in(record.offset, decoded)
        return bool(records)

    def _bury(self, record: Record, account: str | None, reason: str) -> None:
        self._alarm(f"{record.stream}, record {record.offset}: {reason}")
        self._hear(DeadLetter(record.stream, record.offset, account, reason))
        if account is not None:
            for each in self.partition.doubted(account, reason):
                self._hear(each)

    # -- what was said
    def _hear(self, said: EngineRecord) -> None:
        self.answers.note(said)
        self.saying.waiting.append(Entry(self._verdicts, key_of(said), encode(said)))

    # -- snapshots
    def save(self) -> bool:
        """Keep a snapshot, where there is something new; whether one was kept."""
        if self._aside is not None:
            self._aside[0].end()  # what it would have kept is kept now
            for each in self._aside[1]:
                each.changed = True
            self._aside = None
        for said in self.partition.explained(self.partition.owed):
            self._hear(said)
        if self.partition.place.offset == self._saved_at:
            return False
        try:
            self.saying.finish()
        except EventLogError as error:
            # Whoever goes on from it would not say again what is not durable.
            _log.warning("no_snapshot", error=str(error))
            return False
        try:
            self._write(every=False)
        except BaseGone:
            self._write(every=True)
        except SnapshotUnwritable as error:
            self._alarm(f"no snapshot was kept: {error}")
            return False
        except (StateRefused, SnapshotDamaged) as error:
            self._begin_again(error)
            return False
        return True

    def save_aside(self) -> bool:
        """Begin a snapshot in a child that has the state as it is now; whether one was begun.

        Packing an account's evaluator takes most of a millisecond, and the book and the table of
        accounts have a price too: where thousands changed, nothing would be judged for seconds.
        """
        if self.is_saving() or self.partition.place.offset == self._saved_at:
            return False
        if self.owes:
            return False  # an account that was struck has no state until it is explained
        self.saying.finish()  # whoever goes on from it would not say it again
        offset, every = self.partition.place.offset, self._base is None
        aside = Aside(partial(self._saved_as, every=every), seconds_max=ASIDE_S_MAX)
        seats = [each for each in self.partition.desk.seats.values() if each.changed]
        for each in seats:
            each.changed = False
        self._aside = aside, seats, offset
        return True

    def is_saving(self) -> bool:
        """Whether a snapshot is being written aside. Hears of its end."""
        if self._aside is None:
            return False
        aside, seats, offset = self._aside
        try:
            answer = aside.answer()
            if answer is None:
                return True
            number = int(answer)
        except (AsideFailed, ValueError) as error:
            self._alarm(f"no snapshot was kept: {error}")
            for each in seats:
                each.changed = True
            self._base = None  # whatever it was: the next one holds everybody
        else:
            self._base, self._saved_at = number, offset
        self._aside = None
        return False

    def _saved_as(self, *, every: bool) -> str:
        """In the child: the number of the snapshot, or why there is none."""
        try:
            self._write(every=every)
        except (BaseGone, SnapshotUnwritable, StateRefused, SnapshotDamaged) as error:
            return f"{type(error).__name__}: {error}"
        return str(self._base)

    def _write(self, *, every: bool) -> None:
        state = saved(self.partition, every=every or self._base is None)
        base = None if every else self._base
        try:
            self._base = self._snapshots.write(
                self._number,
                state.offset,
                state_version(),
                parts=state.parts,
                changed=state.changed,
                blob_count=state.blob_count,
                base=base,
            )
        except (BaseGone, SnapshotUnwritable):
            self._base = None  # the next one holds everybody
            raise
        self._saved_at = state.offset
