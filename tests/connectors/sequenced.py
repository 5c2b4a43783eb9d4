"""A sequencer over a log in memory, and what the log then holds, for the tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from propdesk.connectors.feeds.deliveries import Delivery, QuotesCame
from propdesk.connectors.feeds.quote_policy import QuotePolicy
from propdesk.connectors.feeds.sequencer import Sequencer
from propdesk.connectors.feeds.standing import recover, streams_of
from propdesk.connectors.symbols import built_in_catalogue
from propdesk.domain.instants import parse_instant
from propdesk.ports.event_log import Writer
from propdesk.ports.intake import Accepted, FeedQuote
from propdesk.ports.memory_log import MemoryLog
from propdesk.wire.log_codec import decode
from propdesk.wire.log_records import MARKET, LogRecord, SymbolDefined, Ticks, events_of

NOW = parse_instant("2026-03-02T08:00:00Z")  # a Monday: every market of these tests is open


def quote(sequence: int, bid: str, ask: str, *, at: int = NOW, symbol: str = "EURUSD") -> FeedQuote:
    return FeedQuote(sequence, symbol, at, Decimal(bid), Decimal(ask))


@dataclass
class Desk:
    """Plans and appends at once; ``restart`` begins anew from the log."""

    policy: QuotePolicy = field(default_factory=QuotePolicy)
    partitions: int = 1
    log: MemoryLog = field(default_factory=MemoryLog)
    sequencer: Sequencer = field(init=False)
    writer: Writer = field(init=False)

    def __post_init__(self) -> None:
        self.restart(NOW)

    def restart(self, now: int) -> None:
        self.writer = self.log.writer(streams_of(self.partitions), "test")
        self.sequencer = Sequencer(
            recover(self.log.reader(), self.partitions),
            catalogue=built_in_catalogue(),
            policy=self.policy,
            now=now,
        )

    def take(self, *deliveries: Delivery, now: int = NOW) -> Sequence[Accepted]:
        plan = self.sequencer.plan(deliveries, now)
        self.sequencer.appended(plan.entries, self.writer.append(plan.entries))
        return plan.accepted

    def quotes(self, *quotes: FeedQuote, feed: str = "lp", now: int = NOW) -> Accepted:
        return self.take(QuotesCame(feed, quotes, now), now=now)[0]

    def records(self, stream: str) -> list[LogRecord]:
        reader, found, after = self.log.reader(), list[LogRecord](), 0
        while records := reader.read(stream, after):
            found += (decode(record.body) for record in records)
            after = records[-1].offset
        return found

    def events(self, partition: int = 0) -> list[LogRecord]:
        return self.records(events_of(partition))

    def ticks(self) -> list[tuple[int, str, int, str, str]]:
        """Number, symbol, time and prices of every tick, read with the digits of its place."""
        known: dict[int, SymbolDefined] = {}
        found = []
        for record in self.records(MARKET):
            if isinstance(record, SymbolDefined):
                known[record.number] = record
            elif isinstance(record, Ticks):
                for row, number in enumerate(record.symbol.tolist()):
                    line = known[number]
                    bid, ask = (
                        format(Decimal(int(points[row])).scaleb(-line.digits), "f")
                        for points in (record.bid, record.ask)
                    )
                    at = int(record.at[row]) - NOW
                    found.append((record.first + row, line.symbol, at, bid, ask))
        return found
