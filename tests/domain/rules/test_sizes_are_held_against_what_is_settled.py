"""Even sizes: what the reference is, when a size is final, what is one size, what it says."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.events import Side, TimePassed
from propdesk.domain.instants import MINUTE
from propdesk.domain.judging import Objective
from propdesk.domain.rules.size_consistency import SizeConsistency, Sized, in_range, summed
from propdesk.domain.terms import AppliesTo, Effect, TermsError
from tests.domain.rules.histories import (
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    sell,
    start,
)
from tests.domain.rules.verdicts import counted_profit, rows

Q = quote("08:00", "10000")
LATER = TimePassed(at("23:00"))


def terms(**more: Any) -> SizeConsistency:
    """From half to twice the first trade; what is outside is said."""
    figures: dict[str, Any] = {
        "reference": "first_trade", "min_factor": d("0.5"), "max_factor": d(2),
        "consequence": "violates", "effects": (Effect(kind="warn"),),
    }  # fmt: skip
    return SizeConsistency(**{**figures, **more})


def outside(
    when: str, lots: str, limit: str, trade: str, opened: str, first: str = "1"
) -> tuple[Any, ...]:
    """``trade`` of so many lots, opened then; a smallest or largest size it missed."""
    detail = {"trade": f"{trade}@{at(opened)}", "reference": first}
    return (f"1 {when}", "warn", d(lots), Fraction(limit), "cross", detail)


ONE = buy("09:00", "f")
ONE_DONE = [ONE, close("09:30", ONE, "10000")]
FOUR = buy("09:00", "f", "4")
FIVE = buy("09:00", "g", "5")
SMALL = buy("10:00", "s", "0.49")
LARGE = buy("10:00", "l", "2.01")
TEN = buy("10:00", "t", "10")


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([*ONE_DONE, SMALL, close("10:30", SMALL, "10000")],
         [outside("10:30:00", "0.49", "0.5", "s", "10:00")]),
        ([*ONE_DONE, LARGE, close("10:30", LARGE, "10000")],
         [outside("10:30:00", "2.01", "2", "l", "10:00")]),
        ([*ONE_DONE, replace(LARGE, lots=d(2)), close("10:30", LARGE, "10000", "2")], []),
        ([*ONE_DONE, replace(SMALL, lots=d("0.5")), close("10:30", SMALL, "10000", "0.5")], []),
        # each once
        ([*ONE_DONE, SMALL, LARGE, close("10:30", SMALL, "10000"), close("10:31", LARGE, "10000")],
         [outside("10:30:00", "0.49", "0.5", "s", "10:00"),
          outside("10:31:00", "2.01", "2", "l", "10:00")]),
        # the rest of it is still open: too small is not yet too small, too large is already
        ([*ONE_DONE, TEN, close("10:30", TEN, "10000", "0.4")], []),
        ([*ONE_DONE, TEN, close("10:30", TEN, "10000", "3"), close("10:31", TEN, "10000", "7")],
         [outside("10:30:00", "3", "2", "t", "10:00")]),
        ([*ONE_DONE, buy("10:00", "p"), close("10:30", ONE_P := buy("10:00", "p"), "10000", "0.4"),
          close("10:31", ONE_P, "10000", "0.6")], []),
        # of the first trade one lot in four is closed: the next is held against all four
        ([FOUR, close("09:30", FOUR, "10000", "1"), replace(TEN, lots=d(4)),
          close("10:30", TEN, "10000", "4"), close("11:00", FOUR, "10000", "3")], []),
        ([FOUR, close("09:30", FOUR, "10000", "1"), TEN, close("10:30", TEN, "10000"),
          close("11:00", FOUR, "10000", "3")],
         [outside("11:00:00", "10", "8", "t", "10:00", "4")]),
        # what opened first is the first, though it closes later
        ([FOUR, LARGE, close("10:30", LARGE, "10000"), SMALL, close("10:40", SMALL, "10000"),
          close("11:00", FOUR, "10000")],
         [outside("11:00:00", "0.49", "2", "s", "10:00", "4")]),
        ([FOUR, SMALL, close("10:40", SMALL, "10000")], []),
        # of two opened at once the first is the one that closed first; the other is not awaited
        ([ONE, FIVE, close("09:30", ONE, "10000"), LARGE, close("10:30", LARGE, "10000"),
          close("11:00", FIVE, "10000")],
         [outside("10:30:00", "2.01", "2", "l", "10:00"),
          outside("11:00:00", "5", "2", "g", "09:00")]),
    ],
)  # fmt: skip
def test_each_size_when_it_is_final(events, said):
    assert rows(judge(terms(), [start(), Q, *events, LATER])) == said


def test_a_reversal_is_the_next_trade():
    turned = sell("10:00", "n", "4", entry="inout")
    back = buy("11:00", "n", "3", entry="out")
    history = [start(netting=True), Q, buy("09:00", "n"), turned, back, LATER]
    assert rows(judge(terms(), history)) == [outside("11:00:00", "3", "2", "n", "10:00")]


def test_the_rest_of_a_netted_position_is_awaited():
    whole = buy("10:00", "n")
    parts = [close("10:30", whole, "10000", "0.4"), close("10:40", whole, "10000", "0.6")]
    history = [start(netting=True), Q, *ONE_DONE, whole, *parts, LATER]
    assert rows(judge(terms(), history)) == []


@pytest.mark.parametrize(
    ("first", "said"),
    [
        # an older position of an instrument that does not count holds nothing up
        (buy("08:30", "x", "9"), [outside("10:30:00", "3", "2", "t", "10:00")]),
        (buy("08:30", "x", "9", symbol="TWO"), []),
    ],
)
def test_other_instruments_are_none_of_its_business(first, said):
    only = terms(applies_to=AppliesTo(instruments=("TWO",)))
    one = [replace(each, symbol="TWO") for each in ONE_DONE]
    large = [replace(TEN, symbol="TWO", lots=d(3)),
             replace(close("10:30", TEN, "10000", "3"), symbol="TWO")]  # fmt: skip
    history = [start(), Q, quote("08:00", "10000", "TWO"), first, *one, *large, LATER]
    assert rows(judge(only, history)) == said


OWN = terms(partial_closes="own_trades")


def test_a_partial_close_of_its_own_is_final():
    own = {"trade": "t:10:30:out", "reference": "1"}
    history = [start(), Q, *ONE_DONE, TEN, close("10:30", TEN, "10000", "0.4"), LATER]
    assert rows(judge(OWN, history)) == [
        ("1 10:30:00", "warn", d("0.4"), Fraction(1, 2), "cross", own)
    ]


TOGETHER = terms(sum_window_minutes=15)
SMALL_DONE = [SMALL, close("10:01", SMALL, "10000")]
REST = buy("10:15", "r", "0.51")


@pytest.mark.parametrize(
    ("events", "said"),
    [
        # nothing else happens: it is said when the window is over
        (SMALL_DONE, [outside("10:15:00+", "0.49", "0.5", "s", "10:00")]),
        # the last moment of the window is in it
        ([*SMALL_DONE, REST, close("10:20", REST, "10000")], []),
        ([*SMALL_DONE, late := replace(REST, at=REST.at + 1), close("10:20", late, "10000")],
         [outside("10:15:00+", "0.49", "0.5", "s", "10:00")]),
        # what may still be summed with it is awaited
        ([*SMALL_DONE, REST], []),
        ([*SMALL_DONE, REST, close("10:20", REST, "10000", "0.2")], []),
        # opened in the same moment, closed long after
        ([SMALL, both := replace(REST, at=SMALL.at), close("10:01", SMALL, "10000"),
          close("11:00", both, "10000")], []),
        # closed in the last moment of its window: one that opens now would still be part of it
        ([SMALL, close("10:15", SMALL, "10000")],
         [outside("10:15:00+", "0.49", "0.5", "s", "10:00")]),
        # another direction or instrument is another size
        ([*SMALL_DONE, sell("10:05", "r", "0.51")],
         [outside("10:15:00+", "0.49", "0.5", "s", "10:00")]),
        ([*SMALL_DONE, buy("10:05", "r", "0.51", symbol="TWO")],
         [outside("10:15:00+", "0.49", "0.5", "s", "10:00")]),
        # two at once are too much together
        ([LARGE, replace(SMALL, at=at("10:10")), close("10:20", LARGE, "10000", "2.01")],
         [outside("10:20:00", "2.01", "2", "l", "10:00")]),
        ([replace(LARGE, lots=d(2)), b := replace(SMALL, at=at("10:10")),
          close("10:20", LARGE, "10000", "2"), close("10:25", b, "10000")],
         [outside("10:25:00", "2.49", "2", "l", "10:00")]),
        # until the first trade's window is over it may still grow
        ([buy("09:10", "g"), c := sell("09:05", "c", "3"), close("09:07", c, "10000"),
          close("09:40", buy("09:10", "g"), "10000")], []),
    ],
)  # fmt: skip
def test_what_is_opened_together_is_one_size(events, said):
    """One lot first, from 9:00 to 9:30."""
    history = sorted([start(), Q, *ONE_DONE, *events, LATER], key=lambda each: each.at)
    assert rows(judge(TOGETHER, history)) == said


def test_a_window_is_over_a_microsecond_after_its_last_moment():
    (said,) = judge(TOGETHER, [start(), Q, *ONE_DONE, *SMALL_DONE, LATER]).verdicts
    assert said.at == at("10:15") + 1


def test_the_first_may_grow_until_its_window_is_over():
    """One lot closed at once, three sold: said only when the first can be no more than one."""
    quick = close("09:01", ONE, "10000")
    three = sell("09:02", "c", "3")
    history = [start(), Q, ONE, quick, three, close("09:05", three, "10000"), LATER]
    assert rows(judge(TOGETHER, history)) == [outside("09:15:00+", "3", "2", "c", "09:02")]
    more = buy("09:10", "m", "1")
    grown = [*history[:-1], more, close("09:12", more, "10000"), LATER]
    assert rows(judge(TOGETHER, grown)) == []


def sized(minute: int, lots: str, side: Side = "buy", symbol: str = "ONE") -> Sized:
    return Sized(f"{symbol}{minute}", symbol, side, d(lots), minute * MINUTE, ())


@pytest.mark.parametrize(
    ("trades", "window", "sums"),
    [
        ([sized(0, "1"), sized(3, "2")], None, ["1", "2"]),
        ([sized(0, "1"), sized(3, "2")], 3, ["3"]),
        ([sized(0, "1"), sized(4, "2")], 3, ["1", "2"]),
        ([sized(0, "1"), sized(0, "2")], 0, ["3"]),
        # the window starts with the first of them and does not move on
        ([sized(0, "1"), sized(2, "2"), sized(4, "4"), sized(6, "8")], 3, ["3", "12"]),
        # in the order of their opening, whatever closed first
        ([sized(5, "1"), sized(0, "2")], 3, ["2", "1"]),
        ([sized(0, "1"), sized(1, "2", "sell"), sized(2, "4")], 3, ["5", "2"]),
        ([sized(0, "1"), sized(1, "2", symbol="TWO"), sized(2, "4", symbol="TWO")], 3, ["1", "6"]),
    ],
)
def test_what_is_one_size(trades, window, sums):
    assert [each.lots for each in summed(trades, window)] == [d(each) for each in sums]


@pytest.mark.parametrize(
    ("lots", "ok"), [("0.49", False), ("0.5", True), ("2", True), ("2.01", False)]
)
def test_both_ends_are_in_order(lots, ok):
    assert in_range(d(lots), (Fraction(1, 2), Fraction(2))) is ok


def test_the_profit_of_a_size_outside_can_be_taken_out():
    """70 and 20 were earned with three lots in two parts, 5 with one."""
    removed = terms(effects=(Effect(kind="profit_adjust", factor=d(0)),))
    three = buy("10:00", "t", "3")
    parts = [close("10:30", three, "10070", "1"), close("10:40", three, "10010", "2")]
    history = [start(), Q, ONE, close("09:30", ONE, "10005"), three, *parts, LATER]
    assert counted_profit(removed, history) == 5
    two = [
        reported("11:00", "11:30", "30", lots=d("1.5"), id="u"),
        reported("11:05", "11:40", "40", lots=d("1.5"), id="v"),
    ]
    first = reported("09:00", "09:30", "5", id="f")
    both = replace(removed, sum_window_minutes=15)
    assert counted_profit(both, [start(), first, *two, LATER]) == 5


# -- what it shows
TRADES = [
    reported("09:00", "09:30", "1", lots=d(1), id="a"),
    reported("10:00", "10:30", "1", lots=d(3), id="b"),
    reported("11:00", "11:30", "1", lots=d("0.1"), id="c"),
    reported("12:00", "12:30", "1", lots=d("1.9"), id="d"),
]
BLOCKS = terms(consequence="blocks")


def goal(outside_now: int, blocks: str, **figures: Any) -> Objective:
    return Objective(
        "size_consistency",
        0,
        outside_now,
        outside_now == 0,
        figures,
        blocks,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("rule", "events", "stage", "shown"),
    [
        (BLOCKS, [], "evaluation", goal(0, "payout", reference=None)),
        (
            BLOCKS, TRADES, "evaluation",
            goal(2, "payout", reference=Fraction(1), low=Fraction(1, 2), high=Fraction(2)),
        ),
        # six lots in four trades: 1.5, from 0.75 to 3
        (
            replace(BLOCKS, reference="average", blocks="pass"), TRADES, "evaluation",
            goal(1, "pass", reference=Fraction(3, 2), low=Fraction(3, 4), high=Fraction(3)),
        ),
        (
            replace(BLOCKS, blocks="both"), TRADES[:1], "funded",
            goal(0, "payout", reference=Fraction(1), low=Fraction(1, 2), high=Fraction(2)),
        ),
    ],
)  # fmt: skip
def test_what_waits_for_it(rule, events, stage, shown):
    result = judge(rule, [start(), *events], stage=stage)
    assert result.objectives == (shown,)
    assert [each for each in result.verdicts if each.rule != "phase"] == []


def test_what_is_said_does_not_block():
    assert judge(terms(), [start(), *TRADES]).objectives == ()


@pytest.mark.parametrize(
    ("more", "sentence", "formula"),
    [
        (
            {},
            "Trade between 0.5 and 2 times the size of the first trade.",
            "0.5 × first lots ≤ lots ≤ 2 × first lots",
        ),
        (
            {"reference": "average", "consequence": "blocks", "min_factor": d("0.25")},
            "Trade between 0.25 and 2 times the size of the average trade.",
            "0.25 × Σ lots ÷ trades ≤ lots ≤ 2 × Σ lots ÷ trades",
        ),
        (
            {"partial_closes": "own_trades"},
            (
                "Trade between 0.5 and 2 times the size of the first trade. "
                "A partial close is a trade of its own."
            ),
            "0.5 × first lots ≤ lots ≤ 2 × first lots",
        ),
        (
            {"sum_window_minutes": 5},
            (
                "Trade between 0.5 and 2 times the size of the first trade. "
                "Trades of one symbol and direction opened within 5 minutes are one."
            ),
            "0.5 × first lots ≤ lots ≤ 2 × first lots",
        ),
    ],
)
def test_the_words(more, sentence, formula):
    assert terms(**more).sentence() == sentence
    assert terms(**more).formula() == formula


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"min_factor": d("-0.1")}, "^the factors lie on both sides of 1$"),
        ({"min_factor": d("1.1")}, "^the factors lie on both sides of 1$"),
        ({"max_factor": d("0.9")}, "^the factors lie on both sides of 1$"),
        ({"sum_window_minutes": -1}, "^a window is not negative$"),
        (
            {"reference": "average"},
            "^an average still moves: a size outside it can only block a payout$",
        ),
    ],
)
def test_terms_that_mean_nothing_say_why(more, why):
    with pytest.raises(TermsError, match=why):
        terms(**more)


@pytest.mark.parametrize("more", [{"min_factor": d(0)}, {"min_factor": d(1), "max_factor": d(1)}])
def test_terms_at_their_ends(more):
    assert terms(**more, sum_window_minutes=0).sum_window_minutes == 0
