"""The processes of a firm, real ones: run beside each other, killed, and begun again.

It must not soften a kill: what it ends by signal has no chance to say goodbye.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from propdesk.storage.embedded_postgres import EmbeddedPostgres

INTAKE = "propdesk.boot.ingest_process"
ENGINE = "propdesk.boot.engine_process"
PATIENCE_S = 120.0
SNAPSHOT_EVERY_MS = 300


@dataclass
class Ran:
    """A process that is begun again whenever it ended."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    process: "subprocess.Popen[bytes] | None" = None
    begun: int = 0
    due: float = 0.0


@dataclass
class Firm:
    """A database and processes on one home. A process is killed with all that it began."""

    database: EmbeddedPostgres
    home: Path
    children: list[Ran]
    url: str
    settings: Mapping[str, str] = field(default_factory=dict)
    ends: list[tuple[str, int]] = field(default_factory=list)
    """Who ended by himself, and how."""

    def look_after(self) -> None:
        """Begin again whoever is not there. Called from the one thread that begins processes."""
        if self.database.server_pid is None:
            self.database.start()
        for child in self.children:
            process = child.process
            if process is not None and process.poll() is not None:
                if process.returncode != -signal.SIGKILL:
                    self.ends.append((child.name, process.returncode))
                child.process = None
                child.due = time.monotonic() + 0.2
            if child.process is None and time.monotonic() >= child.due:
                self.begin(child)

    def begin(self, child: Ran) -> None:
        with self.log_of(child.name).open("ab") as said:
            child.process = subprocess.Popen(
                [sys.executable, "-m", child.module, *child.arguments],
                env=self.environment(),
                stdout=said,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        child.begun += 1

    def kill(self, name: str) -> None:
        """As the machine does when it runs out of memory."""
        if name == "database":
            pid = self.database.server_pid
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                wait_until(lambda: self.database.server_pid is None)
            return
        child = self.child(name)
        if child.process is not None:
            os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()
            child.process = None
            child.due = time.monotonic()

    def child(self, name: str) -> Ran:
        return next(each for each in self.children if each.name == name)

    def log_of(self, name: str) -> Path:
        return self.home / f"{name}.log"

    def told(self) -> str:
        """Everything the processes wrote about themselves."""
        return "".join(self.told_by(each.name) for each in self.children)

    def told_by(self, name: str) -> str:
        path = self.log_of(name)
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def environment(self) -> Mapping[str, str]:
        kept = {name: text for name, text in os.environ.items() if "PROPDESK" not in name}
        return kept | {
            "PROPDESK_HOME": str(self.home),
            "PROPDESK_DATABASE_URL": self.url,
            "PROPDESK_SNAPSHOT_EVERY_MS": str(SNAPSHOT_EVERY_MS),
            "PYTHONPATH": os.pathsep.join(each for each in sys.path if each),
            **self.settings,
        }

    def end(self) -> None:
        for child in self.children:
            if child.process is not None:
                child.process.send_signal(signal.SIGCONT)
                child.process.terminate()
        for child in self.children:
            if child.process is not None:
                child.process.wait(PATIENCE_S)
                child.process = None


@contextmanager
def firm_on(database: EmbeddedPostgres, kernels: Path, engines: int) -> Iterator[Firm]:
    """A firm with an empty log. ``kernels`` is where compiled kernels are kept for all of them."""
    home = Path(tempfile.mkdtemp(prefix="propdesk-drill-"))
    kernels.mkdir(exist_ok=True)
    (home / "kernels").symlink_to(kernels)
    named = [Ran("intake", INTAKE), *(Ran(f"engine-{n}", ENGINE) for n in range(engines))]
    firm = Firm(database, home, named, database.url)
    try:
        yield firm
    finally:
        firm.end()
        if database.server_pid is None:
            database.start()
        with psycopg.connect(database.url) as connection:
            connection.execute("DROP SCHEMA IF EXISTS log CASCADE")
        shutil.rmtree(home)


def wait_until(done: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Raises ``TimeoutError``."""
    until = time.monotonic() + patience_s
    while not done():
        if time.monotonic() > until:
            raise TimeoutError(f"not in {patience_s} s")
        time.sleep(0.01)
