"""Money and terms of a programme as its pages show them.

It must not decide a price; purchases do.
"""

from dataclasses import dataclass
from decimal import Decimal

from propdesk.crm.catalog.models import Price
from propdesk.crm.purchases.models import Order
from propdesk.domain.minor_units import money_of
from propdesk.domain.payouts.words import payout_sentences
from propdesk.domain.promotion_words import promotion_sentences
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.scaling_words import scaling_sentences
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, slots=True)
class PriceRow:
    """A size and what it costs in each currency; None: not sold in it."""

    size: Decimal
    amounts: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Sizes down, currencies across."""

    currencies: tuple[str, ...]
    rows: tuple[PriceRow, ...]


@dataclass(frozen=True, slots=True)
class PhaseWords:
    """What a phase asks, in sentences."""

    name: str
    sentences: tuple[str, ...]


def shown(minor: int, currency: str) -> str:
    """``549.00 USD``, in groups of three digits."""
    money = money_of(minor, currency)
    amount, code = str(money).rsplit(" ", 1)
    return f"{Decimal(amount):,f} {code}"


def plain(size: Decimal) -> Decimal:
    """Without the digits a column of the database adds: 100000, not 100000.00."""
    return size.to_integral_value() if size == size.to_integral_value() else size


def price_table(prices: tuple[Price, ...]) -> PriceTable:
    currencies = tuple(sorted({each.currency for each in prices}))
    by = {(each.size, each.currency): each.amount_minor for each in prices}
    rows = []
    for size in sorted({each.size for each in prices}):
        amounts = [by.get((size, currency)) for currency in currencies]
        told = [
            None if amount is None else shown(amount, currency)
            for amount, currency in zip(amounts, currencies, strict=True)
        ]
        rows.append(PriceRow(plain(size), tuple(told)))
    return PriceTable(currencies, tuple(rows))


def phase_words(book: Rulebook, size: Decimal) -> tuple[PhaseWords, ...]:
    """Every rule, promotion, payout and scaling term, with sums for accounts of ``size``."""
    return tuple(PhaseWords(each.name, _sentences(book, each, size)) for each in book.phases)


def _sentences(book: Rulebook, phase: Phase, size: Decimal) -> tuple[str, ...]:
    found = [_sentence(rule, size) for rule in phase.rules]
    found += promotion_sentences(book, phase)
    if phase.payout is not None:
        found += payout_sentences(phase.payout)
    if phase.scaling is not None:
        found += scaling_sentences(phase.scaling, size)
    return tuple(found)


def _sentence(rule: RuleTerms, size: Decimal) -> str:
    try:
        return rule.sentence(size)
    except TermsError:  # it is for other sizes
        return rule.sentence()


def breakdown(order: Order) -> list[tuple[str, str, str]]:
    """The lines of an order: kind, name and amount."""
    return [
        (each.kind, each.name, shown(each.amount_minor, order.currency))
        for each in order.lines.all()
    ]
