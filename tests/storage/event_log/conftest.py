"""A log in the session's database, gone behind each test."""

from collections.abc import Iterator

import psycopg
import pytest


@pytest.fixture
def empty_log_url(database_url: str) -> Iterator[str]:
    yield database_url
    with psycopg.connect(database_url) as connection:
        connection.execute("DROP SCHEMA IF EXISTS log CASCADE")
