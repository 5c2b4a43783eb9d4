"""What a writer and a reader say when the connection or the server goes, and that they go on."""

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from propdesk.ports.event_log import Entry, Fenced, LogUnavailable, Uncertain
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.storage.event_log.writer import PostgresWriter
from tests.storage.event_log.conformance import entries, numbers, read_all, working
from tests.storage.event_log.cut_wire import CutWire

PATIENCE_S = 30.0


@pytest.fixture
def wire(empty_log_url: str) -> Iterator[CutWire]:
    with CutWire(empty_log_url) as wire:
        yield wire


@pytest.fixture
def other(empty_log_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(empty_log_url, autocommit=True) as connection:
        yield connection


def await_a_blocked_append(other: psycopg.Connection) -> int:
    """The server process of an append that waits for a lock."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        row = other.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE wait_event_type = 'Lock' AND query LIKE '%append_to%'"
        ).fetchone()
        if row:
            return int(row[0])
        time.sleep(0.005)
    raise AssertionError("no append waits")


def attempt(writer: PostgresWriter, outcome: list[object], number: int) -> Callable[[], None]:
    def append() -> None:
        try:
            outcome.append(writer.append(entries("a", number, number)))
        except (Fenced, Uncertain, LogUnavailable) as error:
            outcome.append(type(error))

    return append


def test_a_take_over_between_begin_and_commit_fences_and_writes_nothing(
    empty_log_url: str, other: psycopg.Connection
) -> None:
    log = PostgresLog(empty_log_url)
    with closing(log.writer(["a"], "old")) as old:
        old.append(entries("a", 1, 1))
        outcome: list[object] = []
        other.execute("BEGIN")
        other.execute("SELECT log.take_over(ARRAY['a'], 'new', 100)")
        with working(attempt(old, outcome, 2)):
            await_a_blocked_append(other)
            assert outcome == []
            other.execute("COMMIT")
    assert outcome == [Fenced]
    with closing(log.reader()) as reader:
        assert reader.last("a") == 1


def test_a_server_process_that_dies_amid_an_append_leaves_it_uncertain(
    empty_log_url: str, other: psycopg.Connection
) -> None:
    log = PostgresLog(empty_log_url)
    with closing(log.writer(["a"], "me")) as writer, closing(log.reader()) as reader:
        writer.append(entries("a", 1, 1))
        outcome: list[object] = []
        with other.transaction():
            other.execute("SELECT 1 FROM log.stream WHERE name = 'a' FOR UPDATE")
            with working(attempt(writer, outcome, 2)):
                pid = await_a_blocked_append(other)
                other.execute("SELECT pg_terminate_backend(%s)", [pid])
        assert outcome == [Uncertain]
        assert reader.last("a") == 1
        assert writer.append(entries("a", 2, 3)) == [2, 3]


def test_an_answer_that_got_lost_is_uncertain_and_the_entry_is_there_once(
    empty_log_url: str, wire: CutWire
) -> None:
    with closing(PostgresLog(wire.url).writer(["a"], "me")) as writer:
        writer.append(entries("a", 1, 1))
        wire.cut_at_the_next_answer()
        with pytest.raises(Uncertain):
            writer.append(entries("a", 2, 3))
        assert writer.append(entries("a", 2, 3)) == [2, 3]
        with closing(PostgresLog(empty_log_url).reader()) as reader:
            assert numbers(read_all(reader, "a")) == [1, 2, 3]


def test_a_server_that_cannot_be_reached_is_unavailable_and_nothing_is_written(
    empty_log_url: str, wire: CutWire
) -> None:
    log = PostgresLog(wire.url)
    with closing(log.writer(["a"], "me")) as writer, closing(log.reader()) as reader:
        writer.append(entries("a", 1, 1))
        assert numbers(read_all(reader, "a")) == [1]
        wire.is_refusing = True
        wire.cut()
        with pytest.raises(Uncertain):
            writer.append(entries("a", 2, 2))
        for refused in (
            lambda: writer.append(entries("a", 2, 2)),
            lambda: reader.read("a", 1),
            lambda: reader.read("a", 1),
            lambda: reader.last("a"),
            lambda: reader.first("a"),
            lambda: reader.wait({"a": 1}, 0.1),
            lambda: log.writer(["a"], "other"),
            log.reader,
            lambda: log.retain("a", 1),
            log.durability,
        ):
            with pytest.raises(LogUnavailable):
                refused()
        with closing(PostgresLog(empty_log_url).reader()) as direct:
            assert direct.last("a") == 1
        wire.is_refusing = False
        assert writer.append(entries("a", 2, 2)) == [2]
        assert numbers(list(reader.read("a", 1))) == [2]


def test_what_was_appended_while_a_sleeping_reader_was_cut_off_wakes_it(
    empty_log_url: str, wire: CutWire
) -> None:
    with (
        closing(PostgresLog(empty_log_url).writer(["a"], "me")) as writer,
        closing(PostgresLog(wire.url).reader()) as reader,
    ):
        writer.append(entries("a", 1, 1))
        assert reader.wait({"a": 0}, PATIENCE_S)  # it listens
        wire.is_refusing = True

        def cut_off_and_append() -> None:
            time.sleep(0.1)
            wire.cut()
            writer.append(entries("a", 2, 2))
            time.sleep(0.1)
            wire.is_refusing = False

        begun = time.monotonic()
        with working(cut_off_and_append):
            assert reader.wait({"a": 1}, PATIENCE_S)
        assert time.monotonic() - begun < 5
        assert numbers(list(reader.read("a", 1))) == [2]


def test_a_sleeping_reader_sends_nothing(empty_log_url: str, other: psycopg.Connection) -> None:
    log = PostgresLog(empty_log_url)
    query = (
        "SELECT pid, query_start FROM pg_stat_activity WHERE state = 'idle'"
        " AND query LIKE '%last_offset%' AND pid <> pg_backend_pid()"
    )
    with closing(log.writer(["a"], "me")) as writer, closing(log.reader()) as reader:
        with working(lambda: None if reader.wait({"a": 0}, PATIENCE_S) else pytest.fail("slept")):
            deadline = time.monotonic() + PATIENCE_S
            while not (before := other.execute(query).fetchall()):
                assert time.monotonic() < deadline, "it does not listen"
            time.sleep(0.5)
            assert other.execute(query).fetchall() == before
            writer.append(entries("a", 1, 1))
        assert other.execute(query).fetchall() == before, "it is told what there is"


def test_a_writer_commits_to_disk_whatever_the_default_says(empty_log_url: str) -> None:
    weak = f"{empty_log_url}&options=-c%20synchronous_commit%3Doff"
    with psycopg.connect(weak) as connection:
        assert connection.execute("SHOW synchronous_commit").fetchone() == ("off",)
    log = PostgresLog(weak)
    with closing(log.writer(["a"], "me")) as writer:
        writer.append(entries("a", 1, 1))
        shown = writer._link.connection().execute("SHOW synchronous_commit").fetchone()
    assert shown == ("on",)
    assert log.durability()["synchronous_commit"] == "on"
    assert log.durability()["fsync"] == "on"


def test_a_stand_by_that_may_not_write_is_unavailable(empty_log_url: str) -> None:
    PostgresLog(empty_log_url).writer(["a"], "me").close()
    stand_by = PostgresLog(f"{empty_log_url}&options=-c%20default_transaction_read_only%3Don")
    with pytest.raises(LogUnavailable):
        stand_by.writer(["a"], "me")
    with closing(stand_by.reader()) as reader:
        assert reader.last("a") == 0


def test_a_fault_of_ours_is_not_called_unavailable(
    empty_log_url: str, other: psycopg.Connection
) -> None:
    with closing(PostgresLog(empty_log_url).writer(["a"], "me")) as writer:
        other.execute("DROP FUNCTION log.append_to")
        with pytest.raises(psycopg.errors.UndefinedFunction):
            writer.append(entries("a", 1, 1))


def test_a_table_somebody_still_reads_is_dropped_the_next_time(
    empty_log_url: str, other: psycopg.Connection
) -> None:
    tables = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'segment\\__\\__'"
    log = PostgresLog(empty_log_url, segment_records=10)
    with closing(log.writer(["a"], "me")) as writer:
        for number in range(1, 22):
            writer.append(entries("a", number, number))
        with other.transaction():
            other.execute("SELECT count(*) FROM log.segment_1_1")
            assert log.retain("a", 11) == 10
            assert writer.append(entries("a", 22, 22)) == [22]
        assert other.execute(tables).fetchone() == (3,)
        assert log.retain("a", 11) == 0
        assert other.execute(tables).fetchone() == (2,)


def keep_appending(writer: PostgresWriter, said: list[str], stop: threading.Event) -> None:
    """Append one after the other, each again until it is acknowledged."""
    number = 0
    while not stop.is_set():
        number += 1
        while True:
            try:
                assert writer.append([Entry("a", f"k{number}", b"")]) == [number]
                break
            except (Uncertain, LogUnavailable) as error:
                said.append(type(error).__name__)
                time.sleep(0.01)


@pytest.mark.parametrize("way", ["stopped", "killed"])
def test_a_restart_of_the_server_amid_appends_loses_and_doubles_nothing(way: str) -> None:
    home = Path(tempfile.mkdtemp(prefix="propdesk-log-"))
    try:
        with EmbeddedPostgres(home) as database:
            log = PostgresLog(database.url, segment_records=200)
            said: list[str] = []
            stop = threading.Event()
            with (
                closing(log.writer(["a"], "me")) as writer,
                closing(log.reader()) as reader,
                working(lambda: keep_appending(writer, said, stop)),
            ):
                try:
                    tail = follow(reader, 0, 50)
                    if way == "killed":
                        kill(database)
                    database.stop()
                    time.sleep(0.1)
                    database.start()
                    follow(reader, tail, tail + 300)
                finally:
                    stop.set()
            assert set(said) <= {"Uncertain", "LogUnavailable"}
            assert "LogUnavailable" in said
    finally:
        shutil.rmtree(home)


def follow(reader, tail: int, until: int) -> int:
    """Read on record by record, whatever happens to the server; no hole, none twice."""
    while tail < until:
        try:
            reader.wait({"a": tail}, PATIENCE_S)
            for record in reader.read("a", tail):
                assert (record.offset, record.key) == (tail + 1, f"k{tail + 1}")
                tail += 1
        except LogUnavailable:
            time.sleep(0.01)
    return tail


def kill(database: EmbeddedPostgres) -> None:
    pid = database.server_pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    while database.server_pid is not None:
        time.sleep(0.01)
