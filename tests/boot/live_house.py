"""A whole house started as a person starts it, and what its log says, for the tests."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event, Quote, TimePassed
from propdesk.domain.unattended import Unattended
from propdesk.ports.event_log import Reader, Record
from propdesk.ports.live_accounts import EngineAway
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.live_state import Board
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    Mark,
    Moment,
    SymbolDefined,
    Ticks,
    VerdictSaid,
    events_of,
    verdicts_of,
)
from propdesk.wire.rulebook_file import load_rulebook
from tests.boot.test_up import descendants, environment

WAIT_S_MAX = 60
URL = "PROPDESK_DATABASE_URL="


def replay(home: Path, *asked: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "propdesk.boot.cli", "replay", *asked],
        env=environment(home, 1),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def pids_of(house: int, module: str) -> list[int]:
    """The processes of a house that run a module."""
    found = []
    for pid in descendants(house):
        with contextlib.suppress(OSError):
            if module in (Path("/proc") / str(pid) / "cmdline").read_text().split("\0"):
                found.append(pid)
    return found


@contextlib.contextmanager
def log_of(house: int) -> Iterator[Reader]:
    """The log of a running house, which alone knows where its database is."""
    (pid,) = pids_of(house, "propdesk.boot.engine_process")
    told = (Path("/proc") / str(pid) / "environ").read_text().split("\0")
    (url,) = (each.removeprefix(URL) for each in told if each.startswith(URL))
    reader = PostgresLog(url).reader()
    try:
        yield reader
    finally:
        reader.close()


def records(reader: Reader, stream: str) -> Iterator[Record]:
    after = 0
    while found := reader.read(stream, after):
        yield from found
        after = found[-1].offset


def said(reader: Reader) -> list[tuple[VerdictSaid, int]]:
    """Every verdict, and when it was durable."""
    return [
        (verdict, record.appended_at)
        for record in records(reader, verdicts_of(0))
        if isinstance(verdict := decode(record.body), VerdictSaid)
    ]


def board_where(home: Path, holds: Callable[[Board], bool]) -> Board:
    """The engine's board as soon as something holds of it."""
    client, until = EngineClient(socket_path(home)), time.monotonic() + WAIT_S_MAX
    try:
        while True:
            with contextlib.suppress(EngineAway):
                board = client.board()
                if holds(board):
                    return board
            assert time.monotonic() < until, "the board never came to show it"
            time.sleep(0.05)
    finally:
        client.close()


def judged_by_reference(reader: Reader) -> dict[str, Evaluation]:
    """Each account's log read back and judged by the evaluator, tick by tick, with no engine."""
    ticks, catalogue = ticks_of(reader), load_catalogue(None)
    evaluators: dict[str, Evaluator] = {}
    heard: list[Event] = []
    judged = 0
    for record in records(reader, events_of(0)):
        match decode(record.body):
            case AccountEnrolled() as command:
                rulebook = load_rulebook(f"{command.rulebook}@{command.version}").rulebook
                evaluators[command.account] = Evaluator(
                    rulebook, rulebook.phase(command.phase), size=Decimal(command.size),
                    catalogue=catalogue, account=command.account, conditions=CelConditions(),
                )  # fmt: skip
                evaluators[command.account].feed(heard)
            case Moment() as moment:
                evaluators[moment.account].feed(moment.events)
            case Mark() as mark:
                for evaluator in evaluators.values():
                    evaluator.feed(ticks[judged : mark.tick])
                heard, judged = [*heard, *ticks[judged : mark.tick]], mark.tick
            case TimePassed() as passed:  # rolls days; makes no later deal a late one
                for evaluator in evaluators.values():
                    Unattended(evaluator).wake(passed.at)
            case other:
                for evaluator in evaluators.values():
                    evaluator.feed((other,))  # type: ignore[arg-type]
    return {name: evaluator.result() for name, evaluator in evaluators.items()}


def ticks_of(reader: Reader) -> list[Quote]:
    """Every tick of the log, in its order."""
    symbols: dict[int, SymbolDefined] = {}
    ticks: list[Quote] = []
    for record in records(reader, MARKET):
        match decode(record.body):
            case SymbolDefined() as symbol:
                symbols[symbol.number] = symbol
            case Ticks() as batch:
                assert batch.first == len(ticks) + 1
                rows = zip(*(each.tolist() for each in (
                    batch.symbol, batch.at, batch.bid, batch.ask
                )), strict=True)  # fmt: skip
                for number, at, bid, ask in rows:
                    symbol = symbols[number]
                    prices = [Decimal(each).scaleb(-symbol.digits) for each in (bid, ask)]
                    ticks.append(Quote(at, symbol.symbol, *prices))
    return ticks
