"""Leases: one holder at a time, a rising epoch, and the next one within the hold."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest

from propdesk.ports.lease import Lease, Leases, LeaseUnknown
from propdesk.ports.memory_leases import MemoryLeases
from propdesk.storage.leases import PostgresLeases

LONG_S = 60.0
PATIENCE_S = 30.0


@pytest.fixture(params=["memory", "postgresql"])
def leases(request: pytest.FixtureRequest) -> Iterator[Leases]:
    if request.param == "memory":
        yield MemoryLeases()
        return
    url = request.getfixturevalue("database_url")
    yield PostgresLeases(url)
    with psycopg.connect(url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS log CASCADE")


@pytest.fixture
def take(leases: Leases) -> Iterator[Callable[..., Lease | None]]:
    taken: list[Lease] = []

    def acquire(owner: str, *, hold_s: float = LONG_S, wait_s: float = 0) -> Lease | None:
        lease = leases.acquire("engine/0", owner, hold_s=hold_s, wait_s=wait_s)
        if lease is not None:
            taken.append(lease)
        return lease

    yield acquire
    for lease in taken:
        lease.release()


def held(lease: Lease | None) -> Lease:
    assert lease is not None
    return lease


def test_while_one_holds_it_no_other_gets_it(take: Callable[..., Lease | None]) -> None:
    first = held(take("one"))
    assert take("two") is None
    assert take("one") is None, "a second process may bear the same name"
    assert first.renew()


def test_names_are_held_apart(leases: Leases) -> None:
    one = held(leases.acquire("engine/0", "me", hold_s=LONG_S, wait_s=0))
    other = held(leases.acquire("engine/1", "you", hold_s=LONG_S, wait_s=0))
    assert one.renew()
    assert other.renew()
    one.release()
    other.release()


def test_a_released_lease_is_free_and_its_epoch_has_risen(
    take: Callable[..., Lease | None],
) -> None:
    first = held(take("one"))
    first.release()
    second = held(take("two"))
    assert second.epoch > first.epoch
    assert not first.renew()
    first.release()  # late, and harmless
    assert take("three") is None
    assert second.renew()


def test_a_lease_runs_out_when_it_is_not_renewed(take: Callable[..., Lease | None]) -> None:
    begun = time.monotonic()
    first = held(take("one", hold_s=0.3))
    second = held(take("two", wait_s=PATIENCE_S))
    assert 0.29 < time.monotonic() - begun < 5
    assert second.epoch > first.epoch
    assert not first.renew()


def test_a_renewed_lease_does_not_run_out(take: Callable[..., Lease | None]) -> None:
    first = held(take("one", hold_s=2.0))
    deadline = time.monotonic() + 2.6
    while time.monotonic() < deadline:
        assert first.renew()
        assert take("two", wait_s=0.1) is None


def test_a_lease_that_ran_out_and_nobody_took_is_still_held(
    take: Callable[..., Lease | None],
) -> None:
    first = held(take("one", hold_s=0.05))
    time.sleep(0.1)
    assert first.renew()


def test_one_waits_no_longer_than_asked(take: Callable[..., Lease | None]) -> None:
    held(take("one"))
    begun = time.monotonic()
    assert take("two", wait_s=0.2) is None
    assert 0.2 <= time.monotonic() - begun < 5


def test_a_release_wakes_who_waits(take: Callable[..., Lease | None]) -> None:
    first = held(take("one"))
    release = threading.Timer(0.2, first.release)
    release.start()
    begun = time.monotonic()
    second = held(take("two", wait_s=PATIENCE_S))
    release.join()
    assert time.monotonic() - begun < 5
    assert second.renew()


def test_of_many_at_once_one_gets_it(leases: Leases) -> None:
    got: list[Lease] = []
    barrier = threading.Barrier(6)

    def try_it() -> None:
        barrier.wait()
        lease = leases.acquire("engine/0", "me", hold_s=LONG_S, wait_s=0)
        if lease is not None:
            got.append(lease)

    threads = [threading.Thread(target=try_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert len(got) == 1
    got[0].release()


def test_a_database_that_is_away_is_told_apart_from_a_lost_lease() -> None:
    nowhere = PostgresLeases("postgresql://nobody@127.0.0.1:1/nothing")
    with pytest.raises(LeaseUnknown):
        nowhere.acquire("engine/0", "me", hold_s=1, wait_s=0)


@pytest.mark.parametrize("leases", ["postgresql"], indirect=True)
def test_a_lost_connection_makes_the_hold_unknown_once_and_is_made_again(
    leases: Leases, database_url: str
) -> None:
    lease = held(leases.acquire("engine/9", "me", hold_s=LONG_S, wait_s=0))
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND query LIKE '%INSERT INTO log.lease%'"
        )
    with pytest.raises(LeaseUnknown):
        lease.renew()
    assert lease.renew()
    lease.release()


@pytest.mark.parametrize("leases", ["postgresql"], indirect=True)
def test_a_stand_by_that_may_not_write_is_unknown_and_a_fault_of_ours_is_not(
    leases: Leases, database_url: str
) -> None:
    held(leases.acquire("engine/0", "me", hold_s=LONG_S, wait_s=0)).release()
    read_only = PostgresLeases(f"{database_url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(LeaseUnknown):
        read_only.acquire("engine/0", "me", hold_s=LONG_S, wait_s=0)
    with psycopg.connect(database_url, autocommit=True) as other:
        other.execute("DROP TABLE log.lease")
    with pytest.raises(psycopg.errors.UndefinedTable):
        leases.acquire("engine/0", "me", hold_s=LONG_S, wait_s=0)
