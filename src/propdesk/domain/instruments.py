"""Instruments: what one lot of a symbol is, how its profit is calculated, and which name means it.

It must not hold prices, and it must not guess: a symbol that no rule resolves is unknown.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from propdesk.domain.events import InstrumentDefined
from propdesk.domain.exact import ZERO, exactly

ONE = Decimal(1)


class CalculationMode(StrEnum):
    """How a platform turns prices and lots into profit and margin."""

    FX = "fx"
    CFD = "cfd"
    INDEX_CFD = "cfd_index"
    FUTURES = "futures"
    CRYPTO_LINEAR = "crypto_linear"
    CRYPTO_INVERSE = "crypto_inverse"


class InstrumentError(ValueError):
    """An instrument cannot be made or found; the caller refuses the row that names it."""


class UnknownInstrument(InstrumentError):
    """No instrument goes by this name; its positions can be booked but not valued."""

    def __init__(self, symbol: str) -> None:
        super().__init__(f"instrument {symbol[:40]!r} is not in the catalogue")
        self.symbol = symbol


@dataclass(frozen=True, slots=True)
class Instrument:
    """One tradable symbol of a platform; figures are per lot (futures: per contract).

    ``tick_value`` is the money one tick of one lot is worth, in the profit currency.
    ``mini_equivalent`` is what one lot counts in contract limits (a micro: 0.1).
    ``correlated`` names the product family (ES for MES).
    """

    symbol: str
    digits: int
    contract_size: Decimal
    base_currency: str
    profit_currency: str
    margin_currency: str
    mode: CalculationMode = CalculationMode.FX
    tick_size: Decimal | None = None
    tick_value: Decimal | None = None
    volume_step: Decimal = Decimal("0.01")
    asset_class: str = "forex"
    mini_equivalent: Decimal = ONE
    correlated: str | None = None
    leverage_cap: Decimal | None = None

    def __post_init__(self) -> None:
        if not self.symbol:
            raise InstrumentError("an instrument needs a symbol")
        for name in (
            "contract_size",
            "volume_step",
            "mini_equivalent",
            "tick_size",
            "tick_value",
            "leverage_cap",
        ):
            value: Decimal | None = getattr(self, name)
            if value is not None and not (value.is_finite() and value > ZERO):
                raise InstrumentError(f"{self.symbol}: {name} must be positive, not {value}")
        if self.mode is CalculationMode.FUTURES:
            self.point_value()

    def point_value(self) -> Decimal:
        """Profit-currency money one lot earns when its price moves by one; exact.

        Not for inverse contracts, whose profit is not linear in the price.
        """
        if self.mode is CalculationMode.CRYPTO_INVERSE:
            raise InstrumentError(f"{self.symbol}: an inverse contract has no value per point")
        if self.mode is not CalculationMode.FUTURES:
            return self.contract_size
        if self.tick_size is None or self.tick_value is None:
            raise InstrumentError(f"{self.symbol}: a future needs tick_size and tick_value")
        value = finite_decimal(Fraction(self.tick_value) / Fraction(self.tick_size))
        if value is None:
            raise InstrumentError(
                f"{self.symbol}: {self.tick_value} per {self.tick_size} is not a finite value "
                "per point"
            )
        return value


# A finite decimal longer than this is carried as a ratio: an average of many fills may have
# hundreds of digits, and the exact context has 120.
PLACES_MAX = 30


def instrument_of(event: InstrumentDefined) -> Instrument:
    """The instrument an event defines. Raises ``InstrumentError`` for one that cannot be."""
    if event.mode not in {each.value for each in CalculationMode}:
        modes = ", ".join(each.value for each in CalculationMode)
        raise InstrumentError(f"{event.symbol}: mode {event.mode!r} is none of {modes}")
    values = {each.name: getattr(event, each.name) for each in fields(Instrument)}
    return Instrument(**{**values, "mode": CalculationMode(event.mode)})


def finite_decimal(value: Fraction, places_max: int = PLACES_MAX) -> Decimal | None:
    """The ratio as an exact decimal; None where it has no end (1/3) or too many places."""
    rest = value.denominator
    twos = fives = 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > places_max:
        return None
    with exactly():
        return Decimal(value.numerator * 10**places // value.denominator).scaleb(-places)


# What brokers append to a symbol without changing the contract: a punctuation mark and a few
# characters ("EURUSD.", "EURUSD.pro", "EURUSD-2"), or one of these. "c" (cent) and "micro" are
# not here: such lots are smaller, and a silent match would be wrong by a hundred.
_SUFFIX = re.compile(r"(?:[.\-_+!^#][A-Za-z0-9]{0,8}|m|i|r|z|x|pro|ecn|raw|stp|std|prime|vip)")
_CENT_OR_MICRO = re.compile(r"(?:[.\-_+!^#]?(?:c|cent|ct|micro|mic|mini))", re.IGNORECASE)
_PREFIX = "#"
# Month code and year of an expiring contract: MESH5, ESZ25, CLF2026.
_EXPIRY = re.compile(r"[FGHJKMNQUVXZ]\d{1,4}")


class Catalogue:
    """The instruments that are known, by symbol; immutable.

    A name is resolved in this order, the first that fits wins: exactly; exactly in capitals; an
    alias; a future's root and expiry (``MESH5``: the dated name is kept as its symbol); without
    a leading ``#``; the longest symbol or alias it begins with, followed by a broker's suffix.
    Cent and micro suffixes never resolve. Two instruments of one symbol are an error.
    """

    __slots__ = ("_aliases", "_instruments", "_pairs", "_resolved")

    def __init__(
        self, instruments: Iterable[Instrument], aliases: Iterable[tuple[str, str]] = ()
    ) -> None:
        self._instruments: dict[str, Instrument] = {}
        for instrument in instruments:
            if instrument.symbol in self._instruments:
                raise InstrumentError(f"{instrument.symbol} is in the catalogue twice")
            self._instruments[instrument.symbol] = instrument
        self._aliases: dict[str, str] = {}
        for alias, symbol in aliases:
            if symbol not in self._instruments:
                raise InstrumentError(f"alias {alias} names {symbol}, which is not there")
            if alias in self._instruments or alias.upper() in self._aliases:
                raise InstrumentError(f"alias {alias} already means something")
            self._aliases[alias.upper()] = symbol
        self._pairs = {
            (instrument.base_currency, instrument.profit_currency): instrument
            for instrument in reversed(self._instruments.values())
            if instrument.mode in (CalculationMode.FX, CalculationMode.CRYPTO_LINEAR)
            and instrument.asset_class in ("forex", "crypto")
        }
        self._resolved: dict[str, Instrument | None] = {}

    def __iter__(self) -> Iterator[Instrument]:
        return iter(self._instruments.values())

    def __len__(self) -> int:
        return len(self._instruments)

    def __contains__(self, symbol: str) -> bool:
        return self.find(symbol) is not None

    @property
    def aliases(self) -> tuple[tuple[str, str], ...]:
        """Every alias with the symbol it stands for."""
        return tuple(self._aliases.items())

    def get(self, symbol: str) -> Instrument:
        """The instrument a platform's name means; raises ``UnknownInstrument``."""
        found = self.find(symbol)
        if found is None:
            raise UnknownInstrument(symbol)
        return found

    def find(self, symbol: str) -> Instrument | None:
        """The instrument a platform's name means, or None."""
        found = self._instruments.get(symbol)
        if found is not None:
            return found
        # Names repeat for every row of a statement; resolving one is a pure function of the name.
        if symbol not in self._resolved:
            if len(self._resolved) >= _RESOLVED_MAX:
                return self._resolve(symbol)
            self._resolved[symbol] = self._resolve(symbol)
        return self._resolved[symbol]

    def pair(self, base: str, quote: str) -> Instrument | None:
        """The instrument that quotes one unit of ``base`` in ``quote``, if there is one."""
        return self._pairs.get((base, quote))

    def with_overrides(self, instruments: Iterable[Instrument]) -> "Catalogue":
        """A catalogue in which these instruments replace their namesakes or are added.

        An alias gives way to an instrument of its name.
        """
        merged = dict(self._instruments)
        for instrument in instruments:
            merged[instrument.symbol] = instrument
        kept = ((a, s) for a, s in self._aliases.items() if a not in merged)
        return Catalogue(merged.values(), kept)

    def _resolve(self, symbol: str) -> Instrument | None:
        name = symbol.strip()
        if len(name) > _NAME_LENGTH_MAX:
            return None
        for candidate in (name, name.removeprefix(_PREFIX)):
            found = self._named(candidate) or self._dated(candidate) or self._suffixed(candidate)
            if found is not None:
                return found
        return None

    def _named(self, name: str) -> Instrument | None:
        upper = name.upper()
        return (
            self._instruments.get(name)
            or self._instruments.get(upper)
            or self._instruments.get(self._aliases.get(upper, ""))
        )

    def _dated(self, name: str) -> Instrument | None:
        upper = name.upper()
        for size in range(len(upper) - 2, 0, -1):
            root = self._instruments.get(upper[:size])
            if (
                root is not None
                and root.mode is CalculationMode.FUTURES
                and _EXPIRY.fullmatch(upper[size:])
            ):
                return replace(root, symbol=upper, correlated=root.correlated or root.symbol)
        return None

    def _suffixed(self, name: str) -> Instrument | None:
        for size in range(len(name) - 1, 1, -1):
            rest = name[size:]
            if _CENT_OR_MICRO.fullmatch(rest):
                continue
            # A statement may print every name in lower case; a bare letter then still is a suffix.
            if _SUFFIX.fullmatch(rest) or _SUFFIX.fullmatch(rest.lower()):
                found = self._named(name[:size])
                if found is not None:
                    return None if found.mode is CalculationMode.FUTURES else found
        return None


_RESOLVED_MAX = 4096
# Every beginning of a name is tried; no platform's is half as long.
_NAME_LENGTH_MAX = 64
