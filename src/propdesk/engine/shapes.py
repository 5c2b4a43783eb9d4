"""What an account looks like to the kernel: its sums with their bounds, and the terms they add.

Values only; amounts are integers in the account currency's minor unit.
"""

from collections.abc import Sequence

from propdesk.domain.values import value
from propdesk.engine.fixed_point import LinearForm


@value(frozen=True, slots=True)
class Trail:
    """A lower bound that follows the highest value: ``min(peak, cap) - gap``, never falling."""

    peak: int
    gap: int
    cap: int | None = None


@value(frozen=True, slots=True)
class Bounds:
    """Between these, both excluded, a sum proves that nothing can be said; None is no bound."""

    low: int | None = None
    high: int | None = None
    trail: Trail | None = None


FREE = Bounds()


@value(frozen=True, slots=True)
class SumShape:
    """``base`` plus the terms that name its place in the shape."""

    base: int
    bounds: Bounds = FREE
    minutes: bool = False
    """Whether it is what the account is worth, so that it may be asked for minute by minute. Of the
    first sum of a shape alone."""


@value(frozen=True, slots=True)
class TermShape:
    """A form with the instruments its price and its rate come from, and 1 to 4 sums by place.

    Without a form it is never known, and its account is touched by every tick of its instruments.
    """

    form: LinearForm | None
    instrument: int
    rate: int | None
    sums: tuple[int, ...]


@value(frozen=True, slots=True)
class AccountShape:
    """All sums and terms of an account. ``exposed``: every tick of its instruments touches it."""

    sums: Sequence[SumShape]
    terms: Sequence[TermShape] = ()
    exposed: bool = False


def instruments_of(shape: AccountShape) -> list[int]:
    """The instruments whose prices or rates its terms depend on, each once."""
    own = {term.instrument for term in shape.terms}
    return sorted(own | {term.rate for term in shape.terms if term.rate is not None})


@value(frozen=True, slots=True)
class Seen:
    """The value now, and the least and greatest of a window; None where there was none."""

    value: int | None
    low: int | None
    high: int | None


@value(frozen=True, slots=True)
class Settled:
    """What was seen of each sum and of each term of an account, in the order of its shape."""

    sums: tuple[Seen, ...]
    terms: tuple[Seen, ...]
