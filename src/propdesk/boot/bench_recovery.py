"""The benchmark of recovery: from nothing to the first verdict, with a firm's whole state.

A throw-away PostgreSQL, a made-up firm in its log, a snapshot, and real engine processes that are
begun and killed. It must not spare them anything: they are the processes of an installation.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from propdesk.boot.bench_firm import PRICES
from propdesk.boot.benchmarks import machine
from propdesk.boot.engine_process import rulebook_of
from propdesk.boot.engine_worker import EngineWorker, Firm
from propdesk.boot.warming import warm
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.domain.events import AccountOpened, Deal
from propdesk.domain.instants import SECOND, parse_instant
from propdesk.engine.builds import build_kernel
from propdesk.ports.event_log import Entry, Reader, Writer
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog
from propdesk.storage.snapshot_files import FileSnapshots
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    LogRecord,
    Mark,
    Moment,
    SymbolDefined,
    Ticks,
    events_of,
    verdicts_of,
)
from propdesk.wire.rulebook_file import load_rulebook

PROGRAMME, PHASE = "ftmo-2-step", "challenge"
SIZE = Decimal(100000)
AT = parse_instant("2026-03-02T08:00:00Z")
EVENTS, VERDICTS = events_of(0), verdicts_of(0)
HELD = tuple(PRICES)[:8]
FALLING = ("XPTUSD", "LTCUSD", "SOLUSD")
"""Each held by one account only, which breaks its limit when the price halves."""
ACTIVE_OF_TEN = 4
DEALS_PER_S, PULSE_S = 500, 0.02
APPENDED_RECORDS = 5_000
READY_S, PATIENCE_S = 10.0, 900.0


@dataclass(slots=True)
class MadeUpLog:
    """A firm's log as it is written: records in order, and how far the ticks are."""

    writer: Writer
    accounts: int
    tick: int = 0
    at: int = AT
    written: int = 0
    prices: dict[str, int] = field(default_factory=dict)
    digits: dict[str, int] = field(default_factory=dict)

    def write(self, records: Iterator[LogRecord] | Sequence[LogRecord]) -> None:
        ordered = iter(records)
        while part := list(islice(ordered, APPENDED_RECORDS)):
            entries = []
            for each in part:
                self.written += 1
                stream = MARKET if isinstance(each, SymbolDefined | Ticks) else EVENTS
                entries.append(Entry(stream, f"bench/{self.written}", encode(each)))
            self.writer.append(entries)

    def firm(self) -> Iterator[LogRecord]:
        loaded, catalogue = load_rulebook(PROGRAMME), load_catalogue()
        rulebook = loaded.rulebook
        for number, name in enumerate((*HELD, *FALLING)):
            digits = self.digits[name] = catalogue.get(name).digits
            self.prices[name] = int(Decimal(PRICES[name]).scaleb(digits))
            yield SymbolDefined(number, "bench", name, digits)
        yield from self.quoted({})
        for number in range(self.accounts):
            name = f"A{number}"
            yield AccountEnrolled(
                name, rulebook.name, rulebook.version, loaded.sha256, PHASE, str(SIZE)
            )
            yield Moment(name, (AccountOpened(name, self.at, "USD", SIZE),))
            if number < len(FALLING):
                yield self.deal(number, FALLING[number], Decimal(500))
            elif number % 10 < ACTIVE_OF_TEN:
                yield self.deal(number, HELD[number % len(HELD)], Decimal("0.01"))

    def deal(self, number: int, symbol: str, lots: Decimal, suffix: str = "") -> Moment:
        self.at += 1
        price = Decimal(self.prices[symbol]).scaleb(-self.digits[symbol])
        account, name = f"A{number}", f"{number}{suffix}"
        deal = Deal(account, self.at, f"D{name}", f"P{name}", symbol, "buy", "in", lots, price)
        return Moment(account, (deal,))

    def quoted(self, factors: dict[str, Decimal]) -> Iterator[LogRecord]:
        """One tick of each symbol, at its first price or a part of it."""
        names = (*HELD, *FALLING)
        self.at += SECOND
        bid = np.array([int(self.prices[n] * factors.get(n, 1)) for n in names], np.int64)
        at = np.full(len(names), self.at, np.int64)
        first = self.tick + 1
        self.tick += len(names)
        numbers = np.arange(len(names), dtype=np.int32)
        yield Ticks(first, "bench", first, numbers, at, bid, bid + 2)
        yield Mark(self.tick)


def recovery_bench(accounts: int, deal_seconds: float) -> dict[str, Any]:
    """Seconds to the first verdict of an engine process, alone and as a stand-by."""
    with _home() as home, EmbeddedPostgres(home) as database:
        log = PostgresLog(database.url)
        with closing(log.writer([MARKET, EVENTS], "bench")) as writer:
            made = MadeUpLog(writer, accounts)
            made.write(made.firm())
            with closing(log.reader()) as reader, closing(log.writer([VERDICTS], "bench")) as own:
                figures, replayed_s = _kept(reader, own, made, home, deal_seconds)
            figures |= _begun(log, made, home, database.url)
    return {
        "bench": "recovery",
        "book": {
            "accounts": accounts,
            "open_positions": accounts * ACTIVE_OF_TEN // 10,
            "rulebook": PROGRAMME,
            "deals_per_s": DEALS_PER_S,
            "seconds_of_deals": deal_seconds,
        },
        "figures": figures,
        "baselines": {"the_whole_log_replayed": {"seconds": round(replayed_s, 2)}},
        "machine": machine(),
    }


@contextmanager
def _home() -> Iterator[Path]:
    home = Path(tempfile.mkdtemp(prefix="propdesk-bench-"))
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


# --- a state, and snapshots of it ------------------------------------------------------------
def _kept(
    reader: Reader, writer: Writer, made: MadeUpLog, home: Path, deal_seconds: float
) -> tuple[dict[str, Any], float]:
    """Judge the log in this process and keep its state; beside deals, and beside nothing."""
    firm = Firm(build_kernel(home=home), load_catalogue(), rulebook_of, CelConditions())
    warm(firm, _alarm)
    worker = EngineWorker(
        0,
        firm,
        reader=reader,
        writer=writer,
        snapshots=FileSnapshots(home, _alarm),
        questions=HandOver(),
        alarm=_alarm,
    )
    begun = time.perf_counter()
    while worker.behind:
        worker.step(0)
    replayed_s = time.perf_counter() - begun
    begun = time.perf_counter()
    worker.save()
    saved_s = time.perf_counter() - begun
    whole = sum(each.stat().st_size for each in (home / "snapshots").rglob("*.*"))
    figures: dict[str, Any] = {
        "snapshot_of_everybody_s": round(saved_s, 2),
        "snapshot_bytes": whole,
    }
    figures |= _beside_deals(worker, made, deal_seconds)
    worker.save()
    return figures, replayed_s


def _beside_deals(worker: EngineWorker, made: MadeUpLog, seconds: float) -> dict[str, Any]:
    """How long deals wait while nothing is kept, and while a child keeps the state."""
    quiet = _deals(worker, made, seconds, "quiet", until_kept=False)
    begun = time.perf_counter()
    worker.save_aside()
    forked_s = time.perf_counter() - begun
    begun = time.perf_counter()
    aside = _deals(worker, made, seconds, "aside", until_kept=True)
    kept_s = time.perf_counter() - begun
    _deals(worker, made, seconds, "stopped", until_kept=False)
    begun = time.perf_counter()
    worker.save()
    return {
        "deals_step_ms_max_quiet": round(max(quiet) * 1000, 1),
        "deals_step_ms_max_while_kept_aside": round(max(aside) * 1000, 1),
        "fork_ms": round(forked_s * 1000, 1),
        "kept_aside_s": round(kept_s, 2),
        "kept_by_itself_s": round(time.perf_counter() - begun, 2),
    }


def _deals(
    worker: EngineWorker, made: MadeUpLog, seconds: float, name: str, *, until_kept: bool
) -> list[float]:
    """Deals at their rate for so long, or longer where a snapshot is not done; each step's time."""
    took: list[float] = []
    begun = time.perf_counter()
    number = 0
    while number * PULSE_S < seconds or (until_kept and worker.is_saving()):
        per_pulse = round(DEALS_PER_S * PULSE_S)
        places = (number * per_pulse + each for each in range(per_pulse))
        made.write([_next(made, place, name) for place in places])
        before = time.perf_counter()
        while worker.behind:
            worker.step(0)
        took.append(time.perf_counter() - before)
        number += 1
        time.sleep(max(0.0, begun + number * PULSE_S - time.perf_counter()))
    return took


def _next(made: MadeUpLog, place: int, name: str) -> Moment:
    account = len(FALLING) + place % (made.accounts - len(FALLING))
    return made.deal(account, HELD[place % len(HELD)], Decimal("0.01"), f"/{name}/{place}")


def _alarm(sentence: str) -> None:
    raise RuntimeError(sentence)


# --- processes that begin --------------------------------------------------------------------
def _begun(log: PostgresLog, made: MadeUpLog, home: Path, url: str) -> dict[str, Any]:
    """An engine from its command to its first verdict; its stand-by's, after its death; and the
    next one's, after the second froze and holds a lease it cannot renew."""
    with ExitStack() as ending:
        begun = time.perf_counter()
        first = ending.enter_context(_engine(home, url))
        alone_s = _until_said(log, made, FALLING[0], begun)
        second = ending.enter_context(_engine(home, url))
        time.sleep(READY_S)  # so that it waits for the lease
        begun = time.perf_counter()
        first.kill()
        taken_s = _until_said(log, made, FALLING[1], begun)
        ending.enter_context(_engine(home, url))
        time.sleep(READY_S)
        begun = time.perf_counter()
        second.send_signal(signal.SIGSTOP)
        frozen_s = _until_said(log, made, FALLING[2], begun)
    return {
        "first_verdict_after_start_s": round(alone_s, 2),
        "first_verdict_after_take_over_s": round(taken_s, 2),
        "first_verdict_after_a_freeze_s": round(frozen_s, 2),
    }


def _until_said(log: PostgresLog, made: MadeUpLog, falling: str, begun: float) -> float:
    reader = log.reader()
    last = reader.last(VERDICTS)
    made.write(made.quoted({falling: Decimal("0.5")}))
    if not reader.wait({VERDICTS: last}, PATIENCE_S):
        raise TimeoutError("no engine said anything")
    took = time.perf_counter() - begun
    reader.close()
    return took


@contextmanager
def _engine(home: Path, url: str) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        "PROPDESK_HOME": str(home),
        "PROPDESK_DATABASE_URL": url,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "propdesk.boot.engine_process"], env=environment, stdout=2
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
