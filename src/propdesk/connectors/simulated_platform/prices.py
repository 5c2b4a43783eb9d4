"""The last price of every symbol, and what one currency is worth in another by them."""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from propdesk.domain.instruments import Catalogue
from propdesk.domain.valuation import Conversion, NoConversion, conversion_for


@dataclass(slots=True)
class Prices:
    """Mutable: it follows the market. It must not value anything."""

    catalogue: Catalogue
    last: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    """Bid and ask by symbol."""
    _conversions: dict[tuple[str, str], Conversion | None] = field(default_factory=dict)

    def conversion(self, currency: str, account_currency: str) -> Conversion | None:
        """How profit becomes account money; None: it is. Raises ``NoConversion``."""
        pair = currency, account_currency
        if pair not in self._conversions:
            self._conversions[pair] = conversion_for(currency, account_currency, self.catalogue)
        return self._conversions[pair]

    def rates(self, conversion: Conversion | None) -> tuple[Decimal | None, Decimal | None]:
        """Bid and ask of a conversion; None where it has no quote or none is needed."""
        if conversion is None:
            return None, None
        return self.last.get(conversion.symbol, (None, None))

    def worth(self, currency: str, account_currency: str) -> Fraction | None:
        """What one unit costs in account money: at the ask; None where it has no price."""
        try:
            conversion = self.conversion(currency, account_currency)
        except NoConversion:
            return None
        if conversion is None:
            return Fraction(1)
        bid, ask = self.rates(conversion)
        if bid is None or ask is None:
            return None
        return 1 / Fraction(bid) if conversion.inverse else Fraction(ask)
