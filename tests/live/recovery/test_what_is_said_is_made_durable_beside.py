"""An engine that goes on judging while the log writes: nothing is lost, and all is in order."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from threading import Event

import pytest

from propdesk.boot import saying as saying_module
from propdesk.boot.engine_worker import RECORDS_BETWEEN_SAYING, EngineWorker
from propdesk.boot.saying import Saying
from propdesk.connectors.engine_queries.frames import AskBoard
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.ports.event_log import Entry, LogUnavailable, Writer
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from tests.live.recovery.firm_on_a_log import (
    FIRM,
    VERDICTS,
    WrittenLog,
    drawn,
    engine_on,
    judge_all,
    said_on,
)

WAIT_S = 10.0


class Slow(Writer):
    """A writer that waits to be let through, and may refuse."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.begun, self.let = Event(), Event()
        self.refused = 0
        self.counts: list[int] = []

    @property
    def epoch(self) -> int:
        return self._writer.epoch

    def append(self, entries: Sequence[Entry]) -> Sequence[int]:
        self.begun.set()
        assert self.let.wait(WAIT_S)
        if self.refused:
            self.refused -= 1
            raise LogUnavailable("away for once")
        self.counts.append(len(entries))
        return self._writer.append(entries)

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def slow(log: MemoryLog) -> Slow:
    return Slow(log.writer([VERDICTS], "engine"))


@pytest.fixture
def saying(slow: Slow) -> Iterator[Saying]:
    made = Saying(slow, alarm, beside=True)
    yield made
    slow.let.set()
    made.close()


def alarm(sentence: str) -> None:
    raise AssertionError(sentence)


def say(saying: Saying, *keys: str) -> None:
    saying.waiting += [Entry(VERDICTS, key, key.encode()) for key in keys]


def keys_on(log: MemoryLog) -> list[str]:
    return [key for key, _ in said_on(log)]


def test_who_hands_over_goes_on_and_what_comes_meanwhile_goes_together(
    log: MemoryLog, slow: Slow, saying: Saying
) -> None:
    say(saying, "a")
    saying.hand_over()
    assert slow.begun.wait(WAIT_S)
    for key in ("b", "c"):
        say(saying, key)
        saying.hand_over()
    before = saying.is_done
    assert keys_on(log) == []
    slow.let.set()
    saying.finish()
    assert (before, saying.is_done) == (False, True)
    assert keys_on(log) == ["a", "b", "c"]
    assert slow.counts == [1, 2]


def test_who_keeps_up_waits_for_nobody_until_too_much_waits(
    log: MemoryLog, slow: Slow, saying: Saying, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(saying_module, "WAITING_MAX", 3)
    monkeypatch.setattr(saying_module, "SAID_BESIDE_MIN", 1)
    for key in ("a", "b", "c"):
        say(saying, key)
        saying.keep_up()
    assert [each.key for each in saying.waiting] == ["b", "c"]
    assert keys_on(log) == []
    slow.let.set()
    say(saying, "d")
    saying.keep_up()
    assert keys_on(log)[:1] == ["a"], "the first is durable before more is taken"
    saying.finish()
    assert keys_on(log) == ["a", "b", "c", "d"]


def test_what_the_log_refused_is_told_and_said_again_first(
    log: MemoryLog, slow: Slow, saying: Saying
) -> None:
    slow.refused = 1
    say(saying, "a", "b")
    saying.hand_over()
    say(saying, "c")
    slow.let.set()
    with pytest.raises(LogUnavailable):
        saying.hand_over(patiently=True)
    assert not saying.is_done
    saying.finish()
    assert keys_on(log) == ["a", "b", "c"]


def test_what_was_said_otherwise_before_stands(log: MemoryLog, slow: Slow) -> None:
    alarms = list[str]()
    saying = Saying(slow, alarms.append, beside=True)
    slow.let.set()
    say(saying, "a")
    saying.finish()
    saying.waiting += [Entry(VERDICTS, "a", b"otherwise"), Entry(VERDICTS, "b", b"b")]
    saying.finish()
    saying.close()
    assert said_on(log) == [("a", b"a"), ("b", b"b")]
    assert alarms


def test_an_engine_that_says_beside_says_the_same() -> None:
    beside, alone = WrittenLog(MemoryLog()), WrittenLog(MemoryLog())
    alarms = list[str]()
    for each in (beside, alone):
        each.write(drawn(3))
    engine = EngineWorker(
        0,
        FIRM,
        reader=beside.log.reader(),
        writer=beside.log.writer([VERDICTS], "engine"),
        snapshots=MemorySnapshots(),
        questions=HandOver(),
        alarm=alarms.append,
        says_beside=True,
    )
    judge_all(engine)
    engine.saying.finish()
    engine.saying.close()
    judge_all(engine_on(alone.log, MemorySnapshots(), alarms))
    assert said_on(beside.log) == said_on(alone.log)
    assert not alarms


def test_what_was_said_of_the_first_records_does_not_wait_for_the_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written, alarms = WrittenLog(MemoryLog()), list[str]()
    written.write(drawn(3))
    engine = engine_on(written.log, MemorySnapshots(), alarms)
    hand_over, durable = Saying.hand_over, list[int]()

    def counted(saying: Saying, *, patiently: bool = False) -> None:
        hand_over(saying, patiently=patiently)
        durable.append(engine._applied)

    monkeypatch.setattr(Saying, "hand_over", counted)
    applied = engine.step(0)
    assert applied > 100
    assert max(later - at for at, later in pairwise(durable)) <= RECORDS_BETWEEN_SAYING


def test_nobody_is_shown_and_nothing_is_kept_that_is_not_durable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written, questions = WrittenLog(MemoryLog()), HandOver()
    written.write(drawn(3))
    slow = Slow(written.log.writer([VERDICTS], "engine"))
    engine = EngineWorker(
        0,
        FIRM,
        reader=written.log.reader(),
        writer=slow,
        snapshots=MemorySnapshots(),
        questions=questions,
        alarm=alarm,
        says_beside=True,
    )
    judge_until(engine, slow)
    slow.refused = 1_000
    slow.let.set()
    assert not engine.save()
    slow.refused = 0
    board, shown = engine.answers.board, list[bool]()

    def seen(**asked: object) -> object:
        shown.append(engine.saying.is_done)
        return board(**asked)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.answers, "board", seen)
    questions.ask(AskBoard(limit=5, after=None, search=""))
    engine.step(0)
    assert shown == [True]
    engine.saying.close()


def judge_until(engine: EngineWorker, slow: Slow) -> None:
    """Until something is on its way to the log that does not arrive."""
    while not slow.begun.is_set():
        assert engine.step(0)
    assert not engine.saying.is_done
