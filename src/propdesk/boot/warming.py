"""The kernel warmed: every function of it compiled, or read from where compiled ones are kept.

The first call of each takes seconds, in which nothing else runs. An engine that judged already
would lose its lease meanwhile, and its stand-by would begin to compile in its place. So a made-up
account is judged before the lease is asked for, by the same path as real ones.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from propdesk.boot.engine_worker import EngineWorker, Firm
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.domain.events import AccountOpened, Deal, GapClosed, GapOpened, TimePassed
from propdesk.domain.instants import DAY, SECOND, parse_instant
from propdesk.engine.strikes import STRUCK_MIN
from propdesk.ports.event_log import Entry
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
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

AT = parse_instant("2026-03-02T08:00:00Z")
PROGRAMME, PHASE = "ftmo-2-step", "challenge"
STREAM = events_of(0)


def warm(firm: Firm, alarm: Callable[[str], None]) -> None:
    """Judge a made-up account with the firm's kernel; an alarm where it cannot be judged."""
    log, snapshots = MemoryLog(), MemorySnapshots()
    writer = log.writer([MARKET, STREAM], "warming")
    for part, records in enumerate(_day()):
        entries = [
            Entry(MARKET if isinstance(each, SymbolDefined | Ticks) else STREAM, key, encode(each))
            for key, each in ((f"{part}/{number}", each) for number, each in enumerate(records))
        ]
        writer.append(entries)
        engine = EngineWorker(  # the second goes on from the snapshot of the first
            0,
            replace(firm, rulebooks=lambda _: load_rulebook(PROGRAMME)),
            reader=log.reader(),
            writer=log.writer([verdicts_of(0)], "warming"),
            snapshots=snapshots,
            questions=HandOver(),
            alarm=alarm,
        )
        while engine.behind:
            engine.step(0)
        engine.answers.board()
        engine.answers.account("A1")
        engine.answers.curve("A1")
        engine.save()


def _day() -> tuple[Sequence[LogRecord], Sequence[LogRecord]]:
    loaded = load_rulebook(PROGRAMME)
    rulebook = loaded.rulebook
    size, price = Decimal(100000), Decimal("1.08000")
    bought = Deal("A1", AT + SECOND, "D1", "P1", "EURUSD", "buy", "in", Decimal(1), price)
    sold = replace(bought, at=AT + DAY, id="D2", side="sell", entry="out")
    ended = [f"E{number}" for number in range(STRUCK_MIN)]
    enrolled = AccountEnrolled(
        "A1", rulebook.name, rulebook.version, loaded.sha256, PHASE, str(size)
    )
    return (
        [
            enrolled,
            *(replace(enrolled, account=each) for each in ended),
            SymbolDefined(0, "warming", "EURUSD", 5),
            _ticks(1, 2),
            Mark(2),
            *(Moment(each, (AccountOpened(each, AT, "USD", size),)) for each in ended),
            *(Moment(e, (replace(bought, account=e, lots=Decimal(3)),)) for e in ended),
            _ticks(3, 4, far=-2000),  # more than three lots may lose: the verdicts are foretold
            Mark(4),
            Moment("A1", (AccountOpened("A1", AT, "USD", size),)),
            Moment("A1", (bought,)),
            _ticks(5, 6),
            Mark(5),
        ],
        [
            Mark(6),
            GapOpened(AT + 13 * SECOND, "EURUSD"),
            GapClosed(AT + 14 * SECOND, "EURUSD"),
            _ticks(7, 8, far=-4000),
            Mark(8),
            TimePassed(AT + DAY),  # a day rolls: the bounds are others, the terms are not
            SymbolDefined(0, "warming", "EURUSD", 6),
            Moment("A1", (sold,)),
        ],
    )


def _ticks(first: int, last: int, far: int = 0) -> Ticks:
    numbers = np.arange(first, last + 1, dtype=np.int64)
    bid = 108000 + far + numbers
    symbol = np.zeros(len(numbers), np.int32)
    return Ticks(first, "warming", first, symbol, AT + 2 * SECOND * numbers, bid, bid + 10)
