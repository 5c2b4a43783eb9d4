"""What a position is worth: figures worked by hand, and the properties that hold around a cent."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.exact import exactly
from propdesk.domain.instruments import CalculationMode, Catalogue, Instrument
from propdesk.domain.valuation import (
    ARITHMETIC,
    Conversion,
    MissingRate,
    NoConversion,
    Platform,
    ValuationError,
    compile_valuer,
    conversion_for,
    floating_profit,
    profit_in_profit_currency,
    worst_and_best,
)


def fx(symbol):
    return Instrument(
        symbol, 3 if "JPY" in symbol else 5, Decimal(100000), symbol[:3], symbol[3:], symbol[:3]
    )


XAUUSD = Instrument(
    "XAUUSD", 2, Decimal(100), "XAU", "USD", "USD", CalculationMode.CFD, asset_class="metals"
)
JP225 = Instrument(
    "JP225", 0, Decimal(1000), "JPY", "JPY", "JPY", CalculationMode.INDEX_CFD, asset_class="indices"
)
ES = Instrument(
    "ES",
    2,
    Decimal(50),
    "USD",
    "USD",
    "USD",
    CalculationMode.FUTURES,
    Decimal("0.25"),
    Decimal("12.50"),
    asset_class="indices",
)
M6B = replace(ES, symbol="M6B", tick_size=Decimal("0.0001"), tick_value=Decimal("0.625"))
BTCUSD = Instrument(
    "BTCUSD",
    2,
    Decimal(1),
    "BTC",
    "USD",
    "USD",
    CalculationMode.CRYPTO_LINEAR,
    asset_class="crypto",
)
PERP = Instrument(
    "BTCUSD_PERP",
    1,
    Decimal(100),
    "BTC",
    "BTC",
    "BTC",
    CalculationMode.CRYPTO_INVERSE,
    asset_class="crypto",
)
PAIRS = "EURUSD GBPUSD AUDUSD USDJPY USDCHF EURGBP EURJPY AUDJPY"
CATALOGUE = Catalogue([*map(fx, PAIRS.split()), XAUUSD, JP225, ES, M6B, BTCUSD, PERP])
MT4, MT5, EXACT = (ARITHMETIC[p] for p in (Platform.MT4, Platform.MT5, Platform.EXACT))


def worth(symbol, side, lots, opened, closed, account, arithmetic=MT5, rate=(None, None)):
    """Profit by the definition and by the compiled valuer, which must not differ."""
    instrument = CATALOGUE.get(symbol)
    conversion = conversion_for(instrument.profit_currency, account, CATALOGUE)
    lots, closed = Decimal(lots), Decimal(closed)
    opened = opened if isinstance(opened, Fraction) else Decimal(opened)
    bid, ask = (None if each is None else Decimal(each) for each in rate)
    defined = floating_profit(
        instrument,
        side,
        lots,
        opened,
        closed,
        account_currency=account,
        arithmetic=arithmetic,
        conversion=conversion,
        rate_bid=bid,
        rate_ask=ask,
    )
    valuer = compile_valuer(instrument, side, lots, opened, account, arithmetic, conversion)
    with exactly():
        assert valuer(closed, bid, ask) == defined
    return defined


GBPUSD = ("1.25000", "1.25020")
EURJPY = ("160.000", "160.010")


@pytest.mark.parametrize(
    ("symbol", "side", "lots", "opened", "closed", "account", "rate", "profit"),
    [
        # 6,000 units x 0.00200
        ("EURUSD", "buy", "0.06", "1.10345", "1.10545", "USD", (None, None), "12.00"),
        ("EURUSD", "sell", "0.06", "1.10345", "1.10545", "USD", (None, None), "-12.00"),
        # 15 ounces x 0.06
        ("XAUUSD", "buy", "0.15", "1286.500", "1286.440", "USD", (None, None), "-0.90"),
        # 20,000 x -0.353 JPY / 120.023, its own closing price
        ("USDJPY", "buy", "0.20", "120.376", "120.023", "USD", (None, None), "-58.82"),
        ("USDJPY", "sell", "0.20", "119.167", "118.615", "USD", (None, None), "93.07"),
        ("USDCHF", "buy", "1.00", "0.97430", "0.98062", "USD", (None, None), "644.49"),
        # 100 GBP: a gain is sold at the bid, a loss bought at the ask
        ("EURGBP", "buy", "1", "0.85000", "0.85100", "USD", GBPUSD, "125.00"),
        ("EURGBP", "buy", "1", "0.85100", "0.85000", "USD", GBPUSD, "-125.02"),
        ("EURGBP", "sell", "1", "0.85100", "0.85000", "USD", GBPUSD, "125.00"),
        ("EURGBP", "sell", "1", "0.85000", "0.85100", "USD", GBPUSD, "-125.02"),
        # 100,000 JPY: a gain / 160.010, a loss / 160.000
        ("AUDJPY", "buy", "10", "90.000", "90.100", "EUR", EURJPY, "624.96"),
        ("AUDJPY", "buy", "10", "90.100", "90.000", "EUR", EURJPY, "-625.00"),
        # a yen account has no decimals: 0.15 USD x 111.40 = 16.71
        ("EURUSD", "buy", "0.01", "1.12687", "1.12702", "JPY", ("111.40", "111.41"), "17"),
        ("USDJPY", "sell", "0.01", "111.391", "111.300", "JPY", (None, None), "91"),
        ("JP225", "sell", "0.01", "21713", "21763", "JPY", (None, None), "-500"),
        # one tick of two contracts; a tick of 0.625 is booked as 0.63 either way
        ("ES", "buy", "2", "5000.00", "5000.25", "USD", (None, None), "25.00"),
        ("ES", "sell", "1", "5000.00", "5001.00", "USD", (None, None), "-50.00"),
        ("M6B", "buy", "1", "1.2500", "1.2501", "USD", (None, None), "0.63"),
        ("M6B", "sell", "1", "1.2500", "1.2501", "USD", (None, None), "-0.63"),
        # crude below zero is a price like any other
        ("ES", "buy", "1", "10.00", "-37.50", "USD", (None, None), "-2375.00"),
        # 1,000 USD x (1/50,000 - 1/40,000)
        ("BTCUSD_PERP", "buy", "10", "50000", "40000", "BTC", (None, None), "-0.005"),
        ("BTCUSD_PERP", "sell", "10", "50000", "40000", "BTC", (None, None), "0.005"),
        ("BTCUSD_PERP", "buy", "10", "50000", "40000", "USD", ("39990", "40010"), "-200.05"),
        ("BTCUSD_PERP", "buy", "10", "40000", "50000", "USD", ("49990", "50010"), "249.95"),
        ("BTCUSD", "buy", "0.5", "50000", "50010.5", "USD", (None, None), "5.25"),
    ],
)
def test_profit_worked_by_hand(symbol, side, lots, opened, closed, account, rate, profit):
    assert worth(symbol, side, lots, opened, closed, account, MT5, rate) == Decimal(profit)


@pytest.mark.parametrize(
    ("side", "opened", "closed", "profit"),
    [
        ("buy", "0.85000", "0.85100", "125.00"),
        ("buy", "0.85100", "0.85000", "-125.00"),
        ("sell", "0.85100", "0.85000", "125.02"),
        ("sell", "0.85000", "0.85100", "-125.02"),
    ],
)
def test_mt4_converts_by_the_side_of_the_position(side, opened, closed, profit):
    assert worth("EURGBP", side, "1", opened, closed, "USD", MT4, GBPUSD) == Decimal(profit)


@pytest.mark.parametrize(
    ("points", "away", "even"),
    [
        (5, "0.01", "0.00"),  # 100 units x 0.00005 = half a cent
        (4, "0.00", "0.00"),
        (6, "0.01", "0.01"),
        (15, "0.02", "0.02"),
        (14, "0.01", "0.01"),
        (16, "0.02", "0.02"),
        (25, "0.03", "0.02"),
    ],
)
def test_ties_at_half_a_cent_of_both_signs(points, away, even):
    closed = Decimal("1.10000") + Decimal(points).scaleb(-5)
    to_even = replace(MT5, ties="half_even")
    for arithmetic, expected in ((MT5, Decimal(away)), (to_even, Decimal(even))):
        gain = worth("EURUSD", "buy", "0.001", "1.10000", closed, "USD", arithmetic)
        loss = worth("EURUSD", "sell", "0.001", "1.10000", closed, "USD", arithmetic)
        assert (gain, loss) == (expected, -expected)


def test_the_exact_platform_rounds_nothing_that_ends():
    assert worth("M6B", "buy", "1", "1.2500", "1.2501", "USD", EXACT) == Decimal("0.625")
    assert worth("EURGBP", "buy", "0.01", "0.85", "0.85001", "USD", EXACT, GBPUSD) == Decimal(
        "0.0125"
    )
    thirds = worth("USDJPY", "buy", "1", "1", "3", "USD", EXACT)  # 200,000 / 3
    assert thirds == Decimal("66666." + "6" * 47 + "7")


def test_an_unrounded_quotient_that_ends_is_short():
    assert str(worth("USDJPY", "buy", "1", "100", "125", "USD", EXACT)) == "20000"
    divided = compile_valuer(
        CATALOGUE.get("AUDJPY"),
        "buy",
        Decimal(1),
        Decimal(90),
        "EUR",
        EXACT,
        Conversion("EURJPY", inverse=True),
    )
    with exactly():
        assert divided(Decimal(91), Decimal(160), Decimal(160)).as_tuple().exponent == 0


@pytest.mark.parametrize(("nudge", "cents"), [("0", "0.01"), ("1E-70", "0.01"), ("-1E-70", "0.00")])
def test_a_quotient_is_not_rounded_twice(nudge, cents):
    # (0.015 + a hair) / 3 is half a cent and a hair: 64 digits alone would call it a tie.
    unit = replace(CATALOGUE.get("AUDJPY"), contract_size=Decimal(1))
    conversion = Conversion("EURJPY", inverse=True)
    valuer = compile_valuer(unit, "buy", Decimal(1), Decimal(0), "EUR", MT5, conversion)
    with exactly():
        close = Decimal("0.015") + Decimal(nudge)
        assert valuer(close, Decimal(3), Decimal(3)) == Decimal(cents)


def test_an_average_without_an_end_is_valued_exactly():
    # 3 lots bought at 1.10000, 1.10000 and 1.10001: the average is 1.10000 333…
    average = Fraction("3.30001") / 3
    assert worth("EURUSD", "buy", "3", average, "1.10001", "USD") == Decimal("2.00")
    with exactly():
        cost = Fraction("3.30001") * 100000
    assert (
        profit_in_profit_currency(
            CATALOGUE.get("EURUSD"), "buy", Decimal(3), average, Decimal("1.10001")
        )
        == 3 * 100000 * Fraction("1.10001") - cost
    )


@pytest.mark.parametrize(
    ("profit", "account", "conversion"),
    [
        ("USD", "USD", None),
        ("GBP", "USD", Conversion("GBPUSD", inverse=False)),
        ("JPY", "USD", Conversion("USDJPY", inverse=True)),
        ("USD", "JPY", Conversion("USDJPY", inverse=False)),
        ("USD", "EUR", Conversion("EURUSD", inverse=True)),
        ("BTC", "USD", Conversion("BTCUSD", inverse=False)),
    ],
)
def test_the_symbol_that_converts(profit, account, conversion):
    assert conversion_for(profit, account, CATALOGUE) == conversion


def test_currencies_no_symbol_links_are_an_error_never_one_to_one():
    with pytest.raises(NoConversion, match="SEK into USD"):
        conversion_for("SEK", "USD", CATALOGUE)


@pytest.mark.parametrize("arithmetic", [MT4, MT5, EXACT])
@pytest.mark.parametrize("rate", [(None, None), ("0", "0"), ("-1", "-1")])
@pytest.mark.parametrize("closed", ["0.85100", "0.84900"])
def test_a_missing_rate_is_an_error_never_zero(arithmetic, rate, closed):
    bid, ask = (None if each is None else Decimal(each) for each in rate)
    pair = CATALOGUE.get("EURGBP")
    conversion = Conversion("GBPUSD", inverse=False)
    valuer = compile_valuer(pair, "buy", Decimal(1), Decimal("0.85"), "USD", arithmetic, conversion)
    with pytest.raises(MissingRate, match="GBPUSD"):
        valuer(Decimal(closed), bid, ask)
    said = "missing" if bid is None else f"is {bid}"
    with pytest.raises(MissingRate, match=said):
        floating_profit(
            pair,
            "buy",
            Decimal(1),
            Decimal("0.85"),
            Decimal(closed),
            account_currency="USD",
            arithmetic=arithmetic,
            conversion=conversion,
            rate_bid=bid,
            rate_ask=ask,
        )


@pytest.mark.parametrize("arithmetic", [MT5, EXACT])
@pytest.mark.parametrize(("symbol", "inverse"), [("USDJPY", True), ("USDJPY", False)])
def test_an_own_rate_of_zero_is_an_error(arithmetic, symbol, inverse):
    valuer = compile_valuer(
        CATALOGUE.get(symbol),
        "buy",
        Decimal(1),
        Decimal(100),
        "USD",
        arithmetic,
        Conversion(symbol, inverse),
    )
    with pytest.raises(MissingRate):
        valuer(Decimal(0), None, None)


def test_an_own_price_may_multiply():
    value = compile_valuer(
        replace(CATALOGUE.get("EURUSD"), profit_currency="EUR"),
        "buy",
        Decimal("0.01"),
        Decimal("1.10"),
        "USD",
        MT5,
        Conversion("EURUSD", inverse=False),
    )
    assert value(Decimal("1.20"), None, None) == Decimal("120.00")  # 1,000 x 0.10 x 1.20


@pytest.mark.parametrize("prices", [("0", "50000"), ("50000", "0"), ("50000", "-1")])
def test_an_inverse_contract_needs_positive_prices(prices):
    with pytest.raises(ValuationError, match="> 0"):
        worth("BTCUSD_PERP", "buy", "1", prices[0], prices[1], "BTC")


@pytest.mark.parametrize(
    ("account", "conversion", "why"),
    [
        ("EUR", None, "EURUSD earns USD, the account is in EUR, and no conversion was given"),
        ("USD", Conversion("GBPUSD", inverse=False), "and a conversion was given"),
    ],
)
def test_a_conversion_that_does_not_fit_is_refused(account, conversion, why):
    with pytest.raises(ValuationError, match=why):
        compile_valuer(
            CATALOGUE.get("EURUSD"), "buy", Decimal(1), Decimal(1), account, MT5, conversion
        )


# --- properties, drawn where a cent turns ----------------------------------------------------

SIDES = st.sampled_from(["buy", "sell"])
ARITHMETICS = st.sampled_from([*ARITHMETIC.values(), replace(MT5, ties="half_even")])
# Lots whose cent per point is a fraction, so that a few points cross many ties.
LOTS = st.sampled_from([Decimal(each) for each in ("0.001", "0.01", "0.03", "0.125", "1", "7")])
POINTS = st.integers(-60, 60)
RATE_POINTS = st.integers(0, 5)
CASES = st.sampled_from(
    [
        ("EURUSD", "USD", "1.10000", 5, None),
        ("XAUUSD", "USD", "1286.50", 2, None),
        ("M6B", "USD", "1.2500", 4, None),
        ("USDJPY", "USD", "111.391", 3, None),
        ("USDJPY", "JPY", "111.391", 3, None),
        ("EURGBP", "USD", "0.85000", 5, "1.25000"),
        ("AUDJPY", "EUR", "90.000", 3, "160.000"),
        ("EURUSD", "JPY", "1.12687", 5, "111.400"),
        ("BTCUSD_PERP", "BTC", "50000.0", 1, None),
        ("BTCUSD_PERP", "USD", "50000.0", 1, "50000.0"),
    ]
)


def at(price, points, digits):
    return Decimal(price) + Decimal(points).scaleb(-digits)


@given(CASES, SIDES, LOTS, POINTS, RATE_POINTS, ARITHMETICS)
def test_the_compiled_valuer_is_the_definition(case, side, lots, points, spread, arithmetic):
    symbol, account, opened, digits, rate = case
    rates = (None, None) if rate is None else (rate, at(rate, spread, 3))
    worth(symbol, side, lots, opened, at(opened, points, digits), account, arithmetic, rates)


@given(CASES, SIDES, LOTS, POINTS, RATE_POINTS, ARITHMETICS)
def test_a_better_price_is_never_worth_less(case, side, lots, points, spread, arithmetic):
    symbol, account, opened, digits, rate = case
    rates = (None, None) if rate is None else (rate, at(rate, spread, 3))
    low, high = (
        worth(symbol, side, lots, opened, at(opened, p, digits), account, arithmetic, rates)
        for p in (points, points + 1)
    )
    assert low <= high if side == "buy" else low >= high


@given(CASES, SIDES, LOTS, POINTS, st.integers(0, 20), st.data())
def test_no_price_within_a_range_is_worth_less_than_its_worst(
    case, side, lots, points, width, data
):
    symbol, account, opened, digits, rate = case
    instrument = CATALOGUE.get(symbol)
    conversion = conversion_for(instrument.profit_currency, account, CATALOGUE)
    valuer = compile_valuer(instrument, side, lots, Decimal(opened), account, MT5, conversion)
    price = (at(opened, points, digits), at(opened, points + width, digits))
    bids = asks = None
    bid = ask = None
    if rate is not None:
        bids, asks = (at(rate, 0, 3), at(rate, 4, 3)), (at(rate, 2, 3), at(rate, 9, 3))
        bid = at(rate, data.draw(st.integers(0, 4)), 3)
        ask = at(rate, data.draw(st.integers(2, 9)), 3)
    inside = at(opened, data.draw(st.integers(points, points + width)), digits)
    worst, best = worst_and_best(valuer, price, bids, asks)
    assert worst <= valuer(inside, bid, ask) <= best


def test_a_point_in_time_has_one_value():
    valuer = compile_valuer(
        CATALOGUE.get("EURGBP"),
        "buy",
        Decimal(1),
        Decimal("0.85"),
        "USD",
        MT5,
        Conversion("GBPUSD", inverse=False),
    )
    price = (Decimal("0.851"), Decimal("0.851"))
    bid, ask = (Decimal("1.25"), Decimal("1.25")), (Decimal("1.26"), Decimal("1.26"))
    assert worst_and_best(valuer, price, bid, ask) == (Decimal(125), Decimal(125))
    loss, gain = (Decimal("0.849"), Decimal("0.851"))
    assert worst_and_best(valuer, (loss, gain), bid, ask) == (Decimal(-126), Decimal(125))


@given(st.integers(-3, 3), SIDES)
def test_one_point_either_side_of_a_tie(nudge, side):
    # 0.1 of a cent per point: 5 points more than whole cents is the tie.
    points = 105 + nudge
    lots = Decimal("0.001")
    booked = worth("EURUSD", side, lots, "1.1", at("1.1", points, 5), "USD")
    cents = 11 if points >= 105 else 10
    assert booked == Decimal(cents if side == "buy" else -cents).scaleb(-2)
