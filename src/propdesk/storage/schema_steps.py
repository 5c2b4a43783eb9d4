"""Brings a schema of our own up to date: numbered SQL files, each applied once, in order.

The houses that run without Django keep their tables this way. It must not undo a step: a step
only adds, so that the release before still runs on the schema of this one.
"""

import hashlib
from dataclasses import dataclass
from importlib import resources

import psycopg
from psycopg import sql

LOCK_TIMEOUT = "2s"
"""Nobody waits longer behind a change of tables than this; the change fails instead."""


class StepChanged(Exception):
    """A step that was applied has another text now. Write a new step instead."""


@dataclass(frozen=True, slots=True)
class Step:
    number: int
    name: str
    text: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def steps_of(package: str) -> tuple[Step, ...]:
    """The files ``NNNN_name.sql`` in the folder ``steps`` of a package, by number."""
    files = [each for each in (resources.files(package) / "steps").iterdir() if each.is_file()]
    steps = [
        Step(int(file.name[:4]), file.name, file.read_text(encoding="utf-8"))
        for file in files
        if file.name.endswith(".sql")
    ]
    return tuple(sorted(steps, key=lambda step: step.number))


def bring_up_to_date(
    connection: psycopg.Connection, schema: str, steps: tuple[Step, ...]
) -> tuple[str, ...]:
    """Apply what is missing in one transaction, and return the names of the steps applied.

    Two at once wait for each other. Raises ``StepChanged``; psycopg's errors pass through.
    """
    if _missing(connection, schema, steps) == ():
        return ()
    with connection.transaction():
        connection.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(LOCK_TIMEOUT)))
        connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [schema])
        table = sql.Identifier(schema, "applied_step")
        connection.execute(
            sql.SQL(
                "CREATE SCHEMA IF NOT EXISTS {}; CREATE TABLE IF NOT EXISTS {} ("
                "number integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL,"
                " applied_at timestamptz NOT NULL DEFAULT now())"
            ).format(sql.Identifier(schema), table)
        )
        missing = _missing(connection, schema, steps)
        for step in missing:
            connection.execute(step.text.encode())
            connection.execute(
                sql.SQL("INSERT INTO {} (number, name, sha256) VALUES (%s, %s, %s)").format(table),
                [step.number, step.name, step.sha256],
            )
    return tuple(step.name for step in missing)


def _missing(
    connection: psycopg.Connection, schema: str, steps: tuple[Step, ...]
) -> tuple[Step, ...]:
    found = connection.execute("SELECT to_regclass(%s)", [f"{schema}.applied_step"]).fetchone()
    if found is None or found[0] is None:
        return steps
    query = sql.SQL("SELECT number, sha256 FROM {}").format(sql.Identifier(schema, "applied_step"))
    applied: dict[int, str] = dict(connection.execute(query).fetchall())
    for step in steps:
        if applied.get(step.number, step.sha256) != step.sha256:
            raise StepChanged(f"{schema}: {step.name} was applied with another text")
    return tuple(step for step in steps if step.number not in applied)
