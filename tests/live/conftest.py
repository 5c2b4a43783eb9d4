"""What every test of the live engine has in common, and a database of the drills' own."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from propdesk.engine import strikes
from propdesk.storage.embedded_postgres import EmbeddedPostgres


@pytest.fixture(autouse=True)
def struck_however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The firms of the tests are small: one account's verdict is written first, too."""
    monkeypatch.setattr(strikes, "STRUCK_MIN", 1)


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
