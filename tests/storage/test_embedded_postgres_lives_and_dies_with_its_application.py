"""The embedded database against real processes: nothing is left running, nothing is lost."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from propdesk.storage.embedded_postgres import EmbeddedPostgres, HomeInUse, HomeUnusable
from propdesk.storage.embedded_postgres.errors import DatabaseFailed
from propdesk.storage.embedded_postgres.identity import SYSTEM_USER

APPLICATION = """
import sys, threading
from pathlib import Path
from propdesk.storage.embedded_postgres import EmbeddedPostgres, EmbeddedPostgresError
database = EmbeddedPostgres(Path(sys.argv[1]))
try:
    print(database.start(), database.server_pid, flush=True)
except EmbeddedPostgresError as error:
    sys.exit(f"refused: {error}")
sys.stdin.read()
database.stop()
"""
PATIENCE_S = 60.0


@pytest.fixture
def home() -> Iterator[Path]:
    # Not tmp_path: its name is long, and one of these tests is about long names.
    directory = Path(tempfile.mkdtemp(prefix="propdesk-pg-"))
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_alive(pid)


def wait_until_noticed(database: EmbeddedPostgres) -> bool:
    # The keeper's thread has to reap the process before anybody else can see that it is gone.
    deadline = time.monotonic() + PATIENCE_S
    while database.server_pid is not None and time.monotonic() < deadline:
        time.sleep(0.02)
    return database.server_pid is None


def start_application(home: Path, *before: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*before, sys.executable, "-c", APPLICATION, str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def server_of(application: subprocess.Popen[str]) -> int:
    assert application.stdout is not None
    line = application.stdout.readline().split()
    assert line, application.communicate()[1]
    return int(line[1])


def ask(url: str, query: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def test_it_starts_stops_and_starts_again_with_its_data(home: Path) -> None:
    database = EmbeddedPostgres(home)
    url = database.start()
    first = database.server_pid
    assert first is not None
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS answer")
    database.stop()
    assert not is_alive(first)
    with EmbeddedPostgres(home) as again:
        assert ask(again.url, "SELECT answer FROM kept") == 7


def test_a_commit_is_on_disk_and_the_application_is_no_superuser(home: Path) -> None:
    with EmbeddedPostgres(home) as database:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            assert ask(database.url, f"SELECT current_setting('{setting}')") == "on"
        assert ask(database.url, "SELECT current_setting('listen_addresses')") == ""
        assert ask(database.url, "SELECT current_setting('is_superuser')") == "off"


def test_a_killed_application_leaves_no_server(home: Path) -> None:
    application = start_application(home)
    server = server_of(application)
    application.kill()
    application.communicate()
    assert wait_until_gone(server), "the server outlived its application"
    with EmbeddedPostgres(home) as database:
        assert ask(database.url, "SELECT 1") == 1


def test_a_start_right_after_a_kill_waits_for_the_dying_server(home: Path) -> None:
    application = start_application(home)
    server_of(application)
    application.kill()
    application.wait()
    with EmbeddedPostgres(home) as database:  # at once: the old server is still going down
        assert ask(database.url, "SELECT 1") == 1
    application.communicate()


def test_a_killed_server_is_recovered_by_the_next_start(home: Path) -> None:
    database = EmbeddedPostgres(home)
    url = database.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 11 AS answer")
    server = database.server_pid
    assert server is not None
    os.kill(server, signal.SIGKILL)
    assert wait_until_gone(server)
    assert wait_until_noticed(database)
    assert (home / "postgresql/data/postmaster.pid").exists(), "the stale file is the point"
    try:
        assert ask(database.start(), "SELECT answer FROM kept") == 11
    finally:
        database.stop()


def test_a_second_start_on_the_same_home_is_refused_by_name(home: Path) -> None:
    application = start_application(home)
    server_of(application)
    with pytest.raises(HomeInUse, match=rf"process {application.pid}\b.*PROPDESK_HOME"):
        EmbeddedPostgres(home).start()
    second = start_application(home)
    output, errors = second.communicate()
    assert second.returncode == 1
    assert output == ""
    assert "refused: another Propdesk" in errors
    application.communicate(input="")
    assert application.returncode == 0


def test_it_outlives_the_thread_that_asked_for_it(home: Path) -> None:
    database = EmbeddedPostgres(home)
    thread = threading.Thread(target=database.start)
    thread.start()
    thread.join()
    time.sleep(0.5)  # the parent-death signal of a wrong parent would have come by now
    try:
        assert ask(database.url, "SELECT 1") == 1
    finally:
        database.stop()


def test_a_home_too_deep_for_a_socket_gets_a_short_one(home: Path) -> None:
    deep = home / ("a-long-name-" * 8) / "state"
    with EmbeddedPostgres(deep) as database:
        assert len(str(deep)) > 100
        assert ask(database.url, "SELECT 1") == 1


def test_half_a_data_directory_is_not_taken_for_a_whole_one(home: Path) -> None:
    unfinished = home / "postgresql" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    with EmbeddedPostgres(home) as database:
        assert ask(database.url, "SELECT 1") == 1
    assert not unfinished.exists()


def test_the_data_of_another_major_version_is_refused(home: Path) -> None:
    data = home / "postgresql" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("15\n")
    with pytest.raises(HomeUnusable, match="made by PostgreSQL 15, this is 18"):
        EmbeddedPostgres(home).start()


def test_a_damaged_data_directory_fails_with_the_words_of_the_server(home: Path) -> None:
    with EmbeddedPostgres(home):
        pass
    (home / "postgresql/data/global/pg_control").unlink()
    damaged = EmbeddedPostgres(home)
    with pytest.raises(DatabaseFailed, match="pg_control"):
        damaged.start()
    assert damaged.server_pid is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can change to another user")
def test_as_root_the_server_runs_as_its_own_user_below_a_closed_home(home: Path) -> None:
    home.chmod(0o700)
    with EmbeddedPostgres(home) as database:
        status = Path(f"/proc/{database.server_pid}").stat()
        assert status.st_uid == pwd.getpwnam(SYSTEM_USER).pw_uid
        assert home.stat().st_mode & 0o777 == 0o700, "a closed home must stay closed"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can start it as another user")
def test_it_works_for_a_normal_user(home: Path) -> None:
    runuser = shutil.which("runuser")
    if runuser is None:
        pytest.skip("no runuser on this machine")
    nobody = pwd.getpwnam("nobody")
    identity = [runuser, "-u", "nobody", "--"]
    probe = [*identity, sys.executable, "-c", "import propdesk"]
    if subprocess.run(probe, check=False, capture_output=True).returncode:
        pytest.skip("this environment is closed to other users")
    shutil.chown(home, nobody.pw_uid, nobody.pw_gid)
    application = start_application(home, *identity)
    server = server_of(application)
    assert Path(f"/proc/{server}").stat().st_uid == nobody.pw_uid
    application.communicate(input="")
    assert not is_alive(server)
