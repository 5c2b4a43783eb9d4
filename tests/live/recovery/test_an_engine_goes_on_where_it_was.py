"""An engine that is lost anywhere says, after it, what one that was never lost says."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from propdesk.boot.engine_worker import EngineWorker
from propdesk.domain.events import AccountOpened, Deal, InstrumentDefined, TimePassed
from propdesk.ports.event_log import Entry, LogUnavailable, Reader, Record, Uncertain, Writer
from propdesk.ports.memory_log import MemoryLog, MemoryReader, MemoryWriter
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.ports.snapshot_store import Snapshot, SnapshotDamaged
from propdesk.storage.snapshot_files import FileSnapshots
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import (
    MARKET,
    Mark,
    Moment,
    StatusChanged,
    SymbolDefined,
    Ticks,
    VerdictSaid,
)
from tests.live.markets import SECOND, START
from tests.live.recovery.firm_on_a_log import (
    EVENTS,
    VERDICTS,
    Written,
    WrittenLog,
    drawn,
    engine_on,
    enrolled,
    judge_all,
    said_on,
)

SEEDS = (1, 2, 3)


@pytest.fixture(scope="module", params=SEEDS)
def records(request: pytest.FixtureRequest) -> list[Written]:
    return drawn(request.param)


def undisturbed(records: Sequence[Written]) -> list[tuple[str, bytes]]:
    log = MemoryLog()
    WrittenLog(log).write(records)
    alarms: list[str] = []
    judge_all(engine_on(log, MemorySnapshots(), alarms))
    assert not alarms
    return said_on(log)


class Lossy:
    """A log that is written on, and an engine that is lost and begun again."""

    def __init__(self, snapshots: MemorySnapshots) -> None:
        self.log = MemoryLog()
        self.written = WrittenLog(self.log)
        self.snapshots = snapshots
        self.alarms: list[str] = []
        self.engine = self.begin()

    def begin(self) -> EngineWorker:
        self.engine = engine_on(self.log, self.snapshots, self.alarms)
        return self.engine

    def go_on(self, records: Sequence[Written]) -> None:
        self.written.write(records)
        judge_all(self.engine)


class Guarded(MemorySnapshots):
    """Snapshots of which the blobs of some are not what was written."""

    def __init__(self) -> None:
        super().__init__()
        self.damaged: set[int] = set()
        self.opened: list[int] = []

    def newest_first(self, partition: str, *, thorough: bool = False) -> Iterator[Snapshot]:
        for snapshot in super().newest_first(partition, thorough=thorough):
            self.opened.append(snapshot.number)
            damaged = snapshot.number in self.damaged
            yield replace(snapshot, blobs=Torn(snapshot.blobs)) if damaged else snapshot


class Torn(list[memoryview]):
    def __getitem__(self, number: object) -> memoryview:  # type: ignore[override]
        raise SnapshotDamaged(f"blob {number} is not what was written")


def test_there_is_something_to_say() -> None:
    kinds = [type(decode(body)).__name__ for seed in SEEDS for _, body in undisturbed(drawn(seed))]
    assert kinds.count("VerdictSaid") >= 6
    assert kinds.count("StatusChanged") >= 10


def test_lost_behind_every_tenth_record_with_a_snapshot_of_it(records: list[Written]) -> None:
    lossy = Lossy(MemorySnapshots())
    for begun in range(0, len(records), 10):
        lossy.go_on(records[begun : begun + 10])
        lossy.engine.save()
        lossy.begin()
    assert not lossy.alarms
    assert said_on(lossy.log) == undisturbed(records)


def test_lost_between_two_marks_of_one_batch(records: list[Written]) -> None:
    halves = [
        number
        for number, (ticks, mark) in enumerate(pairwise(records))
        if isinstance(ticks, Ticks) and isinstance(mark, Mark) and mark.tick < ticks.last
    ]
    assert halves, "no batch is judged in two parts"
    lossy, begun = Lossy(MemorySnapshots()), 0
    for number in halves:
        lossy.go_on(records[begun : number + 2])
        ticks, mark = records[number], records[number + 1]
        assert isinstance(ticks, Ticks)
        assert isinstance(mark, Mark)
        assert lossy.engine.save()
        restored = lossy.begin()
        assert restored.partition.place.tick == mark.tick < ticks.last
        begun = number + 2
    lossy.go_on(records[begun:])
    assert not lossy.alarms
    assert said_on(lossy.log) == undisturbed(records)


def test_ticks_that_wait_for_their_mark_are_read_again(records: list[Written]) -> None:
    lossy, begun = Lossy(MemorySnapshots()), 0
    for number, record in enumerate(records):
        if isinstance(record, Ticks) and number % 3 == 0:
            lossy.go_on(records[begun : number + 1])  # the batch is there, its mark is not
            lossy.engine.save()
            lossy.begin()
            begun = number + 1
    lossy.go_on(records[begun:])
    assert said_on(lossy.log) == undisturbed(records)


def test_a_snapshot_of_another_version_is_left_and_the_log_replayed(
    records: list[Written], monkeypatch: pytest.MonkeyPatch
) -> None:
    lossy = Lossy(MemorySnapshots())
    lossy.go_on(records[:100])
    lossy.engine.save()
    monkeypatch.setattr("propdesk.boot.engine_worker.state_version", lambda: "another")
    assert lossy.begin().partition.place.offset == 0
    lossy.go_on(records[100:])
    assert said_on(lossy.log) == undisturbed(records)


@pytest.mark.parametrize("damaged", [{2}, {1, 2}])
def test_a_damaged_snapshot_is_left_for_the_one_before_or_the_log(
    records: list[Written], damaged: set[int]
) -> None:
    snapshots = Guarded()
    lossy = Lossy(snapshots)
    places = [0]
    for part in (records[:80], records[80:120]):
        lossy.go_on(part)
        assert lossy.engine.save()
        places.append(lossy.engine.partition.place.offset)
    snapshots.damaged = damaged
    engine = lossy.begin()
    lossy.written.write(records[120:])
    begun_at, last = [engine.partition.place.offset], engine.partition
    while engine.behind:
        engine.step(0)
        if engine.partition is not last:
            begun_at.append(engine.partition.place.offset)
            last = engine.partition
    assert begun_at == sorted(places[2 - len(damaged) :], reverse=True)
    assert any("is not what was written" in each for each in lossy.alarms)
    assert said_on(lossy.log) == undisturbed(records)


def test_a_blob_damaged_on_disk_is_left_for_the_snapshot_before(
    records: list[Written], tmp_path: Path
) -> None:
    log, alarms = MemoryLog(), list[str]()
    written = WrittenLog(log)
    for part in (records[:80], records[80:160]):
        written.write(part)
        engine = engine_on(log, FileSnapshots(tmp_path, alarms.append), alarms)
        judge_all(engine)
        engine.save()
    (segment,) = (tmp_path / "snapshots").rglob("*.segment")
    content = bytearray(segment.read_bytes())
    content[-200] ^= 1  # in the blob written last
    segment.write_bytes(content)
    written.write(records[160:])
    judge_all(engine_on(log, FileSnapshots(tmp_path, alarms.append), alarms))
    assert any("is not what was written" in each for each in alarms)
    assert said_on(log) == undisturbed(records)


# --- a log that comes and goes ------------------------------------------------------------------
class Gone(Reader):
    """A reader whose reads of the market fail once in a while, and writers likewise."""

    def __init__(self, reader: MemoryReader) -> None:
        self._reader, self._reads = reader, 0
        self.read_fails = False

    def read(self, stream: str, after: int, *, bytes_max: int = 4_194_304) -> Sequence[Record]:
        self._reads += 1
        if stream == MARKET and self._reads % 3 == 0:
            raise LogUnavailable("the server went away")
        return self._reader.read(stream, after, bytes_max=bytes_max)

    def wait(self, tails: Mapping[str, int], timeout_s: float) -> bool:
        return self._reader.wait(tails, 0 * timeout_s)

    def last(self, stream: str) -> int:
        return self._reader.last(stream)

    def first(self, stream: str) -> int:
        return self._reader.first(stream)

    def close(self) -> None:
        self._reader.close()


class Doubtful(Writer):
    """A writer that is not sure: half of its appends are there, half are not."""

    def __init__(self, writer: MemoryWriter) -> None:
        self._writer, self._appends = writer, 0

    @property
    def epoch(self) -> int:
        return self._writer.epoch

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        self._appends += 1
        if self._appends % 3 == 1:
            raise Uncertain("the connection was lost before")
        offsets = self._writer.append(entries)
        if self._appends % 3 == 2:
            raise Uncertain("the connection was lost behind")
        return offsets

    def close(self) -> None:
        self._writer.close()


class ComesAndGoes(MemoryLog):
    def reader(self) -> Gone:
        return Gone(MemoryReader(self))

    def writer(self, streams: Sequence[str], owner: str) -> Writer:
        writer = super().writer(streams, owner)
        assert isinstance(writer, MemoryWriter)
        return Doubtful(writer) if VERDICTS in streams else writer


def test_what_a_lost_server_interrupts_is_applied_when_it_is_back(records: list[Written]) -> None:
    log, alarms = ComesAndGoes(), list[str]()
    written = WrittenLog(log)
    engine = engine_on(log, MemorySnapshots(), alarms)
    interruptions = 0
    for begun in range(0, len(records), 20):
        written.write(records[begun : begun + 20])
        while engine.behind:
            try:
                engine.step(0)
            except (LogUnavailable, Uncertain):
                interruptions += 1
    assert interruptions > 3
    with pytest.raises(StopIteration):
        next(_until_appended(engine))
    assert not alarms
    assert sorted(_everything(log)) == sorted(undisturbed(records))


def _until_appended(engine: EngineWorker) -> Iterator[None]:
    for _ in range(9):
        try:
            engine.step(0)
        except (LogUnavailable, Uncertain):
            continue
        return
    yield


def _everything(log: MemoryLog) -> list[tuple[str, bytes]]:
    return [(each.key, each.body) for each in log.records(VERDICTS, 0)]


def test_no_snapshot_holds_a_verdict_that_is_not_durable(records: list[Written]) -> None:
    """Whoever went on from it would not say the verdict again."""
    log, snapshots, alarms = ComesAndGoes(), MemorySnapshots(), list[str]()
    written = WrittenLog(log)
    lost = 0
    for begun in range(0, len(records), 5):
        written.write(records[begun : begun + 5])
        engine = engine_on(log, snapshots, alarms)
        try:
            while engine.behind:
                engine.step(0)
        except (LogUnavailable, Uncertain):
            lost += 1
        engine.save()  # and it is killed
    assert lost > 5
    engine = engine_on(log, snapshots, alarms)
    while engine.behind:
        list(_until_appended(engine))
    list(_until_appended(engine))
    assert not alarms
    assert sorted(_everything(log)) == sorted(undisturbed(records))


# --- what everybody was told --------------------------------------------------------------------
def test_an_instrument_defined_before_the_snapshot_is_known_behind_it() -> None:
    gold = InstrumentDefined(
        START, "HOUSEGOLD", 2, Decimal(1), "HOUSEGOLD", "USD", "USD", mode="cfd"
    )
    deal = Deal("A1", START + 3 * SECOND, "D1", "P1", "HOUSEGOLD", "buy", "in",
                Decimal(1), Decimal(2000))  # fmt: skip
    opened = AccountOpened("A1", START + 2, "USD", Decimal(100000))
    before: list[Written] = [SymbolDefined(0, "drawn", "HOUSEGOLD", 2), gold]
    behind: list[Written] = [
        enrolled("A1", "ftmo-2-step", "challenge", Decimal(100000)),
        Moment("A1", (opened,)),
        Moment("A1", (deal,)),
        _tick(1, 200000),
        Mark(1),
        _tick(2, 50),  # far beyond every limit: the position loses 1999.50
        Mark(2),
        Moment("A1", (replace(deal, at=START + 9 * SECOND, id="D2", entry="out", side="sell",
                              price=Decimal("0.50"), profit=Decimal(-19995)),)),
    ]  # fmt: skip
    lossy = Lossy(MemorySnapshots())
    lossy.go_on(before)
    lossy.engine.save()
    assert lossy.begin().partition.place.offset == 1
    lossy.go_on(behind)
    assert not lossy.alarms
    said = said_on(lossy.log)
    assert any(isinstance(decode(body), VerdictSaid) for _, body in said)
    assert said == undisturbed([*before, *behind])


def _tick(number: int, bid: int) -> Ticks:
    at = START + (3 + number) * SECOND
    one = np.array([bid], np.int64)
    return Ticks(number, "drawn", number, np.zeros(1, np.int32), np.array([at]), one, one + 10)


def test_a_doubt_about_an_account_outlives_the_engine() -> None:
    records = drawn(1)
    lossy = Lossy(MemorySnapshots())
    lossy.go_on(records[:100])
    lossy.engine.save()
    lossy.engine.partition.desk.doubt("A1", "a record of it was put aside")
    lossy.go_on([TimePassed(START)])
    assert lossy.engine.save()
    seat = lossy.begin().partition.desk.seats["A1"]
    assert seat.evaluator.standing.uncertain["log"] == "a record of it was put aside"


def test_a_record_without_a_place_is_named_once(records: list[Written]) -> None:
    lossy = Lossy(MemorySnapshots())
    lossy.go_on(records[:60])
    writer = lossy.log.writer([EVENTS], "drill")
    writer.append([Entry(EVENTS, "torn", b"no record")])
    judge_all(lossy.engine)
    said = said_on(lossy.log)
    lossy.begin()
    judge_all(lossy.engine)
    assert [key for key, _ in said_on(lossy.log)].count(f"dead/{EVENTS}/{_last(lossy)}") == 1
    assert said_on(lossy.log) == said


def _last(lossy: Lossy) -> int:
    return lossy.log.reader().last(EVENTS)


def test_days_that_roll_together_are_told_one_by_one() -> None:
    """Each change of a status has a name of its own, also where one record brings several."""
    (said,) = [
        each for _, body in undisturbed(drawn(1)) if isinstance(each := decode(body), StatusChanged)
    ][:1]
    others = [replace(said, at=said.at + 1), replace(said, status="paused"), said]
    log, alarms = MemoryLog(), list[str]()
    engine = engine_on(log, MemorySnapshots(), alarms)
    for each in (*others, replace(said)):
        engine._hear(each)
    engine.saying.finish()
    assert not alarms
    assert [decode(body) for _, body in said_on(log)] == others


# --- what is shown ------------------------------------------------------------------------------
def announced(engine: EngineWorker) -> list[tuple[str, str, int]]:
    return [(e.account, e.rule, e.at) for e in engine.answers.board().latest]


@pytest.mark.parametrize("saved_at", [None, 120, 400])
def test_the_newest_verdicts_are_announced_again_after_a_start(saved_at: int | None) -> None:
    """Whether the engine goes on where it was, says some of them again, or all of them."""
    records = drawn(2, accounts=9, steps=400)
    lossy = Lossy(MemorySnapshots())
    lossy.go_on(records[:saved_at])
    if saved_at is not None:
        assert lossy.engine.save()
        lossy.go_on(records[saved_at:])
    before = announced(lossy.engine)
    assert len(before) > 4
    engine = lossy.begin()
    assert announced(engine) == before
    judge_all(engine)
    assert announced(engine) == before
    assert not lossy.alarms


def test_what_cannot_be_read_of_them_is_left_out() -> None:
    lossy = Lossy(MemorySnapshots())
    lossy.go_on(drawn(2, accounts=9, steps=400))
    before = announced(lossy.engine)
    lossy.log.writer([VERDICTS], "another").append([Entry(VERDICTS, "broken", b"PD?")])
    assert announced(lossy.begin()) == before
