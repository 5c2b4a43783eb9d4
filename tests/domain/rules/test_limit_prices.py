"""Limit prices: a fill at the exchange's limit, beside it, and where the limit is not known."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.evaluation import UnusableHistory
from propdesk.domain.events import InstrumentDefined
from propdesk.domain.instruments import CalculationMode, Catalogue
from propdesk.domain.rules.limit_prices import LimitPrices
from propdesk.domain.terms import AppliesTo, Effect, TermsError
from tests.domain.rules.histories import (
    CATALOGUE,
    at,
    buy,
    close,
    d,
    instrument,
    judge,
    reported,
    sell,
    start,
)
from tests.domain.rules.verdicts import rows

WARN = (Effect(kind="warn"),)
ES = instrument(
    "ES", mode=CalculationMode.FUTURES, tick_size=d("0.25"), tick_value=d("12.5"), digits=2
)
FUTURES = Catalogue((*CATALOGUE, ES))
OPENINGS = LimitPrices(forbidden="openings", effects=WARN)
FILLS = LimitPrices(forbidden="fills", effects=WARN)
NEAR = replace(OPENINGS, within_ticks=2)


def limits(
    up: str | None = "5250", down: str | None = "4750", *, symbol: str = "ES", **more: Any
) -> InstrumentDefined:
    """The session's limits, told at midnight and good until 22:00."""
    future = symbol == "ES"
    return InstrumentDefined(
        **{
            "at": at("00:00"),
            "symbol": symbol,
            "digits": 2,
            "contract_size": d(1),
            "base_currency": "USD",
            "profit_currency": "USD",
            "margin_currency": "USD",
            "mode": "futures" if future else "cfd_index",
            "tick_size": d("0.25") if future else None,
            "tick_value": d("12.5") if future else None,
            "limit_up": None if up is None else d(up),
            "limit_down": None if down is None else d(down),
            "limits_until": at("22:00"),
            **more,
        }
    )


def long(price: str, clock: str = "09:00", position: str = "p", **more: Any) -> Any:
    return buy(clock, position, symbol="ES", price=d(price), **more)


def short(price: str, clock: str = "09:00", position: str = "p") -> Any:
    return sell(clock, position, symbol="ES", price=d(price))


def told(rule: LimitPrices, *events: Any) -> list[Any]:
    """Each verdict as time, outcome, price and limit."""
    return [each[:4] for each in rows(judge(rule, events, catalogue=FUTURES))]


UP = ("1 09:00:00", "warn", d(5250), d(5250))
BOOK = (limits(), start())


@pytest.mark.parametrize(
    ("rule", "fill", "verdicts"),
    [
        (OPENINGS, long("5250"), [UP]),
        (OPENINGS, long("5249.75"), []),
        (OPENINGS, long("5250.25"), [("1 09:00:00", "warn", d("5250.25"), d(5250))]),
        (OPENINGS, short("5250"), [UP]),  # whichever side: the market is held there
        (OPENINGS, long("4750"), [("1 09:00:00", "warn", d(4750), d(4750))]),
        (OPENINGS, long("4750.25"), []),
        (OPENINGS, short("4749.75"), [("1 09:00:00", "warn", d("4749.75"), d(4750))]),
        (NEAR, long("5249.50"), [("1 09:00:00", "warn", d("5249.50"), d("5249.50"))]),
        (NEAR, long("5249.25"), []),
        (NEAR, long("4750.50"), [("1 09:00:00", "warn", d("4750.50"), d("4750.50"))]),
        (NEAR, long("4750.75"), []),
        (replace(OPENINGS, applies_to=AppliesTo(instruments=("ONE",))), long("5250"), []),
    ],
)
def test_a_price_at_the_limit_and_a_tick_beside_it(
    rule: LimitPrices, fill: Any, verdicts: list[Any]
) -> None:
    assert told(rule, *BOOK, fill) == verdicts


def test_the_verdict_names_position_symbol_and_limit() -> None:
    (up,) = rows(judge(NEAR, [*BOOK, long("5249.50")], catalogue=FUTURES))
    assert up[4:] == ("touch", {"position": "p", "symbol": "ES", "limit_up": "5250"})
    (down,) = rows(judge(OPENINGS, [*BOOK, short("4750")], catalogue=FUTURES))
    assert down[4:] == ("touch", {"position": "p", "symbol": "ES", "limit_down": "4750"})


INSIDE = long("5000")
OUT = replace(close("10:00", INSIDE, "5250"), id="out")


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (OPENINGS, [INSIDE, OUT], []),
        (FILLS, [INSIDE, OUT], [("1 10:00:00", "warn", d(5250), d(5250))]),
        (FILLS, [long("5250")], [UP]),
        # adding to a position opens more of it
        (OPENINGS, [INSIDE, long("5250", "11:00")], [("1 11:00:00", "warn", d(5250), d(5250))]),
    ],
)
def test_openings_or_every_fill(rule: LimitPrices, events: list[Any], verdicts: list[Any]) -> None:
    assert told(rule, *BOOK, *events) == verdicts


@pytest.mark.parametrize(
    ("events", "verdicts"),
    [
        ([start(), INSIDE], [("1 09:00:00", "unknown", None, None)]),
        ([*BOOK, long("5000", "21:59")], []),
        ([*BOOK, long("5250", "22:00")], [("1 22:00:00", "unknown", None, None)]),
        # told in the middle of the history: from there on
        ([start(), limits(at=at("08:00")), long("5250")], [UP]),
        ([*BOOK, limits("5300", None, at=at("08:00")), long("5250")], []),
        # a side without a limit
        ([limits("5250", None), start(), long("1")], []),
        ([limits("5250", None), start(), long("5250")], [UP]),
        ([limits(None, "4750"), start(), long("9999")], []),
        ([limits(None, "4750"), start(), long("4750")], [("1 09:00:00", "warn", d(4750), d(4750))]),
        # an event that tells no limits changes none
        ([*BOOK, limits(None, None, at=at("08:00")), long("5250")], [UP]),
        # other instruments have none, unless the log tells some
        ([start(), buy("09:00", "p")], []),
        ([limits("10000", "9000", symbol="ONE"), start(), buy("09:00", "p")],
         [("1 09:00:00", "warn", d(10000), d(10000))]),
        ([limits("10000.01", "9000", symbol="ONE"), start(), buy("09:00", "p")], []),
        ([limits("10000", symbol="ONE"), start(), buy("22:00", "p")],
         [("1 22:00:00", "unknown", None, None)]),
    ],
)  # fmt: skip
def test_where_and_while_the_limits_are_known(events: list[Any], verdicts: list[Any]) -> None:
    assert told(OPENINGS, *events) == verdicts


def test_what_is_not_known_is_said() -> None:
    (unknown,) = rows(judge(OPENINGS, [start(), INSIDE], catalogue=FUTURES))
    assert unknown[5] == {
        "position": "p", "symbol": "ES", "reason": "the log does not tell the limit prices of ES",
    }  # fmt: skip
    trip = reported("09:00", "10:00", "5", symbol="ES", position="p")
    (unknown,) = rows(judge(OPENINGS, [*BOOK, trip], catalogue=FUTURES))
    assert unknown[5] == {
        "position": "p", "symbol": "ES", "reason": "the trade's prices are not told",
    }  # fmt: skip
    for symbol in ("ONE", "NONE"):  # no future, and no instrument at all
        other = reported("09:00", "10:00", "5", symbol=symbol)
        assert not judge(OPENINGS, [*BOOK, other], catalogue=FUTURES).verdicts
    banded = limits(symbol="ONE")
    assert judge(OPENINGS, [banded, start(), reported("09:00", "10:00", "5")]).verdicts


def test_a_tick_of_an_instrument_without_one_is_its_last_digit() -> None:
    band = limits("10000.02", "9000", symbol="ONE")
    assert told(NEAR, band, start(), buy("09:00", "p")) == [
        ("1 09:00:00", "warn", d(10000), d("10000.00"))
    ]
    assert told(replace(NEAR, within_ticks=1), band, start(), buy("09:00", "p")) == []


def test_limits_without_an_end_are_refused() -> None:
    with pytest.raises(UnusableHistory, match="ES: limit_up and limit_down need limits_until"):
        judge(OPENINGS, [limits(limits_until=None), start()], catalogue=FUTURES)
    with pytest.raises(UnusableHistory, match="need limits_until"):
        judge(OPENINGS, [limits(None, limits_until=None), start()], catalogue=FUTURES)


@pytest.mark.parametrize(
    ("rule", "sentence", "formula"),
    [
        (OPENINGS, "No position may be opened at an exchange's limit price.",
         "limit down < price < limit up"),
        (replace(FILLS, within_ticks=1),
         "Nothing may trade at an exchange's limit price or within 1 tick of it.",
         "limit down + 1 tick < price < limit up − 1 tick"),
        (NEAR, "No position may be opened at an exchange's limit price or within 2 ticks of it.",
         "limit down + 2 ticks < price < limit up − 2 ticks"),
    ],
)  # fmt: skip
def test_the_words(rule: LimitPrices, sentence: str, formula: str) -> None:
    assert (rule.sentence(), rule.sentence(d(1)), rule.formula()) == (sentence, sentence, formula)


def test_ticks_are_not_negative() -> None:
    with pytest.raises(TermsError, match=r"^'within_ticks' must not be negative$"):
        replace(OPENINGS, within_ticks=-1)
