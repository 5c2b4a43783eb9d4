"""Histories in the true order of time, and the logs they become where ticks and deals come late.

A disturbance moves records of the log; what happened, and when, stays. It must not know how an
account is judged again.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event, GapClosed, GapOpened, Quote, TimePassed
from propdesk.domain.unattended import Unattended
from propdesk.wire.conditions import CelConditions
from propdesk.wire.log_records import (
    AccountEnrolled,
    BackFilled,
    Mark,
    Moment,
    PartitionRecord,
    SymbolDefined,
    Ticks,
)
from propdesk.wire.rulebook_file import load_rulebook
from tests.live.engine_drive import DIGITS, FEED, NUMBERS, account_of, batch_of
from tests.live.markets import CATALOGUE, Step

Written = SymbolDefined | Ticks | BackFilled | PartitionRecord
SECOND = 1_000_000


@dataclass(frozen=True)
class Hole:
    """The quotes of a symbol behind ``since`` and before ``until`` are missing, and come after so
    many steps behind it; ``first``: before the quote that ends the gap."""

    symbol: str
    since: int
    until: int
    steps_later: int
    first: bool


@dataclass
class Disturbed:
    """The log of a history: quotes and moments, some of them where they do not belong."""

    steps: Sequence[Step]
    holes: Sequence[Hole] = ()
    late: dict[int, int] = field(default_factory=dict)
    """By a step's place: behind how many more steps it comes."""
    first: int = 1

    def records(self) -> Iterator[Written]:
        for name, number in NUMBERS.items():
            yield SymbolDefined(number, FEED, name, DIGITS[name])
        waiting: list[tuple[int, list[Written]]] = []
        for place, step in enumerate(self.steps):
            ready = [each for due, each in waiting if due <= place]
            waiting = [each for each in waiting if each[0] > place]
            for records in ready:
                yield from self._numbered(records)
            mine = self._of(place, step, waiting)
            if place in self.late:
                waiting.append((place + self.late[place], mine))
            else:
                yield from self._numbered(mine)
        for _, records in sorted(waiting, key=lambda each: each[0]):
            yield from self._numbered(records)

    def _of(
        self, place: int, step: Step, waiting: list[tuple[int, list[Written]]]
    ) -> list[Written]:
        if not isinstance(step, Quote):
            event = step[0]
            general = isinstance(event, TimePassed)
            return [event] if general else [Moment(account_of(event), step)]  # type: ignore[list-item]
        found: list[Written] = []
        for hole in self.holes:
            if step.symbol != hole.symbol:
                continue
            if step.at == hole.since:
                return [batch_of([step], 1), GapOpened(step.at, step.symbol, "disconnected")]
            if hole.since < step.at < hole.until:
                return []
            if step.at == hole.until:
                missing = self._missing(hole)
                whole = GapClosed(step.at, step.symbol, back_filled=True)
                if hole.first:
                    found += [*missing, whole]
                else:
                    found.append(GapClosed(step.at, step.symbol))
                    waiting.append((place + hole.steps_later, [*missing, whole]))
        return [*found, batch_of([step], 1)]

    def _missing(self, hole: Hole) -> list[Written]:
        quotes = [
            each
            for each in self.steps
            if isinstance(each, Quote)
            and each.symbol == hole.symbol
            and hole.since < each.at < hole.until
        ]
        return [BackFilled(batch_of(quotes, 1))] if quotes else []

    def _numbered(self, records: Sequence[Written]) -> Iterator[Written]:
        for record in records:
            if not isinstance(record, Ticks | BackFilled):
                yield record
                continue
            ticks = record if isinstance(record, Ticks) else record.ticks
            own = Ticks(self.first, FEED, self.first, ticks.symbol, ticks.at, ticks.bid, ticks.ask)
            yield own if isinstance(record, Ticks) else BackFilled(own)
            yield Mark(own.last)
            self.first = own.last + 1


def holes_in(steps: Sequence[Step], chance: random.Random, count: int) -> list[Hole]:
    """Gaps drawn between two quotes of a symbol, one behind the other in each symbol."""
    quotes: dict[str, list[Quote]] = {}
    for step in steps:
        if isinstance(step, Quote):
            quotes.setdefault(step.symbol, []).append(step)
    found: list[Hole] = []
    for name in chance.sample(sorted(quotes), k=min(count, len(quotes))):
        mine = quotes[name]
        at = 0
        while at + 3 < len(mine) and chance.random() < 0.7:
            begun = chance.randrange(at, len(mine) - 2)
            ended = min(len(mine) - 1, begun + chance.randint(1, 12))
            if mine[begun].at < mine[ended].at:
                later, first = chance.randint(1, 60), chance.random() < 0.5
                found.append(Hole(name, mine[begun].at, mine[ended].at, later, first))
            at = ended + 1
    return found


def late_deals(steps: Sequence[Step], chance: random.Random, share: float) -> dict[int, int]:
    """Moments that come behind a later one of their account."""
    places: dict[str, list[int]] = {}
    for place, step in enumerate(steps):
        if not isinstance(step, Quote) and not isinstance(step[0], TimePassed):
            places.setdefault(account_of(step[0]), []).append(place)
    found: dict[int, int] = {}
    for mine in places.values():
        for number, place in enumerate(mine[1:-1], start=1):  # the first opens the account
            free = all(place + later < other or other not in found
                       for other, later in found.items())  # fmt: skip
            if free and chance.random() < share:
                behind = mine[min(len(mine) - 1, number + chance.randint(1, 2))]
                found[place] = behind - place + chance.randint(1, 5)
    return found


def with_time(steps: Sequence[Step], every_us: int = 60 * SECOND) -> list[Step]:
    """The same with a record of the time at each full minute something passes, and an end at
    which everybody who waits has had his turn."""
    found: list[Step] = []
    minute = 0
    at = 0
    for step in steps:
        at = step.at if isinstance(step, Quote) else step[0].at
        if minute and at // every_us > minute:
            found.append((TimePassed(at // every_us * every_us),))
        minute = at // every_us
        found.append(step)
    return found


def ending(steps: Sequence[Step], count: int = 40) -> list[PartitionRecord]:
    """The log goes on for some seconds in which nothing happens."""
    last = steps[-1]
    at = last.at if isinstance(last, Quote) else last[0].at
    return [TimePassed(at + number * SECOND) for number in range(1, count + 1)]


def in_true_order(
    command: AccountEnrolled, steps: Sequence[Step], behind: Sequence[PartitionRecord]
) -> Evaluation:
    """What the reference evaluator says, asked at every quote in the order of time."""
    rulebook = load_rulebook(command.rulebook).rulebook
    evaluator = Evaluator(
        rulebook, rulebook.phase(command.phase), size=Decimal(command.size),
        catalogue=CATALOGUE, conditions=CelConditions(), account=command.account, fast=False,
    )  # fmt: skip
    for step in [*steps, *((each,) for each in behind)]:
        events: tuple[Event, ...] = (step,) if isinstance(step, Quote) else step  # type: ignore[assignment]
        if isinstance(events[0], TimePassed):  # rolls days; makes no later deal a late one
            Unattended(evaluator).wake(events[0].at)
        else:
            evaluator.feed(events)
    return evaluator.result()
