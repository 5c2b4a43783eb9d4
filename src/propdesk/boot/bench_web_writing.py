"""Many rows of a model written by one statement, for the benchmark of the pages.

Imported where Django is set up. It must never be used on a database that holds anything.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, models
from django.db.backends.utils import CursorWrapper

LARGE = (
    "people_person",
    "purchases_order",
    "challenges_enrolment",
    "challenges_enrolmentphase",
    "accounts_tradingaccount",
    "accounts_accountevent",
    "ledger_entry",
    "ledger_posting",
)
"""The tables that a page must not read from one end to the other."""


@contextmanager
def unchecked(cursor: CursorWrapper) -> Iterator[None]:
    """Row by row nothing is checked; at the end every reference is, at once."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)",
        [list(LARGE)],
    )
    references = cursor.fetchall()
    for table, name, _ in references:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for table in LARGE:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    yield
    for table in LARGE:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    for table, name, definition in references:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def insert(
    cursor: CursorWrapper,
    model: type[models.Model],
    values: Mapping[str, str],
    source: str,
    given: Mapping[str, Any],
) -> None:
    """A row for each of ``source``. A field that is not named has the model's own default."""
    columns, expressions, bound = [], [], dict(given)
    told = model._meta  # noqa: SLF001 - documented, in spite of its name
    for field in told.concrete_fields:
        expression = values.get(field.name)
        if expression is None:
            if field.primary_key:  # the database counts
                continue
            expression = f"%(default_{field.name})s"
            bound[f"default_{field.name}"] = _default(field)
        columns.append(f'"{field.column}"')
        expressions.append(expression)
    unknown = set(values) - {each.name for each in told.concrete_fields}
    if unknown:
        raise LookupError(f"{model.__name__} has no {unknown}")
    cursor.execute(
        f'INSERT INTO "{told.db_table}" ({", ".join(columns)}) '  # noqa: S608 (names ours)
        f"SELECT {', '.join(expressions)} FROM {source}",
        bound,
    )


def _default(field: "models.Field[Any, Any]") -> Any:
    """As the database takes it; a field that cannot be empty and has none is empty text."""
    found = field.get_default()
    return field.get_db_prep_save(found, connection)
