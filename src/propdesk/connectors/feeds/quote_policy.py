"""What is done with a quote that is not right: faults, outcomes, and the policy of a symbol.

Pure: what is known and the time of arrival are arguments. It must not repair a quote, and no
account gets a verdict from one that is refused. ``docs/reference/quotes-policy.md`` says it in
words.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from propdesk.connectors.feeds.points import DIGITS_MAX, PRICE_MAX, places_of
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import SECOND
from propdesk.ports.intake import FeedQuote

AHEAD_US_MAX = 2 * SECOND
"""How far the time of anything may be ahead of its arrival (DESIGN §2): one bad clock must not
roll the day for everybody."""
SILENCE_S_MAX = 300


class Fault(StrEnum):
    """What can be wrong with a quote, in the order in which it is looked for."""

    DUPLICATE = "duplicate"
    UNKNOWN_SYMBOL = "unknown_symbol"
    NO_NUMBER = "no_number"
    HUGE = "huge"
    NOT_POSITIVE = "not_positive"
    FUTURE = "future"
    OUT_OF_ORDER = "out_of_order"
    DIGITS = "digits"
    CROSSED = "crossed"
    ZERO_SPREAD = "zero_spread"


class Outcome(StrEnum):
    """What is done with a quote at fault."""

    ACCEPT = "accept"
    """It is a tick like any other."""
    DROP = "drop"
    """It is counted and named to its sender, and is as if it had never come."""
    HOLD = "hold"
    """As dropped, and its symbol is a gap from the last good quote until the next one."""


DEFAULTS: Mapping[Fault, Outcome] = MappingProxyType(
    {
        Fault.DUPLICATE: Outcome.DROP,
        Fault.UNKNOWN_SYMBOL: Outcome.DROP,
        Fault.NO_NUMBER: Outcome.DROP,
        Fault.HUGE: Outcome.DROP,
        Fault.NOT_POSITIVE: Outcome.DROP,
        Fault.FUTURE: Outcome.DROP,
        Fault.OUT_OF_ORDER: Outcome.DROP,
        Fault.DIGITS: Outcome.ACCEPT,
        Fault.CROSSED: Outcome.DROP,
        Fault.ZERO_SPREAD: Outcome.ACCEPT,
    }
)
_CHOICES: Mapping[Fault, frozenset[Outcome]] = MappingProxyType(
    {
        Fault.DUPLICATE: frozenset({Outcome.DROP}),
        Fault.UNKNOWN_SYMBOL: frozenset({Outcome.DROP}),
        Fault.DIGITS: frozenset(Outcome),
        Fault.ZERO_SPREAD: frozenset(Outcome),
    }
)
_NEVER_TAKEN = frozenset({Outcome.DROP, Outcome.HOLD})


class PolicyError(ValueError):
    """The policy cannot be; the caller refuses the configuration."""


@dataclass(frozen=True, slots=True)
class SymbolPolicy:
    """How one symbol's quotes are treated. Raises ``PolicyError`` for what cannot be chosen."""

    outcomes: Mapping[Fault, Outcome] = field(default_factory=dict)
    """What differs from the defaults."""
    silence_s_max: int = SILENCE_S_MAX
    """So long may the symbol be silent while its market is open."""

    def __post_init__(self) -> None:
        if self.silence_s_max < 1:
            raise PolicyError(f"silence_s_max must be at least 1, not {self.silence_s_max}")
        for fault, outcome in self.outcomes.items():
            if outcome not in _CHOICES.get(fault, _NEVER_TAKEN):
                raise PolicyError(f"a quote that is {fault} cannot be treated by {outcome}")

    def outcome(self, fault: Fault) -> Outcome:
        return self.outcomes.get(fault) or DEFAULTS[fault]


@dataclass(frozen=True, slots=True)
class QuotePolicy:
    """The policy of every symbol, by the catalogue's name; ``otherwise`` is that of the rest."""

    by_symbol: Mapping[str, SymbolPolicy] = field(default_factory=dict)
    otherwise: SymbolPolicy = field(default_factory=SymbolPolicy)

    def of(self, symbol: str) -> SymbolPolicy:
        return self.by_symbol.get(symbol, self.otherwise)


def unusable_price(price: Decimal) -> Fault | None:
    """What is wrong with one side, whatever the symbol."""
    if not price.is_finite():
        return Fault.NO_NUMBER
    if price.adjusted() > PRICE_MAX.adjusted() or abs(price) > PRICE_MAX:
        return Fault.HUGE
    if price <= ZERO:
        return Fault.NOT_POSITIVE
    return Fault.HUGE if places_of(price) > DIGITS_MAX else None


def fault_of(quote: FeedQuote, *, last_at: int, digits: int, arrival: int) -> Fault | None:
    """The first fault of a quote of a known symbol whose number is new; None: it is right.

    ``last_at`` is the time of the symbol's last accepted quote, ``digits`` those it has had.
    """
    for price in (quote.bid, quote.ask):
        if (found := unusable_price(price)) is not None:
            return found
    if quote.at > arrival + AHEAD_US_MAX:
        return Fault.FUTURE
    if quote.at < last_at:
        return Fault.OUT_OF_ORDER
    if max(places_of(quote.bid), places_of(quote.ask)) > digits:
        return Fault.DIGITS
    if quote.bid > quote.ask:
        return Fault.CROSSED
    return Fault.ZERO_SPREAD if quote.bid == quote.ask else None
