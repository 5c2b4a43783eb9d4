"""The engine judges by the trigger index: accounts rest in zones, and a start wakes nobody."""

from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from tests.live.recovery.firm_on_a_log import FIRM, WrittenLog, drawn, engine_on, judge_all


def test_accounts_rest_and_go_on_resting_after_a_start() -> None:
    log, snapshots, alarms = MemoryLog(), MemorySnapshots(), list[str]()
    WrittenLog(log).write(drawn(1))
    engine = engine_on(log, snapshots, alarms, FIRM)
    judge_all(engine)
    book = engine.partition.desk.book
    assert book.wakes() > 0, "somebody rested, and left his zone"
    engine.save()
    again = engine_on(log, snapshots, alarms, FIRM).partition.desk.book
    assert again.wakes() == book.wakes()
    assert again.on_the_exact_path() == book.on_the_exact_path()
    assert not alarms
