"""A database that may be killed, and a place for compiled kernels, for all drills of a session."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from propdesk.storage.embedded_postgres import EmbeddedPostgres


@pytest.fixture(scope="session")
def drill_home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="propdesk-test-"))
    yield home
    shutil.rmtree(home)


@pytest.fixture(scope="session")
def drill_database(drill_home: Path) -> Iterator[EmbeddedPostgres]:
    """Of the drills' own: nobody else's tests lose their connections with it."""
    with EmbeddedPostgres(drill_home) as database:
        yield database


@pytest.fixture(scope="session")
def kernels(drill_home: Path) -> Path:
    return drill_home / "kernels"
