"""Stop to target: the ratio itself passes, a hair more does not."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.rules.stop_to_target import StopToTarget, stop_to_target_ratio, too_far
from tests.domain.rules.histories import buy, d, judge, outcomes, reported, sell, start, stop

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
    assert too_far(ratio, d(5)) is broken


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


def test_the_words():
    assert RULE.sentence() == "A stop may not be more than 5 times as far away as the target."
    assert RULE.formula() == "|entry − stop| ÷ |target − entry| ≤ 5"
