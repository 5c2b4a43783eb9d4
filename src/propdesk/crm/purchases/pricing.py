"""What an order costs: list price, add-ons, discount, tax, total. Pure, in whole minor units.

A share is rounded half away from zero to the minor unit, once, where it is taken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

HUNDRED = 100


@dataclass(frozen=True, slots=True)
class ShareOrAmount:
    """Exactly one of the two."""

    percent: Decimal | None
    amount_minor: int | None

    def of(self, base_minor: int) -> int:
        """In minor units; a share of ``base_minor``, which is not below zero."""
        if self.amount_minor is not None:
            return self.amount_minor
        if self.percent is None:
            raise ValueError("neither a percentage nor an amount is given")
        return rounded(Fraction(self.percent) * base_minor / HUNDRED)


@dataclass(frozen=True, slots=True)
class QuoteLine:
    """One line of the breakdown: ``kind`` is list, add_on or discount."""

    kind: str
    name: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Quote:
    """The breakdown. ``total`` is what is paid now."""

    currency: str
    lines: tuple[QuoteLine, ...]
    list_minor: int
    add_ons_minor: int
    discount_minor: int
    tax_minor: int
    on_pass_minor: int = 0
    """Pay after pass: what is asked once the evaluation is passed. No part of the total."""

    @property
    def total_minor(self) -> int:
        return self.list_minor + self.add_ons_minor - self.discount_minor + self.tax_minor


def quote(
    currency: str,
    list_minor: int,
    add_ons: Sequence[str],
    prices: Mapping[str, ShareOrAmount],
    coupon: tuple[str, ShareOrAmount] | None = None,
    on_pass_minor: int = 0,
) -> Quote:
    """The breakdown. An add-on's share is of the list price; the coupon's of list and add-ons.

    Raises ``KeyError`` for an add-on without a price. Tax is zero until the firm has a tax table.
    """
    bought = [(name, prices[name].of(list_minor)) for name in add_ons]
    before = list_minor + sum(amount for _, amount in bought)
    discount = 0 if coupon is None else min(coupon[1].of(before), before)
    lines = [QuoteLine("list", "", list_minor)]
    lines += [QuoteLine("add_on", name, amount) for name, amount in bought]
    if coupon is not None:
        lines.append(QuoteLine("discount", coupon[0], -discount))
    return Quote(
        currency=currency,
        lines=tuple(lines),
        list_minor=list_minor,
        add_ons_minor=before - list_minor,
        discount_minor=discount,
        tax_minor=0,
        on_pass_minor=on_pass_minor,
    )


def rounded(value: Fraction) -> int:
    """Half away from zero; ``value`` is not below zero."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
