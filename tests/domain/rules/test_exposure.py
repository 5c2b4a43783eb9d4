"""Position size: every unit, sum, ladder and way of counting, and the lot on either side."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.events import OrderSeen
from propdesk.domain.instruments import CalculationMode, Catalogue
from propdesk.domain.position_sizes import largest_lots, largest_notional, margin_cap, rooms
from propdesk.domain.rules.exposure import Cap, ExposureLimit, Tier, cap_at
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    SIZE,
    at,
    buy,
    close,
    d,
    instrument,
    judge,
    outcomes,
    quote,
    reported,
    sell,
    start,
)


def cap(most: str | int) -> Cap:
    return Cap(at_most=d(most))


def terms(**more: object) -> ExposureLimit:
    figures: dict[str, object] = {
        "unit": "lots",
        "aggregation": "all_open",
        "cap": cap(10),
        "effects": (Effect(kind="warn"),),
        **more,
    }
    return ExposureLimit(**figures)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("unit", "most", "events", "broken"),
    [
        ("lots", 2, [buy("09:00", "a", "1.5"), buy("09:01", "b", "0.5")], False),
        ("lots", 2, [buy("09:00", "a", "1.5"), buy("09:01", "b", "0.51")], True),
        # a started contract counts as one
        ("contracts", 2, [buy("09:00", "a", "1.5"), buy("09:01", "b", "0.5")], True),
        ("lots", 1, [buy("09:00", "a", "10", symbol="SMALL")], True),
        ("mini_equivalents", 1, [buy("09:00", "a", "10", symbol="SMALL")], False),
        ("mini_equivalents", 1, [buy("09:00", "a", "11", symbol="SMALL")], True),
        ("notional", 20000, [buy("09:00", "a", "2")], False),
        ("notional", 20000, [buy("09:00", "a", "2.01")], True),
        ("margin_percent", 1, [buy("09:00", "a", "3")], False),  # 30,000 at 1:30 of 100,000
        ("margin_percent", 1, [buy("09:00", "a", "3.01")], True),
        ("effective_leverage", 1, [buy("09:00", "a", "10"), quote("09:00", "10000")], False),
        ("effective_leverage", 1, [quote("08:59", "10000"), buy("09:00", "a", "10.1")], True),
        ("effective_leverage", 1, [buy("09:00", "a", "10.1"), quote("09:00", "10000")], True),
        ("effective_leverage", 1, [buy("09:00", "a", "10.1"), quote("09:05", "10000")], True),
    ],
)
def test_the_unit_decides_what_counts(unit, most, events, broken):
    rule = terms(unit=unit, cap=cap(most), leverage=d(30))
    assert bool(judge(rule, [start(), *events]).verdicts) is broken


LONG, SHORT = buy("09:00", "a", "4"), sell("09:01", "b", "3")
OTHER = sell("09:01", "b", "3", symbol="TWO")
METAL = buy("09:01", "b", "3", symbol="GOLD")


@pytest.mark.parametrize(
    ("aggregation", "events", "broken"),
    [
        ("order", [LONG, SHORT], False),
        ("order", [buy("09:00", "a", "6")], True),
        ("order", [buy("09:00", "a", "3", order="o"), buy("09:01", "a", "3", order="o")], True),
        ("order", [buy("09:00", "a", "3", order="o"), buy("09:01", "a", "3", order="p")], False),
        ("instrument", [LONG, SHORT], True),
        ("instrument", [LONG, OTHER], False),
        ("group", [LONG, OTHER], True),
        ("group", [LONG, METAL], False),
        ("absolute_sum", [LONG, SHORT], False),
        ("absolute_sum", [LONG, OTHER], True),
        ("all_open", [LONG, SHORT], True),
        ("all_open", [LONG, METAL], True),
        ("all_open", [LONG, close("09:01", LONG, "10000"), buy("09:02", "c", "4")], False),
    ],
)
def test_the_aggregation_decides_what_is_added_up(aggregation, events, broken):
    rule = terms(aggregation=aggregation, cap=cap(5))
    assert bool(judge(rule, [start(), *events]).verdicts) is broken


@pytest.mark.parametrize(("most", "comparison", "broken"), [
    ("5", "cross", False), ("4.99", "cross", True), ("5", "touch", True), ("5.01", "touch", False),
])  # fmt: skip
def test_the_cap_itself(most, comparison, broken):
    rule = terms(cap=cap(most), comparison=comparison)
    assert bool(judge(rule, [start(), buy("09:00", "a", "5")]).verdicts) is broken


@given(
    lots=st.lists(st.decimals("0.01", "5", places=2), min_size=1, max_size=5),
    off=st.sampled_from([Decimal("-0.01"), Decimal(0), Decimal("0.01")]),
)
def test_around_the_cap(lots, off):
    most = sum(lots, Decimal(0)) + off
    rule = terms(cap=Cap(at_most=most))
    events = [buy(f"09:{no:02d}", f"p{no}", str(each)) for no, each in enumerate(lots)]
    assert bool(judge(rule, [start(), *events]).verdicts) is (off < 0)


def test_a_named_group_has_its_own_cap():
    """Secure The Bag: 10 lots of forex, 5 of indices."""
    rule = terms(aggregation="group", cap=None, caps={"forex": cap(10), "indices": cap(5)})
    six = [buy("09:00", "a", "3"), buy("09:01", "b", "3", symbol="TWO")]
    assert outcomes(judge(rule, [start(), *six])) == [("09:01", "warn")]
    forex = [buy("09:00", "a", "5", symbol="EUR"), buy("09:01", "b", "5", symbol="EUR")]
    assert outcomes(judge(rule, [start(), *forex])) == []
    assert outcomes(judge(rule, [start(), buy("09:00", "a", "50", symbol="GOLD")])) == []


def test_an_order_is_judged_when_it_is_placed_and_only_once():
    placed = OrderSeen(ACCOUNT, at("09:00"), "o", "placed", "ONE", "buy", "limit", d(6))
    rule = terms(aggregation="order", cap=cap(5))
    filled = buy("09:05", "a", "6", order="o")
    assert outcomes(judge(rule, [start(), placed, filled])) == [("09:00", "warn")]


LADDER = (
    Tier(profit=Amount(money=d(0)), cap=cap(2)),
    Tier(profit=Amount(money=d(1501)), cap=cap(3)),
)


@pytest.mark.parametrize(("profit", "most"), [(-1, 0), (0, 2), (1500, 2), (1501, 3), (9000, 3)])
def test_the_ladder_is_climbed_by_profit(profit, most):
    assert cap_at(terms(cap=None, ladder=LADDER), SIZE, d(profit)) == most


EARNED = reported("01:00", "02:00", "1501")
THREE = buy("09:00", "a", "3")


@pytest.mark.parametrize(
    ("source", "effective", "events", "broken"),
    [
        ("live_equity", "now", [EARNED, THREE, quote("09:00", "10000")], False),
        ("eod_balance", "next_session", [EARNED, THREE], True),
        # the ladder of live equity says nothing before equity is known
        ("live_equity", "now", [EARNED, THREE], False),
        ("live_equity", "now", [THREE, quote("09:05", "10000")], True),
        ("eod_balance", "next_session", [EARNED, buy("09:00", "a", "3", day=2)], False),
        ("live_equity", "next_session", [EARNED, THREE, quote("09:00", "10000")], True),
        # open profit at the day's end counts by equity, not by balance
        ("live_equity", "next_session",
         [buy("09:00", "a"), quote("09:01", "11501"), buy("09:00", "b", "2", day=2)], False),
        ("eod_balance", "next_session",
         [buy("09:00", "a"), quote("09:01", "11501"), buy("09:00", "b", "2", day=2)], True),
    ],
)  # fmt: skip
def test_the_rung_is_taken_from_equity_or_the_days_end(source, effective, events, broken):
    rule = terms(cap=None, ladder=LADDER, ladder_source=source, ladder_effective=effective)
    assert bool(judge(rule, [start(), *events]).verdicts) is broken


@pytest.mark.parametrize(("moves", "broken"), [("both_ways", True), ("up_only", False)])
@pytest.mark.parametrize("fast", [True, False])
def test_a_rung_is_kept_or_lost(moves, broken, fast):
    rule = terms(
        cap=None, ladder=LADDER, ladder_source="live_equity", ladder_effective="now",
        ladder_moves=moves, when="while_open",
    )  # fmt: skip
    events = [start(), EARNED, THREE, quote("09:00", "10000"), quote("09:01", "9999")]
    assert outcomes(judge(rule, events, fast=fast)) == ([("09:01", "warn")] if broken else [])


@pytest.mark.parametrize(("full", "half"), [(4, 2), (10, 5), (14, 7), (17, 8), (27, 13), (35, 17)])
def test_half_the_cap_until_the_threshold(full, half):
    rule = terms(cap=cap(full), half_until=Amount(money=d(2600)))
    assert cap_at(rule, SIZE, d("2599.99")) == half
    assert cap_at(rule, SIZE, d(2600)) == full


def test_a_position_opened_while_over_counts_or_the_event_does():
    """Alpha: 11 lots with 10 allowed, then one more beside it, are two counts."""
    events = [start(), buy("09:00", "a", "11"), buy("09:01", "b", "1")]
    effects = (Effect(kind="strike", of=2, then=Effect(kind="fail")),)
    by_position = judge(terms(counting="per_position", effects=effects), events)
    assert outcomes(by_position) == [("09:00", "strike"), ("09:01", "strike"), ("09:01", "fail")]
    assert outcomes(judge(terms(counting="per_event", effects=effects), events)) == [
        ("09:00", "strike")
    ]


def test_going_back_under_the_cap_ends_the_event():
    big = buy("09:00", "a", "11")
    events = [start(), big, close("09:01", big, "10000", "2"), buy("09:02", "b", "2")]
    assert outcomes(judge(terms(), events)) == [("09:00", "warn"), ("09:02", "warn")]


def test_said_at_the_close_the_profit_can_be_taken_out():
    big = buy("09:00", "a", "50")
    rule = terms(when="at_close", effects=(Effect(kind="profit_adjust", factor=d(0)),))
    result = judge(rule, [start(), big, close("09:05", big, "10010")])
    assert outcomes(result) == [("09:05", "profit_adjust")]
    assert [each.observed for each in result.verdicts] == [50]


def test_reported_trades_add_up_while_they_overlap():
    first = reported("09:00", "10:00", "1", lots=d(6))
    beside = reported("09:59", "11:00", "1", lots=d(6))
    after = reported("10:00", "11:00", "1", lots=d(6))
    assert outcomes(judge(terms(), [start(), first, beside])) == [("11:00", "warn")]
    assert outcomes(judge(terms(), [start(), first, after])) == []


def test_margin_per_asset_class():
    """FunderPro: 30 % of 100,000 at 1:30 and 3,500 an ounce."""
    margin = margin_cap(d(30), d(100000))
    value = largest_notional(margin, d(30))
    assert margin == 30000
    assert value == 900000
    assert largest_lots(value, d(3500), d(100)) == d("2.57")


def test_effective_leverage_falls_and_rises_with_equity():
    rule = terms(unit="effective_leverage", cap=cap(1), when="while_open")
    short = sell("09:00", "a", "9")
    events = [
        start(),
        quote("08:59", "10000"),
        short,
        quote("09:01", "10555"),
        quote("09:02", "10556"),
    ]
    assert outcomes(judge(rule, events)) == [("09:02", "warn")]
    assert Fraction(9 * 10555, 100000 - 9 * 555) <= 1 < Fraction(9 * 10556, 100000 - 9 * 556)


def test_a_size_in_another_currency_needs_its_rate():
    catalogue = Catalogue(
        (
            instrument("DAX", profit_currency="EUR", margin_currency="EUR"),
            instrument(
                "EURUSD", "forex", base_currency="EUR", mode=CalculationMode.FX,
                contract_size=d(100000),
            ),
        )
    )  # fmt: skip
    rule = terms(unit="notional", cap=cap(11999))
    one = buy("09:00", "a", symbol="DAX")
    known = [start(), quote("08:59", "1.2", "EURUSD"), quote("08:59", "10000", "DAX"), one]
    assert outcomes(judge(rule, known, catalogue=catalogue)) == [("09:00", "warn")]
    assert outcomes(judge(terms(unit="notional", cap=cap(12000)), known, catalogue=catalogue)) == []
    assert judge(rule, [start(), one], catalogue=catalogue).status == "unknown"


def test_what_each_group_may_still_open():
    """Secure The Bag: every group is full, nothing further may be opened."""
    caps = {"forex": d(10), "indices": d(5)}
    assert rooms(caps, {"forex": Fraction(10)}) == {"forex": 0, "indices": 5}


@pytest.mark.parametrize(
    "more",
    [{"cap": None}, {"unit": "margin_percent"}, {"caps": {"forex": cap(1)}}],
)
def test_terms_that_mean_nothing_are_refused(more):
    with pytest.raises(TermsError):
        terms(**more)


def test_a_cap_by_size_does_not_default():
    table = Cap(by_size={d(5000): d("2.5"), d(100000): d(40)})
    assert table.resolve(SIZE) == 40
    with pytest.raises(TermsError, match="no cap for size"):
        table.resolve(d(7000))
    with pytest.raises(TermsError):
        Cap()


def test_the_sentence():
    assert terms().sentence(SIZE) == "No more than 10 lots open in all."


@pytest.mark.parametrize(("most", "broken"), [("3.6", False), ("3.59", True)])
def test_margin_of_a_pair_is_in_its_base_currency(most, broken):
    """One lot of 100,000 EUR at 1:30 and 1.08 is 3,600 USD of 100,000."""
    pair = instrument(
        "EURUSD", "forex", base_currency="EUR", margin_currency="EUR",
        mode=CalculationMode.FX, contract_size=d(100000),
    )  # fmt: skip
    deal = buy("09:00", "a", symbol="EURUSD", price=d("1.08"))
    rule = terms(unit="margin_percent", leverage=d(30), cap=cap(most))
    result = judge(rule, [start(), deal], catalogue=Catalogue((pair,)))
    assert bool(result.verdicts) is broken


def test_a_class_without_a_leverage_is_not_known():
    rule = terms(unit="margin_percent", leverage_by_class={"forex": d(30)}, cap=cap(30))
    history = [start(), quote("08:59", "10000"), buy("09:00", "a", "1")]
    assert outcomes(judge(rule, history)) == [("09:00", "unknown")]
    named = terms(unit="margin_percent", leverage_by_class={"indices": d(30)}, cap=cap(30))
    assert outcomes(judge(named, history)) == []


@pytest.mark.parametrize(
    ("of", "closed", "broken"),
    [
        ("initial", True, True),
        ("balance", True, False),
        ("balance", False, True),
        ("equity", True, False),
        ("equity", False, False),
    ],
)
def test_what_the_margin_is_a_percentage_of(of, closed, broken):
    """5,000 earned, or only open; then 10,500 of margin in all."""
    rule = terms(unit="margin_percent", leverage=d(10), cap=cap(10), percent_of=of)
    first = buy("01:00", "a")
    earned = [close("02:00", first, "15000")] if closed else []
    lots = "10.5" if closed else "9.5"
    second = buy("09:00", "b", lots, symbol="TWO")
    history = [start(), first, quote("01:01", "15000"), *earned, second]
    known = [*history[:-1], quote("08:59", "10000", "TWO"), second]
    assert bool(judge(rule, known).verdicts) is broken
