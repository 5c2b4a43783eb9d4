"""The benchmark of the whole way: a quote or a deal in, a durable verdict in another's hands.

A real database, intake and engine, each a process of its own, and a sender on loopback that keeps
to its timetable whatever the answers. A verdict's time runs from the moment its tick was due to
the moment a reader of the log has it: one clock, and no tick is spared because another was late.
"""

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from propdesk.boot.bench_house import JUDGING, BenchFailed, Heard, enrol, processes
from propdesk.boot.bench_load import Load, burst_name, ladder_name
from propdesk.boot.bench_sender import SENTINEL, SLOT_US, FlatOut, Sent, send
from propdesk.boot.benchmarks import machine
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.storage.tick_archive import FileTickArchive
from propdesk.storage.tick_archive.market_follower import MarketFollower

SETTLE_S_MAX = 60.0
FLAT_OUT_DEALS_S, FLAT_OUT_TICKS_S = 20, 60
"""Flat out, so many seconds' worth of the timetable's deals and ticks are sent."""
VERDICTS_SHARE = 0.1
VERDICTS_MIN = 10_000
BURST_MAX = 1_000
BURST_SHARE = 0.02


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
        house = running.enter_context(processes(home, url, JUDGING))
        listening = running.enter_context(closing(PostgresLog(url).reader()))
        heard = Heard(listening, house.look)
        began = time.monotonic()
        sequence = enrol(load, home / SOCKET_NAME, heard)
        enrolled_s = time.monotonic() - began
        used = house.seconds_used()
        figures = _measured(load, home / SOCKET_NAME, sequence, heard)
        return {
            "bench": "ingest",
            "book": _book(load, url),
            "figures": {
                **figures,
                "ticks_into_archive_per_s": _archived(url, home),
                "enrolled_accounts_per_s": round(load.accounts / enrolled_s),
                "cpu_s": house.used_since(used),
                "resident_mib": house.resident_mib(),
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


# --- sending, counting -----------------------------------------------------------------------
def _measured(load: Load, socket: Path, sequence: int, heard: Heard) -> dict[str, Any]:
    flat = (load.deals_per_s * FLAT_OUT_DEALS_S, load.ticks_per_s * FLAT_OUT_TICKS_S)
    with sender_of(load, socket, sequence, flat) as (sender, told):
        sent = by_timetable(load, sender, told, heard)
        rates = {}
        for name, status in (("deals", "paused"), ("ticks", "active")):
            sender.send(None)
            heard.until(told, f"the {name} flat out")
            flat_out: FlatOut = sender.recv()
            heard.until(lambda: heard.statuses[SENTINEL] == status, "the last of them")  # noqa: B023
            took_s = (heard.told_at[SENTINEL] - flat_out.begun) / 1e6
            rates[f"{name}_flat_out_per_s"] = round(flat_out.count / took_s)
            logged_s = (flat_out.logged - flat_out.begun) / 1e6
            rates[f"{name}_into_log_per_s"] = round(flat_out.count / logged_s)
    return _latencies(load, heard, sent) | rates


@contextmanager
def sender_of(
    load: Load, socket: Path, sequence: int, flat: tuple[int, int]
) -> Iterator[tuple[Connection, Callable[[], bool]]]:
    """A process that begins to send at once: the pipe to it, and whether it told something."""
    mine, theirs = multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    sender = spawn.Process(target=send, args=(load, socket, sequence, flat, theirs), daemon=True)
    sender.start()

    def told() -> bool:
        if not sender.is_alive() and not mine.poll():
            raise BenchFailed(f"the sender ended ({sender.exitcode})")
        return mine.poll()

    try:
        yield mine, told
    finally:
        sender.terminate()
        sender.join()


def by_timetable(load: Load, sender: Connection, told: Callable[[], bool], heard: Heard) -> Sent:
    """The timetable to its end, and until every account's verdict was heard that it ends."""
    heard.until(told, "the end of the timetable")
    sent: Sent = sender.recv()
    doomed = load.ladder + load.burst
    heard.until(lambda: len(heard.ended) >= doomed, "every verdict", most_s=SETTLE_S_MAX)
    if sent.refused:
        raise BenchFailed(f"the intake refused: {sent.refused[0]}")
    return sent


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


def due_us(load: Load, sent: Sent) -> dict[str, int]:
    """The moment at which each account's tick was due that it ends by."""
    steady = {
        ladder_name(number): sent.begun + load.ladder_slot(number) * SLOT_US
        for number in range(load.ladder)
    }
    burst = sent.begun + load.burst_slot * SLOT_US
    return steady | {burst_name(number): burst for number in range(load.burst)}


def _latencies(load: Load, heard: Heard, sent: Sent) -> dict[str, Any]:
    took = {name: heard.ended[name] - due for name, due in due_us(load, sent).items()}
    steady = [took[ladder_name(number)] for number in range(load.ladder)]
    burst = [took[burst_name(number)] for number in range(load.burst)]
    return {
        "verdicts": heard.verdicts,
        "tick_to_verdict": percentiles([*steady, *burst]),
        "tick_to_verdict_one_by_one": percentiles(steady),
        "tick_to_verdict_in_one_tick": percentiles(burst),
        "sender_late_ms_p50": round(sent.late_us_p50 / 1e3, 3),
        "sender_late_ms_p99": round(sent.late_us_p99 / 1e3, 3),
        "deals": sent.deals,
        "dead_letters": len(heard.dead),
    }


def percentiles(took_us: Sequence[int]) -> dict[str, float]:
    """How many there are, and in milliseconds how long the shares of them took at most."""
    ordered = sorted(took_us)
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "p999": 0.999}
    found: dict[str, float] = {"verdicts": len(ordered)}
    for name, share in shares.items():
        place = min(len(ordered) - 1, int(share * len(ordered)))
        found[f"latency_ms_{name}"] = round(ordered[place] / 1e3, 3)
    return found | {"latency_ms_max": round(ordered[-1] / 1e3, 3)}
