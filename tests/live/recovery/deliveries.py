"""A drawn firm as feeds and platforms deliver it, and what must have been said of it."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from propdesk.boot.ingest_process import PARTITIONS
from propdesk.connectors.feeds.group_commit import GroupCommit
from propdesk.connectors.feeds.quote_policy import QuotePolicy
from propdesk.connectors.feeds.sequencer import Sequencer
from propdesk.connectors.feeds.standing import recover, streams_of
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event, Quote, TimePassed
from propdesk.domain.unattended import Unattended
from propdesk.ports.event_log import Entry, EventLog
from propdesk.ports.intake import FeedQuote, Intake
from propdesk.ports.memory_log import MemoryLog
from propdesk.ports.memory_snapshots import MemorySnapshots
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.figures_json import exact
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    Delivered,
    Mark,
    Moment,
    SymbolDefined,
    Ticks,
    VerdictSaid,
)
from propdesk.wire.rulebook_file import load_rulebook
from tests.live.markets import Market
from tests.live.recovery.firm_on_a_log import (
    EVENTS,
    engine_on,
    judge_all,
    records_on,
    said_on,
    traders_of,
)

FEED, PLATFORM = "drawn", "server-1"
HOUR_US = 3_600_000_000
RUN_US_MAX = 150_000_000
Delivery = Callable[[Intake], object]
Told = tuple[object, ...]


def quiet_start() -> int:
    """A moment just passed, with no full hour near: at one the day of some programme rolls, and
    whether before or behind a deal is for the clock to say, not for the drill."""
    while True:
        now = time.time_ns() // 1000
        begun = now - 20_000_000
        if begun // HOUR_US == (now + RUN_US_MAX) // HOUR_US:
            return begun
        time.sleep(1)


def deliveries(seed: int, start: int, *, accounts: int = 6, steps: int = 400) -> list[Delivery]:
    """The firm's day in order: commands, money, deals, quotes in bundles, a feed lost at times."""
    chance = random.Random(seed)
    firm = traders_of(accounts)
    market = Market(
        seed, [trader for trader, _ in firm], gaps=False, quiet_us=(500, 20_000, 40_000)
    )
    market.at = start
    found: list[Delivery] = [_events(0, [command for _, command in firm])]
    waiting: list[FeedQuote] = []
    sequence = 0
    for step in market.steps(steps):
        if isinstance(step, Quote):
            sequence += 1
            waiting.append(FeedQuote(sequence, step.symbol, step.at, step.bid, step.ask))
            if chance.random() < 0.6:
                continue
        if waiting:
            found.append(_quotes(list(waiting)))
            waiting.clear()
        if not isinstance(step, Quote):
            found.append(_events(len(found), step))
        elif chance.random() < 0.03:
            found.append(lambda intake: intake.feed_lost(FEED))
    found.append(_quotes(waiting))
    return found


def _quotes(quotes: Sequence[FeedQuote]) -> Delivery:
    return lambda intake: intake.quotes(FEED, quotes)


def _events(number: int, events: Sequence[Delivered]) -> Delivery:
    return lambda intake: intake.events(events, source=PLATFORM, key=f"n{number}")


def said_undisturbed(sent: Sequence[Delivery], start: int) -> dict[str, Told]:
    """The verdicts of an intake and an engine to which nothing happens."""
    log = MemoryLog()
    writer, reader = log.writer(streams_of(PARTITIONS), "drill"), log.reader()
    now = start + 30_000_000
    sequencer = Sequencer(
        recover(reader, PARTITIONS), catalogue=load_catalogue(None), policy=QuotePolicy(), now=now
    )
    commit = GroupCommit(sequencer, writer, clock=lambda: now)
    commit.start()
    for each in sent:
        each(commit)
    commit.stop()
    said_of = judged_again(log)
    return verdicts_of(said_of)


def judged_again(log: EventLog) -> list[tuple[str, bytes]]:
    """What a new engine says that reads the whole log, to a log of its own."""
    own = MemoryLog()
    writer = own.writer([MARKET, EVENTS], "copy")
    for stream in (MARKET, EVENTS):
        for record in records_on(log, stream):
            writer.append([Entry(stream, record.key, record.body)])
    alarms: list[str] = []
    judge_all(engine_on(own, MemorySnapshots(), alarms))
    assert not alarms, alarms[:3]
    return said_on(own)


def verdicts_of(said: Sequence[tuple[str, bytes]]) -> dict[str, Told]:
    """Verdicts by id, without where in the log they fell: how a log is cut may differ."""
    found: dict[str, Told] = {}
    for _, body in said:
        each = decode(body)
        if isinstance(each, VerdictSaid):
            assert each.id not in found
            found[each.id] = (
                each.account, each.rule, each.outcome, each.at, each.observed, each.limit,
                each.comparison, each.basis, each.evidence,
            )  # fmt: skip
    return found


def said_by_reference(log: EventLog) -> list[Told]:
    """What the evaluators say that are asked at every quote of the log, account by account."""
    evaluators: dict[str, Evaluator] = {}
    for record in in_order(log):
        if isinstance(record, AccountEnrolled):
            rulebook = load_rulebook(record.rulebook).rulebook
            evaluators[record.account] = Evaluator(
                rulebook, rulebook.phase(record.phase), size=Decimal(record.size),
                catalogue=load_catalogue(None), conditions=CelConditions(),
                account=record.account, fast=False,
            )  # fmt: skip
            continue
        for evaluator in evaluators.values():
            for event in record:
                if isinstance(event, TimePassed):  # rolls days; makes no later deal a late one
                    Unattended(evaluator).wake(event.at)
            evaluator.feed([each for each in record if not isinstance(each, TimePassed)])
    return sorted(
        (v.id, name, v.rule, v.outcome, v.at, exact(v.observed), exact(v.limit))
        for name, evaluator in evaluators.items()
        for v in evaluator.result().verdicts
    )


def in_order(log: EventLog) -> Iterator[AccountEnrolled | tuple[Event, ...]]:
    """The log merged by its marks, a tick a quote; an account's moment is everybody's to see."""
    market = [decode(each.body) for each in records_on(log, MARKET)]
    quotes: list[Quote] = []
    symbols: dict[int, tuple[str, int]] = {}
    for record in market:
        if isinstance(record, SymbolDefined):
            symbols[record.number] = (record.symbol, record.digits)
        elif isinstance(record, Ticks):
            assert record.first == len(quotes) + 1, "ticks are numbered without holes"
            for row, number in enumerate(record.symbol.tolist()):
                name, digits = symbols[number]
                bid, ask = (
                    Decimal(int(each[row])).scaleb(-digits) for each in (record.bid, record.ask)
                )
                quotes.append(Quote(int(record.at[row]), name, bid, ask))
    judged = 0
    for each in records_on(log, EVENTS):
        event = decode(each.body)
        if isinstance(event, Mark):
            yield from ((quote,) for quote in quotes[judged : event.tick])
            judged = event.tick
        elif isinstance(event, AccountEnrolled):
            yield event
        elif isinstance(event, Moment):
            yield event.events
        else:
            yield (event,)  # type: ignore[misc]
    assert judged == len(quotes), "every tick is marked"
