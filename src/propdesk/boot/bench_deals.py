"""``propdesk bench deals``: what a deal costs the engine, in one process and without a database.

A made-up firm's records are decoded and applied as an engine does it, and the same deals are told
to evaluators alone, without log or book, in the same run: what the engine adds is the difference.
Time is this process's own processor time.
"""

import os
import statistics
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from propdesk.boot.bench_ingest import load_of
from propdesk.boot.bench_load import FEED, Crowd, Walks
from propdesk.boot.benchmarks import machine
from propdesk.boot.engine_process import (
    look_through_the_young_only,
    rulebook_of,
    set_aside_what_stays,
)
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountOpened, Deal
from propdesk.domain.instants import SECOND, parse_instant
from propdesk.domain.unattended import Unattended
from propdesk.engine.book import Book
from propdesk.engine.desk import Desk
from propdesk.engine.enrolment import begun
from propdesk.engine.partition import Partition
from propdesk.engine.shapes import AccountShape, Bounds, Settled
from propdesk.ports.intake import FeedQuote
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_codec import decode, encode
from propdesk.wire.log_records import (
    AccountEnrolled,
    Mark,
    Moment,
    PartitionRecord,
    SymbolDefined,
    Ticks,
    events_of,
)

AT = parse_instant("2026-03-02T08:00:00Z")
ROUND = 1_000
"""So many deals are made between two looks at the prices, and timed together."""
WARM_UP_ACCOUNTS = 100
Delivered = AccountEnrolled | AccountOpened | Deal


def deals_bench(accounts: int, deals: int, kernel: Any) -> dict[str, Any]:
    """Microseconds of a deal by what they are spent on. ``kernel`` is of ``builds``."""
    _measured(WARM_UP_ACCOUNTS, ROUND, kernel)  # a compiled kernel is read, and code is warm
    return {
        "bench": "deals",
        "book": {
            "accounts": accounts,
            "deals": deals,
            "from": "a record of the log as bytes",
            "to": "its words as bytes",
        },
        **_measured(accounts, deals, kernel),
        "machine": machine(),
    }


def _measured(accounts: int, deals: int, kernel: Any) -> dict[str, Any]:
    house = House(accounts, kernel)
    resident, begin = _resident(), time.process_time()
    for group in house.crowd.begin(AT + 1):
        house.enrol(group)
    enrolled_s = time.process_time() - begin
    grown = _resident() - resident
    set_aside_what_stays()
    alone = Alone(house)
    rounds = [house.deal(first, alone) for first in range(0, deals, ROUND)]
    decoded, applied, of_book, rules = (statistics.median(each) for each in zip(*rounds))  # noqa: B905
    return {
        "figures": {
            "enrolled_accounts_per_s": round(accounts / enrolled_s),
            "resident_bytes_an_account": round(grown / accounts),
            "us_a_deal": round(decoded + applied, 1),
            "us_to_decode": round(decoded, 1),
            "us_to_apply": round(applied, 1),
            "us_of_it_in_the_book": round(of_book, 1),
            "deals_per_s": round(1e6 / (decoded + applied)),
            "said": house.said,
        },
        "baselines": {
            "evaluators_alone": {"us_a_deal": round(rules, 1)},
            "ratio": round((decoded + applied) / rules, 2),
        },
    }


class TimedBook(Book):
    """A book that counts the time it is busy for accounts, its looks at the clock included."""

    def __init__(self, kernel: Any) -> None:
        super().__init__(kernel)
        self.busy_s = 0.0

    def put(self, slot: int, shape: AccountShape) -> bool:
        begin = time.process_time()
        try:
            return super().put(slot, shape)
        finally:
            self.busy_s += time.process_time() - begin

    def set_bounds(self, slot: int, bounds: Sequence[Bounds]) -> None:
        begin = time.process_time()
        super().set_bounds(slot, bounds)
        self.busy_s += time.process_time() - begin

    def settle(self, slot: int) -> Settled:
        begin = time.process_time()
        found = super().settle(slot)
        self.busy_s += time.process_time() - begin
        return found


class House:
    """A partition of a made-up firm, and the records it is fed with."""

    def __init__(self, accounts: int, kernel: Any) -> None:
        look_through_the_young_only()
        catalogue = load_catalogue()
        self.load = load_of(accounts, 1, 500, 50)
        self.crowd = Crowd(self.load, catalogue)
        self.walks = Walks(self.crowd)
        self.numbers = {name: number for number, name in enumerate(self.crowd.lines)}
        self.book = TimedBook(kernel)
        desk = Desk(self.book, catalogue, rulebook_of, conditions=CelConditions(), alarm=_no_fault)
        self.partition = Partition(desk, events_of(0))
        self.at, self.offset, self.market, self.tick, self.said = AT, 0, 0, 0, 0
        for name, line in self.crowd.lines.items():
            self.market += 1
            defined = SymbolDefined(self.numbers[name], FEED, name, line.digits)
            self.partition.hand_in(self.market, defined)
        self._quoted(self.walks.all(self.at))

    def enrol(self, records: Iterable[Delivered]) -> None:
        for each in records:
            if isinstance(each, AccountEnrolled):
                self._apply(each)
            else:
                self._apply(Moment(each.account, (each,)))

    def deal(self, first: int, alone: "Alone") -> tuple[float, float, float, float]:
        """Microseconds a deal: to decode, to apply, of that in the book, and to rules alone."""
        self.at += SECOND
        self._quoted(self.walks.slot(first, self.at))
        made = self.crowd.trades(first, ROUND, self.at)
        written = [encode(Moment(each.account, (each,))) for each in made]
        begin, busy_s = time.process_time(), self.book.busy_s
        records = [decode(each) for each in written]
        decoded = time.process_time()
        for each in records:
            if isinstance(each, Moment):
                self._apply(each)
        applied = time.process_time()
        alone.feed(made)
        fed = time.process_time()
        spent = decoded - begin, applied - decoded, self.book.busy_s - busy_s, fed - applied
        a, b, c, d = (each / ROUND * 1e6 for each in spent)
        return a, b, c, d

    def _quoted(self, quotes: Sequence[FeedQuote]) -> None:
        first, lines = self.tick + 1, self.crowd.lines
        self.tick += len(quotes)
        self.market += 1
        symbol = np.array([self.numbers[each.symbol] for each in quotes], np.int32)
        at = np.full(len(quotes), self.at, np.int64)
        bid, ask = (
            np.array([int(price.scaleb(lines[name].digits)) for name, price in prices], np.int64)
            for prices in (
                [(each.symbol, each.bid) for each in quotes],
                [(each.symbol, each.ask) for each in quotes],
            )
        )
        ticks = Ticks(first, FEED, first, symbol, at, bid, ask)
        self.partition.hand_in(self.market, ticks)
        self._apply(Mark(self.tick))

    def _apply(self, record: PartitionRecord) -> None:
        self.offset += 1
        for each in self.partition.apply(self.offset, record):
            encode(each)
            self.said += 1


class Alone:
    """Evaluators of the accounts that deal, each fed by itself at the house's prices."""

    def __init__(self, house: House) -> None:
        desk = house.partition.desk
        self._evaluators: dict[str, Evaluator] = {}
        for enrolled, *events in Crowd(house.load, desk.instruments.catalogue).begin(AT + 1):
            if not isinstance(enrolled, AccountEnrolled) or not house.crowd.deals(enrolled.account):
                continue
            loaded = desk.rulebooks.of(enrolled)
            evaluator = begun(enrolled, loaded, desk.instruments, desk.conditions)
            Unattended(evaluator)  # it is not asked between its deals, as at the desk
            evaluator.feed(each for each in events if not isinstance(each, AccountEnrolled))
            self._evaluators[enrolled.account] = evaluator

    def feed(self, deals: Iterable[Deal]) -> None:
        for each in deals:
            self._evaluators[each.account].feed((each,))


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def _no_fault(sentence: str) -> None:
    raise RuntimeError(sentence)
