"""Money: an exact amount with its currency, and how many decimals each currency is booked with.

It must not convert: an exchange rate is the valuation's business.
"""

from dataclasses import dataclass
from decimal import Decimal

from propdesk.domain.exact import EXACT, ZERO, round_half_away

# Closed on purpose: a currency that is not here has no known minor unit, and a guess would round
# every profit of its accounts to the wrong cent. ISO 4217; CNH is booked like CNY; coins carry the
# decimals their ledgers do (a satoshi is 0.00000001 BTC), dollar tokens their contracts' six.
_DIGITS_2 = (
    "AED AUD BGN BRL CAD CHF CNH CNY COP CZK DKK EGP EUR GBP GEL HKD HRK HUF IDR ILS INR KES LKR "
    "MAD MXN MYR NGN NOK NZD PEN PHP PKR PLN QAR RON RUB SAR SEK SGD THB TRY TWD UAH USD ZAR"
)
_DIGITS_OTHER = {
    **dict.fromkeys(("CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
    **dict.fromkeys(("USDT", "USDC"), 6),
    **dict.fromkeys(
        ("ADA", "AVAX", "BCH", "BNB", "BTC", "DOGE", "DOT", "ETH", "LINK", "LTC", "SOL", "XRP"), 8
    ),
}
MINOR_DIGITS: dict[str, int] = {**dict.fromkeys(_DIGITS_2.split(), 2), **_DIGITS_OTHER}


class MoneyError(ValueError):
    """An amount cannot be formed or combined; the caller refuses the input."""


class UnknownCurrency(MoneyError):
    """The currency's minor unit is not in the table."""

    def __init__(self, currency: str) -> None:
        super().__init__(f"{currency[:20]!r} is not a currency whose minor unit is known")
        self.currency = currency


class MixedCurrencies(MoneyError):
    """Two currencies met in one sum without a rate."""


def minor_digits(currency: str) -> int:
    """Decimals the currency is booked with: USD 2, JPY 0, KWD 3. Raises ``UnknownCurrency``."""
    try:
        return MINOR_DIGITS[currency]
    except KeyError:
        raise UnknownCurrency(currency) from None


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency. Only amounts of the same currency add up."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        if not self.amount.is_finite():
            raise MoneyError(f"{self.amount} is not an amount of money")

    def __add__(self, other: "Money") -> "Money":
        self._same_currency_as(other)
        return Money(EXACT.add(self.amount, other.amount), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        self._same_currency_as(other)
        return Money(EXACT.subtract(self.amount, other.amount), self.currency)

    def __neg__(self) -> "Money":
        return Money(self.amount.copy_negate(), self.currency)

    def __str__(self) -> str:
        """The amount with its minor digits (more if it has more), then the currency."""
        least = minor_digits(self.currency)
        exponent = self.amount.as_tuple().exponent
        assert isinstance(exponent, int)  # noqa: S101 - finite, checked when made
        shown = round_half_away(self.amount, max(least, -exponent))
        shown = EXACT.add(shown, ZERO)  # -0.00 is 0.00
        return f"{shown:f} {self.currency}"

    def rounded(self) -> "Money":
        """To the minor unit, half away from zero, as a platform books it."""
        return Money(round_half_away(self.amount, minor_digits(self.currency)), self.currency)

    def _same_currency_as(self, other: "Money") -> None:
        if self.currency != other.currency:
            raise MixedCurrencies(f"{self.currency} and {other.currency} do not add up")
