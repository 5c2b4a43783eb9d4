"""Readable codes for what has to do with money: ``O-2026-000123``.

Numbers come from a sequence of the database: never twice, with gaps where a transaction fell, and
not begun anew with the year.
"""

from datetime import datetime

from django.db import connection


def next_reference(letter: str, sequence: str, at: datetime) -> str:
    """The next code of a series; ``sequence`` is the series' own in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence])
        (number,) = cursor.fetchone()
    return f"{letter}-{at.year}-{number:06d}"
