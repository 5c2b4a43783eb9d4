"""What accounts hold is not looked through for rubbish: at the beginning, nor after a snapshot."""

import gc
import threading
from collections.abc import Iterator
from typing import cast

import pytest

from propdesk.boot import engine_process
from propdesk.boot.engine_worker import EngineWorker
from propdesk.boot.lease_keeping import LeaseKept
from propdesk.ports.memory_leases import MemoryLeases


class Account:
    """Something the collector counts."""

    def __init__(self) -> None:
        self.held: list[object] = [self]


@pytest.fixture
def unfrozen() -> Iterator[None]:
    gc.unfreeze()
    yield
    gc.unfreeze()


def is_looked_through(each: object) -> bool:
    return any(found is each for found in gc.get_objects())


@pytest.mark.usefixtures("unfrozen")
def test_what_came_since_the_last_snapshot_is_set_aside_before_the_next() -> None:
    over = threading.Event()
    accounts: list[Account] = []
    seen: list[bool] = []

    class Worker:
        owes = False

        def step(self, wait_s: float) -> int:
            del wait_s
            accounts.append(Account())
            return 1

        def save_aside(self) -> bool:
            seen.extend(is_looked_through(each) for each in accounts)
            if len(accounts) == 2:
                over.set()
            return True

        def save(self) -> bool:
            return True

    lease = MemoryLeases().acquire("engine/0", "me", hold_s=60, wait_s=0)
    assert lease is not None
    with LeaseKept(lease, every_s=1.0) as kept:
        code = engine_process._go_on(cast(EngineWorker, Worker()), kept, over, 0.0)
    assert code == 0
    assert seen == [False, False, False]  # none, then one, then two accounts
    assert is_looked_through(accounts[-1])


@pytest.mark.usefixtures("unfrozen")
def test_nothing_old_is_looked_through_unasked() -> None:
    before = gc.get_threshold()
    looked: list[int] = []
    watch = lambda phase, info: looked.append(info["generation"])  # noqa: ARG005, E731
    gc.callbacks.append(watch)
    try:
        engine_process.look_through_the_young_only()
        kept = [Account() for _ in range(100_000)]
    finally:
        gc.callbacks.remove(watch)
        gc.set_threshold(*before)
    assert kept
    assert {0, 1} == set(looked)
