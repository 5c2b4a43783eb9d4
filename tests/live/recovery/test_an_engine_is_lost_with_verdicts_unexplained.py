"""An engine lost between a verdict and its explanation: the next one says the same, once."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from propdesk.boot import saying
from propdesk.domain.events import AccountOpened, Deal, Quote
from propdesk.domain.instants import parse_instant
from propdesk.ports.event_log import Entry, LogUnavailable
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.log_records import Mark, Moment
from tests.live.engine_drive import batch_of, records_of
from tests.live.recovery.firm_on_a_log import (
    Written,
    WrittenLog,
    engine_on,
    enrolled,
    judge_all,
    said_on,
)

START = parse_instant("2026-03-02T08:00:00Z")
ACCOUNTS = 20


def quote(at: int, bid: str) -> Quote:
    return Quote(START + at, "EURUSD", Decimal(bid), Decimal(bid))


def held() -> list[Written]:
    """Accounts that are long one lot of EURUSD, and may lose five thousand."""
    found: list[Written] = [*records_of([quote(1, "1.10000")])]
    for number in range(ACCOUNTS):
        name = f"A{number}"
        deal = Deal(name, START + 3, "D", "P", "EURUSD", "buy", "in", Decimal(1), Decimal("1.1"))
        found.append(enrolled(name, "ftmo-2-step", "challenge", Decimal(100000)))
        found.append(Moment(name, (AccountOpened(name, START + 2, "USD", Decimal(100000)),)))
        found.append(Moment(name, (deal,)))
    return found


def fall() -> list[Written]:
    return [batch_of([quote(4, "1.10100"), quote(5, "1.04000"), quote(6, "1.12")], 2), Mark(4)]


def undisturbed() -> list[tuple[str, bytes]]:
    written, alarms = WrittenLog(MemoryLog()), list[str]()
    written.write([*held(), *fall()])
    engine = engine_on(written.log, MemorySnapshots(), alarms)
    judge_all(engine)
    while engine.partition.owed:
        assert engine.step(0) == 0, "where nothing waits they are explained"
    assert not alarms
    return said_on(written.log)


@pytest.mark.parametrize("saved", [True, False])
def test_the_next_one_says_the_same_and_nothing_twice(saved: bool) -> None:
    written, snapshots, alarms = WrittenLog(MemoryLog()), MemorySnapshots(), list[str]()
    written.write(held())
    lost = engine_on(written.log, snapshots, alarms)
    judge_all(lost)
    assert lost.save()
    written.write(fall())
    lost.step(0)
    assert lost.partition.owed == ACCOUNTS - 1
    assert not lost.save_aside(), "no snapshot while verdicts are unexplained"
    again = engine_on(written.log, snapshots if saved else MemorySnapshots(), alarms)
    judge_all(again)
    while again.partition.owed:
        again.step(0)
    assert not alarms
    assert said_on(written.log) == undisturbed()
    assert {again.partition.desk.result(f"A{each}").status for each in range(ACCOUNTS)} == {
        "breached"
    }


def test_a_snapshot_at_the_end_explains_them_first() -> None:
    written, snapshots, alarms = WrittenLog(MemoryLog()), MemorySnapshots(), list[str]()
    written.write([*held(), *fall()])
    engine = engine_on(written.log, snapshots, alarms)
    engine.step(0)
    assert engine.partition.owed
    assert engine.save()
    assert not engine.partition.owed
    again = engine_on(written.log, snapshots, alarms)
    result = again.partition.desk.result("A7")
    assert [each.at for each in result.verdicts] == [START + 5]


def test_a_burst_is_made_durable_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first of them can be read before the last was said; a part the log did not take is
    appended again with the rest."""
    monkeypatch.setattr(saying, "SAID_AT_ONCE_MAX", 8)
    written, alarms = WrittenLog(MemoryLog()), list[str]()
    written.write(held())
    engine = engine_on(written.log, MemorySnapshots(), alarms)
    judge_all(engine)
    written.write(fall())
    append, counts, away = engine.saying.writer.append, list[int](), [True]

    def counted(entries: Sequence[Entry]) -> Sequence[int]:
        counts.append(len(entries))
        if len(counts) == 3 and away.pop():
            raise LogUnavailable("away for once")
        return append(entries)

    monkeypatch.setattr(engine.saying.writer, "append", counted)
    engine.step(0)
    assert counts == [8, 8, 8, 2 * ACCOUNTS - 16]
    assert said_on(written.log) == undisturbed()
