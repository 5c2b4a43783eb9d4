"""Processes beside the web server: begun again when they die, and ended with who started them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from propdesk.boot.children import Children
from tests.boot.test_up import alive, all_gone, descendants

WAIT_S_MAX = 30
WRITES_ITSELF_DOWN = """
import os, sys, time
from propdesk.boot.parent_death import end_with_parent
end_with_parent()
with open(os.environ["PIDS"], "a") as file:
    file.write(f"{os.getpid()}\\n")
time.sleep(600)
"""
SUPERVISES = """
import time
from propdesk.boot.children import Children
with Children([("The sleeper", "sleeper")], print):
    time.sleep(600)
"""


@pytest.fixture
def pids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[int]]:
    """Those of every sleeper that was begun, oldest first."""
    (tmp_path / "sleeper.py").write_text(WRITES_ITSELF_DOWN)
    file = tmp_path / "pids"
    file.touch()
    monkeypatch.setenv("PIDS", str(file))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return lambda: [int(line) for line in file.read_text().split()]


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S_MAX
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_one_that_dies_is_told_and_begun_again(pids: Callable[[], list[int]]) -> None:
    told: list[str] = []
    with Children([("The sleeper", "sleeper")], told.append):
        for count in (1, 2):
            until(lambda: len(pids()) == count)  # noqa: B023 - asked within the round
            assert len(alive(set(pids()))) == 1
            os.kill(pids()[-1], signal.SIGKILL)
        until(lambda: len(pids()) == 3)
        assert told == ["The sleeper ended (-9) and is begun again"] * 2
        assert alive(set(pids())) == {pids()[-1]}
    assert all_gone(set(pids()), within_s=0)


def test_one_that_cannot_begin_is_tried_ever_more_slowly() -> None:
    told: list[str] = []
    begun = time.monotonic()
    with Children([("The lost one", "propdesk.boot.no_such_module")], told.append):
        until(lambda: len(told) == 3)
    # The first end is followed by 0.4 s, the second by 0.8 s.
    assert time.monotonic() - begun > 1.2
    assert set(told) == {"The lost one ended (1) and is begun again"}


def test_nothing_outlives_a_killed_supervisor(pids: Callable[[], list[int]]) -> None:
    supervisor = subprocess.Popen([sys.executable, "-c", SUPERVISES])
    until(lambda: len(pids()) == 1)
    kin = descendants(supervisor.pid)
    assert set(pids()) <= kin
    supervisor.kill()
    supervisor.wait()
    assert all_gone(kin | set(pids()), within_s=5)


def test_one_that_does_not_hear_is_killed_at_the_end(
    pids: Callable[[], list[int]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("propdesk.boot.children.STOP_S_MAX", 0.3)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + WRITES_ITSELF_DOWN
    (tmp_path / "sleeper.py").write_text(deaf)
    with Children([("The sleeper", "sleeper")], print):
        until(lambda: len(pids()) == 1)
    assert all_gone(set(pids()), within_s=0)
