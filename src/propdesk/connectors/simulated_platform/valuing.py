"""What an account is worth at the last prices, and the margin it uses.

The arithmetic is that of ``domain.valuation`` and ``domain.margin``, rounded as MT5 does. It must
not close anything.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from propdesk.connectors.simulated_platform.accounts import Account
from propdesk.connectors.simulated_platform.prices import Prices
from propdesk.domain.exact import ZERO, round_ratio_half_away
from propdesk.domain.margin import Exposure, margin_used, notional
from propdesk.domain.positions import Position
from propdesk.domain.valuation import (
    ARITHMETIC,
    Conversion,
    Platform,
    Valuer,
    compile_valuer,
)

ARITHMETIC_USED = ARITHMETIC[Platform.MT5]


@dataclass(slots=True)
class _Line:
    """A position's valuer, as long as its lots and average are those it was made for."""

    lots: Decimal
    average: Decimal | Fraction
    valuer: Valuer
    conversion: Conversion | None


@dataclass(slots=True)
class Valuing:
    """Call its methods within ``exactly()``. Mutable: it keeps valuers."""

    prices: Prices
    _lines: dict[tuple[str, str], _Line] = field(default_factory=dict)

    def profit(self, account: Account, position: Position) -> Decimal | None:
        """Open profit at the last price; None where a price is missing."""
        line = self._line(account, position)
        quote = self.prices.last.get(position.symbol)
        rate_bid, rate_ask = self.prices.rates(line.conversion)
        if quote is None or (line.conversion is not None and rate_bid is None):
            return None
        return line.valuer(quote[0] if position.side == "buy" else quote[1], rate_bid, rate_ask)

    def profit_at(self, account: Account, position: Position, price: Decimal) -> Decimal:
        """What the whole position earns when it is closed at a price. Raises ``MissingRate``."""
        line = self._line(account, position)
        return line.valuer(price, *self.prices.rates(line.conversion))

    def equity(self, account: Account) -> Decimal | None:
        """Balance, open profits and swaps not yet booked; None where a price is missing."""
        total = account.balance + sum(account.swaps.values(), ZERO)
        for position in account.positions.values():
            profit = self.profit(account, position)
            if profit is None:
                return None
            total += profit
        return total

    def exposure(self, account: Account, position: Position) -> Exposure:
        rate, margin_rate = account.rates[position.id]
        instrument = self.prices.catalogue.get(position.symbol)
        return Exposure(
            instrument, position.side, position.lots, position.open_price, rate, margin_rate
        )

    def margin(self, account: Account, extra: Exposure | None = None) -> Decimal:
        """The margin used, to the minor unit, perhaps with another position.

        Of positions of one symbol in both directions the larger direction is charged.
        """
        sides: dict[tuple[str, str], Fraction] = {}
        exposures = [self.exposure(account, each) for each in account.positions.values()]
        for each in exposures if extra is None else [*exposures, extra]:
            leg = each.instrument.symbol, each.side
            sides[leg] = sides.get(leg, Fraction(0)) + margin_used(each, account.leverage)
        symbols = {symbol for symbol, _ in sides}
        zero = Fraction(0)
        used = sum(
            (max(sides.get((s, "buy"), zero), sides.get((s, "sell"), zero)) for s in symbols), zero
        )
        return round_ratio_half_away(used, account.digits)

    def turnover(self, account: Account, position: Position) -> Fraction | None:
        """Account money by which its profit moves at most, when its prices move by all they are.

        The present notional, and the profit itself, which a conversion rate moves as well.
        """
        profit = self.profit(account, position)
        instrument = self.prices.catalogue.get(position.symbol)
        rate = self.prices.worth(instrument.profit_currency, account.currency)
        if profit is None or rate is None:
            return None
        price = self.prices.last[position.symbol][1]
        now = Exposure(instrument, position.side, position.lots, price, rate)
        return notional(now) + abs(Fraction(profit))

    def symbols(self, account: Account) -> set[str]:
        """Every symbol whose price moves the account's equity."""
        found: set[str] = set()
        for position in account.positions.values():
            found.add(position.symbol)
            conversion = self._line(account, position).conversion
            if conversion is not None:
                found.add(conversion.symbol)
        return found

    def forget(self, account: str, position: str) -> None:
        """The position is closed."""
        self._lines.pop((account, position), None)

    def _line(self, account: Account, position: Position) -> _Line:
        place = account.id, position.id
        line = self._lines.get(place)
        if line is None or line.lots != position.lots or line.average != position.average:
            instrument = self.prices.catalogue.get(position.symbol)
            conversion = self.prices.conversion(instrument.profit_currency, account.currency)
            valuer = compile_valuer(
                instrument,
                position.side,
                position.lots,
                position.average,
                account.currency,
                ARITHMETIC_USED,
                conversion,
            )
            line = _Line(position.lots, position.average, valuer, conversion)
            self._lines[place] = line
        return line
