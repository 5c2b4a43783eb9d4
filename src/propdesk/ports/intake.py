"""Handing the market and accounts' events to the sequencer, durable when it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from propdesk.wire.intake_frames import FeedQuote
from propdesk.wire.log_records import Delivered

__all__ = [
    "REFUSALS_NAMED_MAX", "Accepted", "FeedQuote", "Intake", "IntakeAway", "IntakeError",
]  # fmt: skip

REFUSALS_NAMED_MAX = 100


class IntakeError(Exception):
    """The root of what an intake may say."""


class IntakeAway(IntakeError):
    """Nothing listens, or the answer did not come. The caller sends the same again: numbers and
    ids make that safe."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What of a delivery is durable, now or since it was sent before: numbers of quotes and
    events. What was refused is named, in ``REFUSALS_NAMED_MAX`` sentences at most."""

    quotes: int = 0
    events: int = 0
    refused: tuple[str, ...] = ()


class Intake(Protocol):
    """Where feeds and platforms deliver, in order. Each method raises ``IntakeAway``."""

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        """A feed's quotes in its own order. Its sequence numbers rise for ever: one that is not
        above the last is a quote sent again."""

    def back_fill(
        self, feed: str, quotes: Sequence[FeedQuote], *, whole: Sequence[tuple[str, int]] = ()
    ) -> Accepted:
        """A feed's quotes that were missing in gaps, in its own order. What the log has already is
        known by its number, or its time. ``whole`` names the symbols of which nothing is missing
        up to a moment, this delivery with the ones before: their gaps up to it are filled, and a
        gap that is open ends there."""

    def events(self, events: Sequence[Delivered], *, source: str, key: str) -> Accepted:
        """Events of one source, in the platform's order; ``key`` names this delivery for ever.
        Those of one account and stamp are one moment."""

    def feed_lost(self, feed: str) -> Accepted:
        """Quotes of the feed may be missing from here on: all its symbols are gaps until each
        has its next quote."""
