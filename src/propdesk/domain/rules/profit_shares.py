"""The arithmetic of consistency: shares of a profit and the totals they ask for, exact.

Ratios stay fractions; nothing here rounds or knows an account.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.exact import EXACT, ZERO

Operator: TypeAlias = Literal["at_most", "below"]


def share_of(best: Decimal, total: Decimal | Fraction) -> Fraction | None:
    """``best`` as a part of ``total``; None where there is no profit to take a part of."""
    return None if total <= 0 else Fraction(best) / Fraction(total)


def shares(day_profits: Sequence[Decimal]) -> tuple[Fraction | None, ...]:
    """The best day's share after each of the days."""
    found = []
    total, best = ZERO, ZERO
    for profit in day_profits:
        total += profit
        best = max(best, profit)
        found.append(share_of(best, total))
    return tuple(found)


def is_consistent(share: Fraction, percent: Decimal, operator: Operator) -> bool:
    """Whether a share keeps the limit."""
    limit = Fraction(percent) / 100
    return share <= limit if operator == "at_most" else share < limit


def largest_unit(total: Decimal | Fraction, percent: Decimal) -> Fraction:
    """The limit in money: ``percent`` of the profit or target."""
    return Fraction(total) * Fraction(percent) / 100


def raised_target(best: Decimal, percent: Decimal, target: Decimal = ZERO) -> Fraction:
    """The target raised by ratio: best ÷ limit, never below the target itself."""
    return max(Fraction(target), Fraction(best) * 100 / Fraction(percent))


def target_with_excess(best: Decimal, percent: Decimal, target: Decimal) -> Fraction:
    """The target raised only by what the best unit had above its limit."""
    return Fraction(target) + excess_of(best, percent, target)


def excess_of(best: Decimal, percent: Decimal, total: Decimal | Fraction) -> Fraction:
    """What ``best`` has above ``percent`` of ``total``."""
    return max(Fraction(0), Fraction(best) - largest_unit(total, percent))


def min_total_profit(
    best: Decimal, percent: Decimal, operator: Operator, rounding_step: Decimal
) -> Fraction:
    """The smallest total of which ``best``, never negative, keeps the limit.

    A strict limit is passed by the next multiple of ``rounding_step`` above best ÷ limit (50 %
    of a best day of 2,000 needs 4,001 in whole units, 4,000.01 in cents); the other one by
    best ÷ limit itself.
    """
    exact = Fraction(best) * 100 / Fraction(percent)
    if operator == "at_most":
        return exact
    step = Fraction(rounding_step)
    return (exact // step + 1) * step


def additional_needed(
    best: Decimal,
    total: Decimal,
    percent: Decimal,
    operator: Operator,
    rounding_step: Decimal,
) -> Fraction:
    """What must still be earned, without a better unit, until ``best`` keeps the limit."""
    if best < largest_unit(total, percent):
        return Fraction(0)  # also where the total lies between two steps
    return min_total_profit(best, percent, operator, rounding_step) - Fraction(total)


def money_of(amount: Fraction) -> Decimal:
    """A ratio that is a finite decimal, as a percentage of money is. Raises ``Inexact``."""
    return EXACT.divide(Decimal(amount.numerator), Decimal(amount.denominator))
