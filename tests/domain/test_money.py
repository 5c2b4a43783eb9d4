"""An amount keeps its currency, its exactness and its currency's minor unit."""

from decimal import Decimal

import pytest

from propdesk.domain.money import MixedCurrencies, Money, MoneyError, UnknownCurrency, minor_digits


@pytest.mark.parametrize(
    ("currency", "digits"),
    [("USD", 2), ("EUR", 2), ("JPY", 0), ("KWD", 3), ("BTC", 8), ("USDT", 6), ("CNH", 2)],
)
def test_each_currency_is_booked_with_its_own_decimals(currency, digits):
    assert minor_digits(currency) == digits


@pytest.mark.parametrize("currency", ["", "usd", "XXX", "USDD", "\x00"])
def test_a_currency_out_of_the_table_is_an_error(currency):
    with pytest.raises(UnknownCurrency, match="minor unit"):
        minor_digits(currency)
    with pytest.raises(UnknownCurrency):
        Money(Decimal(1), currency)


def test_amounts_of_one_currency_add_up_and_others_refuse():
    ten, three = Money(Decimal("10.10"), "USD"), Money(Decimal("3.05"), "USD")
    assert ten + three == Money(Decimal("13.15"), "USD")
    assert ten - three == Money(Decimal("7.05"), "USD")
    assert -ten == Money(Decimal("-10.10"), "USD")
    euro = Money(Decimal(1), "EUR")
    with pytest.raises(MixedCurrencies):
        ten + euro
    with pytest.raises(MixedCurrencies):
        ten - euro


@pytest.mark.parametrize("bad", ["NaN", "Infinity", "-Infinity", "sNaN"])
def test_what_is_not_a_number_is_not_money(bad):
    with pytest.raises(MoneyError):
        Money(Decimal(bad), "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "rounded", "text"),
    [
        ("0.005", "USD", "0.01", "0.005 USD"),
        ("-0.005", "USD", "-0.01", "-0.005 USD"),
        ("0.0049999", "USD", "0.00", "0.0049999 USD"),
        ("1E+3", "USD", "1000.00", "1000.00 USD"),
        ("16.5", "JPY", "17", "16.5 JPY"),
        ("-16.5", "JPY", "-17", "-16.5 JPY"),
        ("7", "JPY", "7", "7 JPY"),
        ("-0.00", "USD", "0", "0.00 USD"),
        ("0.000000005", "BTC", "0.00000001", "0.000000005 BTC"),
    ],
)
def test_rounding_is_half_away_and_text_hides_nothing(amount, currency, rounded, text):
    money = Money(Decimal(amount), currency)
    assert money.rounded() == Money(Decimal(rounded), currency)
    assert str(money) == text
