"""What waits in an engine is bounded, whatever comes and whatever is away."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

import pytest

from propdesk.boot import engine_worker
from propdesk.boot.engine_worker import EngineWorker
from propdesk.domain.events import AccountOpened, Deal, Quote, TimePassed
from propdesk.domain.instants import SECOND, parse_instant
from propdesk.ports.event_log import Entry, LogUnavailable, Writer
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import Mark, Moment, Ticks
from tests.live.engine_drive import batch_of, records_of
from tests.live.recovery.firm_on_a_log import (
    WrittenLog,
    engine_on,
    enrolled,
    judge_all,
    said_on,
)

START = parse_instant("2026-03-02T08:00:00Z")
BATCHES = 200


def quote(at: int) -> Quote:
    return Quote(START + at * SECOND, "EURUSD", Decimal("1.10000"), Decimal("1.10010"))


def test_the_market_is_read_no_farther_than_the_next_mark_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written, alarms = WrittenLog(MemoryLog()), list[str]()
    engine = engine_on(written.log, MemorySnapshots(), alarms)
    one = batch_of([quote(1)], 1)
    monkeypatch.setattr(engine_worker, "READ_BYTES_MAX", 5 * len(encode(one)))
    written.write(records_of([]))
    written.write(replace(one, first=n, sequence=n) for n in range(1, BATCHES + 1))
    judge_all(engine)
    assert held(engine) == 0, "without a mark nobody asks for ticks"
    for tick in range(1, BATCHES + 1, 10):
        written.write([Mark(tick)])
        judge_all(engine)
        assert engine.partition.place.tick == tick
        assert held(engine) <= 10
    assert not alarms


def held(engine: EngineWorker) -> int:
    """Batches that were read and are not judged."""
    return sum(isinstance(record, Ticks) for _, record in engine.partition._market)


class Deaf(Writer):
    """A writer of a log that can be read and not be written."""

    def __init__(self, writer: Writer) -> None:
        self._writer, self.is_deaf = writer, True
        self.most = 0

    @property
    def epoch(self) -> int:
        return self._writer.epoch

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        self.most = max(self.most, len(entries))
        if self.is_deaf:
            raise LogUnavailable("the disk is full")
        return self._writer.append(entries)

    def close(self) -> None:
        self._writer.close()


def test_while_its_words_cannot_be_written_an_engine_reads_no_more() -> None:
    """And says them all, once, in their order, when they can be."""
    written, quiet = WrittenLog(MemoryLog()), WrittenLog(MemoryLog())
    for each in (written, quiet):
        each.write(records_of([quote(1)]))
        for number in range(50):
            name = f"A{number}"
            opened = AccountOpened(name, START + 2 * SECOND, "USD", Decimal(100000))
            each.write([enrolled(name, "ftmo-2-step", "challenge", Decimal(100000))])
            each.write([Moment(name, (opened,)), TimePassed(START + 3 * SECOND)])
    engine = engine_on(written.log, MemorySnapshots(), [])
    engine.saying.writer = deaf = Deaf(engine.saying.writer)
    for _ in range(30):
        with pytest.raises(LogUnavailable):
            engine.step(0)
    begun = engine._applied
    waiting = len(engine.saying.waiting)
    written.write([Moment("A0", (bought("A0"),))] * 1)
    quiet.write([Moment("A0", (bought("A0"),))])
    for _ in range(30):
        with pytest.raises(LogUnavailable):
            engine.step(0)
    assert (engine._applied, len(engine.saying.waiting)) == (begun, waiting)
    deaf.is_deaf = False
    judge_all(engine)
    judge_all(engine_on(quiet.log, MemorySnapshots(), []))
    assert said_on(written.log) == said_on(quiet.log)
    assert len(said_on(written.log)) >= 50


def bought(account: str) -> Deal:
    at = START + 4 * SECOND
    return Deal(account, at, "D", "P", "EURUSD", "buy", "in", Decimal(1), Decimal("1.1"))
