"""How a payout is divided between trader and firm (RULES T12, split). Exact until named."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.terms import Terms, TermsError


@dataclass(frozen=True, kw_only=True)
class SplitTier(Terms):
    """The trader's share of one slice of everything paid so far."""

    up_to: Decimal | None = None
    """Cumulative gross payouts up to which it holds; none: from there on."""
    percent: Decimal
    """The trader's share of this slice."""


@dataclass(frozen=True, kw_only=True)
class Split(Terms):
    """The trader's percentage; exactly one of the first four is given."""

    percent: Decimal | None = None
    """The same for every payout."""
    by_cycle: dict[str, Decimal] | None = None
    """By the payout cycle the trader chose (weekly: 60, monthly: 100)."""
    by_cumulative: tuple[SplitTier, ...] | None = None
    """By what was paid before, slice by slice (100 % of the first 10,000, then 90 %)."""
    by_tier: dict[int, Decimal] | None = None
    """By the scaling tier of the account; tiers between use the next lower one."""

    def __post_init__(self) -> None:
        names = ("percent", "by_cycle", "by_cumulative", "by_tier")
        given = [name for name in names if getattr(self, name) is not None]
        if len(given) != 1:
            raise TermsError(f"a split is exactly one of {', '.join(names)}")
        tiers = self.by_cumulative
        if tiers is not None and (not tiers or tiers[-1].up_to is not None):
            raise TermsError("the last tier of by_cumulative must be open: without 'up_to'")
        bounds = [each.up_to for each in tiers or () if each.up_to is not None]
        if bounds != sorted(set(bounds)) or any(t.up_to is None for t in (tiers or ())[:-1]):
            raise TermsError("the tiers of by_cumulative must rise")

    def slices(
        self, *, cycle: str = "", tier: int = 0, override: Decimal | None = None
    ) -> tuple[SplitTier, ...]:
        """The tiers that hold now. A penalty (``override``) holds for everything.

        Raises ``TermsError`` where the split does not know the cycle or the tier.
        """
        if override is not None:
            return (SplitTier(percent=override),)
        if self.by_cumulative is not None:
            return self.by_cumulative
        if self.percent is not None:
            return (SplitTier(percent=self.percent),)
        if self.by_cycle is not None:
            if cycle not in self.by_cycle:
                raise TermsError(f"no split for cycle {cycle!r}; there are {list(self.by_cycle)}")
            return (SplitTier(percent=self.by_cycle[cycle]),)
        below = [each for each in self.by_tier or {} if each <= tier]
        if not below:
            raise TermsError(f"no split for tier {tier}")
        return (SplitTier(percent=(self.by_tier or {})[max(below)]),)


def trader_share(
    amount: Decimal, slices: Sequence[SplitTier], paid_before: Decimal = ZERO
) -> Decimal:
    """What the trader gets of ``amount`` when ``paid_before`` was paid earlier. Exact."""
    share, position, left = ZERO, paid_before, amount
    for each in slices:
        part = left if each.up_to is None else min(left, max(ZERO, each.up_to - position))
        share += percent_of(each.percent, part)
        position, left = position + part, left - part
    return share


def gross_for(share: Decimal, slices: Sequence[SplitTier], paid_before: Decimal = ZERO) -> Fraction:
    """The amount whose trader's share is ``share``: the inverse of ``trader_share``.

    Raises ``TermsError`` where no amount has that share (the trader gets nothing).
    """
    gross, position, left = Fraction(0), Fraction(paid_before), Fraction(share)
    for each in slices:
        rate = Fraction(each.percent) / 100
        room = None if each.up_to is None else max(Fraction(0), Fraction(each.up_to) - position)
        if rate == 0:
            if left > 0 and room is None:
                raise TermsError("with a share of 0 % no payout reaches the cap")
            part = Fraction(0) if left == 0 else room or Fraction(0)
        else:
            part = left / rate if room is None else min(left / rate, room)
        gross, position, left = gross + part, position + part, left - part * rate
    return gross
