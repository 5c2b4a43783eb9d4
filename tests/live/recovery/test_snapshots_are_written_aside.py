"""A snapshot written by a child while its engine goes on judging."""

import fcntl
import os
import time
from functools import partial
from pathlib import Path

import pytest

from propdesk.boot.aside import NICE, Aside, AsideFailed
from propdesk.boot.engine_worker import EngineWorker
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.storage.snapshot_files import FileSnapshots
from tests.live.recovery.firm_on_a_log import WrittenLog, drawn, engine_on, judge_all, said_on
from tests.live.recovery.processes import wait_until


def kept(engine: EngineWorker) -> None:
    assert engine.save_aside()
    wait_until(lambda: not engine.is_saving())


def test_the_engine_goes_on_and_the_snapshot_is_of_the_moment_it_was_begun(tmp_path: Path) -> None:
    records, alarms = drawn(1), list[str]()
    log = MemoryLog()
    written = WrittenLog(log)
    engine = engine_on(log, FileSnapshots(tmp_path, alarms.append), alarms)
    for begun in range(0, len(records) - 39, 40):
        written.write(records[begun : begun + 20])
        judge_all(engine)
        offset = engine.partition.place.offset
        assert engine.save_aside()
        assert not engine.save_aside(), "one at a time"
        written.write(records[begun + 20 : begun + 40])
        while engine.behind or engine.is_saving():
            engine.step(0)
        restored = engine_on(log, FileSnapshots(tmp_path, alarms.append), alarms)
        assert restored.partition.place.offset == offset
        engine = restored if begun % 80 else engine_on(log, _of(tmp_path, alarms), alarms)
    written.write(records[begun + 40 :])
    judge_all(engine)
    undisturbed = MemoryLog()
    WrittenLog(undisturbed).write(records)
    judge_all(engine_on(undisturbed, MemorySnapshots(), alarms))
    assert not alarms
    assert said_on(log) == said_on(undisturbed)


def _of(home: Path, alarms: list[str]) -> FileSnapshots:
    return FileSnapshots(home, alarms.append)


def test_accounts_that_changed_meanwhile_are_in_the_next_one(tmp_path: Path) -> None:
    records, alarms, log = drawn(2), list[str](), MemoryLog()
    written = WrittenLog(log)
    engine = engine_on(log, _of(tmp_path, alarms), alarms)
    written.write(records[:100])
    judge_all(engine)
    assert engine.save_aside()
    written.write(records[100:200])
    judge_all(engine)
    wait_until(lambda: not engine.is_saving())
    kept(engine)
    figures = {each: engine.partition.desk.result(each) for each in engine.partition.desk.seats}
    restored = engine_on(log, _of(tmp_path, alarms), alarms)
    assert restored.partition.place.offset == engine.partition.place.offset
    assert {each: restored.partition.desk.result(each) for each in figures} == figures
    assert not alarms


def test_one_that_could_not_be_written_is_told_and_made_up_for(tmp_path: Path) -> None:
    records, alarms, log = drawn(2), list[str](), MemoryLog()
    written = WrittenLog(log)
    engine = engine_on(log, _of(tmp_path, alarms), alarms)
    written.write(records[:100])
    judge_all(engine)
    kept(engine)
    written.write(records[100:150])
    judge_all(engine)
    (folder,) = (tmp_path / "snapshots").iterdir()
    with (folder / "writer.lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        kept(engine)
    assert len(alarms) == 1
    assert "no snapshot was kept" in alarms[0]
    kept(engine)
    figures = {each: engine.partition.desk.result(each) for each in engine.partition.desk.seats}
    restored = engine_on(log, _of(tmp_path, alarms), alarms)
    assert restored.partition.place.offset == engine.partition.place.offset
    assert {each: restored.partition.desk.result(each) for each in figures} == figures


def test_at_the_end_the_engine_does_not_wait_for_its_child(tmp_path: Path) -> None:
    records, alarms, log = drawn(2), list[str](), MemoryLog()
    WrittenLog(log).write(records)
    engine = engine_on(log, _of(tmp_path, alarms), alarms)
    judge_all(engine)
    assert engine.save_aside()
    assert engine.save()
    assert not engine.is_saving()
    restored = engine_on(log, _of(tmp_path, alarms), alarms)
    assert restored.partition.place.offset == engine.partition.place.offset
    names = list(engine.partition.desk.seats)
    found = [restored.partition.desk.result(each) for each in names]
    assert found == [engine.partition.desk.result(each) for each in names]


def _has_ended(aside: Aside) -> bool:
    return aside.answer() is not None


def test_a_child_stands_back_for_whoever_judges() -> None:
    aside, answers = Aside(lambda: str(os.nice(0)), seconds_max=30.0), list[str]()

    def has_answered() -> bool:
        answers.extend(filter(None, [aside.answer()]))
        return bool(answers)

    wait_until(has_answered)
    assert int(answers[0]) == min(19, os.nice(0) + NICE)


def test_a_child_that_fails_or_never_ends_is_noticed() -> None:
    def fails() -> str:
        raise ValueError("no")

    def sleeps() -> str:
        time.sleep(60)
        return ""

    for work in (fails, sleeps):
        aside = Aside(work, seconds_max=0.3)
        begun = time.monotonic()
        with pytest.raises(AsideFailed):
            wait_until(partial(_has_ended, aside))
        assert time.monotonic() - begun < 30
