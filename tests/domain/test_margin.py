"""Margin, margin level and effective leverage: figures worked by hand."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from propdesk.domain.instruments import CalculationMode, Instrument
from propdesk.domain.margin import (
    Exposure,
    MarginError,
    effective_leverage,
    effective_leverage_by_class,
    free_margin,
    margin_by_asset_class,
    margin_level,
    margin_use,
    margin_used,
    notional,
)

EURUSD = Instrument("EURUSD", 5, Decimal(100000), "EUR", "USD", "EUR")
XAUUSD = Instrument(
    "XAUUSD", 2, Decimal(100), "XAU", "USD", "USD", CalculationMode.CFD, asset_class="metals"
)
US30 = replace(XAUUSD, symbol="US30", contract_size=Decimal(1), asset_class="indices")
US30 = replace(US30, mode=CalculationMode.INDEX_CFD, leverage_cap=Decimal(20))
BTCUSD = replace(XAUUSD, symbol="BTCUSD", contract_size=Decimal(1), asset_class="crypto")
BTCUSD = replace(BTCUSD, mode=CalculationMode.CRYPTO_LINEAR)
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
ES = Instrument(
    "ES",
    2,
    Decimal(50),
    "USD",
    "USD",
    "USD",
    CalculationMode.FUTURES,
    Decimal("0.25"),
    Decimal("12.5"),
    asset_class="indices",
)


def held(instrument, side, lots, price, rate="1", margin_rate=None):
    return Exposure(
        instrument,
        side,
        Decimal(lots),
        Decimal(price),
        Fraction(rate),
        Fraction(rate if margin_rate is None else margin_rate),
    )


@pytest.mark.parametrize(
    ("exposure", "leverage", "margin", "value"),
    [
        # one lot of euro at 1:100 is 1,000 EUR; in dollars at 1.10831: 1,108.31
        (held(EURUSD, "buy", "1", "1.10831", margin_rate="1.10831"), "100", "1108.31", "110831"),
        (held(EURUSD, "sell", "1", "1.10831", margin_rate="1.10831"), "100", "1108.31", "110831"),
        # the same in a euro account: the margin needs no rate, the value is 100,000
        (held(EURUSD, "buy", "1", "1.25", "0.8", "1"), "30", Fraction(10000, 3), "100000"),
        (held(XAUUSD, "buy", "0.5", "2000"), "20", "5000", "100000"),
        (held(US30, "buy", "2", "39000"), "100", "3900", "78000"),  # capped at 1:20
        (held(US30, "buy", "2", "39000"), "10", "7800", "78000"),  # under the cap
        (held(BTCUSD, "sell", "0.2", "50000"), "2", "5000", "10000"),
        # 10 contracts of 100 USD at 50,000 are 0.02 BTC
        (held(PERP, "buy", "10", "50000"), "5", "0.004", "0.02"),
        (held(PERP, "buy", "10", "50000", "50000"), "5", "200", "1000"),
        (held(ES, "buy", "2", "5000"), "50", "10000", "500000"),
        (held(ES, "buy", "1", "-10"), "50", "10", "500"),  # a negative price has a size too
    ],
)
def test_margin_and_value_by_mode(exposure, leverage, margin, value):
    assert margin_used(exposure, Decimal(leverage)) == Fraction(margin)
    assert notional(exposure) == Fraction(value)


def test_a_future_takes_the_exchange_margin_where_it_is_known():
    assert margin_used(held(ES, "buy", "3", "5000"), Decimal(50), per_contract=Decimal(500)) == 1500
    in_euro = held(ES, "buy", "3", "5000", "0.9")
    assert margin_used(in_euro, Decimal(50), per_contract=Decimal(500)) == 1350
    gold = held(XAUUSD, "buy", "1", "2000")
    assert margin_used(gold, Decimal(20), per_contract=Decimal(1)) == 10000


HELD = [
    held(EURUSD, "buy", "1", "1.10", margin_rate="1.10"),
    held(EURUSD, "sell", "1", "1.10", margin_rate="1.10"),
    held(XAUUSD, "sell", "0.1", "2000"),
]


def test_margin_and_leverage_per_asset_class_add_longs_and_shorts():
    assert margin_by_asset_class(HELD, Decimal(100)) == {"forex": 2200, "metals": 200}
    assert margin_by_asset_class(HELD, Decimal(100), leverage_by_class={"metals": Decimal(20)}) == {
        "forex": 2200,
        "metals": 1000,
    }
    assert effective_leverage(HELD, Decimal(10000)) == 24
    assert effective_leverage_by_class(HELD, Decimal(10000)) == {"forex": 22, "metals": 2}
    assert effective_leverage([], Decimal(10000)) == 0
    assert effective_leverage_by_class([], Decimal(10000)) == {}


def test_free_margin_and_level_of_a_real_report():
    # Equity 11,324.77 and margin 1,108.31: free 10,216.46, level 1,021.81 %.
    equity, used = Decimal("11324.77"), Fraction("1108.31")
    assert free_margin(equity, used) == Fraction("10216.46")
    level = margin_level(equity, used)
    assert level is not None
    assert round(level, 2) == Fraction("1021.81")
    assert round(margin_use(equity, used), 2) == Fraction("9.79")
    assert free_margin(Decimal(1000), used) == Fraction("-108.31")
    assert margin_level(equity, Fraction(0)) is None
    assert margin_use(equity, Fraction(0)) == 0


@pytest.mark.parametrize("equity", ["0", "-0.01"])
def test_without_equity_leverage_has_no_meaning(equity):
    with pytest.raises(MarginError, match="equity"):
        effective_leverage(HELD, Decimal(equity))
    with pytest.raises(MarginError, match="equity"):
        margin_use(Decimal(equity), Fraction(1))


@pytest.mark.parametrize("leverage", ["0", "-1"])
def test_a_leverage_of_nothing_is_refused(leverage):
    with pytest.raises(MarginError, match="not possible"):
        margin_used(HELD[0], Decimal(leverage))


@pytest.mark.parametrize("price", ["0", "-1"])
def test_an_inverse_contract_needs_a_positive_price(price):
    with pytest.raises(MarginError, match="> 0"):
        notional(held(PERP, "buy", "1", price))
