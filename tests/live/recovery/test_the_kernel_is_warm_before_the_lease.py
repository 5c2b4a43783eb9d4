"""No function of the kernel is compiled while an engine judges."""

from dataclasses import replace
from types import FunctionType, SimpleNamespace
from typing import Any

from propdesk.boot.warming import warm
from propdesk.engine.builds import PLAIN
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from tests.live.recovery.firm_on_a_log import FIRM, WrittenLog, drawn, engine_on, judge_all


class Counting:
    """The kernel's functions, each noting the kinds of arrays it is called with."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, Any]] = set()

    def kernel(self) -> SimpleNamespace:
        found = {
            name: self._counted(name, each)
            for name, each in vars(PLAIN).items()
            if isinstance(each, FunctionType)
        }
        return SimpleNamespace(**found)

    def _counted(self, name: str, function: FunctionType) -> Any:
        def called(*given: Any) -> Any:
            self.seen.add((name, tuple(map(_kind, given))))
            return function(*given)

        return called


def _kind(given: Any) -> Any:
    """What the compiler tells apart."""
    if isinstance(given, tuple):
        return tuple(map(_kind, given))
    if hasattr(given, "flags"):
        return (str(given.dtype), given.flags.writeable, given.flags.c_contiguous)
    return type(given).__name__


def test_a_day_calls_nothing_that_warming_did_not() -> None:
    warmed, alarms = Counting(), list[str]()
    warm(replace(FIRM, kernel=warmed.kernel()), alarms.append)
    assert not alarms
    day = Counting()
    log, snapshots = MemoryLog(), MemorySnapshots()
    written = WrittenLog(log)
    records = drawn(1)
    for part in (records[:200], records[200:]):
        written.write(part)
        engine = engine_on(log, snapshots, alarms, replace(FIRM, kernel=day.kernel()))
        judge_all(engine)
        engine.save()
    assert not alarms
    assert day.seen <= warmed.seen, day.seen - warmed.seen
