"""The sentence of a limit on size: its unit, where it is added up, its cap, its ladder.

It must not decide what is allowed.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from propdesk.domain.exact import ZERO
from propdesk.domain.rules.daily_loss import told

if TYPE_CHECKING:
    from propdesk.domain.rules.exposure import Cap, ExposureLimit

AGGREGATION_WORDS = {
    "order": "in one order",
    "instrument": "open in one instrument",
    "group": "open in one asset class",
    "absolute_sum": "net over all instruments",
    "all_open": "open in all",
}
BASE_WORDS = {"initial": "the initial balance", "balance": "the balance", "equity": "equity"}


def limit_words(terms: "ExposureLimit", size: Decimal | None) -> str:
    """What a limit says to the trader of an account of ``size``; of any size without one."""
    words = _bound_words(terms, size)
    if terms.half_until is None:
        return words
    return f"{words} Half of it, until the profit is {told(terms.half_until, size)}."


def _bound_words(terms: "ExposureLimit", size: Decimal | None) -> str:
    where = AGGREGATION_WORDS[terms.aggregation]
    if terms.cap is not None and not (terms.ladder or terms.caps):
        verb = "No more than" if terms.comparison == "cross" else "Less than"
        return f"{verb} {_sized(terms, terms.cap, size)} {where}."
    bound = "at most" if terms.comparison == "cross" else "less than"
    none = ""
    if terms.ladder:
        each = list(_steps(terms, size))
        none = "; nothing below that" if terms.cap is None else ""
    else:
        each = [f"{_sized(terms, cap, size)} of {name}" for name, cap in terms.caps.items()]
        if terms.cap is not None:
            each.append(f"{_sized(terms, terms.cap, size)} of any other")
    return f"{where.capitalize()}: {bound} {', '.join(each)}{none}."


def _steps(terms: "ExposureLimit", size: Decimal | None) -> Iterator[str]:
    if terms.cap is not None:
        yield f"{_sized(terms, terms.cap, size)} at first"
    for tier in terms.ladder:
        yield f"{_sized(terms, tier.cap, size)} from a profit of {told(tier.profit, size)} on"


def _sized(terms: "ExposureLimit", cap: "Cap", size: Decimal | None) -> str:
    """A cap with its unit: ``5 lots``, ``30 % of the balance as margin``."""
    match terms.unit:
        case "mini_equivalents":
            unit = "minis"
        case "notional":
            unit = "of value"
        case "margin_percent":
            unit = f"% of {BASE_WORDS[terms.percent_of]} as margin"
        case "effective_leverage":
            unit = "times equity"
        case _:
            unit = terms.unit
    if cap.at_most is None and size is None:
        return f"what the account's size allows in {unit.removeprefix('of ')}"
    figure = cap.resolve(size or ZERO)
    return f"{figure:,.2f} {unit}" if terms.unit == "notional" else f"{figure:f} {unit}"
