"""What feeds and platforms hand in, each with the moment at which it arrived.

Values only; what becomes of them is the sequencer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from propdesk.ports.intake import FeedQuote
from propdesk.wire.log_records import Delivered


@dataclass(frozen=True, slots=True)
class QuotesCame:
    """A feed's quotes, in its own order."""

    feed: str
    quotes: Sequence[FeedQuote]
    arrival: int


@dataclass(frozen=True, slots=True)
class BackFillCame:
    """Quotes that were missing in gaps of a feed, in its own order. ``whole``: by the name the
    feed prints, symbols of which nothing is missing up to a moment."""

    feed: str
    quotes: Sequence[FeedQuote]
    whole: Sequence[tuple[str, int]]
    arrival: int


@dataclass(frozen=True, slots=True)
class EventsCame:
    """A delivery of a source; ``key`` is its name for ever."""

    source: str
    key: str
    events: Sequence[Delivered]
    arrival: int


@dataclass(frozen=True, slots=True)
class FeedLost:
    """A feed's quotes may be missing from here on."""

    feed: str
    arrival: int


Delivery: TypeAlias = QuotesCame | BackFillCame | EventsCame | FeedLost
