"""Between which prices an exchange lets an instrument trade, as far as the log tells it.

Exchanges set them anew for each session: what was told holds until its end and not a moment
longer. It must not guess a limit from prices.
"""

from dataclasses import dataclass
from decimal import Decimal

from propdesk.domain.events import InstrumentDefined


class UnboundedLimits(ValueError):
    """Price limits without an end; the caller refuses the event."""


@dataclass(frozen=True, slots=True)
class Band:
    """The highest and the lowest price; None: the exchange sets none on that side."""

    up: Decimal | None
    down: Decimal | None
    until: int


class PriceLimits:
    """The band of each instrument, by the catalogue's name of it."""

    def __init__(self) -> None:
        self._bands: dict[str, Band] = {}

    def learn(self, event: InstrumentDefined) -> None:
        """Take the limits an instrument event tells. Raises ``UnboundedLimits``."""
        if event.limit_up is None and event.limit_down is None:
            return
        if event.limits_until is None:
            raise UnboundedLimits(f"{event.symbol}: limit_up and limit_down need limits_until")
        self._bands[event.symbol] = Band(event.limit_up, event.limit_down, event.limits_until)

    def at(self, symbol: str, at: int) -> Band | None:
        """The band in force at a moment; None where the log does not tell it."""
        band = self._bands.get(symbol)
        return None if band is None or at >= band.until else band

    def told(self, symbol: str) -> bool:
        """Whether the log ever told limits of the instrument."""
        return symbol in self._bands
