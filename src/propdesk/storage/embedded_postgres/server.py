"""The life of one embedded server: claim the home, start, watch, stop.

It must not be used from two processes on one home; the second is refused with the first's pid.
"""

import contextlib
import fcntl
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from propdesk.storage.embedded_postgres import cluster
from propdesk.storage.embedded_postgres.binaries import Binaries, find_binaries
from propdesk.storage.embedded_postgres.errors import DatabaseFailed, HomeInUse
from propdesk.storage.embedded_postgres.identity import client_user_name, server_user
from propdesk.storage.embedded_postgres.places import PORT, Places, prepare_places
from propdesk.storage.embedded_postgres.programs import spawn

# A checkpoint on a busy disk takes its time; usually it is gone within a fraction of a second.
DYING_SERVER_S_MAX = 30.0
STOP_FAST_S_MAX = 30.0
STOP_IMMEDIATE_S_MAX = 5.0
LOOK_EVERY_S = 0.01
STATUS_LINE = 7  # of postmaster.pid, counted from zero
# What a server says that finds its directory still held by one that is about to go.
HELD_BY_ANOTHER = ("lock file", "pre-existing shared memory block")


class EmbeddedPostgres:
    """One PostgreSQL server under ``home``, alive from ``start`` to ``stop`` and no longer.

    Fast shutdown when the application dies, whatever it dies of (Linux).
    """

    def __init__(self, home: Path) -> None:
        self._home = home.absolute()
        self._user = server_user()
        self._places: Places | None = None
        self._lock: IO[str] | None = None
        self._root_descriptor = -1
        self._keeper: _Keeper | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """The address of the application's database, for libpq and for Django."""
        if self._places is None:
            raise DatabaseFailed("the embedded database has not been started")
        return _url(self._places)

    @property
    def server_pid(self) -> int | None:
        """The process id of the server, or None when none of ours runs."""
        keeper = self._keeper
        return keeper.process.pid if keeper and keeper.process.poll() is None else None

    def start(self) -> str:
        """Starts the server, makes the database on first use, and returns its address.

        Raises HomeInUse, HomeUnusable or DatabaseFailed; then nothing is left running.
        """
        if self.server_pid is not None:
            return self.url
        try:
            self._claim_home()
            self._start_server()
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self) -> None:
        """Ends the server (fast, then immediate, then killed) and gives the home back."""
        if self._keeper is not None:
            _end(self._keeper.process)
            self._keeper.join()
            self._keeper = None
        if self._root_descriptor >= 0:
            os.close(self._root_descriptor)
            self._root_descriptor = -1
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _claim_home(self) -> None:
        places = prepare_places(self._home, self._user)
        if self._lock is None:
            # Held by us and not by the server, so it is free the moment we are gone, however.
            lock = places.lock.open("a+")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip() or "unknown"
                lock.close()
                raise HomeInUse(
                    f"another Propdesk (process {holder}) runs on PROPDESK_HOME {self._home}: "
                    "stop it first, or set PROPDESK_HOME to another directory"
                ) from None
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            self._lock = lock
        if self._root_descriptor < 0:
            self._root_descriptor = os.open(places.root, os.O_RDONLY | os.O_DIRECTORY)
        self._places = places

    def _start_server(self) -> None:
        places = self._places
        if places is None:
            raise DatabaseFailed("the home has not been claimed")
        binaries = find_binaries(self._user)
        descriptor = self._root_descriptor
        cluster.ensure_cluster(binaries, places, self._user, root_descriptor=descriptor)
        cluster.write_access(places, self._user, client_user_name())
        deadline = time.monotonic() + DYING_SERVER_S_MAX
        while not self._try_server(binaries, places):
            if time.monotonic() > deadline:
                raise HomeInUse(
                    f"a server that is not ours still holds {places.data}: " + _tail(places.log)
                )
            time.sleep(0.2)
        cluster.ensure_application_database(places)

    def _try_server(self, binaries: Binaries, places: Places) -> bool:
        """Starts one server and waits for it; False when another still holds the directory."""
        log_start = places.log.stat().st_size if places.log.exists() else 0
        options = cluster.server_options(places, root_descriptor=self._root_descriptor)
        data = places.seen_by_server(places.data, self._root_descriptor)
        command = [str(binaries.postgres), "-D", data, *options]
        self._keeper = keeper = _Keeper(
            lambda log: spawn(
                command, user=self._user, output=log, root_descriptor=self._root_descriptor
            ),
            places.log,
        )
        while keeper.process.poll() is None:
            # The file of a dead server says "ready" too: it must name the one we started.
            if _is_ready(places.data / "postmaster.pid", keeper.process.pid):
                return True
            time.sleep(LOOK_EVERY_S)
        message = _tail(places.log, log_start)
        if any(words in message for words in HELD_BY_ANOTHER):
            return False
        raise DatabaseFailed(f"PostgreSQL did not start: {message}")


class _Keeper:
    """A thread that starts the server and stays as long as it runs.

    The parent-death signal follows the thread that forked: started from a thread of a web
    server's pool, the database would end with that thread.
    """

    def __init__(
        self, spawn_server: Callable[[IO[bytes]], subprocess.Popen[bytes]], log: Path
    ) -> None:
        self._spawn = spawn_server
        self._log = log
        self._is_started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._keep, name="embedded-postgres", daemon=True)
        self._thread.start()
        self._is_started.wait()
        if self._error is not None:
            raise self._error

    @property
    def process(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            raise DatabaseFailed("the server was not started")
        return self._process

    def join(self) -> None:
        self._thread.join()

    def _keep(self) -> None:
        try:
            with self._log.open("ab") as log:
                self._process = self._spawn(log)
        except BaseException as error:  # noqa: BLE001 (raised again in the thread that asked)
            self._error = error
            return
        finally:
            self._is_started.set()
        self._process.wait()


def address_of(home: Path) -> str:
    """The address of the database that another process runs on ``home``. Raises HomeUnusable."""
    return _url(prepare_places(home.absolute(), server_user()))


def _url(places: Places) -> str:
    sockets = quote(str(places.sockets), safe="")
    name = cluster.APPLICATION
    return f"postgresql://{name}@/{name}?host={sockets}&port={PORT}"


def _is_ready(pid_file: Path, pid: int) -> bool:
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return False  # not written yet, or just removed
    if len(lines) <= STATUS_LINE or lines[0].strip() != str(pid):
        return False
    return lines[STATUS_LINE].strip() == "ready"


def _end(process: subprocess.Popen[bytes]) -> None:
    steps = (
        (signal.SIGINT, STOP_FAST_S_MAX),
        (signal.SIGQUIT, STOP_IMMEDIATE_S_MAX),
        (signal.SIGKILL, None),
    )
    for word, patience_s in steps:
        if process.poll() is not None:
            return
        process.send_signal(word)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_s)


def _tail(log: Path, start: int = 0) -> str:
    try:
        with log.open("rb") as file:
            file.seek(start)
            return file.read()[-2000:].decode(errors="replace").strip() or "it said nothing"
    except OSError as error:
        return f"its log cannot be read: {error.strerror}"
