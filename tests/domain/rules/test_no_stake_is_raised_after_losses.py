"""Martingale: the streak before a trade, the step at the factor, and what adds to a loser."""

from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.judging import Figure
from propdesk.domain.rules.martingale import Martingale
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import buy, close, d, judge, quote, reported, sell, start

WARN = (Effect(kind="warn"),)
Told = list[tuple[str, Figure | None, Figure | None]]


def martingale(**more: Any) -> Martingale:
    return Martingale(**{"effects": WARN, **more})


def told(rule: Martingale, *events: Any, netting: bool = False) -> Told:
    """Each verdict: the position it names, its size or price, and what that was held against."""
    opening = [start(netting=netting), quote("00:00", "10000")]
    return [
        (each.evidence["position"], each.observed, each.limit)
        for each in judge(rule, [*opening, *events]).verdicts
    ]


def lost(opened: str, closed: str, name: str, lots: str = "1", profit: str = "-1") -> Any:
    return reported(opened, closed, profit, id=name, lots=d(lots))


L1, L2 = lost("09:00", "09:30", "l1"), lost("10:00", "10:30", "l2", "1.5")
DOUBLE = buy("11:00", "c", "2")


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        # twice the first of the streak, one step below and one above
        (martingale(), [L1, L2, DOUBLE], [("c", 2, 2)]),
        (martingale(), [L1, L2, buy("11:00", "c", "1.99")], []),
        (martingale(comparison="cross"), [L1, L2, DOUBLE], []),
        (
            martingale(comparison="cross"),
            [L1, L2, buy("11:00", "c", "2.01")],
            [("c", d("2.01"), 2)],
        ),
        # three times the last of it
        (martingale(reference="last_trade"), [L1, L2, buy("11:00", "c", "3")], [("c", 3, 3)]),
        (
            martingale(reference="last_trade", factor=d(3)),
            [L1, L2, lost("10:40", "10:50", "l3", "0.5"), buy("11:00", "c", "1.5")],
            [("c", d("1.5"), d("1.5"))],
        ),
        # one loss is no streak of two; a break-even trade ends one
        (martingale(), [L2, DOUBLE], []),
        (martingale(), [L1, L2, lost("10:40", "10:50", "z", profit="0"), DOUBLE], []),
        (martingale(), [L1, lost("09:40", "09:50", "w", profit="0.01"), L2, DOUBLE], []),
        (martingale(), [lost("08:00", "08:10", "w", profit="1"), L1, L2, DOUBLE], [("c", 2, 2)]),
        # a loss that closes at the very moment has closed; one a minute later has not
        (martingale(), [L1, L2, buy("10:30", "c", "2")], [("c", 2, 2)]),
        (martingale(), [L1, L2, lost("10:30", "12:00", "r", "2")], [("r", 2, 2)]),
        (martingale(), [L1, L2, lost("10:29", "12:00", "r", "2")], []),
        # what closed after it opened is passed over, whatever it won
        (
            martingale(),
            [L1, L2, lost("10:45", "11:30", "w", "0.1", "5"), lost("11:00", "12:00", "r", "2")],
            [("r", 2, 2)],
        ),
        # the window ends with the hour; an older loss ends the streak behind it too
        (martingale(window_hours=2), [L1, L2, buy("11:30", "c", "2")], [("c", 2, 2)]),
        (martingale(window_hours=2), [L1, L2, buy("11:30:01", "c", "2")], []),
        (
            martingale(window_hours=2),
            [L1, L2, lost("10:40", "10:50", "l3", "0.5"), buy("11:31", "c", "3")],
            [("c", 3, 3)],
        ),
        # a position that grows is measured whole, and said once
        (
            martingale(),
            [L1, L2, buy("11:00", "c", "1"), buy("11:01", "c", "1"), buy("11:02", "c", "1")],
            [("c", 2, 2)],
        ),
        # the next position is judged again
        (
            martingale(),
            [L1, L2, DOUBLE, buy("11:01", "e", "2")],
            [("c", 2, 2), ("e", 2, 2)],
        ),
        # one name twice, one after the other: two positions
        (
            martingale(),
            [L1, L2, DOUBLE, close("11:05", DOUBLE, "9999"), buy("11:10", "c", "2")],
            [("c", 2, 2), ("c", 2, 2)],
        ),
    ],
)
def test_the_size_after_a_streak(rule: Martingale, events: list[Any], verdicts: Told) -> None:
    assert told(rule, *events) == verdicts


WHOLE = buy("09:00", "p", "2")


@pytest.mark.parametrize(
    ("first", "second", "size", "verdicts"),
    [
        # −1 and −1: one loss of 2 lots
        ("9999", "9999", "4", [("c", 4, 4)]),
        ("9999", "9999", "3.99", []),
        # −3 and +1 lose 2; −1 and +1 lose nothing
        ("9997", "10001", "4", [("c", 4, 4)]),
        ("9999", "10001", "4", []),
    ],
)
def test_parts_of_a_position_are_one_trade(
    first: str, second: str, size: str, verdicts: Told
) -> None:
    parts = [close("09:10", WHOLE, first, "1"), close("09:20", WHOLE, second, "1")]
    rule = martingale(streak_min_losses=1)
    assert told(rule, WHOLE, *parts, buy("10:00", "c", size)) == verdicts
    assert told(rule, WHOLE, parts[0], buy("10:00", "c", "9")) == []  # it is not over yet


def test_a_reversal_comes_after_the_loss_it_takes() -> None:
    """Stop and reverse with twice the size: the classic."""
    history = [
        L1,
        buy("10:00", "n", "1"),
        sell("10:30", "m", "3", entry="inout", price=d(9999), profit=d(-1)),
    ]
    assert told(martingale(), *history, netting=True) == [("m", 2, 2)]
    assert told(martingale(streak_min_losses=3), *history, netting=True) == []


def test_a_loss_taken_after_the_opening_is_none_before_it() -> None:
    """Both bear one time; the log tells which came first."""
    losing = buy("10:00", "n")
    history = [L1, losing, buy("10:30", "c", "2"), close("10:30", losing, "9999")]
    assert told(martingale(), *history) == []


def test_the_evidence_names_position_streak_and_reference() -> None:
    (verdict,) = judge(
        martingale(reference="last_trade"), [start(), L1, L2, buy("11:00", "c", "3")]
    ).verdicts
    assert verdict.evidence == {"position": "c", "streak": "l1, l2", "reference": "l2"}
    assert verdict.comparison == "touch"
    crossed = martingale(comparison="cross")
    (verdict,) = judge(crossed, [start(), L1, L2, buy("11:00", "c@3", "3")]).verdicts
    assert verdict.evidence == {"position": "c@3", "streak": "l1, l2", "reference": "l1"}
    assert verdict.comparison == "cross"


def test_the_profit_of_a_reported_trade_may_be_taken_for_it() -> None:
    rule = martingale(effects=(Effect(kind="profit_adjust", factor=d(0)),))
    goal = ProfitTarget(target=Amount(money=d(50)), measured_on="adjusted_balance")
    history = [start(), L1, L2, lost("11:00", "12:00", "r", "2", "30")]
    (reached,) = judge((rule, goal), history).objectives
    assert reached.current == -2  # −1 − 1, and the 30 do not count


@pytest.mark.parametrize(
    ("events", "verdicts"),
    [
        # another position: a cent below its price, at it, above it
        ([buy("09:00", "a"), buy("09:01", "b", price=d("9999.99"))], [("a", d("9999.99"), 10000)]),
        ([buy("09:00", "a"), buy("09:01", "b", price=d(10000))], []),
        ([buy("09:00", "a"), buy("09:01", "b", price=d("10000.01"))], []),
        (
            [sell("09:00", "a"), sell("09:01", "b", price=d("10000.01"))],
            [("a", d("10000.01"), 10000)],
        ),
        ([sell("09:00", "a"), sell("09:01", "b", price=d(10000))], []),
        ([sell("09:00", "a"), sell("09:01", "b", price=d("9999.99"))], []),
        # the position itself: held against its price without the fill
        ([buy("09:00", "a"), buy("09:01", "a", price=d(9990))], [("a", 9990, 10000)]),
        ([buy("09:00", "a"), buy("09:01", "a", price=d(10010))], []),
        ([buy("09:00", "a"), buy("09:01", "a", price=d(10000))], []),
        (
            # (10,000 × 1 + 10,030 × 2) ÷ 3 is 10,020: 10,010 is worse, though not than the first
            [
                buy("09:00", "a"),
                buy("09:01", "a", "2", price=d(10030)),
                buy("09:02", "a", "5", price=d(10010)),
            ],
            [("a", 10010, 10020)],
        ),
        (
            # two thirds of a point have no end: 10,000⅔
            [
                buy("09:00", "a"),
                buy("09:01", "a", "2", price=d(10001)),
                buy("09:02", "b", price=d("10000.66")),
            ],
            [("a", d("10000.66"), Fraction(30002, 3))],
        ),
        # a better one first, then a worse one; several worse ones are said once a fill
        (
            [buy("09:00", "a", price=d(9000)), buy("09:01", "b"), buy("09:02", "c", price=d(9500))],
            [("b", 9500, 10000)],
        ),
        (
            [buy("09:00", "a"), buy("09:01", "b"), buy("09:02", "c", price=d(9500))],
            [("a", 9500, 10000)],
        ),
        # another symbol or direction is no adding; what closed neither
        (
            [buy("09:00", "a", symbol="TWO"), buy("09:01", "b", price=d(9999))],
            [],
        ),
        ([buy("09:00", "a"), sell("09:01", "b", price=d(9999))], []),
        (
            [WHOLE, close("09:01", WHOLE, "9999", "1"), close("09:02", WHOLE, "9000", "1")],
            [],
        ),
        (
            [
                buy("09:00", "x", symbol="TWO"),
                sell("09:00", "y"),
                buy("09:00", "a"),
                buy("09:01", "b", price=d(9999)),
            ],
            [("a", 9999, 10000)],
        ),
    ],
)
def test_adding_at_a_worse_price(events: list[Any], verdicts: Told) -> None:
    assert told(martingale(pattern="add_to_loser"), *events) == verdicts


def test_adding_says_which_fill_and_looks_at_no_streak() -> None:
    rule = martingale(pattern="add_to_loser")
    (verdict,) = judge(
        rule, [start(), buy("09:00", "a"), buy("09:01", "b", price=d(9990))]
    ).verdicts
    assert verdict.evidence == {"position": "a", "added_by": "b:09:01", "price": "9990"}
    assert verdict.comparison == "cross"
    assert told(rule, L1, L2, lost("11:00", "12:00", "r", "9")) == []
    turned = sell("09:01", "m", "2", entry="inout", price=d(9999))
    assert told(rule, buy("09:00", "n"), turned, netting=True) == []


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (martingale(pattern="add_to_loser"), "No position may be added to while it is at a loss."),
        (
            martingale(),
            (
                "After 2 losses in a row the next trade may not reach 2 times the size of the "
                "first of them."
            ),
        ),
        (
            martingale(window_hours=6, comparison="cross", factor=d("1.5")),
            (
                "After 2 losses in a row within 6 hours the next trade may not exceed 1.5 times "
                "the size of the first of them."
            ),
        ),
        (
            martingale(window_hours=1, streak_min_losses=3, reference="last_trade"),
            (
                "After 3 losses in a row within an hour the next trade may not reach 2 times the "
                "size of the last of them."
            ),
        ),
        (
            martingale(streak_min_losses=1),
            (
                "After a loss the next trade may not reach 2 times the size of the first of the "
                "losses in a row."
            ),
        ),
    ],
)
def test_it_says_itself(rule: Martingale, sentence: str) -> None:
    assert rule.sentence() == sentence


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"streak_min_losses": 0}, "a losing streak has at least 1 loss"),
        ({"window_hours": 0}, "'window_hours' is at least 1"),
        ({"factor": d(0)}, "'factor' is above 0"),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: dict[str, Any], why: str) -> None:
    with pytest.raises(TermsError) as refused:
        martingale(**terms)
    assert str(refused.value) == why
    assert martingale(factor=d("0.01"), window_hours=1, streak_min_losses=1).window_hours == 1
