"""An intake in memory, for tests and trials: it keeps what it is handed, and judges nothing.

It must not be used where anything is to last.
"""

from collections.abc import Sequence

from propdesk.ports.intake import Accepted, FeedQuote, Intake, IntakeAway
from propdesk.wire.log_records import Delivered


class MemoryIntake(Intake):
    """What was delivered, once; ``away`` makes it as if nothing listened."""

    def __init__(self) -> None:
        self.away = False
        self.kept_quotes: list[tuple[str, FeedQuote]] = []
        self.kept_events: list[Delivered] = []
        self.lost_feeds: list[str] = []
        self.kept_back_fills: list[
            tuple[str, tuple[FeedQuote, ...], tuple[tuple[str, int], ...]]
        ] = []
        self._sequences: dict[str, int] = {}
        self._deliveries: dict[tuple[str, str], tuple[Delivered, ...]] = {}

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        self._refuse_away()
        for quote in quotes:
            if quote.sequence > self._sequences.get(feed, -1):
                self._sequences[feed] = quote.sequence
                self.kept_quotes.append((feed, quote))
        return Accepted(quotes=len(quotes))

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        self._refuse_away()
        self.kept_back_fills.append((feed, tuple(quotes), tuple(whole)))
        return Accepted(quotes=len(quotes))

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        self._refuse_away()
        if (source, key) not in self._deliveries:
            self._deliveries[source, key] = tuple(events)
            self.kept_events += events
        elif self._deliveries[source, key] != tuple(events):
            return Accepted(refused=(f"the key {source}/{key} was used for other events",))
        return Accepted(events=len(events))

    def feed_lost(self, feed: str) -> Accepted:
        self._refuse_away()
        self.lost_feeds.append(feed)
        return Accepted()

    def _refuse_away(self) -> None:
        if self.away:
            raise IntakeAway("nothing listens")
