"""Handing the market and accounts' events to the sequencer, durable when it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from propdesk.domain.events import Event


class IntakeError(Exception):
    """The root of what an intake may say."""


class IntakeAway(IntakeError):
    """Nothing listens, or the answer did not come. The caller sends the same again: numbers and
    ids make that safe."""


@dataclass(frozen=True, slots=True)
class FeedQuote:
    """A quote as a feed says it: its own sequence number, symbol and prices as printed."""

    sequence: int
    symbol: str
    at: int
    bid: Decimal
    ask: Decimal


@dataclass(frozen=True, slots=True)
class Accepted:
    """How far the intake is: what was refused is named, everything else is durable."""

    quotes: int
    events: int
    refused: tuple[str, ...] = ()


class Intake(Protocol):
    """Where feeds and platforms deliver, in order."""

    def quotes(self, feed: str, quotes: Sequence[FeedQuote]) -> Accepted:
        """A feed's quotes in its own order. Raises ``IntakeAway``."""

    def events(self, events: Sequence[Event], *, source: str, key: str) -> Accepted:
        """Events of one source, in the platform's order; ``key`` names this delivery. Those of
        one account and stamp are one moment. Raises ``IntakeAway``."""
