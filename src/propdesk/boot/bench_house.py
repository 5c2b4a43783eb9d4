"""The installation a benchmark measures: its processes, what its log says, and its accounts.

A real database, and each process as in an installation, on this machine. It must not measure.
"""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from propdesk.boot.bench_load import FEED, Crowd, Load, Walks
from propdesk.boot.settings import default_home
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.domain.events import AccountOpened, Deal
from propdesk.ports.event_log import Reader
from propdesk.ports.intake import Accepted
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import (
    AccountEnrolled,
    DeadLetter,
    StatusChanged,
    VerdictSaid,
    verdicts_of,
)

JUDGING: Mapping[str, Sequence[str]] = {
    "ingest": ("propdesk.boot.ingest_process",),
    "engine": ("propdesk.boot.engine_process",),
}
"""By name: the module that is run, and its arguments."""
ACCOUNTS_OF_A_DELIVERY = 200
BEGIN_S_MAX = 60.0
JUDGE_S_MAX = 900.0
QUOTE_EVERY_S = 20.0
STREAM = verdicts_of(0)
LOOK_S = 0.2
STOP_S_MAX = 20.0
TICK_S = os.sysconf("SC_CLK_TCK")


class BenchFailed(RuntimeError):
    """The benchmark could not be run to its end; there is no result."""


# --- the processes under measurement ---------------------------------------------------------
@dataclass(slots=True)
class Processes:
    """What runs, by name."""

    running: Mapping[str, "subprocess.Popen[bytes]"]
    told: Path

    def look(self) -> None:
        """Raises ``BenchFailed`` where one of them has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise BenchFailed(f"{name} ended ({process.returncode}): {self._last_words()}")

    def _last_words(self) -> str:
        return self.told.read_text("utf-8", errors="replace")[-2000:]

    def seconds_used(self) -> dict[str, float]:
        """Processor time so far, by process."""
        found = {}
        for name, process in self.running.items():
            fields = Path(f"/proc/{process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
            found[name] = (int(fields[11]) + int(fields[12])) / TICK_S
        return found

    def used_since(self, before: Mapping[str, float]) -> dict[str, float]:
        return {name: round(now - before[name], 2) for name, now in self.seconds_used().items()}

    def resident_mib(self) -> dict[str, int]:
        pages = {
            name: int(Path(f"/proc/{process.pid}/statm").read_text("ascii").split()[1])
            for name, process in self.running.items()
        }
        return {name: count * os.sysconf("SC_PAGE_SIZE") >> 20 for name, count in pages.items()}


@contextmanager
def processes(
    home: Path, url: str, modules: Mapping[str, Sequence[str]], secret: str = ""
) -> Iterator[Processes]:
    """Run them until the block ends; the intake listens. Raises ``BenchFailed``.

    Kernels are those that ``make setup`` compiled, or are compiled now for the next run as well.
    """
    _share_kernels(home)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PROPDESK_")}
    environment |= {"PROPDESK_HOME": str(home), "PROPDESK_DATABASE_URL": url}
    if secret:
        environment["PROPDESK_SECRET_KEY"] = secret
    told = home / "told.log"
    with told.open("wb") as out:
        running = {
            name: subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", *command], env=environment, stdout=out, stderr=out
            )
            for name, command in modules.items()
        }
        found = Processes(running, told)
        try:
            wait_until((home / SOCKET_NAME).exists, found.look, BEGIN_S_MAX, "the intake")
            yield found
        finally:
            for each in running.values():
                each.terminate()
            for each in running.values():
                try:
                    each.wait(STOP_S_MAX)
                except subprocess.TimeoutExpired:
                    each.kill()
                    each.wait()


def _share_kernels(home: Path) -> None:
    kept = default_home(os.environ) / "kernels"
    kept.mkdir(parents=True, exist_ok=True)
    (home / "kernels").symlink_to(kept)


def wait_until(
    is_so: Callable[[], bool],
    look: Callable[[], None],
    most_s: float,
    what: str,
    *,
    every_s: float = LOOK_S / 10,
) -> None:
    """Look again and again until it is so. Raises ``BenchFailed`` where that takes too long."""
    until = time.monotonic() + most_s
    while not is_so():
        look()
        if time.monotonic() > until:
            raise BenchFailed(f"{what} did not come in {most_s} seconds")
        time.sleep(every_s)


# --- what the log says -----------------------------------------------------------------------
@dataclass(slots=True)
class Heard:
    """Reads what the engine said. ``ended`` is when each account's first breach was in hand, in
    microseconds, ``logged`` when it was appended; ``told_at`` is when each account's last status
    was in hand."""

    reader: Reader
    look: Callable[[], None]
    ended: dict[str, int] = field(default_factory=dict)
    logged: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, str] = field(default_factory=dict)
    told_at: dict[str, int] = field(default_factory=dict)
    verdicts: int = 0
    dead: list[str] = field(default_factory=list)
    offset: int = 0

    def until(
        self,
        is_so: Callable[[], bool],
        what: str,
        *,
        most_s: float = JUDGE_S_MAX,
        meanwhile: Callable[[], object] = bool,
    ) -> None:
        """Read until it is so. Raises ``BenchFailed`` where that takes too long."""
        until = time.monotonic() + most_s
        while not is_so():
            self.look()
            meanwhile()
            if time.monotonic() > until:
                raise BenchFailed(f"{what} did not come in {most_s} seconds")
            if self.reader.wait({STREAM: self.offset}, LOOK_S):
                self._read()

    def _read(self) -> None:
        records = self.reader.read(STREAM, self.offset)
        now = now_us()
        for record in records:
            self.offset = record.offset
            match decode(record.body):
                case VerdictSaid(account=account, outcome=outcome):
                    self.verdicts += 1
                    if outcome == "fail":
                        self.ended.setdefault(account, now)
                        self.logged.setdefault(account, record.appended_at)
                case StatusChanged(account=account, status=status):
                    self.statuses[account] = status
                    self.told_at[account] = now
                case DeadLetter(reason=reason):
                    self.dead.append(reason)


# --- its accounts ----------------------------------------------------------------------------
def enrol(load: Load, socket: Path, heard: Heard) -> int:
    """Make every account known; returns the feed's last sequence number."""
    crowd = Crowd(load, load_catalogue(None))
    walks = Walks(crowd)
    with IntakeClient(socket) as intake:
        quoted = -QUOTE_EVERY_S

        def quote() -> None:  # no symbol is to be silent for so long that it is a gap
            nonlocal quoted
            if time.monotonic() - quoted > QUOTE_EVERY_S:
                _taken(intake.quotes(FEED, walks.all(now_us())))
                quoted = time.monotonic()

        waiting: list[AccountEnrolled | AccountOpened | Deal] = []
        for number, account in enumerate(crowd.begin(now_us()), start=1):
            quote()
            waiting += account
            if number % ACCOUNTS_OF_A_DELIVERY == 0 or number == load.accounts:
                _taken(intake.events(waiting, source="bench-begin", key=str(number)))
                waiting.clear()
        heard.until(
            lambda: len(heard.statuses) == load.accounts, "each account's status", meanwhile=quote
        )
    if heard.ended or heard.dead:
        raise BenchFailed(f"{len(heard.ended)} accounts ended too soon; {heard.dead[:1]}")
    return walks.sequence


def _taken(accepted: Accepted) -> None:
    if accepted.refused:
        raise BenchFailed(f"the intake refused: {accepted.refused[0]}")


def now_us() -> int:
    """The present moment in microseconds."""
    return time.time_ns() // 1_000
