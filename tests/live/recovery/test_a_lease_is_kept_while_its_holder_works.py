"""Long steps do not lose a lease; a holder that is stuck, or fenced, does."""

import time

from propdesk.boot.lease_keeping import LeaseKept
from propdesk.ports.lease import LeaseUnknown
from propdesk.ports.memory_leases import MemoryLease, MemoryLeases
from tests.live.recovery.processes import wait_until

HOLD_S, EVERY_S = 0.3, 0.05


def held(leases: MemoryLeases) -> MemoryLease:
    found = leases.acquire("engine/0", "me", hold_s=HOLD_S, wait_s=0)
    assert found is not None
    return found


def is_free(leases: MemoryLeases) -> bool:
    return leases.acquire("engine/0", "another", hold_s=60, wait_s=0) is not None


def test_a_step_longer_than_the_hold_keeps_it_and_the_end_gives_it_back() -> None:
    leases = MemoryLeases()
    with LeaseKept(held(leases), every_s=EVERY_S) as kept:
        time.sleep(3 * HOLD_S)
        assert not is_free(leases)
        assert not kept.lost.is_set()
    assert is_free(leases)


def test_nothing_is_kept_for_who_is_stuck_and_he_hears_of_it() -> None:
    leases = MemoryLeases()
    with LeaseKept(held(leases), every_s=EVERY_S, step_s_max=HOLD_S) as kept:
        wait_until(lambda: is_free(leases))
        kept.step()
        wait_until(kept.lost.is_set)


def test_a_database_that_is_away_is_asked_again() -> None:
    class Away(MemoryLease):
        asked = 0

        def renew(self) -> bool:
            self.asked += 1
            if self.asked < 4:
                raise LeaseUnknown("away")
            return super().renew()

        def release(self) -> None:
            raise LeaseUnknown("away")

    leases = MemoryLeases()
    lease = Away(leases, "engine/0", 60, held(leases).epoch)
    with LeaseKept(lease, every_s=0.01) as kept:
        wait_until(lambda: lease.asked > 5)
        assert not kept.lost.is_set()
