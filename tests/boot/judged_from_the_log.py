"""Accounts judged once more from the log alone, by the reference evaluator, with no engine.

Every quote of what an account holds is judged; the ones of what it does not hold cannot move it and
are left out, so that a month of twenty thousand ticks a day takes a second or two. The accounts
trade what is priced in dollars, or against them: another rate is refused.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from propdesk.domain.evaluation import Verdict
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Deal, Event, Quote, TimePassed
from propdesk.domain.unattended import Unattended
from propdesk.ports.event_log import EventLog, Record
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.figures_json import exact
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    BackFilled,
    Mark,
    Moment,
    RulebookPublished,
    StatusChanged,
    SymbolDefined,
    Ticks,
    VerdictCorrected,
    VerdictSaid,
    events_of,
    verdicts_of,
)
from propdesk.wire.rulebook_file import LoadedRulebook, published_rulebook

PRICED = frozenset(("EURUSD", "GBPUSD", "AUDUSD", "XAUUSD", "NAS100", "BTCUSD", "USDJPY", "USDCAD"))
CATALOGUE = load_catalogue(None)


@dataclass(frozen=True, slots=True)
class Said:
    """A verdict, and the record and tick it fell after."""

    id: str
    rule: str
    outcome: str
    at: int
    observed: str | None
    limit: str | None
    comparison: str | None
    basis: str
    evidence: tuple[tuple[str, str], ...]
    offset: int
    tick: int


@dataclass(slots=True)
class Told:
    """What was said of an account: by the engine in the log, or by the reference."""

    verdicts: list[Said] = field(default_factory=list)
    status: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """A record of the partition's events, behind so many ticks."""

    tick: int
    offset: int
    said: Any


@dataclass(slots=True)
class _Column:
    """The quotes of a symbol, and their numbers."""

    numbers: list[int] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)


class ReadLog:
    """A log read once, ready to judge any of its accounts."""

    def __init__(self, log: EventLog) -> None:
        self._reader = log.reader()
        self._columns: dict[str, _Column] = defaultdict(_Column)
        self._times: list[int] = []
        """Of every tick, whatever its symbol."""
        self._marks: list[tuple[int, int]] = []
        self._general: list[_Place] = []
        self._own: dict[str, list[_Place]] = defaultdict(list)
        self._rulebooks: dict[str, LoadedRulebook] = {}
        self.enrolled: dict[str, AccountEnrolled] = {}
        self._read_market()
        assert self._times == sorted(self._times), "the market's ticks are in their order"
        self._read_events()

    # -- what the engine said ----------------------------------------------------------------
    def told(self) -> dict[str, Told]:
        """By account, what the stream of verdicts holds. Raises ``AssertionError`` for a
        correction: none of these accounts' past may change."""
        found: dict[str, Told] = defaultdict(Told)
        for record in self._records(verdicts_of(0)):
            match decode(record.body):
                case VerdictSaid() as verdict:
                    found[verdict.account].verdicts.append(_said(verdict))
                case StatusChanged(account=account, status=status):
                    found[account].status = status
                case VerdictCorrected() as corrected:
                    raise AssertionError(f"the past of an account changed: {corrected}")
                case other:
                    raise AssertionError(f"no word of a sound engine: {other}")
        return found

    # -- what the reference says -------------------------------------------------------------
    def judged(self, account: str) -> Told:
        """The same of the reference evaluator, from the first record to the last."""
        evaluator = self._evaluator(account)
        watched, told = Unattended(evaluator), Told()

        def hear(tick: int, offset: int) -> None:
            for verdict in evaluator.standing.verdicts[len(told.verdicts) :]:
                told.verdicts.append(_judged(verdict, offset, tick))

        for tick, offset, said in self._story(account):
            # Days roll and time runs out before the first tick of any symbol that is late enough.
            while (due := bisect_left(self._times, evaluator.wake)) < tick:
                watched.wake(self._times[due])
                hear(due, self._marked(due + 1))
            if isinstance(said, TimePassed):  # it rolls days; no later deal is late by it
                if said.at >= evaluator.wake:
                    watched.wake(said.at)
            else:
                evaluator.feed(said)
            hear(tick, offset)
        told.status = str(evaluator.status())
        return told

    def _evaluator(self, account: str) -> Evaluator:
        command = self.enrolled[account]
        loaded = self._rulebooks[command.sha256]
        return Evaluator(
            loaded.rulebook,
            loaded.rulebook.phase(command.phase),
            size=Decimal(command.size),
            catalogue=CATALOGUE,
            account=account,
            conditions=CelConditions(),
            fast=False,
        )

    def _story(self, account: str) -> Iterator[tuple[int, int, TimePassed | Sequence[Event]]]:
        """The account's records and everybody's, and the quotes of what it holds while it holds
        it, each with the tick and the record it falls after."""
        own = self._own[account]
        steps: list[tuple[int, int, int, Any]] = [
            (each.tick, 1, each.offset, each.said) for each in (*own, *self._general)
        ]
        steps += ((number, 0, self._marked(number), each) for number, each in self._held(own))
        steps.sort(key=lambda step: step[:3])
        for tick, _, offset, said in steps:
            if isinstance(said, Moment):
                yield tick, offset, said.events
            elif isinstance(said, TimePassed):
                yield tick, offset, said
            else:
                yield tick, offset, (said,)

    def _marked(self, tick: int) -> int:
        """The record that says when a tick is judged."""
        return self._marks[bisect_left(self._marks, tick, key=lambda each: each[0])][1]

    def _held(self, own: Sequence[_Place]) -> Iterator[tuple[int, Quote]]:
        """Of each symbol from the price before it was opened to the one it was closed at."""
        lots: Counter[str] = Counter()
        opened: dict[str, int] = {}
        upto: dict[str, int] = defaultdict(int)
        for place in own:
            for event in place.said.events:
                if not isinstance(event, Deal):
                    continue
                symbol = event.symbol
                assert symbol in PRICED, f"the price of {symbol} needs another rate"
                assert event.entry in {"in", "out"}, "the accounts hedge"
                if not lots[symbol]:
                    opened[symbol] = place.tick
                lots[symbol] += int(event.lots * 100) * (1 if event.entry == "in" else -1)
                if not lots[symbol]:
                    yield from self._quotes(symbol, opened.pop(symbol), place.tick, upto)
        for symbol, tick in opened.items():
            yield from self._quotes(symbol, tick, 2**62, upto)

    def _quotes(
        self, symbol: str, first: int, last: int, upto: dict[str, int]
    ) -> Iterator[tuple[int, Quote]]:
        """Each number once, however the spans of holding overlap. ``upto``: where the last one
        ended."""
        column = self._columns[symbol]
        begin = max(bisect_right(column.numbers, first) - 1, upto[symbol])
        end = bisect_right(column.numbers, last)
        upto[symbol] = max(upto[symbol], end)
        yield from zip(column.numbers[begin:end], column.quotes[begin:end], strict=True)

    # -- reading -----------------------------------------------------------------------------
    def _records(self, stream: str) -> Iterator[Record]:
        after = 0
        while records := self._reader.read(stream, after):
            yield from records
            after = records[-1].offset

    def _read_market(self) -> None:
        symbols: dict[int, SymbolDefined] = {}
        for record in self._records(MARKET):
            match decode(record.body):
                case SymbolDefined() as symbol:
                    symbols[symbol.number] = symbol
                case Ticks() as batch:
                    self._note(batch, symbols)
                case BackFilled():
                    raise AssertionError("no quote of these came late")

    def _note(self, batch: Ticks, symbols: dict[int, SymbolDefined]) -> None:
        assert batch.first == len(self._times) + 1
        self._times += batch.at.tolist()
        columns = (batch.symbol.tolist(), batch.at.tolist(), batch.bid.tolist(), batch.ask.tolist())
        for tick, (number, at, bid, ask) in enumerate(zip(*columns, strict=True), batch.first):
            symbol = symbols[number]
            prices = (Decimal(each).scaleb(-symbol.digits) for each in (bid, ask))
            column = self._columns[symbol.symbol]
            column.numbers.append(tick)
            column.quotes.append(Quote(at, symbol.symbol, *prices))

    def _read_events(self) -> None:
        tick = 0
        for record in self._records(events_of(0)):
            match decode(record.body):
                case Mark() as mark:
                    tick = mark.tick
                    self._marks.append((tick, record.offset))
                case RulebookPublished() as published:
                    loaded = published_rulebook(published.text)
                    self._rulebooks[loaded.sha256] = loaded
                case AccountEnrolled() as command:
                    self.enrolled[command.account] = command
                case Moment() as moment:
                    self._own[moment.account].append(_Place(tick, record.offset, moment))
                case other:
                    self._general.append(_Place(tick, record.offset, other))


def differences(log: EventLog, sampled: int) -> tuple[dict[str, int], list[str]]:
    """Judge every account that breached, and ``sampled`` of the others: how many accounts and
    verdicts that were, and where the engine said other than the reference."""
    read = ReadLog(log)
    told = read.told()
    breached = [name for name, each in told.items() if each.status == "breached"]
    others = sample(set(read.enrolled) - set(breached), sampled)
    differing: list[str] = []
    verdicts = 0
    for name in (*breached, *others):
        judged = read.judged(name)
        verdicts += len(judged.verdicts)
        if judged != told[name]:
            differing.append(f"{name}: {_unlike(told[name], judged)}")
    counts = {"breached": len(breached), "others": len(others), "verdicts": verdicts}
    return counts, differing


def _unlike(engine: Told, reference: Told) -> str:
    """Where the two part for the first time."""
    for said, found in zip_longest(engine.verdicts, reference.verdicts):
        if said != found:
            return f"the engine said {said}, the reference {found}"
    return f"{engine.status} and {reference.status}"


def sample(accounts: Iterable[str], count: int) -> list[str]:
    """So many of them, evenly over all."""
    every = sorted(accounts)
    return every[:: max(1, len(every) // count)][:count]


def _said(verdict: VerdictSaid) -> Said:
    return Said(
        verdict.id, verdict.rule, verdict.outcome, verdict.at, verdict.observed, verdict.limit,
        verdict.comparison, verdict.basis, tuple(sorted(verdict.evidence.items())),
        verdict.offset, verdict.tick,
    )  # fmt: skip


def _judged(verdict: Verdict, offset: int, tick: int) -> Said:
    return Said(
        verdict.id, verdict.rule, verdict.outcome, verdict.at, exact(verdict.observed),
        exact(verdict.limit), verdict.comparison, verdict.basis,
        tuple(sorted(verdict.evidence.items())), offset, tick,
    )  # fmt: skip
