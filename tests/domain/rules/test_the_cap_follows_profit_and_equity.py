"""Position size: the ladder, the half, what a quote can change, what is not known."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.events import BalanceAdjusted, Bar, OrderSeen, Quote, TimePassed
from propdesk.domain.instants import MINUTE
from propdesk.domain.instruments import CalculationMode, Catalogue
from propdesk.domain.judging import ALWAYS_CALM, Calm
from propdesk.domain.rules.exposure import Cap, Tier, cap_at, half_of
from propdesk.domain.terms import Amount, AppliesTo
from tests.domain.rules.exposure_rows import cap, over, terms
from tests.domain.rules.histories import (
    ACCOUNT,
    SIZE,
    at,
    buy,
    close,
    d,
    instrument,
    judge,
    quote,
    reported,
    sell,
    start,
)
from tests.domain.rules.open_risk_rows import evaluated
from tests.domain.rules.verdicts import rows

Q = quote("08:00", "10000")
LATER = TimePassed(at("23:00", 4))
LADDER = (
    Tier(profit=Amount(money=d(0)), cap=cap(2)),
    Tier(profit=Amount(money=d(1500)), cap=cap(3)),
)
STEPS = terms(cap=None, ladder=LADDER)
EARNED = reported("01:00", "02:00", "1500", id="e")
THREE = buy("09:00", "t", "3", day=2)


def moved(when: str, amount: int, day: int = 1) -> BalanceAdjusted:
    return BalanceAdjusted(ACCOUNT, at(when, day), d(amount), "deposit")


@pytest.mark.parametrize(
    ("more", "events", "said"),
    [
        ({}, [EARNED, THREE], []),
        ({}, [replace(EARNED, profit=d("1499.99")), THREE], [over("2 09:00:00", "3", "2", "t")]),
        # a deposit is no profit, and a withdrawal no loss
        ({}, [moved("03:00", 1500), THREE], [over("2 09:00:00", "3", "2", "t")]),
        ({}, [EARNED, moved("03:00", -1500), THREE], []),
        # what was earned in the day counts from the next
        ({}, [EARNED, replace(THREE, at=at("09:00"))], [over("1 09:00:00", "3", "2", "t")]),
        # at the day's end the rung is lost, or kept
        ({"ladder_moves": "up_only"},
         [EARNED, reported("01:00", "02:00", "-1", day=2, id="l"),
          replace(THREE, at=at("09:00", 3))], []),
        ({}, [EARNED, reported("01:00", "02:00", "-1", day=2, id="l"),
              replace(THREE, at=at("09:00", 3))],
         [over("3 09:00:00", "3", "2", "t")]),
        # the cap falls under what is open: only where that is asked for
        ({}, [EARNED, THREE, reported("10:00", "11:00", "-1", day=2, id="l")], []),
        ({"when": "while_open"}, [EARNED, THREE, reported("10:00", "11:00", "-1", day=2, id="l")],
         [over("3 00:00:00", "3", "2", "")]),
        # and is said once while it is over
        ({"when": "while_open"},
         [replace(THREE, at=at("09:00")), TimePassed(at("10:00")), TimePassed(at("11:00"))],
         [over("1 09:00:00", "3", "2", "t")]),
        # equity of the day's start where it is known, else the balance
        ({"ladder_source": "live_equity"},
         [quote("08:00", "10000"), buy("09:00", "a"), quote("10:00", "11500"),
          buy("09:00", "b", "2", day=2)], []),
        ({"ladder_source": "live_equity"},
         [quote("08:00", "10000"), buy("09:00", "a"), quote("10:00", "11499.99"),
          buy("09:00", "b", "2", day=2)], [over("2 09:00:00", "3", "2", "b")]),
        ({"ladder_source": "live_equity"},
         [EARNED, buy("09:00", "a"), buy("09:00", "b", "2", day=2)], []),
        ({"ladder_source": "live_equity"},
         [quote("08:00", "10000"), moved("03:00", 1500), buy("09:00", "a"),
          buy("09:00", "b", "2", day=2)], [over("2 09:00:00", "3", "2", "b")]),
    ],
)  # fmt: skip
def test_the_rung_of_the_day(more, events, said):
    history = sorted([start(), *events, LATER], key=lambda each: each.at)
    assert rows(judge(replace(STEPS, **more), history)) == said


LIVE_STEPS = {"ladder": LADDER, "ladder_source": "live_equity", "ladder_effective": "now"}
LIVE = replace(STEPS, ladder_source="live_equity", ladder_effective="now")
TWO_OPEN = [Q, buy("09:00", "a", "2")]


@pytest.mark.parametrize(
    ("more", "events", "said"),
    [
        # 750 on each of two
        ({}, [quote("09:01", "10750"), buy("09:02", "b", "1", price=d(10750))], []),
        ({}, [quote("09:01", "10749.99"), buy("09:02", "b", "1", price=d("10749.99"))],
         [over("09:02", "3", "2", "b")]),
        # the rung is lost before the next one opens, or kept
        ({}, [quote("09:01", "10750"), quote("09:02", "10000"), buy("09:03", "b")],
         [over("09:03", "3", "2", "b")]),
        ({"ladder_moves": "up_only"},
         [quote("09:01", "10750"), quote("09:02", "10000"), buy("09:03", "b")], []),
        ({}, [moved("09:01", 1500), buy("09:02", "b")], [over("09:02", "3", "2", "b")]),
        # a new day changes nothing of what counts now
        ({"ladder_moves": "up_only"},
         [quote("09:01", "10750"), quote("09:02", "10000"), buy("09:03", "b", day=2)], []),
        ({"when": "while_open"},
         [quote("09:01", "10750"), buy("09:02", "b", price=d(10750)), quote("09:03", "10749")],
         [over("09:03", "3", "2", "")]),
        # back on the rung and off it again is a second event
        ({"when": "while_open"},
         [quote("09:01", "10750"), buy("09:02", "b", price=d(10750)), quote("09:03", "10749"),
          quote("09:04", "10751"), quote("09:05", "10749")],
         [over("09:03", "3", "2", ""), over("09:05", "3", "2", "")]),
        # each order by the equity of its moment
        ({"aggregation": "order"}, [quote("09:01", "10750"), buy("09:02", "b", "3")], []),
        ({"aggregation": "order"},
         [quote("09:01", "10750"), quote("09:02", "10749"), buy("09:03", "b", "3")],
         [over("09:03", "3", "2", "b")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fast", [True, False])
def test_the_rung_of_the_moment(more, events, said, fast):
    rule = replace(LIVE, **more)
    assert rows(judge(rule, [start(), *TWO_OPEN, *events], fast=fast)) == said


LEVERAGE = terms(unit="effective_leverage", cap=cap(1))


def levered(when: str, value: int, equity: int, position: str) -> tuple[Any, ...]:
    share = str(Fraction(value, equity))
    return over(when, share, "1", position, unit="effective_leverage")


@pytest.mark.parametrize(
    ("more", "events", "said"),
    [
        # ten short at 10,000 are as much as the account is worth
        ({}, [sell("09:00", "a", "10")], []),
        ({}, [sell("09:00", "a", "10.01")], [levered("09:00", 100_100, 100_000, "a")]),
        # cheaper they are less, and may be over a second time
        ({},
         [sell("09:00", "a", "11"), quote("09:01", "9000"), quote("09:02", "10000"),
          sell("09:03", "b", "1")],
         [levered("09:00", 110_000, 100_000, "a"), levered("09:03", 120_000, 100_000, "b")]),
        # dearer they are more: only asked for while open
        ({}, [sell("09:00", "a", "10"), quote("09:01", "10100")], []),
        ({"when": "while_open"}, [sell("09:00", "a", "10"), quote("09:01", "10100")],
         [levered("09:01", 101_000, 99_000, "")]),
        # an order is held against the equity of its moment
        ({"aggregation": "order"},
         [sell("09:00", "a", "5"), quote("09:01", "8000"), sell("09:02", "b", "13")], []),
        ({"aggregation": "order"},
         [sell("09:00", "a", "5"), quote("09:01", "8000"), sell("09:02", "b", "14")],
         [levered("09:02", 112_000, 110_000, "b")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fast", [True, False])
def test_leverage_moves_with_the_price(more, events, said, fast):
    assert rows(judge(replace(LEVERAGE, **more), [start(), Q, *events], fast=fast)) == said


def test_what_is_open_is_judged_as_soon_as_equity_is_known():
    rule = replace(LEVERAGE, when="while_open")
    history = [start(), buy("09:00", "a", "11"), TimePassed(at("09:30")), quote("10:00", "10000")]
    assert rows(judge(rule, history)) == [levered("10:00", 110_000, 100_000, "a")]


def test_each_of_those_that_waited_for_equity_is_judged():
    """One of ONE is in order, six of TWO are worth 0.6 of the account."""
    rule = replace(LEVERAGE, aggregation="instrument", cap=cap("0.5"))
    two = buy("09:01", "b", "6", symbol="TWO")
    quotes = [quote("10:00", "10000"), quote("10:00", "10000", "TWO")]
    said = over("10:00", "0.6", "0.5", "b", "TWO", unit="effective_leverage")
    assert rows(judge(rule, [start(), buy("09:00", "a"), two, *quotes])) == [said]
    while_open = replace(rule, when="while_open", cap=cap("0.61"))
    dearer = [start(), buy("09:00", "a"), two, *quotes, quote("10:02", "11000", "TWO")]
    share = str(Fraction(66_000, 106_000))
    assert rows(judge(while_open, dearer)) == [
        over("10:02", share, "0.61", "", "TWO", unit="effective_leverage")
    ]


MARGIN = terms(unit="margin_percent", leverage=d(10), percent_of="equity")


@pytest.mark.parametrize(
    ("lots", "said"),
    [
        # five at 10,000 and 7.5 at 8,000 need 11,000: ten per cent of the 110,000 it is worth
        ("7.5", []),
        ("7.51", [over("09:02", str(Fraction(110_080, 11_000)), "10", "b", unit="margin_percent")]),
    ],
)
@pytest.mark.parametrize("fast", [True, False])
def test_margin_of_equity_is_that_of_the_moment(lots, said, fast):
    history = [start(), Q, sell("09:00", "a", "5"), quote("09:01", "8000")]
    second = sell("09:02", "b", lots, price=d(8000))
    assert rows(judge(MARGIN, [*history, second], fast=fast)) == said


RATES = Catalogue(
    (
        instrument("DAX", profit_currency="EUR", margin_currency="EUR"),
        instrument(
            "EURUSD", "forex", base_currency="EUR", mode=CalculationMode.FX,
            contract_size=d(100000),
        ),
    )
)  # fmt: skip
ON_DAX = buy("09:00", "a", symbol="DAX")
DAX_QUOTED = quote("08:59", "10000", "DAX")
WORTH = terms(unit="notional", cap=cap(12000))


def worth(when: str, value: str, position: str = "a", **more: Any) -> tuple[Any, ...]:
    return over(when, value, "12000", position, unit="notional", **more)


@pytest.mark.parametrize(
    ("more", "events", "said"),
    [
        ({}, [quote("09:01", "1.21", "EURUSD")], []),
        ({"when": "while_open"}, [quote("09:01", "1.21", "EURUSD")], [worth("09:01", "12100", "")]),
        # under again by the rate, then over again
        ({"cap": cap(12000)},
         [quote("09:01", "1.21", "EURUSD"), buy("09:02", "b", "0.01", symbol="DAX"),
          quote("09:03", "1", "EURUSD"), quote("09:04", "1.21", "EURUSD"),
          buy("09:05", "c", "0.01", symbol="DAX")],
         [worth("09:02", "12221", "b"), worth("09:05", "12342", "c")]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("fast", [True, False])
def test_worth_moves_with_the_rate(more, events, said, fast):
    history = [start(), quote("08:58", "1.2", "EURUSD"), DAX_QUOTED, ON_DAX, *events]
    rule = replace(WORTH, **more)
    assert rows(judge(rule, history, catalogue=RATES, fast=fast)) == said


@pytest.mark.parametrize(("side", "value"), [("buy", "12000"), ("sell", "11000")])
def test_an_order_buys_at_the_ask_and_sells_at_the_bid(side, value):
    """10,000 EUR at 1.10 to 1.20."""
    rule = replace(WORTH, aggregation="order", cap=cap(10999))
    rate = Quote(at("08:58"), "EURUSD", d("1.1"), d("1.2"))
    placed = OrderSeen(ACCOUNT, at("09:00"), "o", "placed", "DAX", side, "limit", d(1), d(10000))
    filled = replace(ON_DAX, side=side)
    for event, name in ((placed, "o"), (filled, "a")):
        found = rows(judge(rule, [start(), rate, DAX_QUOTED, event], catalogue=RATES))
        assert found == [over("09:00", value, "10999", name, unit="notional")]


@pytest.mark.parametrize(
    ("comparison", "low", "high", "said"),
    [
        ("cross", "1.19", "1.2", []),
        ("touch", "1.19", "1.2", [worth("09:00", "12000", outcome="possible", comparison="touch")]),
        ("cross", "1.19", "1.21", [worth("09:00", "12100", outcome="possible")]),
        ("cross", "1.2", "1.21", [worth("09:00", "12100", outcome="possible")]),
        ("touch", "1.2", "1.21", [worth("09:00", "12000", comparison="touch")]),
        ("cross", "1.21", "1.22", [worth("09:00", "12100")]),
    ],
)
@pytest.mark.parametrize("when", ["at_opening", "at_close"])
def test_a_rate_known_as_a_span_proves_by_its_better_end(comparison, low, high, said, when):
    prices = (d(low), d(high), d(low), d(low))
    bar = Bar(at("08:58"), "EURUSD", MINUTE, *prices, *prices)
    rule = replace(WORTH, comparison=comparison, when=when)
    found = rows(judge(rule, [start(), bar, DAX_QUOTED, ON_DAX], catalogue=RATES))
    waits = when == "at_close" and said and said[0][1] == "warn"
    assert found == ([] if waits else said)


@pytest.mark.parametrize(
    ("more", "lots", "asked"),
    [
        ({}, "11", False),  # lots do not move with a price
        ({"ladder": LADDER, "ladder_moves": "up_only"}, "1", False),  # of the day's end
        ({"when": "while_open"}, "1", False),
        ({"aggregation": "order"}, "1", False),
        ({"unit": "effective_leverage", "cap": cap(1)}, "10", False),
        ({"unit": "effective_leverage", "cap": cap(1)}, "10.1", True),  # until it is under again
        ({"unit": "effective_leverage", "when": "while_open"}, "1", True),
        ({"unit": "notional", "cap": cap(10000)}, "1", False),
        ({"unit": "notional", "cap": cap(9999)}, "1", True),
        ({"unit": "notional", "cap": cap(10000), "when": "while_open"}, "1", True),
        ({"unit": "effective_leverage", "aggregation": "order"}, "1", True),
        (LIVE_STEPS, "1", False),
        ({**LIVE_STEPS, "ladder_moves": "up_only"}, "1", True),
        ({**LIVE_STEPS, "aggregation": "order"}, "1", True),
    ],
)
def test_until_when_it_need_not_be_asked(more, lots, asked):
    evaluator = evaluated(terms(**more), [start(), Q, sell("09:00", "a", lots)])
    (found,) = evaluator.judges
    always = Calm(low=SIZE, high=SIZE)
    assert found.calm() == (always if asked else ALWAYS_CALM)
    dark = evaluated(terms(**more), [start(), sell("09:00", "a", lots)])
    assert dark.judges[0].calm() == ALWAYS_CALM


@pytest.mark.parametrize(
    ("more", "events", "who"),
    [
        ({}, [], ["a"]),
        ({"aggregation": "order"}, [], ["a"]),
        ({"when": "while_open"}, [], ["a"]),
        ({"when": "at_close"}, [], ["a"]),
    ],
)
def test_a_margin_without_a_leverage_is_not_known(more, events, who):
    rule = terms(unit="margin_percent", leverage_by_class={"forex": d(30)}, cap=cap(30), **more)
    reason = "a price, a rate or an instrument is missing"
    said = [
        (
            "1 09:00:00", "unknown", None, d(30), "cross",
            {"of": "all", "unit": "margin_percent", "position": each, "reason": reason},
        )
        for each in who
    ]  # fmt: skip
    assert rows(judge(rule, [start(), Q, buy("09:00", "a"), *events])) == said


BY_SIZE = Cap(by_size={d(50000): d(7), SIZE: d(14)})
SHARES = (
    Tier(profit=Amount(percent=d(2)), cap=Cap(by_size={SIZE: d(28)})),
    Tier(profit=Amount(percent=d(1)), cap=Cap(by_size={SIZE: d(7)})),
)


@pytest.mark.parametrize(
    ("more", "name", "profit", "most"),
    [
        ({"cap": cap(5)}, "all", 0, 5),
        ({"cap": cap(5), "ladder": LADDER}, "all", -1, 5),
        ({"cap": cap(5), "ladder": LADDER}, "all", 0, 2),
        ({"cap": None, "ladder": LADDER}, "all", -1, 0),
        ({"cap": cap(5), "ladder": tuple(reversed(LADDER))}, "all", 1500, 3),
        ({"cap": None, "ladder": LADDER, "half_until": Amount(money=d(2000))}, "all", 1500, 1),
        # by the account's size, in each part
        ({"cap": BY_SIZE}, "all", 0, 14),
        ({"ladder": SHARES, "cap": BY_SIZE}, "all", "999.99", 14),
        ({"ladder": SHARES}, "all", 1000, 7),
        ({"ladder": SHARES}, "all", 2000, 28),
        ({"half_until": Amount(percent=d(1))}, "all", "999.99", 5),
        ({"half_until": Amount(percent=d(1))}, "all", 1000, 10),
        # what is named has its own cap, whatever the ladder says
        ({"aggregation": "group", "caps": {"forex": cap(9)}, "ladder": LADDER}, "forex", 0, 9),
        ({"aggregation": "group", "caps": {"forex": cap(9)}, "ladder": LADDER}, "metals", 0, 2),
        ({"aggregation": "group", "caps": {"forex": cap(9)}}, "metals", 0, 10),
        ({"aggregation": "group", "caps": {"forex": cap(9)}, "cap": None}, "metals", 0, None),
        (
            {"aggregation": "group", "caps": {"forex": cap(9)}, "cap": None,
             "half_until": Amount(money=d(1))}, "metals", 0, None,
        ),
        (
            {"aggregation": "group", "caps": {"forex": cap(9)}, "cap": None,
             "half_until": Amount(money=d(1))}, "forex", 0, 4,
        ),
    ],
)  # fmt: skip
def test_what_is_allowed(more, name, profit, most):
    assert cap_at(terms(**more), SIZE, d(profit), name) == most


@pytest.mark.parametrize(
    ("whole", "half"),
    [("0", "0"), ("0.5", "0.5"), ("1", "1"), ("1.9", "1"), ("2", "1"), ("3", "1"), ("5", "2")],
)
def test_half_a_cap_is_never_below_one_unit_it_allows(whole, half):
    assert half_of(d(whole)) == d(half)


def test_other_instruments_are_none_of_its_business():
    rule = terms(cap=cap(1), applies_to=AppliesTo(asset_classes=("metals",)))
    history = [start(), Q, buy("09:00", "a", "5"), buy("09:01", "g", "1", symbol="GOLD")]
    assert rows(judge(rule, [*history, close("09:02", history[2], "10000")])) == []  # type: ignore[arg-type]
