"""What every test of the live engine has in common, and what the drills share: a database that may
be killed, and a place for compiled kernels."""

import os
import shutil
import subprocess
import sys
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


@pytest.fixture(scope="session")
def kernels(drill_home: Path) -> Path:
    """Compiled before any drill begins: to compile them takes a busy machine minutes, and no
    process of a drill lives that long."""
    subprocess.run(
        [sys.executable, "-m", "propdesk.boot.kernel_cache"],
        env={**os.environ, "PROPDESK_HOME": str(drill_home)},
        check=True,
    )
    return drill_home / "kernels"
