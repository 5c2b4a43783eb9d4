"""The benchmark of the whole way: a quote or a deal in, a durable verdict in another's hands.

A real database, intake and engine, each a process of its own, and a sender on loopback that keeps
to its timetable whatever the answers. A verdict's time runs from the moment its tick was due to
the moment a reader of the log has it: one clock, and no tick is spared because another was late.
"""

import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from propdesk.boot.bench_load import FEED, Crowd, Load, Walks, burst_name, ladder_name
from propdesk.boot.bench_sender import SENTINEL, SLOT_US, FlatOut, Sent, send
from propdesk.boot.benchmarks import machine
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.domain.events import AccountOpened, Deal
from propdesk.ports.event_log import Reader
from propdesk.ports.intake import Accepted
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.storage.tick_archive import FileTickArchive
from propdesk.storage.tick_archive.market_follower import MarketFollower
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import (
    AccountEnrolled,
    DeadLetter,
    StatusChanged,
    VerdictSaid,
    verdicts_of,
)

MODULES = ("propdesk.boot.ingest_process", "propdesk.boot.engine_process")
ACCOUNTS_OF_A_DELIVERY = 200
BEGIN_S_MAX = 60.0
JUDGE_S_MAX = 900.0
SETTLE_S_MAX = 60.0
QUOTE_EVERY_S = 20.0
FLAT_OUT_DEALS_S, FLAT_OUT_TICKS_S = 20, 60
"""Flat out, so many seconds' worth of the timetable's deals and ticks are sent."""
STREAM = verdicts_of(0)
LOOK_S = 0.2
VERDICTS_SHARE = 0.1
VERDICTS_MIN = 10_000
BURST_MAX = 1_000
BURST_SHARE = 0.02
STOP_S_MAX = 20.0
TICK_S = os.sysconf("SC_CLK_TCK")


class BenchFailed(RuntimeError):
    """The benchmark could not be run to its end; there is no result."""


def load_of(accounts: int, seconds: float, ticks_per_s: int, deals_per_s: int) -> Load:
    """A tenth of the accounts is ended one after the other, and up to a thousand at once."""
    ladder = min(VERDICTS_MIN, max(1, round(accounts * VERDICTS_SHARE)))
    burst = min(BURST_MAX, max(1, round(accounts * BURST_SHARE)))
    return Load(accounts, seconds, ticks_per_s, deals_per_s, ladder, burst)


def ingest_bench(load: Load) -> dict[str, Any]:
    """Run the whole load once. Raises ``BenchFailed``."""
    busy_before = os.getloadavg()
    with ExitStack() as running:
        home = Path(tempfile.mkdtemp(prefix="propdesk-bench-"))
        running.callback(shutil.rmtree, home, ignore_errors=True)
        url = running.enter_context(EmbeddedPostgres(home)).url
        processes = running.enter_context(_processes(home, url))
        listening = running.enter_context(closing(PostgresLog(url).reader()))
        heard = Heard(listening, processes.look)
        began = time.monotonic()
        sequence = _enrol(load, home / SOCKET_NAME, heard)
        enrolled_s = time.monotonic() - began
        used = processes.seconds_used()
        figures = _measured(load, home / SOCKET_NAME, sequence, heard)
        return {
            "bench": "ingest",
            "book": _book(load, url),
            "figures": {
                **figures,
                "ticks_into_archive_per_s": _archived(url, home),
                "enrolled_accounts_per_s": round(load.accounts / enrolled_s),
                "cpu_s": processes.used_since(used),
                "resident_mib": processes.resident_mib(),
            },
            "baselines": {},
            "machine": {
                **machine(),
                "processors": str(os.cpu_count()),
                "load_before": " ".join(f"{each:.2f}" for each in busy_before),
            },
        }


def _book(load: Load, url: str) -> dict[str, Any]:
    return {
        "accounts": load.accounts,
        "seconds": load.seconds,
        "ticks_per_s": load.ticks_per_s,
        "deals_per_s": load.deals_per_s,
        "verdicts_one_by_one": load.ladder,
        "verdicts_in_one_tick": load.burst,
        "durability": dict(PostgresLog(url).durability()),
        "from": "the moment a tick was due",
        "to": "its account's verdict read from the log by another process",
    }


# --- the processes under measurement ---------------------------------------------------------
@dataclass(slots=True)
class Processes:
    """The intake and the engine."""

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
def _processes(home: Path, url: str) -> Iterator[Processes]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PROPDESK_")}
    environment |= {"PROPDESK_HOME": str(home), "PROPDESK_DATABASE_URL": url}
    told = home / "told.log"
    with told.open("wb") as out:
        running = {
            module.rpartition(".")[2].removesuffix("_process"): subprocess.Popen(  # noqa: S603
                [sys.executable, "-m", module], env=environment, stdout=out, stderr=out
            )
            for module in MODULES
        }
        processes = Processes(running, told)
        try:
            _until((home / SOCKET_NAME).exists, processes.look, BEGIN_S_MAX, "the intake")
            yield processes
        finally:
            for each in running.values():
                each.terminate()
            for each in running.values():
                try:
                    each.wait(STOP_S_MAX)
                except subprocess.TimeoutExpired:
                    each.kill()
                    each.wait()


def _until(is_so: Callable[[], bool], look: Callable[[], None], most_s: float, what: str) -> None:
    until = time.monotonic() + most_s
    while not is_so():
        look()
        if time.monotonic() > until:
            raise BenchFailed(f"{what} did not come in {most_s} seconds")
        time.sleep(LOOK_S / 10)


# --- what the log says -----------------------------------------------------------------------
@dataclass(slots=True)
class Heard:
    """Reads what the engine said. ``ended`` is when each account's first breach was in hand, in
    microseconds; ``told_at`` is when each account's last status was."""

    reader: Reader
    look: Callable[[], None]
    ended: dict[str, int] = field(default_factory=dict)
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
        now = _now()
        for record in records:
            self.offset = record.offset
            match decode(record.body):
                case VerdictSaid(account=account, outcome=outcome):
                    self.verdicts += 1
                    if outcome == "fail":
                        self.ended.setdefault(account, now)
                case StatusChanged(account=account, status=status):
                    self.statuses[account] = status
                    self.told_at[account] = now
                case DeadLetter(reason=reason):
                    self.dead.append(reason)


# --- enrolling, sending, counting ------------------------------------------------------------
def _enrol(load: Load, socket: Path, heard: Heard) -> int:
    """Make every account known; returns the feed's last sequence number."""
    crowd = Crowd(load, load_catalogue(None))
    walks = Walks(crowd)
    with IntakeClient(socket) as intake:
        quoted = -QUOTE_EVERY_S

        def quote() -> None:  # no symbol is to be silent for so long that it is a gap
            nonlocal quoted
            if time.monotonic() - quoted > QUOTE_EVERY_S:
                _taken(intake.quotes(FEED, walks.all(_now())))
                quoted = time.monotonic()

        waiting: list[AccountEnrolled | AccountOpened | Deal] = []
        for number, account in enumerate(crowd.begin(_now()), start=1):
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


def _measured(load: Load, socket: Path, sequence: int, heard: Heard) -> dict[str, Any]:
    mine, theirs = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    flat = (load.deals_per_s * FLAT_OUT_DEALS_S, load.ticks_per_s * FLAT_OUT_TICKS_S)
    sender = spawn.Process(target=send, args=(load, socket, sequence, flat, theirs), daemon=True)
    sender.start()

    def told() -> bool:
        if not sender.is_alive() and not mine.poll():
            raise BenchFailed(f"the sender ended ({sender.exitcode})")
        return mine.poll()

    try:
        doomed = load.ladder + load.burst
        heard.until(told, "the end of the timetable")
        sent: Sent = mine.recv()
        heard.until(lambda: len(heard.ended) >= doomed, "every verdict", most_s=SETTLE_S_MAX)
        if sent.refused:
            raise BenchFailed(f"the intake refused: {sent.refused[0]}")
        rates = {}
        for name, status in (("deals", "paused"), ("ticks", "active")):
            mine.send(None)
            heard.until(told, f"the {name} flat out")
            flat_out: FlatOut = mine.recv()
            heard.until(lambda: heard.statuses[SENTINEL] == status, "the last of them")  # noqa: B023
            took_s = (heard.told_at[SENTINEL] - flat_out.begun) / 1e6
            rates[f"{name}_flat_out_per_s"] = round(flat_out.count / took_s)
            logged_s = (flat_out.logged - flat_out.begun) / 1e6
            rates[f"{name}_into_log_per_s"] = round(flat_out.count / logged_s)
    finally:
        sender.terminate()
        sender.join()
    return _latencies(load, heard, sent) | rates


def _archived(url: str, home: Path) -> int:
    """So many ticks a second go from the log into the files of an archive, beside nothing else."""
    with closing(PostgresLog(url).reader()) as reader:
        archive = FileTickArchive(home, _refused_by_archive)
        follower = MarketFollower(reader, archive, _refused_by_archive)
        begun = time.monotonic()
        while follower.step(time.monotonic()):
            pass
        follower.flush(time.monotonic())
        return round(archive.kept().tick / (time.monotonic() - begun))


def _refused_by_archive(sentence: str) -> None:
    raise BenchFailed(sentence)


def _latencies(load: Load, heard: Heard, sent: Sent) -> dict[str, Any]:
    steady = [
        heard.ended[ladder_name(number)] - sent.begun - load.ladder_slot(number) * SLOT_US
        for number in range(load.ladder)
    ]
    burst_due = sent.begun + load.burst_slot * SLOT_US
    burst = [heard.ended[burst_name(number)] - burst_due for number in range(load.burst)]
    return {
        "verdicts": heard.verdicts,
        "tick_to_verdict": _percentiles([*steady, *burst]),
        "tick_to_verdict_one_by_one": _percentiles(steady),
        "tick_to_verdict_in_one_tick": _percentiles(burst),
        "sender_late_ms_p50": round(sent.late_us_p50 / 1e3, 3),
        "sender_late_ms_p99": round(sent.late_us_p99 / 1e3, 3),
        "deals": sent.deals,
        "dead_letters": len(heard.dead),
    }


def _percentiles(took_us: Sequence[int]) -> dict[str, float]:
    ordered = sorted(took_us)
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
    found: dict[str, float] = {"verdicts": len(ordered)}
    for name, share in shares.items():
        place = min(len(ordered) - 1, int(share * len(ordered)))
        found[f"latency_ms_{name}"] = round(ordered[place] / 1e3, 3)
    return found | {"latency_ms_max": round(ordered[-1] / 1e3, 3)}


def _now() -> int:
    return time.time_ns() // 1_000
