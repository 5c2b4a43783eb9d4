"""`propdesk up` starts everything, answers, and leaves nothing behind however it ends."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

START_S_MAX = 60
STOP_S_MAX = 40


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, port: int, **more: str) -> dict[str, str]:
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PROPDESK_")}
    own = {"PROPDESK_HOME": str(home), "PROPDESK_PORT": str(port)}
    # One feed for each symbol: most houses of the tests are fed by the test.
    return {**kept, **own, "PROPDESK_SIMULATED_PLATFORM": "off", **more}


def propdesk(home: Path, port: int, **more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "propdesk.boot.cli", "up"],
        env=environment(home, port, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # a group of its own, as a terminal gives it
    )


def said_when_refused(home: Path, port: int) -> str:
    process = propdesk(home, port)
    said, _ = process.communicate(timeout=START_S_MAX)
    assert process.returncode == 1, said
    assert "Traceback" not in said
    return said


def said_until(process: subprocess.Popen[str], words: str) -> str:
    """What it says up to the line with ``words``, or all of it when it ends without them."""
    assert process.stdout is not None
    watchdog = threading.Timer(START_S_MAX, process.kill)
    watchdog.start()
    said = ""
    for line in process.stdout:
        said += line
        if words in line:
            break
    watchdog.cancel()
    return said


@contextlib.contextmanager
def running(home: Path, port: int, **more: str) -> Iterator[subprocess.Popen[str]]:
    """Started and answering; killed with all its kin when the test forgot it."""
    process = propdesk(home, port, **more)
    kin: set[int] = set()
    try:
        said = said_until(process, f"http://localhost:{port}")
        assert f"http://localhost:{port}" in said, said
        kin = descendants(process.pid)
        yield process
    finally:
        for pid in {process.pid, *kin}:
            with contextlib.suppress(ProcessLookupError):
                if process.poll() is None or pid != process.pid:
                    os.kill(pid, signal.SIGKILL)
        process.communicate()


def descendants(pid: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
    found: set[int] = set()
    ring = {pid}
    while ring:
        ring = {child for child, parent in parents.items() if parent in ring} - found
        found |= ring
    return found


def alive(pids: set[int]) -> set[int]:
    def is_alive(pid: int) -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        return state != "Z"

    return {pid for pid in pids if is_alive(pid)}


def all_gone(pids: set[int], within_s: float = STOP_S_MAX) -> bool:
    deadline = time.monotonic() + within_s
    while alive(pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pids)


def get(port: int, path: str) -> tuple[int, dict[str, object]]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read())


@pytest.fixture
def home(kernels: Path) -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="propdesk-up-"))
    (directory / "kernels").symlink_to(kernels)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.mark.parametrize("word", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_answers_and_a_stop_leaves_nothing_running(home, port, word):
    with running(home, port) as process:
        assert get(port, "/healthz") == (200, {"status": "alive"})
        assert get(port, "/readyz")[0] == 200
        kin = descendants(process.pid)
        assert len(kin) >= 2, "a web worker and a database server"
        process.send_signal(word)
        said, _ = process.communicate(timeout=STOP_S_MAX)
        assert process.returncode == 0, said
        assert "has stopped" in said
        # Python's resource tracker ends when it sees our pipe closed, a moment after us.
        assert all_gone(kin, within_s=20)


def test_ctrl_c_in_a_terminal_reaches_all_and_stops_at_once(home, port):
    with running(home, port) as process:
        assert get(port, "/readyz")[0] == 200
        kin = descendants(process.pid)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=STOP_S_MAX)
        assert process.returncode == 0, said
        assert "refused to gracefully stop" not in said
        assert all_gone(kin, within_s=20)


def test_killed_outright_it_leaves_nothing_running_and_starts_again(home, port):
    with running(home, port) as process:
        kin = descendants(process.pid)
        process.kill()
        process.wait()
        assert all_gone(kin)
    with running(home, port):
        assert get(port, "/readyz")[0] == 200


def test_stopped_while_starting_it_leaves_nothing_running(home, port):
    process = propdesk(home, port)
    kin: set[int] = set()
    deadline = time.monotonic() + START_S_MAX
    # The first child is initdb: the middle of a first start.
    while not kin and time.monotonic() < deadline:
        time.sleep(0.005)
        kin = descendants(process.pid)
    process.terminate()
    said, _ = process.communicate(timeout=STOP_S_MAX)
    assert process.returncode in (0, 128 + signal.SIGTERM), said
    assert all_gone(kin)
    with running(home, port):
        assert get(port, "/readyz")[0] == 200


def test_a_database_killed_outright_is_started_again(home, port):
    pid_file = home / "postgresql" / "data" / "postmaster.pid"
    with running(home, port) as process:
        server = int(pid_file.read_text().split()[0])
        os.kill(server, signal.SIGKILL)
        assert all_gone({server})
        assert get(port, "/healthz")[0] == 200
        deadline = time.monotonic() + START_S_MAX
        while get(port, "/readyz")[0] != 200 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert get(port, "/readyz")[0] == 200
        kin = descendants(process.pid)
        assert int(pid_file.read_text().split()[0]) in kin - {server}
        process.terminate()
        said, _ = process.communicate(timeout=STOP_S_MAX)
        assert "starting it again" in said
        assert all_gone(kin, within_s=20)


def test_with_a_database_server_of_ones_own_none_is_started(home, port, database_url):
    with running(home, port, PROPDESK_DATABASE_URL=database_url):
        assert get(port, "/readyz")[0] == 200
        assert not (home / "postgresql").exists()


def test_a_second_one_on_the_same_port_is_refused(home, port, tmp_path):
    with running(home, port):
        assert f"127.0.0.1:{port} cannot be used" in said_when_refused(tmp_path / "other", port)
        assert get(port, "/readyz")[0] == 200


def test_a_second_one_on_the_same_home_is_refused_with_the_first_ones_process(home, port):
    with running(home, port) as process:
        said = said_when_refused(home, free_port())
        assert re.search(rf"process {process.pid}\b", said), said
        assert get(port, "/readyz")[0] == 200


def test_a_stranger_on_the_port_is_told_before_anything_starts(home, port):
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", port))
        stranger.listen()
        said = said_when_refused(home, port)
    assert "PROPDESK_PORT" in said
    assert not (home / "postgresql").exists()


def test_every_wrong_setting_is_told(home):
    process = subprocess.run(
        [sys.executable, "-m", "propdesk.boot.cli", "up"],
        env={**environment(home, 0), "PROPDESK_PROT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 1
    assert "PROPDESK_PORT: '0' is not a port" in process.stderr
    assert "PROPDESK_PROT: there is no such setting" in process.stderr
