"""The one order of the log: deliveries in, the entries of the next append out.

Ticks are numbered from 1 without holes, and marks say exactly which of them precede which event.
Pure but for its own state: the time is an argument, and appending is the caller's. A plan that was
made must be appended before the next one. It must not lose anything silently: what it refuses is
counted, and named to the sender.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from propdesk.connectors.feeds.back_fill import back_fill
from propdesk.connectors.feeds.deliveries import (
    BackFillCame,
    Delivery,
    EventsCame,
    FeedLost,
    QuotesCame,
)
from propdesk.connectors.feeds.draft import Draft
from propdesk.connectors.feeds.lines import Line, Lines
from propdesk.connectors.feeds.moments import parts_of
from propdesk.connectors.feeds.quote_policy import (
    AHEAD_US_MAX,
    Fault,
    Outcome,
    QuotePolicy,
    fault_of,
)
from propdesk.connectors.feeds.refusals import Refusals
from propdesk.connectors.feeds.standing import Standing
from propdesk.domain.events import GapClosed, GapOpened
from propdesk.domain.instants import MINUTE, SECOND
from propdesk.domain.instruments import Catalogue
from propdesk.ports.event_log import Entry
from propdesk.ports.intake import Accepted, FeedQuote
from propdesk.wire.log_records import MARKET, SequencerStood, events_of
from propdesk.wire.shards import partition_of

NAME_LENGTH_MAX = 64
KEY_LENGTH_MAX = 128
SEQUENCE_MAX = 2**62
FEEDS_MAX = 256
"""Each feed's last number and symbols are kept for ever: its name is no place for a counter."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The entries of one append, and what each delivery is told once it is durable."""

    entries: Sequence[Entry]
    accepted: Sequence[Accepted]


class Sequencer:
    """Goes on from ``standing``. One thread at a time."""

    def __init__(
        self, standing: Standing, *, catalogue: Catalogue, policy: QuotePolicy, now: int
    ) -> None:
        stood = standing.stood
        self._partitions = len(stood.events)
        self._tick = stood.tick
        self._time = stood.time
        self._minute = now // MINUTE * MINUTE
        self._busy_at = now
        self._offsets = {MARKET: stood.market} | {
            events_of(number): offset for number, offset in enumerate(stood.events)
        }
        self._marked = list(standing.marked)
        self._torn = standing.torn
        self._has_begun = False
        self._sequences = dict(stood.sequences)
        self._lines = Lines(catalogue, policy)
        self._lines.restore(stood.symbols, now)
        self.refused: Counter[tuple[str, Fault]] = Counter()
        """Quotes that were refused, by symbol as printed (empty: unknown) and fault."""

    @property
    def tick(self) -> int:
        """The number of the last tick."""
        return self._tick

    def plan(self, deliveries: Sequence[Delivery], now: int) -> Plan:
        """The next append: the time first, then the deliveries in their order."""
        draft = Draft(self._tick, self._marked)
        if not self._has_begun:
            self._begin(draft)
        self._start_minute(draft, now)
        accepted = [self._take(draft, each) for each in deliveries]
        for line in self._lines:
            if line.listening.is_overdue(now):
                self._open_gap(draft, line, "silence")
        self._tick = draft.tick
        entries = draft.entries()
        if entries:
            self._busy_at = now
        elif now - self._busy_at >= SECOND and now // SECOND * SECOND > self._time:
            self._time = self._busy_at = now // SECOND * SECOND
            draft.pass_time(self._time)
            entries = draft.entries()
        return Plan(entries, accepted)

    def appended(self, entries: Sequence[Entry], offsets: Sequence[int]) -> None:
        """Where the entries of the last plan came to stand."""
        for entry, offset in zip(entries, offsets, strict=True):
            if entry.stream in self._offsets:
                self._offsets[entry.stream] = max(self._offsets[entry.stream], offset)

    # -- time and gaps -----------------------------------------------------------------------
    def _start_minute(self, draft: Draft, now: int) -> None:
        """Each full minute is written whatever else is: a day rolls with no tick and no trade."""
        minute = now // MINUTE * MINUTE
        if minute <= self._minute:
            return
        self._minute = minute
        draft.stand(self._stood())
        if minute > self._time:
            self._time = minute
            draft.pass_time(minute)

    def _stood(self) -> SequencerStood:
        """Before this append: the offsets are those of what is durable."""
        events = tuple(self._offsets[events_of(each)] for each in range(self._partitions))
        return SequencerStood(
            tick=self._tick,
            time=self._time,
            market=self._offsets[MARKET],
            events=events,
            symbols=tuple(line.stood() for line in self._lines),
            sequences=dict(self._sequences),
        )

    def _begin(self, draft: Draft) -> None:
        """Say again what a reader needs that begins here, and mend what the last run tore."""
        for line in self._lines:
            draft.define(line.defined())  # the log ignores it, but where retention removed it
            if line.symbol in self._torn:  # not every partition was told of its gap
                line.listening.gap = ""
                self._open_gap(draft, line, "restarted")
        self._has_begun = True

    def _open_gap(self, draft: Draft, line: Line, reason: str) -> None:
        if line.listening.fall_silent(reason):
            line.fillable.open(line.listening.at, line.sequence)
            draft.open_gap(line.feed, GapOpened(line.listening.at, line.symbol, reason))

    # -- deliveries --------------------------------------------------------------------------
    def _take(self, draft: Draft, delivery: Delivery) -> Accepted:
        match delivery:
            case QuotesCame():
                return self._quotes(draft, delivery)
            case BackFillCame(feed=feed):
                find = partial(self._lines.found, feed)
                return back_fill(draft, delivery, find, self._points, self.refused)
            case EventsCame():
                return self._events(draft, delivery)
            case FeedLost():
                for line in self._lines:
                    if line.feed == delivery.feed:
                        self._open_gap(draft, line, "disconnected")
                return Accepted()

    def _quotes(self, draft: Draft, came: QuotesCame) -> Accepted:
        feed, refusals = came.feed, Refusals()
        if not feed.isprintable() or not 0 < len(feed.encode()) <= NAME_LENGTH_MAX:
            return Accepted(refused=(f"{feed[:NAME_LENGTH_MAX]!r} is no name of a feed",))
        if feed not in self._sequences and len(self._sequences) >= FEEDS_MAX:
            return Accepted(refused=(f"there are {FEEDS_MAX} feeds, {feed!r} is one too many",))
        last = self._sequences.get(feed, -1)
        lines, latest = self._lines.of_feed(feed), came.arrival + AHEAD_US_MAX
        for quote in came.quotes:
            sequence = quote.sequence
            if sequence <= last:
                self.refused["", Fault.DUPLICATE] += 1
                continue
            if sequence > SEQUENCE_MAX:
                self.refused["", Fault.HUGE] += 1
                refusals.add(f"quote {sequence} of {quote.symbol[:NAME_LENGTH_MAX]}: {Fault.HUGE}")
                continue
            last = sequence
            line = lines.get(quote.symbol)
            if line is not None:
                # The way of nearly every quote: prices seen before, in order, with a spread.
                bid, ask = line.points.known(quote.bid), line.points.known(quote.ask)
                listening = line.listening
                if (
                    bid is not None
                    and ask is not None
                    and bid < ask
                    and listening.at <= quote.at <= latest
                    and not listening.gap
                ):
                    listening.hear(quote.at, came.arrival)
                    line.sequence = sequence
                    draft.add_tick(feed, sequence, (line.number, quote.at, bid, ask))
                    continue
            fault = self._examine(draft, feed, quote, came.arrival)
            if fault is not None:
                refusals.add(f"quote {sequence} of {quote.symbol[:NAME_LENGTH_MAX]}: {fault}")
        self._sequences[feed] = last
        return Accepted(quotes=len(came.quotes) - refusals.count, refused=refusals.named())

    def _examine(self, draft: Draft, feed: str, quote: FeedQuote, arrival: int) -> Fault | None:
        """Take a quote that is not of the usual kind, or say why it is refused."""
        line = self._lines.of_feed(feed).get(quote.symbol)
        if line is None:
            line, is_new = self._lines.named(feed, quote.symbol)
            if line is None:
                self.refused["", Fault.UNKNOWN_SYMBOL] += 1
                return Fault.UNKNOWN_SYMBOL
            if is_new:
                draft.define(line.defined())
        fault = fault_of(
            quote, last_at=line.listening.at, digits=line.points.digits, arrival=arrival
        )
        if fault is not None and line.policy.outcome(fault) is not Outcome.ACCEPT:
            return self._refuse(draft, line, fault)
        points = self._points(draft, line, quote)
        if isinstance(points, Fault):
            return self._refuse(draft, line, points)
        # After this point the quote is a tick.
        if line.listening.hear(quote.at, arrival):
            line.fillable.close(quote.at, quote.sequence)
            draft.close_gap(feed, GapClosed(quote.at, line.symbol))
        line.sequence = quote.sequence
        draft.add_tick(feed, quote.sequence, (line.number, quote.at, *points))
        return None

    def _refuse(self, draft: Draft, line: Line, fault: Fault) -> Fault:
        self.refused[line.printed, fault] += 1
        if line.policy.outcome(fault) is Outcome.HOLD:
            self._open_gap(draft, line, fault)
        return fault

    def _points(self, draft: Draft, line: Line, quote: FeedQuote) -> tuple[int, int] | Fault:
        """The prices in points; a finer price makes the symbol finer, as far as it may."""
        finer = line.finer_for(quote.bid, quote.ask)
        if finer is None:
            return Fault.DIGITS
        bid, ask = finer.of(quote.bid), finer.of(quote.ask)
        if bid is None or ask is None:
            return Fault.HUGE
        if finer is not line.points:
            line.points = finer
            draft.define(line.defined())
        return bid, ask

    def _events(self, draft: Draft, came: EventsCame) -> Accepted:
        refusals, taken = Refusals(), 0
        name = f"{came.source}/{came.key}"
        # A source without a slash: else two deliveries could have one name.
        named = came.source and came.key and "/" not in came.source
        if not named or len(name) > KEY_LENGTH_MAX or not name.isprintable():
            return Accepted(refused=(f"{name[:KEY_LENGTH_MAX]!r} is no key of a delivery",))
        for number, part in enumerate(parts_of(came.events, came.arrival + AHEAD_US_MAX)):
            if part.refusal:
                refusals.add(part.refusal, part.events)
                continue
            key = delivery_key(came, number)
            if part.account is None:
                draft.add_everywhere(key, part.body)
            else:
                draft.add(partition_of(part.account, self._partitions), key, part.body)
            taken += part.events
        return Accepted(events=taken, refused=refusals.named())


def delivery_key(came: EventsCame, number: int) -> str:
    """The key of a delivery's part: the same for the same delivery, whenever it is sent."""
    return f"delivery/{came.source}/{came.key}/{number}"
