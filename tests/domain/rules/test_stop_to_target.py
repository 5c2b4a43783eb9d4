"""Stop to target: the ratio itself passes, a hair more does not."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.events import StopSet
from propdesk.domain.rules.stop_to_target import StopToTarget, stop_to_target_ratio, too_far
from propdesk.domain.terms import AppliesTo, Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    outcomes,
    reported,
    sell,
    start,
    stop,
)
from tests.domain.rules.verdicts import counted_profit, rows

RULE = StopToTarget(max_ratio=d(5))


@pytest.mark.parametrize(
    ("target", "stop_distance", "ratio", "broken"),
    [
        (100, 700, Fraction(7), True),
        (100, 500, Fraction(5), False),
        (200, 900, Fraction(9, 2), False),
    ],
)
def test_the_published_ratios(target, stop_distance, ratio, broken):
    """Apex 3.0: at most 5 to 1."""
    found = stop_to_target_ratio(d(stop_distance), d(target))
    assert found == ratio
    assert too_far(ratio, d(5), "cross") is broken


@pytest.mark.parametrize(
    ("deal", "broken"),
    [
        (buy("09:00", "a", stop=d(9500), target=d(10100)), False),
        (buy("09:00", "a", stop=d("9499.99"), target=d(10100)), True),
        (sell("09:00", "a", stop=d(10500), target=d(9900)), False),
        (sell("09:00", "a", stop=d("10500.01"), target=d(9900)), True),
        (buy("09:00", "a", stop=d(1)), False),
        (buy("09:00", "a", target=d(10001)), False),
    ],
)
def test_prices_decide(deal, broken):
    assert bool(judge(RULE, [start(), deal]).verdicts) is broken


def test_a_moved_stop_is_looked_at_and_said_once():
    history = [
        start(),
        buy("09:00", "a", stop=d(9900), target=d(10100)),
        stop("10:00", "a", "9000"),
    ]
    assert outcomes(judge(RULE, history)) == []  # the target went with the new message
    again = StopToTarget(max_ratio=d(5), comparison="touch")
    deal = buy("09:00", "a", stop=d(9500), target=d(10100))
    assert outcomes(judge(again, [start(), deal])) == [("09:00", "fail")]


def test_a_reported_trade_needs_both_figures():
    told = {"stop_risk": d(501), "target_gain": d(100)}
    assert outcomes(judge(RULE, [start(), reported("09:00", "10:00", "1", **told)])) == [  # type: ignore[arg-type]
        ("10:00", "fail")
    ]
    untold = judge(RULE, [start(), reported("09:00", "10:00", "1", stop_risk=d(1))])
    assert outcomes(untold) == [("10:00", "unknown")]


@given(target=st.integers(1, 10**6), off=st.sampled_from([-1, 0, 1]), touch=st.booleans())
def test_around_the_ratio(target, off, touch):
    ratio = stop_to_target_ratio(Decimal(5 * target + off), Decimal(target))
    assert ratio is not None
    assert too_far(ratio, d(5), "touch" if touch else "cross") is (off >= 0 if touch else off > 0)


@pytest.mark.parametrize(
    ("comparison", "sentence", "formula"),
    [
        (
            "cross",
            "A stop may not be more than 5 times as far away as the target.",
            "|entry − stop| ÷ |target − entry| ≤ 5",
        ),
        (
            "touch",
            "A stop may not be as much as 5 times as far away as the target.",
            "|entry − stop| ÷ |target − entry| < 5",
        ),
    ],
)
def test_the_words(comparison, sentence, formula):
    rule = StopToTarget(max_ratio=d(5), comparison=comparison)
    assert rule.sentence() == sentence
    assert rule.formula() == formula


WARNED = StopToTarget(max_ratio=d(5), effects=(Effect(kind="warn"),))
WIDE = buy("09:00", "a", stop=d(9400), target=d(10100))
FINE = buy("09:00", "a", stop=d(9900), target=d(10100))


def moved(clock: str, position: str, to: str, target: str | None) -> StopSet:
    return StopSet(ACCOUNT, at(clock), position, d(to), None if target is None else d(target))


def far(clock: str, times: str, position: str = "a", outcome: str = "warn") -> tuple[object, ...]:
    detail = {"position": position}
    return (f"1 {clock}:00", outcome, Fraction(times), d(5), "cross", detail)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([WIDE], [far("09:00", "6")]),
        # each position once, and each position for itself
        ([WIDE, moved("09:05", "a", "9300", "10100")], [far("09:00", "6")]),
        ([FINE, moved("09:05", "a", "9300", "10100")], [far("09:05", "7")]),
        (
            [FINE, buy("09:01", "b", symbol="TWO", stop=d(9400), target=d(10100)),
             moved("09:05", "a", "9300", "10100")],
            [far("09:01", "6", "b"), far("09:05", "7")],
        ),
        # 10,000 and 9,800 are 9,900 on average: 900 down, 150 up
        (
            [buy("09:00", "a", stop=d(9500), target=d(10150)),
             buy("09:05", "a", price=d(9800), stop=d(9000), target=d(10050))],
            [far("09:05", "6")],
        ),
        # a stop beyond the entry risks nothing; a target behind it is no target
        ([buy("09:00", "a", stop=d(10050), target=d("10000.01"))], []),
        ([sell("09:00", "a", stop=d(9950), target=d("9999.99"))], []),
        ([buy("09:00", "a", stop=d(10000), target=d(10000))], []),
        ([buy("09:00", "a", stop=d(1), target=d(9999))], []),
        ([sell("09:00", "a", stop=d(20000), target=d(10001))], []),
        # a third of the way, exact
        (
            [sell("09:00", "a", stop=d(11600), target=d(9700))],
            [far("09:00", "16/3")],
        ),
    ],
)  # fmt: skip
def test_every_position_is_said_once(events, said):
    assert rows(judge(WARNED, [start(), *events])) == said


def test_half_a_point_of_risk_is_not_a_whole_one():
    """0.5 to 0.1 is 5 to 1; rounded up to one point it would be 10 to 1."""
    deal = buy("09:00", "a", stop=d("9999.5"), target=d("10000.1"))
    assert rows(judge(WARNED, [start(), deal])) == []


@pytest.mark.parametrize(
    ("first", "said"),
    [
        (WIDE, [far("09:00", "6"), far("10:00", "8"),]),
        (FINE, [far("10:00", "8")]),
    ],
)  # fmt: skip
def test_a_reversal_is_a_position_of_its_own(first, said):
    turned = sell("10:00", "a", "2", entry="inout", stop=d(10800), target=d(9900))
    again = moved("10:30", "a", "10900", "9900")
    assert rows(judge(WARNED, [start(netting=True), first, turned, again])) == said


def test_what_is_left_after_a_part_is_closed_was_said_already():
    two = buy("09:00", "a", "2", stop=d(9400), target=d(10100))
    history = [
        start(),
        two,
        close("09:30", two, "10000", "1"),
        moved("09:40", "a", "9300", "10100"),
    ]
    assert rows(judge(WARNED, history)) == [far("09:00", "6")]
    netting = [start(netting=True), two, sell("09:30", "a", "2", entry="inout")]
    assert rows(judge(WARNED, netting)) == [far("09:00", "6")]  # all of it: nothing is left


def test_other_instruments_are_none_of_its_business():
    only_two = StopToTarget(max_ratio=d(5), applies_to=AppliesTo(instruments=("TWO",)))
    assert rows(judge(only_two, [start(), WIDE, moved("09:05", "a", "9300", "10100")])) == []


@pytest.mark.parametrize(
    ("risk", "gain", "said"),
    [
        ("500", "100", []),
        ("500.01", "100", [("1 10:00:00", "profit_adjust", Fraction("5.0001"), d(5), "cross",
                            {"position": "09:00-10:00"})]),
        ("500", "0", []),  # no target: no ratio
        (None, "100", [("1 10:00:00", "unknown", None, d(5), "cross",
                        {"position": "09:00-10:00", "reason": "stop or target is not known"})]),
        ("500", None, [("1 10:00:00", "unknown", None, d(5), "cross",
                        {"position": "09:00-10:00", "reason": "stop or target is not known"})]),
    ],
)  # fmt: skip
def test_a_reported_trade_and_its_profit(risk, gain, said):
    rule = StopToTarget(max_ratio=d(5), effects=(Effect(kind="profit_adjust", factor=d(0)),))
    figures: dict[str, Any] = {
        "stop_risk": None if risk is None else d(risk),
        "target_gain": None if gain is None else d(gain),
    }
    result = judge(rule, [start(), reported("09:00", "10:00", "70", **figures)])
    assert rows(result) == said


def test_the_profit_of_a_reported_trade_does_not_count():
    rule = StopToTarget(max_ratio=d(5), effects=(Effect(kind="profit_adjust", factor=d(0)),))
    far_off = reported("09:00", "10:00", "70", stop_risk=d(501), target_gain=d(100))
    fine = reported("11:00", "12:00", "30", stop_risk=d(500), target_gain=d(100))
    assert counted_profit(rule, [start(), far_off, fine]) == 30


@pytest.mark.parametrize(("comparison", "broken"), [("touch", True), ("cross", False)])
def test_the_ratio_itself_of_a_reported_trade(comparison, broken):
    rule = StopToTarget(max_ratio=d(5), comparison=comparison)
    trade = reported("09:00", "10:00", "1", stop_risk=d(500), target_gain=d(100))
    assert bool(rows(judge(rule, [start(), trade]))) is broken


@pytest.mark.parametrize("comparison", ["touch", "cross"])
def test_the_comparison_is_part_of_the_verdict(comparison):
    rule = StopToTarget(max_ratio=d(5), comparison=comparison)
    trade = reported("09:00", "10:00", "1", stop_risk=d(600), target_gain=d(100))
    untold = reported("09:00", "10:00", "1")
    for event in (WIDE, trade, untold):
        (row,) = rows(judge(rule, [start(), event]))
        assert row[4] == comparison
