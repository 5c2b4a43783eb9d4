"""Money as whole minor units, as tables hold it: 155.00 USD is 15500.

It must not round: an amount that is no whole number of minor units is refused.
"""

from decimal import Decimal

from propdesk.domain.exact import EXACT, parse_decimal
from propdesk.domain.money import Money, MoneyError, minor_digits


class NotWholeMinorUnits(MoneyError):
    """The amount is finer than the currency is booked; the caller refuses the input."""


def to_minor(money: Money) -> int:
    """How many minor units it is. Raises ``NotWholeMinorUnits``."""
    scaled = money.amount.scaleb(minor_digits(money.currency), context=EXACT)
    if scaled != scaled.to_integral_value():
        raise NotWholeMinorUnits(f"{money} is finer than {money.currency} is booked")
    return int(scaled)


def money_of(minor: int, currency: str) -> Money:
    """The money that ``minor`` units are. Raises ``UnknownCurrency``."""
    return Money(Decimal(minor).scaleb(-minor_digits(currency), context=EXACT), currency)


def read_minor(text: str, currency: str) -> int:
    """The minor units of an amount as a person writes it: ``155`` or ``155.00``.

    Raises ``ValueError`` with a sentence (``MoneyError`` is one).
    """
    return to_minor(Money(parse_decimal(text.strip().replace(",", "")), currency))
