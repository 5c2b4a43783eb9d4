"""What a position is worth at a price: profit, conversion, and the platform's way of rounding.

It must not look up prices or rates: the caller passes them, and a missing one is an error, never
zero. ``floating_profit`` is the definition, in exact ratios; ``compile_valuer`` is the same
function with everything that does not change per quote computed once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_05UP, ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from typing import Literal, TypeAlias, assert_never

from propdesk.domain.events import Side
from propdesk.domain.exact import (
    EXACT,
    FRACTION_DIGITS_MAX,
    ROUNDING,
    ZERO,
    round_ratio_half_away,
    unit_of,
)
from propdesk.domain.instruments import CalculationMode, Catalogue, Instrument, finite_decimal
from propdesk.domain.money import minor_digits

ExactPrice: TypeAlias = Decimal | Fraction
"""A price; a ratio only where an average has no finite decimal."""

Valuer: TypeAlias = Callable[[Decimal, Decimal | None, Decimal | None], Decimal]
"""(close price, rate bid, rate ask) -> profit in the account's currency."""

Span: TypeAlias = tuple[Decimal, Decimal]
"""The lowest and the highest a price was."""

# Decimals a quotient is carried to where a platform rounds nothing. No product is cut by it:
# price, lots, value of a point and rate have at most 12 decimals each.
RATIO_DIGITS = 4 * FRACTION_DIGITS_MAX


class ValuationError(ValueError):
    """A position cannot be valued; its equity is unknown until the caller finds what is missing."""


class NoConversion(ValuationError):
    """No known symbol links the profit currency to the account currency."""

    def __init__(self, profit_currency: str, account_currency: str) -> None:
        super().__init__(f"no symbol converts {profit_currency} into {account_currency}")
        self.profit_currency = profit_currency
        self.account_currency = account_currency


class MissingRate(ValuationError):
    """The conversion's rate is not known (or not positive) at this moment."""

    def __init__(self, symbol: str, rate: Decimal | None) -> None:
        super().__init__(f"the conversion rate {symbol} is {'missing' if rate is None else rate}")
        self.symbol = symbol


class Platform(StrEnum):
    """Whose arithmetic an account follows."""

    MT4 = "mt4"
    MT5 = "mt5"
    CTRADER = "ctrader"
    FUTURES = "futures"
    EXACT = "exact"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """A platform's parameters: when it rounds, ties to where, which side of a rate it takes.

    ``stage``: ``position`` rounds each position once, in the account currency, to its minor
    unit; ``never`` keeps what is exact and carries ratios to ``RATIO_DIGITS`` decimals.
    ``conversion_side``: ``profit_sign`` converts a gain at the rate the trader would get for it
    and a loss at the rate he would pay; ``position_side`` takes the rate's bid for a buy and
    its ask for a sell, as the position's own close does.
    """

    platform: Platform
    stage: Literal["position", "never"] = "position"
    ties: Literal["half_away", "half_even"] = "half_away"
    conversion_side: Literal["profit_sign", "position_side"] = "profit_sign"


ARITHMETIC: dict[Platform, Arithmetic] = {
    Platform.MT4: Arithmetic(Platform.MT4, conversion_side="position_side"),
    Platform.MT5: Arithmetic(Platform.MT5),
    Platform.CTRADER: Arithmetic(Platform.CTRADER),
    Platform.FUTURES: Arithmetic(Platform.FUTURES),
    Platform.EXACT: Arithmetic(Platform.EXACT, stage="never"),
}


@dataclass(frozen=True, slots=True)
class Conversion:
    """The symbol that turns profit into account currency: times its rate, or divided by it."""

    symbol: str
    inverse: bool


def conversion_for(
    profit_currency: str, account_currency: str, catalogue: Catalogue
) -> Conversion | None:
    """How profit becomes account money; None where both are one currency.

    Raises ``NoConversion`` where no symbol of the catalogue links the two directly: which sides
    of two rates a platform would chain is not documented, and a guess could cost a cent.
    """
    if profit_currency == account_currency:
        return None
    direct = catalogue.pair(profit_currency, account_currency)
    if direct is not None:
        return Conversion(direct.symbol, inverse=False)
    reverse = catalogue.pair(account_currency, profit_currency)
    if reverse is not None:
        return Conversion(reverse.symbol, inverse=True)
    raise NoConversion(profit_currency, account_currency)


def profit_in_profit_currency(
    instrument: Instrument,
    side: Side,
    lots: Decimal,
    open_price: ExactPrice,
    close_price: ExactPrice,
) -> Fraction:
    """Unrounded profit in the instrument's profit currency. A long closes at bid, a short at ask.

    Source: the calculation modes of DESIGN §4; an inverse contract is worth ``contract_size``
    units of quote money, so it earns the difference of the reciprocal prices.
    """
    signed_lots = Fraction(lots) if side == "buy" else -Fraction(lots)
    opened, closed = Fraction(open_price), Fraction(close_price)
    match instrument.mode:
        case CalculationMode.CRYPTO_INVERSE:
            if opened <= 0 or closed <= 0:
                raise ValuationError(f"{instrument.symbol}: an inverse contract needs a price > 0")
            return signed_lots * Fraction(instrument.contract_size) * (1 / opened - 1 / closed)
        case (
            CalculationMode.FX
            | CalculationMode.CFD
            | CalculationMode.INDEX_CFD
            | CalculationMode.FUTURES
            | CalculationMode.CRYPTO_LINEAR
        ):
            return signed_lots * Fraction(instrument.point_value()) * (closed - opened)
        case _:  # pragma: no cover
            assert_never(instrument.mode)


def rate_for(
    conversion: Conversion,
    arithmetic: Arithmetic,
    side: Side,
    profit: Fraction,
    *,
    rate_bid: Decimal | None,
    rate_ask: Decimal | None,
) -> Decimal:
    """The side of the conversion symbol a platform uses; raises ``MissingRate``."""
    if arithmetic.conversion_side == "position_side":
        at_bid = side == "buy"
    else:
        # A gain is sold for account money: multiplied at the bid, or divided by the dearer ask.
        at_bid = (profit >= 0) is not conversion.inverse
    rate = rate_bid if at_bid else rate_ask
    if rate is None or rate <= ZERO:
        raise MissingRate(conversion.symbol, rate)
    return rate


def round_profit(profit: Fraction, currency: str, arithmetic: Arithmetic) -> Decimal:
    """Profit as the platform books it in this currency."""
    if arithmetic.stage == "never":
        exact = finite_decimal(profit, RATIO_DIGITS)
        return round_ratio_half_away(profit, RATIO_DIGITS) if exact is None else exact
    digits = minor_digits(currency)
    if arithmetic.ties == "half_even":
        # round() of a ratio is exact and takes ties to the even neighbour.
        return Decimal(round(profit * 10**digits)).scaleb(-digits, context=EXACT)
    return round_ratio_half_away(profit, digits)


def floating_profit(
    instrument: Instrument,
    side: Side,
    lots: Decimal,
    open_price: ExactPrice,
    close_price: Decimal,
    *,
    account_currency: str,
    arithmetic: Arithmetic,
    conversion: Conversion | None = None,
    rate_bid: Decimal | None = None,
    rate_ask: Decimal | None = None,
) -> Decimal:
    """Profit of a position at a price, in account currency, rounded as the platform rounds.

    ``close_price`` is the bid of a long and the ask of a short. Where the conversion symbol is
    the instrument itself (USDJPY in a USD account) its own closing price is the rate.
    """
    _check_conversion(instrument, account_currency, conversion)
    profit = profit_in_profit_currency(instrument, side, lots, open_price, close_price)
    if conversion is not None:
        if conversion.symbol == instrument.symbol:
            rate_bid = rate_ask = close_price
        rate = Fraction(
            rate_for(conversion, arithmetic, side, profit, rate_bid=rate_bid, rate_ask=rate_ask)
        )
        profit = profit / rate if conversion.inverse else profit * rate
    return round_profit(profit, account_currency, arithmetic)


def compile_valuer(  # noqa: PLR0917 - called once per position, in the order of its words
    instrument: Instrument,
    side: Side,
    lots: Decimal,
    open_price: ExactPrice,
    account_currency: str,
    arithmetic: Arithmetic,
    conversion: Conversion | None = None,
) -> Valuer:
    """``floating_profit`` of one position as a function of the quote alone; the hot path.

    Call the valuer within ``exactly()``: it does not pay for entering the context per quote.
    The result equals ``floating_profit`` for every input (a property test holds them together).
    An inverse contract and an average without an end have no finite decimals to precompute:
    they take the definition itself, some twenty times slower.
    """
    _check_conversion(instrument, account_currency, conversion)
    opened = open_price if isinstance(open_price, Decimal) else finite_decimal(open_price)
    if opened is None or instrument.mode is CalculationMode.CRYPTO_INVERSE:
        return lambda close, bid, ask: floating_profit(
            instrument,
            side,
            lots,
            open_price,
            close,
            account_currency=account_currency,
            arithmetic=arithmetic,
            conversion=conversion,
            rate_bid=bid,
            rate_ask=ask,
        )
    signed = lots if side == "buy" else EXACT.minus(lots)
    units = EXACT.multiply(signed, instrument.point_value())
    rounding = _rounding_of(arithmetic, account_currency)
    if conversion is None:
        return _unconverted(units, opened, rounding)
    if conversion.symbol == instrument.symbol:
        return _by_own_price(units, opened, rounding, conversion)
    return _by_rate(
        units, opened, rounding, conversion, bid_at=_bid_at(side, arithmetic, conversion)
    )


def worst_and_best(
    value: Valuer,
    price: Span,
    rate_bid: Span | None = None,
    rate_ask: Span | None = None,
) -> tuple[Decimal, Decimal]:
    """The least and the most a position was worth while its prices stayed within these spans.

    Profit rises or falls with the closing price and, at a given price, with the rate, so the
    extremes lie at the corners; rounding keeps the order.
    """
    if price[0] == price[1] and _is_point(rate_bid) and _is_point(rate_ask):
        # A quote, not a bar: the common case costs one valuation instead of four.
        exact = value(price[0], rate_bid and rate_bid[0], rate_ask and rate_ask[0])
        return exact, exact
    bids: Span | tuple[None, None] = (None, None) if rate_bid is None else rate_bid
    asks: Span | tuple[None, None] = (None, None) if rate_ask is None else rate_ask
    values = [value(p, b, a) for p in price for b, a in zip(bids, asks, strict=True)]
    return min(values), max(values)


def _is_point(span: Span | None) -> bool:
    return span is None or span[0] == span[1]


# --- compiled forms --------------------------------------------------------------------------
# Each closure does two to four operations of C decimal arithmetic per quote.

_HALF_EVEN = Context(prec=ROUNDING.prec, rounding=ROUND_HALF_EVEN, traps=ROUNDING.traps)
# A quotient is rounded twice: to the context's precision, then to the minor unit. The "05up" rule
# never leaves a last digit of 0 or 5 unless the quotient is exact, so the second rounding sees a
# tie only where there is one. Half the digits do for a minor unit, at half the time.
_SHORT_QUOTIENT = Context(prec=64, rounding=ROUND_05UP, traps=ROUNDING.traps)
_LONG_QUOTIENT = Context(prec=120, rounding=ROUND_05UP, traps=ROUNDING.traps)


@dataclass(frozen=True, slots=True)
class _Rounding:
    """How products and quotients become an amount; ``product`` None: they stay as they are."""

    product: Callable[[Decimal], Decimal] | None
    quotient: Callable[[Decimal], Decimal]
    divide: Callable[[Decimal, Decimal], Decimal]


@cache
def _rounding_of(arithmetic: Arithmetic, currency: str) -> _Rounding:
    if arithmetic.stage == "never":
        places = unit_of(RATIO_DIGITS)
        quantize = ROUNDING.quantize
        return _Rounding(
            product=None,
            quotient=lambda profit: quantize(profit, places).normalize(EXACT),
            divide=_LONG_QUOTIENT.divide,
        )
    minor = unit_of(minor_digits(currency))
    quantize = (_HALF_EVEN if arithmetic.ties == "half_even" else ROUNDING).quantize

    def to_minor(profit: Decimal) -> Decimal:
        return quantize(profit, minor)

    return _Rounding(product=to_minor, quotient=to_minor, divide=_SHORT_QUOTIENT.divide)


def _unconverted(units: Decimal, opened: Decimal, rounding: _Rounding) -> Valuer:
    rounded = rounding.product
    if rounded is None:
        return lambda close, _bid, _ask: (close - opened) * units
    return lambda close, _bid, _ask: rounded((close - opened) * units)


def _by_own_price(
    units: Decimal, opened: Decimal, rounding: _Rounding, conversion: Conversion
) -> Valuer:
    product, quotient, divide = rounding.product or _as_is, rounding.quotient, rounding.divide
    symbol = conversion.symbol

    def divided(close: Decimal, _bid: Decimal | None, _ask: Decimal | None) -> Decimal:
        if close <= ZERO:
            raise MissingRate(symbol, close)
        return quotient(divide((close - opened) * units, close))

    def multiplied(close: Decimal, _bid: Decimal | None, _ask: Decimal | None) -> Decimal:
        if close <= ZERO:
            raise MissingRate(symbol, close)
        return product((close - opened) * units * close)

    return divided if conversion.inverse else multiplied


def _by_rate(
    units: Decimal,
    opened: Decimal,
    rounding: _Rounding,
    conversion: Conversion,
    *,
    bid_at: tuple[bool, bool],
) -> Valuer:
    product, quotient, divide = rounding.product or _as_is, rounding.quotient, rounding.divide
    symbol = conversion.symbol
    bid_at_gain, bid_at_loss = bid_at

    def rate_of(profit: Decimal, bid: Decimal | None, ask: Decimal | None) -> Decimal:
        rate = bid if (bid_at_gain if profit >= ZERO else bid_at_loss) else ask
        if rate is None or rate <= ZERO:
            raise MissingRate(symbol, rate)
        return rate

    def divided(close: Decimal, bid: Decimal | None, ask: Decimal | None) -> Decimal:
        profit = (close - opened) * units
        return quotient(divide(profit, rate_of(profit, bid, ask)))

    def multiplied(close: Decimal, bid: Decimal | None, ask: Decimal | None) -> Decimal:
        profit = (close - opened) * units
        return product(profit * rate_of(profit, bid, ask))

    return divided if conversion.inverse else multiplied


def _bid_at(side: Side, arithmetic: Arithmetic, conversion: Conversion) -> tuple[bool, bool]:
    """Whether the rate's bid is taken for (a gain, a loss); ``rate_for`` says why."""
    if arithmetic.conversion_side == "position_side":
        return (side == "buy", side == "buy")
    return (not conversion.inverse, conversion.inverse)


def _as_is(profit: Decimal) -> Decimal:
    return profit


def _check_conversion(
    instrument: Instrument, account_currency: str, conversion: Conversion | None
) -> None:
    same = instrument.profit_currency == account_currency
    if same is not (conversion is None):
        what = "no conversion was given" if conversion is None else "a conversion was given"
        raise ValuationError(
            f"{instrument.symbol} earns {instrument.profit_currency}, the account is in "
            f"{account_currency}, and {what}"
        )
