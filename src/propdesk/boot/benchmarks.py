"""The benchmarks of the reference evaluator, each against a baseline of the same run.

They make their own load from a fixed seed, so that anyone can repeat them. They judge nothing
of an installation.
"""

import io
import json
import platform
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from propdesk.boot.judging import Request, judge
from propdesk.domain.evaluator import Evaluator
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.event_file import read_event_file
from propdesk.wire.rulebook_file import load_rulebook

SIZE = Decimal(100000)
POSITIONS = 5
RUNS = 3


def event_lines(ticks: int, seed: int = 1) -> Iterator[str]:
    """One account with five open positions in EURUSD, then a random walk of quotes."""
    walk = random.Random(seed)  # noqa: S311 - a load, not a secret
    yield (
        '{"type":"account_opened","account":"A1","at":"2026-03-02T08:00:00Z",'
        '"currency":"USD","balance":"100000.00"}'
    )
    yield _quote(0, 108000)
    for place in range(POSITIONS):
        yield json.dumps(
            {
                "type": "deal",
                "account": "A1",
                "id": f"D{place}",
                "position": f"P{place}",
                "at": f"2026-03-02T08:00:01.00{place}Z",
                "symbol": "EURUSD",
                "side": "buy" if place % 2 else "sell",
                "entry": "in",
                "lots": "0.10",
                "price": "1.08000",
                "commission": "-0.35",
                "swap": "0.00",
                "profit": "0.00",
            }
        )
    points = 108000
    for number in range(ticks):
        points += walk.choice((-1, 0, 1)) if 100000 < points < 116000 else 108000 - points
        yield _quote(2000 + number * 100, points)


def _quote(after_ms: int, points: int) -> str:
    seconds, milli = divmod(after_ms, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(8 + hours, 24)
    bid, ask = f"{points // 100000}.{points % 100000:05d}", points + 10
    return (
        f'{{"type":"quote","symbol":"EURUSD","at":"2026-03-{2 + days:02d}T{hour:02d}:{minute:02d}:'
        f'{second:02d}.{milli:03d}Z","bid":"{bid}","ask":"{ask // 100000}.{ask % 100000:05d}"}}'
    )


def evaluator_bench(ticks: int) -> dict[str, Any]:
    """Ticks per second of the reference evaluator, file parsing included."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.jsonl"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in event_lines(ticks))
        parsed = best_of(lambda: sum(1 for _ in read_event_file(file)))
        fast = best_of(lambda: _evaluated(file, fast=True))
        grown = _growth(file)
        slow_ticks = max(1, ticks // 20)
        with file.open("w", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in event_lines(slow_ticks))
        slow = best_of(lambda: _evaluated(file, fast=False))
    return {
        "bench": "evaluator",
        "book": {
            "ticks": ticks,
            "accounts": 1,
            "open_positions": POSITIONS,
            "rulebook": "ftmo-2-step",
            "from": "an event file, parsing included",
        },
        "figures": {
            "ticks_per_s": round(ticks / fast),
            "parse_only_ticks_per_s": round(ticks / parsed),
            "memory_grown_kib": grown,
        },
        "baselines": {
            "every_rule_on_every_tick": {"ticks_per_s": round(slow_ticks / slow)},
            "ratio": round((ticks / fast) / (slow_ticks / slow), 2),
        },
        "machine": machine(),
    }


def _evaluated(file: Path, *, fast: bool) -> Evaluator:
    book = load_rulebook("ftmo-2-step").rulebook
    phase = book.phase("challenge")
    evaluator = Evaluator(book, phase, size=SIZE, catalogue=load_catalogue(), fast=fast)
    evaluator.feed(read_event_file(file))
    return evaluator


def _growth(file: Path) -> int:
    """How much the peak memory rises over one more whole run, in KiB."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    _evaluated(file, fast=True)
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before


def statement_bench(statement: Path) -> dict[str, Any]:
    """Seconds to read and judge a whole statement."""
    request = Request(
        history=statement, rulebook="ftmo-2-step", phase="challenge", size="statement"
    )
    seconds = best_of(lambda: judge(request))
    read = best_of(lambda: statement.read_bytes().decode("latin-1").count("<tr"))
    return {
        "bench": "statement",
        "book": {"bytes": statement.stat().st_size, "rulebook": "ftmo-2-step"},
        "figures": {"seconds": round(seconds, 3)},
        "baselines": {"counting_its_rows": {"seconds": round(read, 5)}},
        "machine": machine(),
    }


def best_of(work: Callable[[], object]) -> float:
    """The shortest of a few runs, in seconds of this process's own time."""
    found = []
    for _ in range(RUNS):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def machine() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "processor": platform.machine(),
        "implementation": sys.implementation.name,
    }


def told(result: dict[str, Any]) -> Iterable[str]:
    """The result in words, a line each."""
    out = io.StringIO()
    for part in ("book", "figures", "baselines"):
        for name, value in result[part].items():
            out.write(f"{part}: {name} = {value}\n")
    return out.getvalue().splitlines()
