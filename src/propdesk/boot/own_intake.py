"""The intake of a firm that lives in one process: the sequencer, with no queue before it.

One thread. It is as late as what was handed in last says, and as ``clock`` says when it is asked
to let time pass: hours that are handed in at once are judged as if they had come one by one. It
must not be beside another writer of the log.
"""

from collections.abc import Callable, Iterator, Sequence

from propdesk.connectors.feeds.deliveries import (
    BackFillCame,
    Delivery,
    EventsCame,
    FeedLost,
    QuotesCame,
)
from propdesk.connectors.feeds.quote_policy import QuotePolicy, SymbolPolicy
from propdesk.connectors.feeds.sequencer import Sequencer
from propdesk.connectors.feeds.standing import Standing
from propdesk.ports.event_log import Entry, Writer
from propdesk.ports.intake import Accepted, FeedQuote, Intake
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.log_records import Delivered

APPEND_BYTES = 4_194_304
SILENCE_S_MAX = 12 * 3600
"""Nothing is lost between this intake and its feed: a market that stands still is no silence."""
_POLICY = QuotePolicy(otherwise=SymbolPolicy(silence_s_max=SILENCE_S_MAX))


class OwnIntake(Intake):
    """Whatever is handed in is durable when it is answered. Raises what the log raises."""

    def __init__(self, standing: Standing, writer: Writer, clock: Callable[[], int]) -> None:
        self._sequencer = Sequencer(
            standing, catalogue=load_catalogue(None), policy=_POLICY, now=clock()
        )
        self._writer, self._clock = writer, clock
        self._heard = clock()

    def pass_time(self) -> None:
        """Write down how late it is."""
        self._heard = self._clock()
        self._append([], self._heard)

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        times = [each.at for each in quotes]
        return self._take(times, lambda arrival: QuotesCame(feed, quotes, arrival))

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        return self._take((), lambda arrival: BackFillCame(feed, quotes, whole, arrival))

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        times = [int(getattr(each, "at", 0)) for each in events]
        return self._take(times, lambda arrival: EventsCame(source, key, events, arrival))

    def feed_lost(self, feed: str) -> Accepted:
        return self._take((), lambda arrival: FeedLost(feed, arrival))

    def _take(self, times: Sequence[int], delivery: Callable[[int], Delivery]) -> Accepted:
        """Take in what begins at the first of ``times`` and has arrived with the last."""
        begun = max([self._heard, *times[:1]])
        self._heard = max([begun, *times[-1:]])
        (accepted,) = self._append([delivery(self._heard)], begun)
        return accepted

    def _append(self, deliveries: Sequence[Delivery], now: int) -> Sequence[Accepted]:
        plan = self._sequencer.plan(deliveries, now)
        for part in _parts(plan.entries):
            self._sequencer.appended(part, self._writer.append(part))
        return plan.accepted


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    part: list[Entry] = []
    size = 0
    for each in entries:
        if part and size + len(each.body) > APPEND_BYTES:
            yield part
            part, size = [], 0
        part.append(each)
        size += len(each.body)
    if part:
        yield part
