"""The runner of schema steps: each once, in order, all or nothing, never another text."""

import threading
from collections.abc import Iterator

import psycopg
import pytest

from propdesk.storage.schema_steps import Step, StepChanged, bring_up_to_date, steps_of

SCHEMA = "steps_tried"
FIRST = Step(1, "0001_first.sql", "CREATE TABLE steps_tried.t (n int);")
SECOND = Step(2, "0002_second.sql", "INSERT INTO steps_tried.t VALUES (2); SELECT 1;")


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection
        connection.execute("DROP SCHEMA IF EXISTS steps_tried CASCADE")


def rows(connection: psycopg.Connection) -> list[tuple[int]]:
    return connection.execute("SELECT n FROM steps_tried.t").fetchall()


def test_each_step_is_applied_once(connection: psycopg.Connection) -> None:
    assert bring_up_to_date(connection, SCHEMA, (FIRST,)) == ("0001_first.sql",)
    assert bring_up_to_date(connection, SCHEMA, (FIRST, SECOND)) == ("0002_second.sql",)
    assert bring_up_to_date(connection, SCHEMA, (FIRST, SECOND)) == ()
    assert rows(connection) == [(2,)]


def test_a_release_that_knows_fewer_steps_runs_on_the_newer_schema(
    connection: psycopg.Connection,
) -> None:
    bring_up_to_date(connection, SCHEMA, (FIRST, SECOND))
    assert bring_up_to_date(connection, SCHEMA, (FIRST,)) == ()


def test_a_step_with_another_text_is_refused(connection: psycopg.Connection) -> None:
    bring_up_to_date(connection, SCHEMA, (FIRST,))
    with pytest.raises(StepChanged, match=r"0001_first\.sql"):
        bring_up_to_date(connection, SCHEMA, (Step(1, FIRST.name, "SELECT 2"), SECOND))


def test_a_step_that_fails_leaves_nothing_of_any(connection: psycopg.Connection) -> None:
    broken = Step(2, "0002_broken.sql", "CREATE TABLE steps_tried.u (n int); SELECT 1/0;")
    with pytest.raises(psycopg.errors.DivisionByZero):
        bring_up_to_date(connection, SCHEMA, (FIRST, broken))
    assert connection.execute("SELECT to_regnamespace('steps_tried')").fetchone() == (None,)


def test_two_that_start_at_once_apply_each_step_once(
    connection: psycopg.Connection, database_url: str
) -> None:
    barrier = threading.Barrier(4)
    applied: list[str] = []

    def start() -> None:
        with psycopg.connect(database_url, autocommit=True) as mine:
            barrier.wait()
            applied.extend(bring_up_to_date(mine, SCHEMA, (FIRST, SECOND)))

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert applied == ["0001_first.sql", "0002_second.sql"]
    assert rows(connection) == [(2,)]


def test_a_step_waits_behind_nobody_for_long(
    connection: psycopg.Connection, database_url: str
) -> None:
    bring_up_to_date(connection, SCHEMA, (FIRST,))
    alter = Step(2, "0002_alter.sql", "ALTER TABLE steps_tried.t ADD m int;")
    with psycopg.connect(database_url) as reading:
        rows(reading)
        with pytest.raises(psycopg.errors.LockNotAvailable):
            bring_up_to_date(connection, SCHEMA, (FIRST, alter))
    assert bring_up_to_date(connection, SCHEMA, (FIRST, alter)) == ("0002_alter.sql",)


def test_the_steps_of_the_event_log_are_numbered_from_one_without_holes() -> None:
    steps = steps_of("propdesk.storage.event_log")
    assert [step.number for step in steps] == list(range(1, len(steps) + 1))
    assert all(step.name.endswith(".sql") and step.text.strip() for step in steps)
