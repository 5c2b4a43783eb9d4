"""Thousands of rows inserted by one statement, for what follows from one tick.

The model layer takes a tenth of a millisecond a row, and a thousand accounts that breach at once
bring ten thousand rows. It must not be used where a few rows are written: it knows no model.
"""

import functools
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import msgspec
from django.db import connection
from psycopg import sql

Row: TypeAlias = Mapping[str, Any]


def insert_at_once(
    table: str, columns: Mapping[str, str], rows: Sequence[Row], *, skip_known: bool = False
) -> None:
    """Insert ``rows``, in their order, into the ``columns`` (name to type) of a table.

    ``skip_known``: rows whose unique key is there already are left out.
    """
    if not rows:
        return
    body = msgspec.json.encode(rows, enc_hook=_written)
    with connection.cursor() as cursor:
        cursor.execute(_statement(table, tuple(columns.items()), skip_known), [body.decode()])


@functools.cache
def _statement(table: str, columns: tuple[tuple[str, str], ...], skip_known: bool) -> str:
    names = [sql.Identifier(name) for name, _ in columns]
    statement = sql.SQL(
        "INSERT INTO {table} ({names})"
        " SELECT {names} FROM json_to_recordset(%s::json) AS r ({typed})"
    ).format(
        table=sql.Identifier(table),
        names=sql.SQL(", ").join(names),
        typed=sql.SQL(", ").join(
            sql.SQL("{} {}").format(name, sql.SQL(kind))  # our own words
            for name, (_, kind) in zip(names, columns, strict=True)
        ),
    )
    if skip_known:
        statement += sql.SQL(" ON CONFLICT DO NOTHING")
    return statement.as_string()


def _written(value: object) -> object:
    if isinstance(value, Mapping):  # a read-only view
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not written as JSON")


def hexed(body: bytes) -> str:
    """Bytes as the database reads them from a text."""
    return f"\\x{body.hex()}"
