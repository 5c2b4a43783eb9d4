"""The windows around releases: into which one a moment and a symbol fall.

It knows no restriction and judges nothing: what may not happen inside is ``news``'s business.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import MINUTE
from propdesk.domain.instruments import Catalogue, Instrument
from propdesk.domain.rules.news_calendar import NewsCalendar
from propdesk.domain.situation import Situation

if TYPE_CHECKING:
    from propdesk.domain.rules.news import News


class NewsWindows:
    """The calendar received so far, as the windows of one rule's terms."""

    def __init__(self, terms: "News", situation: Situation) -> None:
        self.terms = terms
        self.situation = situation
        self.calendar = NewsCalendar()
        edge = 0 if terms.comparison == "touch" else 1  # with ``cross`` the ends lie outside
        self.before = int(terms.window_before_minutes * MINUTE) - edge
        self.after = int(terms.window_after_minutes * MINUTE) - edge

    def around(self, at: int, symbol: str) -> Iterator[NewsScheduled]:
        """The releases in whose windows ``at`` lies, as they were known then."""
        for event in self.calendar.between(at - self.after, at + self.before, at):
            if self._counts(event) and self._targets(event, symbol):
                yield event

    def next_start(self, after: int) -> int | None:
        """The next moment at which a window begins, as far as it is known now."""
        known = self.calendar.since(after + self.before + 1, self.situation.at)
        return next((each.release_at - self.before for each in known), None)

    def ahead(self, at: int) -> Iterator[NewsScheduled]:
        """The releases that count whose windows have not ended at ``at``, as they are known now."""
        known = self.calendar.since(at - self.after, self.situation.at)
        return (each for each in known if self._counts(each))

    def concern(self, event: NewsScheduled, symbol: str) -> bool:
        """Whether a release that counts is about a symbol."""
        return self._targets(event, symbol)

    def starts(self, opened_at: int, closed_at: int) -> Iterator[int]:
        """When something open between these two moments was first inside each window, in order.

        Of every version: one that was moved or withdrawn later was in force until then. Whether
        it was in force at the moment itself is for ``around`` to say.
        """
        released = self.calendar.versions(opened_at - self.after, closed_at + self.before)
        first = (max(opened_at, each.release_at - self.before, each.at) for each in released)
        yield from sorted({at for at in first if at <= closed_at})

    def _counts(self, event: NewsScheduled) -> bool:
        return counts(self.terms, event)

    def _targets(self, event: NewsScheduled, symbol: str) -> bool:
        return targets(self.terms, event, symbol, self.situation.catalogue)


def counts(terms: "News", event: NewsScheduled) -> bool:
    """Whether a release is of an impact that the terms name."""
    return not terms.impacts or event.impact in terms.impacts


def targets(terms: "News", event: NewsScheduled, symbol: str, catalogue: Catalogue) -> bool:
    """Whether a release is about a symbol, by the release, the terms and the catalogue."""
    if terms.targets == "all":
        return True
    instrument = catalogue.find(symbol)
    names = {symbol} if instrument is None else {symbol, instrument.symbol}
    if names & set(_named(terms, event)):
        return True
    if terms.targets == "listed":
        return False
    return bool(_currencies(instrument, symbol) & set(event.currencies))


def _named(terms: "News", event: NewsScheduled) -> Iterator[str]:
    yield from event.symbols
    for currency, symbols in (terms.instruments_by_currency or {}).items():
        if currency in event.currencies:
            yield from symbols
    for words, symbols in (terms.instruments_by_event or {}).items():
        if words.casefold() in event.title.casefold():
            yield from symbols


def _currencies(instrument: Instrument | None, symbol: str) -> set[str]:
    if instrument is None:  # a name such as EURUSD says its currencies itself
        return {symbol[:3], symbol[3:6]} if len(symbol) >= 6 else set()
    return {instrument.base_currency, instrument.profit_currency}
