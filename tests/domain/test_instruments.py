"""What one lot is, and which of a platform's names mean which instrument."""

from dataclasses import FrozenInstanceError, replace
from decimal import Decimal
from fractions import Fraction

import pytest

from propdesk.domain.instruments import (
    CalculationMode,
    Catalogue,
    Instrument,
    InstrumentError,
    UnknownInstrument,
    finite_decimal,
)

EURUSD = Instrument("EURUSD", 5, Decimal(100000), "EUR", "USD", "EUR")
USDJPY = Instrument("USDJPY", 3, Decimal(100000), "USD", "JPY", "USD")
US30 = Instrument(
    "US30", 2, Decimal(1), "USD", "USD", "USD", CalculationMode.INDEX_CFD, asset_class="indices"
)
US_OIL = replace(US30, symbol="US_OIL", asset_class="energies")
ES = Instrument(
    "ES",
    2,
    Decimal(50),
    "USD",
    "USD",
    "USD",
    CalculationMode.FUTURES,
    tick_size=Decimal("0.25"),
    tick_value=Decimal("12.50"),
    asset_class="futures",
    correlated="ES",
)
MES = replace(
    ES,
    symbol="MES",
    contract_size=Decimal(5),
    tick_value=Decimal("1.25"),
    mini_equivalent=Decimal("0.1"),
)
CATALOGUE = Catalogue(
    [EURUSD, USDJPY, US30, US_OIL, ES, MES], [("DJ30", "US30"), ("WTI", "US_OIL")]
)


@pytest.mark.parametrize(
    ("name", "symbol"),
    [
        ("EURUSD", "EURUSD"),
        ("eurusd", "EURUSD"),
        ("EURUSD.", "EURUSD"),
        ("eurusd.", "EURUSD"),
        ("EURUSD.pro", "EURUSD"),
        ("EURUSD-2", "EURUSD"),
        ("EURUSD_i", "EURUSD"),
        ("EURUSD+", "EURUSD"),
        ("EURUSDm", "EURUSD"),
        ("EURUSDpro", "EURUSD"),
        (" EURUSD ", "EURUSD"),
        ("#US30", "US30"),
        ("#US30.cash", "US30"),
        ("DJ30", "US30"),
        ("dj30.x", "US30"),
        ("US_OIL", "US_OIL"),
        ("us_oil", "US_OIL"),
        ("wti", "US_OIL"),
        ("MES", "MES"),
        ("MESH5", "MESH5"),
        ("mesz2025", "MESZ2025"),
        ("ESU25", "ESU25"),
        # Cent and micro lots are smaller: never the standard contract.
        ("EURUSDc", None),
        ("EURUSD.c", None),
        ("EURUSDmicro", None),
        ("EURUSD.mini", None),
        ("EURUSD_cent", None),
        # Not a suffix, not an expiry, not a name.
        ("EURUSDT", None),
        ("EURUS", None),
        ("ESA5", None),
        ("ESH", None),
        ("ESm", None),
        ("ES.x", None),
        ("EURUSDH5", None),
        ("", None),
        ("#", None),
        ("EURUSD.averylongtail", None),
    ],
)
def test_a_name_means_one_instrument_or_none(name, symbol):
    found = CATALOGUE.find(name)
    assert (found.symbol if found else None) == symbol
    assert (name in CATALOGUE) is (symbol is not None)
    if symbol is None:
        with pytest.raises(UnknownInstrument, match="not in the catalogue"):
            CATALOGUE.get(name)
    else:
        assert CATALOGUE.get(name) == found


def test_an_exact_name_wins_over_a_suffix_rule():
    decorated = replace(EURUSD, symbol="EURUSDm", contract_size=Decimal(1000))
    catalogue = CATALOGUE.with_overrides([decorated])
    assert catalogue.get("EURUSDm").contract_size == Decimal(1000)
    assert catalogue.get("EURUSD").contract_size == Decimal(100000)
    assert CATALOGUE.get("EURUSDm") is EURUSD, "the catalogue it was made from is unchanged"


def test_a_dated_future_keeps_its_name_and_its_family():
    dated = CATALOGUE.get("MESH5")
    assert (dated.correlated, dated.tick_value) == ("ES", Decimal("1.25"))
    lone = Catalogue([replace(ES, correlated=None)])
    assert lone.get("ESH5").correlated == "ES"


def test_an_override_replaces_its_namesake_and_takes_an_alias_name():
    smaller = replace(US30, contract_size=Decimal("0.1"))
    own = replace(US30, symbol="DJ30", contract_size=Decimal(5))
    catalogue = CATALOGUE.with_overrides([smaller, own])
    assert len(catalogue) == len(CATALOGUE) + 1
    assert catalogue.get("US30").contract_size == Decimal("0.1")
    assert catalogue.get("DJ30").contract_size == Decimal(5)
    assert dict(catalogue.aliases) == {"WTI": "US_OIL"}


def test_a_resolved_name_is_resolved_alike_however_often_it_is_asked():
    catalogue = Catalogue([EURUSD])
    for number in range(5000):
        assert catalogue.find(f"EURUSD.{number}") is EURUSD
    assert catalogue.find("EURUSD.4999") is EURUSD


@pytest.mark.parametrize(
    ("instruments", "aliases", "why"),
    [
        ([EURUSD, EURUSD], [], "twice"),
        ([EURUSD], [("X", "GBPUSD")], "not there"),
        ([EURUSD, USDJPY], [("USDJPY", "EURUSD")], "already"),
        ([EURUSD], [("EU", "EURUSD"), ("eu", "EURUSD")], "already"),
    ],
)
def test_an_ambiguous_catalogue_is_refused(instruments, aliases, why):
    with pytest.raises(InstrumentError, match=why):
        Catalogue(instruments, aliases)


def test_pairs_are_what_converts_one_currency_into_another():
    metal = replace(
        EURUSD, symbol="XAUUSD", base_currency="XAU", mode=CalculationMode.CFD, asset_class="metals"
    )
    catalogue = CATALOGUE.with_overrides([metal])
    assert catalogue.pair("EUR", "USD") is EURUSD
    assert catalogue.pair("USD", "EUR") is None
    assert catalogue.pair("XAU", "USD") is None
    assert catalogue.pair("USD", "USD") is None, "a future is no exchange rate"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"symbol": ""}, "symbol"),
        ({"contract_size": Decimal(0)}, "contract_size"),
        ({"contract_size": Decimal("NaN")}, "contract_size"),
        ({"volume_step": Decimal("-0.01")}, "volume_step"),
        ({"mini_equivalent": Decimal(0)}, "mini_equivalent"),
        ({"leverage_cap": Decimal(0)}, "leverage_cap"),
        ({"tick_size": None}, "tick_size and tick_value"),
        ({"tick_value": None}, "tick_size and tick_value"),
        ({"tick_size": Decimal("Infinity")}, "tick_size"),
        ({"tick_value": Decimal(0)}, "tick_value"),
        ({"tick_size": Decimal("0.3"), "tick_value": Decimal(1)}, "finite"),
    ],
)
def test_an_impossible_instrument_is_refused(changes, why):
    with pytest.raises(InstrumentError, match=why):
        replace(ES, **changes)


@pytest.mark.parametrize(
    ("instrument", "value"),
    [(EURUSD, "100000"), (US30, "1"), (ES, "50"), (MES, "5")],
)
def test_the_value_of_a_point(instrument, value):
    assert instrument.point_value() == Decimal(value)


def test_a_treasury_tick_of_a_32nd_is_a_thousand_a_point():
    bond = replace(ES, symbol="ZB", tick_size=Decimal("0.03125"), tick_value=Decimal("31.25"))
    assert bond.point_value() == Decimal(1000)


def test_an_inverse_contract_has_no_value_per_point():
    with pytest.raises(InstrumentError, match="inverse"):
        replace(EURUSD, mode=CalculationMode.CRYPTO_INVERSE).point_value()


def test_instruments_are_frozen():
    with pytest.raises(FrozenInstanceError):
        EURUSD.digits = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("ratio", "decimal"),
    [
        (Fraction(1, 8), "0.125"),
        (Fraction(-7, 20), "-0.35"),
        (Fraction(3), "3"),
        (Fraction(0), "0"),
        (Fraction(1, 2**30), "0.000000000931322574615478515625"),
        (Fraction(1, 10**30), "1E-30"),
        (Fraction(1, 10**31), None),
        (Fraction(1, 3), None),
        (Fraction(1, 6), None),
    ],
)
def test_a_ratio_is_a_decimal_only_where_it_ends_soon(ratio, decimal):
    assert finite_decimal(ratio) == (None if decimal is None else Decimal(decimal))
