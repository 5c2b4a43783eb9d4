"""A linear form equals the domain's ``floating_profit`` at every price, ties first of all."""

import random
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from propdesk.domain.events import Side
from propdesk.domain.money import minor_digits
from propdesk.domain.valuation import (
    ARITHMETIC,
    Arithmetic,
    Conversion,
    MissingRate,
    Platform,
    conversion_for,
    floating_profit,
)
from propdesk.engine import kernel as plain
from propdesk.engine.fixed_point import (
    MAGNITUDE_MAX,
    Converted,
    LinearForm,
    NoForm,
    RateSide,
    half_away,
    linear_form,
)
from propdesk.engine.layout import INSTRUMENT, RUN, TERM, UNKNOWN
from propdesk.wire.catalogue import load_catalogue

CATALOGUE = load_catalogue()
CEILING = 5 * 10**6
ROUNDED = [Platform.MT4, Platform.MT5, Platform.CTRADER, Platform.FUTURES]
# symbol, account currency: not converted, times and divided by a rate, times and by its own price
CASES = [
    ("EURUSD", "USD"),
    ("CL", "USD"),
    ("JPN225", "JPY"),
    ("GER40", "USD"),
    ("EURGBP", "USD"),
    ("GBPJPY", "USD"),
    ("USDCAD", "EUR"),
    ("XAUUSD", "JPY"),
    ("USDJPY", "USD"),
    ("BTCEUR", "BTC"),
    ("EURUSD", "EUR"),
]


def made(
    symbol: str, side: str, lots: Decimal, opened: Any, currency: str, arithmetic: Arithmetic
) -> tuple[LinearForm | NoForm, Conversion | None]:
    instrument = CATALOGUE.get(symbol)
    conversion = None
    if instrument.profit_currency != currency:
        conversion = conversion_for(instrument.profit_currency, currency, CATALOGUE)
    form = linear_form(
        instrument,
        side,  # type: ignore[arg-type]
        lots,
        opened,
        account_currency=currency,
        arithmetic=arithmetic,
        conversion=conversion,
        price_digits=instrument.digits,
        price_ceiling=CEILING,
        rate_digits=0 if conversion is None else CATALOGUE.get(conversion.symbol).digits,
        rate_ceiling=CEILING,
    )
    return form, conversion


def by_kernel(kernel: Any, form: LinearForm, price: int, rate_bid: int, rate_ask: int) -> Any:
    """The value of a term that stands between absurd other sides of its price."""
    instruments = np.zeros(2, INSTRUMENT)
    own = (price, 7_777_777) if form.at_bid else (7_777_777, price)
    for row, (bid, ask) in zip(instruments, (own, (rate_bid, rate_ask)), strict=True):
        row["bid"], row["ask"], row["known"] = bid, ask, 1
    term, run = np.zeros(1, TERM)[0], np.zeros(1, RUN)[0]
    for row, names in ((term, ("a", "b", "d")), (run, ("converted", "rate_side", "at_bid"))):
        for name in names:
            row[name] = int(getattr(form, name))
    prices = kernel.prices_of(run, instruments[0], instruments[int(form.needs_rate)])
    value = kernel.value_of(term, run["converted"], prices)
    return None if value == UNKNOWN else int(value)


def check(
    case: tuple[str, str],
    side: str,
    lots: Decimal,
    opened: Any,
    platform: Platform,
    price: int,
    rates: tuple[int, int],
    kernel: Any = plain,
) -> None:
    symbol, currency = case
    form, conversion = made(symbol, side, lots, opened, currency, ARITHMETIC[platform])
    assert isinstance(form, LinearForm)
    rate_bid, rate_ask = rates
    instrument = CATALOGUE.get(symbol)
    digits = form.rate_digits
    try:
        profit = floating_profit(
            instrument,
            side,  # type: ignore[arg-type]
            lots,
            opened,
            Decimal(price).scaleb(-instrument.digits),
            account_currency=currency,
            arithmetic=ARITHMETIC[platform],
            conversion=conversion,
            rate_bid=Decimal(rate_bid).scaleb(-digits),
            rate_ask=Decimal(rate_ask).scaleb(-digits),
        )
        wanted = int(profit.scaleb(minor_digits(currency)))
    except MissingRate:
        wanted = None
    assert form.value(price, rate_bid, rate_ask) == wanted
    assert by_kernel(kernel, form, price, rate_bid, rate_ask) == wanted
    assert wanted is None or abs(wanted) <= form.value_max


@st.composite
def positions(draw: Any) -> Any:
    case = draw(st.sampled_from(CASES))
    digits = CATALOGUE.get(case[0]).digits
    points = draw(st.integers(-5000, 300_000))
    opened: Any = Decimal(points).scaleb(-digits)
    fills = draw(st.integers(1, 7))
    if fills > 1:
        opened = Fraction(points * fills + draw(st.integers(0, 6)), fills * 10**digits)
    lots = Decimal(draw(st.integers(1, 100_000))).scaleb(-draw(st.integers(0, 3)))
    price = points + draw(st.one_of(st.integers(-60, 60), st.integers(-CEILING // 4, CEILING // 4)))
    bid = draw(st.one_of(st.integers(-2, 3), st.integers(1, CEILING)))
    rates = (bid, draw(st.one_of(st.just(bid), st.integers(-2, CEILING))))
    side, platform = draw(st.sampled_from(get_args(Side))), draw(st.sampled_from(ROUNDED))
    return case, side, lots, opened, platform, price, rates


@settings(deadline=None, max_examples=400)
@given(positions())
def test_any_position_at_any_price(position: Any) -> None:
    (symbol, currency), side, lots, opened, platform, _price, _rates = position
    form, _ = made(symbol, side, lots, opened, currency, ARITHMETIC[platform])
    assume(isinstance(form, LinearForm))  # a large volume with a long average has none
    check(*position)


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_around_the_ties_of_rounding(kernel: Any, case: tuple[str, str]) -> None:
    """Volumes, rates and prices of few prime factors: their quotients often end in a half."""
    draw = random.Random(str(case))
    symbol, currency = case
    digits, ties = CATALOGUE.get(symbol).digits, 0
    for _ in range(1000):
        platform = draw.choice((Platform.MT4, Platform.MT5))
        side = draw.choice(("buy", "sell"))
        lots = draw.choice((1, 5)) * Decimal(1).scaleb(-draw.randint(0, 5))
        price, rate = smooth(draw), smooth(draw)
        points = price + draw.choice((-21, -5, -3, -1, 1, 3, 5, 21))
        opened = Decimal(points).scaleb(-digits)
        form, _ = made(symbol, side, lots, opened, currency, ARITHMETIC[platform])
        assert isinstance(form, LinearForm)
        exact = Fraction(form.a * price - form.b, form.d)
        used = price if form.rate_side is RateSide.OWN else rate
        if form.converted is Converted.TIMES:
            exact *= used
        elif form.converted is Converted.DIVIDED:
            exact /= used
        ties += exact.denominator == 2
        for rates in ((rate, rate), (rate, rate + 1), (rate - 1, rate)):
            check(case, side, lots, opened, platform, price, rates, kernel)
    assert ties >= 5


def smooth(draw: random.Random) -> int:
    number: int = 2 ** draw.randint(0, 7) * 5 ** draw.randint(0, 5)
    return number * draw.choice((1, 1, 3, 7))


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [
        *[(5, 2, 3), (-5, 2, -3), (4, 3, 1), (5, 3, 2), (-4, 3, -1), (-5, 3, -2), (1, 2, 1)],
        *[(-1, 2, -1), (0, 7, 0), (MAGNITUDE_MAX, MAGNITUDE_MAX, 1)],
        (MAGNITUDE_MAX - 1, MAGNITUDE_MAX, 1),
        (-MAGNITUDE_MAX, 1, -MAGNITUDE_MAX),
        (MAGNITUDE_MAX // 2 - 1, MAGNITUDE_MAX, 0),
        (MAGNITUDE_MAX // 2, MAGNITUDE_MAX, 1),
    ],
)
def test_half_goes_away_from_zero(
    kernel: Any, numerator: int, denominator: int, rounded: int
) -> None:
    assert half_away(numerator, denominator) == rounded
    assert kernel.half_away(np.int64(numerator), np.int64(denominator)) == rounded


def form_under(price_ceiling: int, rate_ceiling: int, case: tuple[str, str]) -> Any:
    instrument = CATALOGUE.get(case[0])
    conversion = None
    if instrument.profit_currency != case[1]:
        conversion = conversion_for(instrument.profit_currency, case[1], CATALOGUE)
    return linear_form(
        instrument,
        "sell",
        Decimal("0.37"),
        Decimal("1.5"),
        account_currency=case[1],
        arithmetic=ARITHMETIC[Platform.MT5],
        conversion=conversion,
        price_digits=instrument.digits,
        price_ceiling=price_ceiling,
        rate_digits=3,
        rate_ceiling=rate_ceiling,
    )


@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_the_largest_ceiling_does_not_overflow_and_one_beyond_is_refused(
    kernel: Any, case: tuple[str, str]
) -> None:
    rate_ceiling = 10**6
    largest = last_that(lambda top: isinstance(form_under(top, rate_ceiling, case), LinearForm))
    assert form_under(largest + 1, rate_ceiling, case) is NoForm.TOO_LARGE
    form = form_under(largest, rate_ceiling, case)
    for price in (largest, -largest, largest - 1):
        for rate in (1, 2, rate_ceiling):
            wanted = form.value(price, rate, rate)
            assert by_kernel(kernel, form, price, rate, rate) == wanted
            assert wanted is None or abs(wanted) <= form.value_max <= MAGNITUDE_MAX


@pytest.mark.parametrize("case", [("GBPJPY", "USD"), ("EURGBP", "USD")], ids="-".join)
def test_the_rate_is_part_of_the_proof(kernel: Any, case: tuple[str, str]) -> None:
    """Neither profit times rate nor the denominator times rate may leave 64 bits."""
    largest = last_that(lambda rate: isinstance(form_under(10**6, rate, case), LinearForm))
    assert form_under(10**6, largest + 1, case) is NoForm.TOO_LARGE
    form = form_under(10**6, largest, case)
    for price in (10**6, -(10**6)):
        for rate in (largest, largest - 1):
            assert by_kernel(kernel, form, price, rate, rate) == form.value(price, rate, rate)


def last_that(holds: Callable[[int], bool]) -> int:
    """The last number for which it holds, if it holds up to there."""
    low, high = 1, 2**64
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if holds(middle) else (low, middle)
    return low


@pytest.mark.parametrize(
    ("symbol", "arithmetic", "reason"),
    [
        ("BTCUSD_PERP", ARITHMETIC[Platform.MT5], NoForm.INVERSE),
        ("EURUSD", ARITHMETIC[Platform.EXACT], NoForm.ENDLESS),
        ("EURUSD", replace(ARITHMETIC[Platform.MT5], ties="half_even"), NoForm.HALF_EVEN),
    ],
)
def test_what_has_no_form_says_why(symbol: str, arithmetic: Arithmetic, reason: NoForm) -> None:
    instrument = CATALOGUE.get(symbol)
    form = linear_form(
        instrument,
        "buy",
        Decimal(1),
        Decimal(1),
        account_currency=instrument.profit_currency,
        arithmetic=arithmetic,
        conversion=None,
        price_digits=instrument.digits,
        price_ceiling=CEILING,
    )
    assert form is reason


def test_the_kernels_numbers_are_those_of_the_forms() -> None:
    assert list(Converted) == [plain.NOT_CONVERTED, plain.TIMES, plain.DIVIDED]
    sides = [plain.OF_PROFIT, plain.BID, plain.ASK, plain.OWN]
    assert sides == [RateSide.OF_PROFIT, RateSide.BID, RateSide.ASK, RateSide.OWN]
