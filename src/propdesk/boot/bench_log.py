"""The benchmark of the event log: how fast it appends durably, and how soon a reader has it.

It must not make the log less durable than it is in use: what made it durable is in the result.
"""

import multiprocessing
import random
import shutil
import statistics
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psycopg

from propdesk.boot.benchmarks import machine
from propdesk.ports.event_log import Entry, EventLog, Writer
from propdesk.storage.embedded_postgres import EmbeddedPostgres
from propdesk.storage.event_log import PostgresLog

DEAL_BYTES = 160
"""A deal as the log holds it, with its account, symbol and prices."""
TICK_BYTES = 28
TICKS = 64
GROUP = 50
"""Records of one append where a sequencer gathers what came in the meantime."""
TICK_GROUP = 16
TOLD_RECORDS = 1000
TOLD_PAUSE_S = 0.004
WARM_UP = 200
PATIENCE_S = 30.0
STAMP = struct.Struct("<q")


def log_bench(
    seconds: float, database_url: str | None = None, *, told: int = TOLD_RECORDS
) -> dict[str, Any]:
    """Measure the log in a throw-away PostgreSQL, or in the one given, whose streams stay."""
    with _database(database_url) as url:
        log = PostgresLog(url)
        durable = dict(log.durability())
        figures: dict[str, Any] = {}
        figures["deals_singly"] = _appended(log, seconds, size=DEAL_BYTES, group=1)
        figures[f"deals_in_{GROUP}s"] = _appended(log, seconds, size=DEAL_BYTES, group=GROUP)
        for name, group in (("singly", 1), (f"in_{TICK_GROUP}s", TICK_GROUP)):
            found = _appended(log, seconds, size=TICKS * TICK_BYTES, group=group)
            found["ticks_per_s"] = found["records_per_s"] * TICKS
            figures[f"tick_batches_{name}"] = found
        figures["append_to_reader"] = _latency(log, url, told)
        return {
            "bench": "log",
            "book": {
                "deal_bytes": DEAL_BYTES,
                "ticks_of_a_batch": TICKS,
                "tick_bytes": TICK_BYTES,
                "seconds_of_each": seconds,
                "durability": durable,
            },
            "figures": figures,
            "baselines": {"bare_insert_singly": _bare(url, seconds)},
            "machine": machine(),
        }


@contextmanager
def _database(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    home = Path(tempfile.mkdtemp(prefix="propdesk-bench-"))
    try:
        with EmbeddedPostgres(home) as database:
            yield database.url
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _appended(log: EventLog, seconds: float, *, size: int, group: int) -> dict[str, Any]:
    """Appends one after the other, each of ``group`` records of ``size`` bytes."""
    with closing(log.writer(["bench/appended"], "bench")) as writer:
        # The writer's epoch keeps the keys of one load apart from those of another.
        records = _records("bench/appended", f"{writer.epoch}", size)
        return _timed(lambda: _append(writer, records, group), seconds, group)


def _records(stream: str, load: str, size: int) -> Iterator[Entry]:
    body = random.Random(1).randbytes(size)  # noqa: S311 - a load, not a secret
    number = 0
    while True:
        number += 1
        yield Entry(stream, f"{load}/server-1/{number}", STAMP.pack(number) + body[STAMP.size :])


def _append(writer: Writer, records: Iterator[Entry], group: int) -> None:
    writer.append([next(records) for _ in range(group)])


def _bare(url: str, seconds: float) -> dict[str, Any]:
    """The least PostgreSQL does for a durable record: no fence, no keys, no telling."""
    body = bytes(DEAL_BYTES)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_bare (n bigserial PRIMARY KEY, body bytea)")
        insert = "INSERT INTO bench_bare (body) VALUES (%b)"
        try:
            return _timed(lambda: connection.execute(insert, [body], prepare=True), seconds, 1)
        finally:
            connection.execute("DROP TABLE bench_bare")


def _timed(work: Callable[[], object], seconds: float, group: int) -> dict[str, Any]:
    for _ in range(WARM_UP):
        work()
    took: list[int] = []
    begun = time.perf_counter_ns()
    until = begun + int(seconds * 1e9)
    now = begun
    while now < until:
        work()
        now, before = time.perf_counter_ns(), now
        took.append(now - before)
    return {
        "records_per_s": round(len(took) * group * 1e9 / (now - begun)),
        **_percentiles(took),
    }


def _percentiles(took_ns: Sequence[int]) -> dict[str, float]:
    cuts = statistics.quantiles(took_ns, n=100, method="inclusive")
    return {
        "latency_ms_p50": round(cuts[49] / 1e6, 3),
        "latency_ms_p99": round(cuts[98] / 1e6, 3),
    }


def _latency(log: EventLog, url: str, count: int) -> dict[str, Any]:
    """From the begin of an append to the record in another process's hands."""
    with closing(log.writer(["bench/told"], "bench")) as writer, closing(log.reader()) as reader:
        tail = reader.last("bench/told")
        mine, theirs = multiprocessing.Pipe()
        spawn = multiprocessing.get_context("spawn")
        process = spawn.Process(target=_follow, args=(url, tail, count, theirs), daemon=True)
        process.start()
        try:
            _answer(mine)
            for number in range(count):
                time.sleep(TOLD_PAUSE_S)
                body = STAMP.pack(time.monotonic_ns())
                writer.append([Entry("bench/told", f"{writer.epoch}/{number}", body)])
            took: list[int] = _answer(mine)
        finally:
            process.terminate()
            process.join()
    return {"records": count, **_percentiles(took)}


def _answer(pipe: Connection) -> Any:
    if not pipe.poll(PATIENCE_S):
        raise TimeoutError("the reader of the benchmark does not answer")
    return pipe.recv()


def _follow(url: str, tail: int, count: int, pipe: Connection) -> None:
    """The reader's process: says that it listens, then what each record took to arrive."""
    with closing(PostgresLog(url).reader()) as reader:
        reader.wait({"bench/told": tail}, 0)
        pipe.send(None)
        took: list[int] = []
        while len(took) < count and reader.wait({"bench/told": tail}, PATIENCE_S):
            for record in reader.read("bench/told", tail):
                # One clock for all processes of a machine.
                took.append(time.monotonic_ns() - STAMP.unpack(record.body)[0])
                tail = record.offset
        pipe.send(took)
