"""The stop-loss duty in every detail: whose deadline it is, how often it is said, how much."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.events import BalanceAdjusted, Bar, TimePassed
from propdesk.domain.instants import SECOND
from propdesk.domain.instruments import CalculationMode, Catalogue
from propdesk.domain.rules.stop_loss import StopLoss
from propdesk.domain.terms import Amount, AppliesTo, Effect, TermsError
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
    stop,
)
from tests.domain.rules.verdicts import counted_profit, rows

WARN = (Effect(kind="warn"),)
LATER = TimePassed(at("23:00"))
TWO_PERCENT = Amount(percent=d(2))


def terms(**more: Any) -> StopLoss:
    return StopLoss(**{"deadline_seconds": 180, "effects": WARN, **more})


def late(clock: str, position: str, seconds: int = 180) -> tuple[Any, ...]:
    detail = {"position": position, "without": "stop-loss"}
    return (f"1 {clock}", "warn", None, seconds, "cross", detail)


A, B = buy("10:00", "a"), buy("10:01", "b", symbol="TWO")
NETTING = start(netting=True)
LONG = buy("10:00", "n")
TURNED = sell("10:02", "n", "3", entry="inout")
GUARDED_TURN = replace(TURNED, stop=d(10500))


@pytest.mark.parametrize(
    ("events", "said"),
    [
        # each position has its own deadline, and its own stop
        ([A, B], [late("10:03:00+", "a"), late("10:04:00+", "b")]),
        ([A, B, stop("10:02", "a", "9000")], [late("10:04:00+", "b")]),
        ([A, B, stop("10:02", "b", "9000")], [late("10:03:00+", "a")]),
        # part of it closed: the rest still owes one; all of it closed: nothing does
        ([buy("10:00", "a", "2"), close("10:02", A, "10000", "1")], [late("10:03:00+", "a")]),
        ([A, close("10:03", A, "10000")], []),
        # a stop taken away owes a new one, from then on
        ([A, stop("10:01", "a", "9000"), stop("10:02", "a", None)], [late("10:05:00+", "a")]),
        ([A, stop("10:02", "a", None)], [late("10:03:00+", "a")]),  # there was none to remove
        # it is said once, whatever is done without setting a stop
        ([A, stop("10:30", "a", None)], [late("10:03:00+", "a")]),
        ([A, replace(A, at=at("10:30"), id="more")], [late("10:03:00+", "a")]),
        # until one was set and taken away again
        (
            [A, stop("10:30", "a", "9000"), stop("10:40", "a", None)],
            [late("10:03:00+", "a"), late("10:43:00+", "a")],
        ),
        # adding to a position does not move its deadline
        ([A, replace(A, at=at("10:02"), id="more")], [late("10:03:00+", "a")]),
        ([A, replace(A, at=at("10:02"), id="more", stop=d(9000))], []),
    ],
)
def test_who_owes_a_stop_until_when(events, said):
    assert rows(judge(terms(), [start(), *events, LATER])) == said


@pytest.mark.parametrize(
    ("events", "said"),
    [
        # the reversal is a position of its own, under the same name
        ([LONG, TURNED], [late("10:05:00+", "n")]),
        ([LONG, GUARDED_TURN], []),
        ([LONG, TURNED, stop("10:05", "n", "10500")], []),
        ([replace(LONG, stop=d(9000)), TURNED], [late("10:05:00+", "n")]),
        # too late with the first does not excuse the second
        (
            [LONG, replace(TURNED, at=at("11:00"))],
            [late("10:03:00+", "n"), late("11:03:00+", "n")],
        ),
        # a reversal of exactly what is open only closes it
        ([LONG, replace(TURNED, lots=d(1))], []),
    ],
)
def test_a_reversal_owes_a_stop_of_its_own(events, said):
    assert rows(judge(terms(), [NETTING, *events, LATER])) == said


def test_stops_before_the_position_or_of_another_instrument_are_not_asked_for():
    only_two = terms(applies_to=AppliesTo(instruments=("TWO",)), max_risk=Amount(money=d(500)))
    history = [start(), A, B, stop("10:02", "a", "1"), stop("10:02", "a", None), LATER]
    assert rows(judge(only_two, history)) == [late("10:04:00+", "b")]


CURED = {"cure_seconds": "600"}


def test_a_cure_is_granted_so_often_and_no_more():
    rule = terms(cures=2, cure_seconds=600, effects=(Effect(kind="fail"),))
    c = buy("10:02", "c", symbol="GOLD")
    first, second, third = late("10:03:00+", "a"), late("10:04:00+", "b"), late("10:05:00+", "c")
    result = judge(rule, [start(), A, B, c, stop("10:13", "a", "9000"), LATER])
    assert rows(result) == [
        (*first[:5], {**first[5], **CURED}),
        (*second[:5], {**second[5], **CURED}),
        ("1 10:05:00+", "fail", *third[2:]),
    ]


@pytest.mark.parametrize(
    ("set_at", "outcomes"),
    [("10:13:00", ["warn"]), ("10:13:01", ["warn", "fail"])],
)
def test_the_cure_runs_from_the_deadline(set_at, outcomes):
    """Due at 10:03, forgiven for ten minutes: the last moment of the cure is in time."""
    rule = terms(cures=1, cure_seconds=600, effects=(Effect(kind="fail"),))
    result = judge(rule, [start(), A, stop(set_at, "a", "9000"), LATER])
    assert [each.outcome for each in result.verdicts] == outcomes


def risked(clock: str, observed: str, price: str, position: str = "a") -> tuple[Any, ...]:
    detail = {"position": position, "stop": price}
    return (f"1 {clock}", "warn", d(observed), d(2000), "cross", detail)


RISKY = terms(required=False, max_risk=TWO_PERCENT)
WIDE = buy("10:00", "a", stop=d(7999))


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([WIDE], [risked("10:00:00", "2001", "7999")]),
        # once for a position, however often it is moved
        ([WIDE, stop("10:01", "a", "7000")], [risked("10:00:00", "2001", "7999")]),
        ([A, stop("10:01", "a", "7000")], [risked("10:01:00", "3000", "7000")]),
        # more lots behind the same stop risk more: 2 × 1,500
        (
            [buy("10:00", "a", stop=d(8500)), replace(A, at=at("10:05"), id="more")],
            [risked("10:05:00", "3000", "8500")],
        ),
        # another position is another matter
        (
            [WIDE, buy("10:02", "b", symbol="TWO", stop=d(7000))],
            [risked("10:00:00", "2001", "7999"), risked("10:02:00", "3000", "7000", "b")],
        ),
        ([buy("10:00", "a", stop=d(9000)), stop("10:01", "a", None)], []),
        ([sell("10:00", "a", stop=d(12001))], [risked("10:00:00", "2001", "12001")]),
        ([sell("10:00", "a", stop=d(1))], []),
    ],
)
def test_what_a_stop_risks(events, said):
    assert rows(judge(RISKY, [start(), *events, LATER])) == said


@pytest.mark.parametrize(
    ("price", "said"),
    [("8000.01", []), ("8000", [(*risked("10:00:00", "2000", "8000")[:4], "touch")])],
)
def test_as_much_as_that_may_be_too_much(price, said):
    rule = terms(required=False, max_risk=TWO_PERCENT, max_risk_comparison="touch")
    history = [start(), buy("10:00", "a", stop=d(price))]
    assert [row[:5] for row in rows(judge(rule, history))] == said


def test_each_deadline_to_the_microsecond():
    """Due a microsecond after another, and in time with its last one."""
    b = replace(B, at=A.at + 1)
    in_time = replace(stop("10:03", "b", "9000"), at=at("10:03") + 1)
    assert rows(judge(terms(), [start(), A, b, in_time, LATER])) == [late("10:03:00+", "a")]


def test_a_reversal_risks_anew():
    turned = replace(TURNED, lots=d(2), stop=d(13000))
    history = [NETTING, replace(LONG, stop=d(7000)), turned, LATER]
    assert rows(judge(RISKY, history)) == [
        risked("10:00:00", "3000", "7000", "n"),
        risked("10:02:00", "3000", "13000", "n"),
    ]


def test_a_part_of_the_balance_falls_with_it():
    """2 % of 90,000 is 1,800; of the initial 100,000 it is still 2,000."""
    out = BalanceAdjusted(ACCOUNT, at("09:00"), d(-10000), "withdrawal")
    history = [start(), out, buy("10:00", "a", stop=d(8100)), LATER]
    of_balance = terms(max_risk=Amount(percent=d(2), of="balance"))
    (row,) = rows(judge(of_balance, history))
    assert row[2:4] == (d(1900), d(1800))
    assert rows(judge(RISKY, history)) == []


DAX = Catalogue(
    (
        instrument("DAX", profit_currency="EUR", margin_currency="EUR"),
        instrument(
            "EURUSD", "forex", base_currency="EUR", mode=CalculationMode.FX,
            contract_size=d(100000),
        ),
    )
)  # fmt: skip
ON_DAX = buy("10:00", "a", symbol="DAX", stop=d(8000))


def test_risk_in_another_currency_needs_its_rate():
    history = [start(), quote("09:59", "10000", "DAX"), ON_DAX]
    assert rows(judge(RISKY, history, catalogue=DAX)) == [
        (
            "1 10:00:00", "unknown", None, d(2000), "cross",
            {
                "position": "a", "stop": "8000",
                "reason": "the money a stop risks needs a conversion rate",
            },
        )
    ]  # fmt: skip
    known = [start(), quote("09:58", "1.2", "EURUSD"), *history[1:]]
    (row,) = rows(judge(RISKY, known, catalogue=DAX))
    assert row == risked("10:00:00", "2400", "8000")


@pytest.mark.parametrize(
    ("low", "high", "outcome", "observed"),
    [
        ("0.999", "1", None, None),  # between 1,998 and 2,000
        ("0.999", "1.001", "possible", "2002"),
        ("1", "1.001", "possible", "2002"),
        ("1.001", "1.002", "warn", "2002"),  # at the least
    ],
)
def test_a_rate_known_as_a_span_proves_by_its_better_end(low, high, outcome, observed):
    """A bar of EURUSD tells its extremes only; the stop risks 2,000 EUR."""
    first, most, least = d(low), d(high), d(low)
    prices = (first, most, least, first)
    bar = Bar(at("09:58"), "EURUSD", 60 * SECOND, *prices, *prices)
    history = [start(), bar, quote("09:59", "10000", "DAX"), ON_DAX]
    detail = {"position": "a", "stop": "8000"}
    said = ("1 10:00:00", outcome, d(observed or 0), d(2000), "cross", detail)
    assert rows(judge(RISKY, history, catalogue=DAX)) == ([] if outcome is None else [said])


def test_a_span_may_touch_the_limit():
    """From 1,998 to 2,000 USD where 2,000 is too much."""
    prices = (d(1), d(1), d("0.999"), d("0.999"))
    bar = Bar(at("09:58"), "EURUSD", 60 * SECOND, *prices, *prices)
    history = [start(), bar, quote("09:59", "10000", "DAX"), ON_DAX]
    rule = terms(required=False, max_risk=TWO_PERCENT, max_risk_comparison="touch")
    (row,) = rows(judge(rule, history, catalogue=DAX))
    assert row[1:5] == ("possible", d(2000), d(2000), "touch")


LAST = at("10:03")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"stopped_at": LAST}, []),
        # exact: one microsecond late is late by more than 180 seconds
        (
            {"stopped_at": LAST + 1},
            [("1 11:00:00", "warn", Fraction(180_000_001, SECOND), 180, "cross",
              {"position": "10:00-11:00"})],
        ),
        (
            {"stopped_at": LAST + 60 * SECOND},
            [("1 11:00:00", "warn", 240, 180, "cross", {"position": "10:00-11:00"})],
        ),
        (
            {},
            [("1 11:00:00", "unknown", None, 180, "cross",
              {"position": "10:00-11:00", "reason": "when the stop was set is not known"})],
        ),
    ],
)  # fmt: skip
def test_a_reported_trade_tells_when_its_stop_was_set(more, said):
    assert rows(judge(terms(), [start(), reported("10:00", "11:00", "1", **more)])) == said


@pytest.mark.parametrize(("closed", "outcomes"), [("10:03", []), ("10:03:01", ["unknown"])])
def test_a_reported_trade_that_was_over_in_time_owed_no_stop(closed, outcomes):
    result = judge(terms(), [start(), reported("10:00", closed, "1")])
    assert [each.outcome for each in result.verdicts] == outcomes


def test_the_profit_of_a_reported_trade_can_be_taken_out():
    """300 earned with a stop four minutes late, 500 with one that risked 2,001, 70 in order."""
    removed = (Effect(kind="profit_adjust", factor=d(0)),)
    unguarded = reported("10:00", "11:00", "300", stopped_at=at("10:04"), stop_risk=d(1))
    wide = reported("12:00", "13:00", "500", stopped_at=at("12:00"), stop_risk=d(2001))
    rule = terms(max_risk=TWO_PERCENT, effects=removed)
    fine = reported("14:00", "15:00", "70", stopped_at=at("14:00"), stop_risk=d(2000))
    result = judge(rule, [start(), unguarded, wide, fine])
    assert counted_profit(rule, [start(), unguarded, wide, fine]) == 70
    assert [row[1:4] for row in rows(result)] == [
        ("profit_adjust", 240, 180),
        ("profit_adjust", d(2001), d(2000)),
    ]


@pytest.mark.parametrize(
    ("comparison", "risk", "said"),
    [
        ("cross", "2000", []),
        (
            "cross", "2000.01",
            [("1 11:00:00", "warn", d("2000.01"), d(2000), "cross", {"position": "10:00-11:00"})],
        ),
        ("touch", "1999.99", []),
        (
            "touch", "2000",
            [("1 11:00:00", "warn", d(2000), d(2000), "touch", {"position": "10:00-11:00"})],
        ),
        (
            "touch", None,
            [("1 11:00:00", "unknown", None, d(2000), "touch",
              {"position": "10:00-11:00", "reason": "what the stop risked is not known"})],
        ),
    ],
)  # fmt: skip
def test_the_risk_of_a_reported_trade(comparison, risk, said):
    rule = terms(required=False, max_risk=TWO_PERCENT, max_risk_comparison=comparison)
    trade = reported("10:00", "11:00", "1", stop_risk=None if risk is None else d(risk))
    assert rows(judge(rule, [start(), trade])) == said


@pytest.mark.parametrize(
    ("more", "sentence", "formula"),
    [
        ({}, "Every position has a stop-loss within 180 s of its opening.", ""),
        ({"deadline_seconds": 0}, "Every position is opened with a stop-loss.", ""),
        (
            {"cures": 1, "cure_seconds": 3600},
            (
                "Every position has a stop-loss within 180 s of its opening. "
                "Once a missed stop-loss is forgiven if it is set within 3600 s more."
            ),
            "",
        ),
        (
            {"deadline_seconds": 60, "cures": 3, "cure_seconds": 600, "max_risk": TWO_PERCENT},
            (
                "Every position has a stop-loss within 60 s of its opening. "
                "3 times a missed stop-loss is forgiven if it is set within 600 s more. "
                "A stop may not risk more than 2 % of the initial balance (2,000.00)."
            ),
            "|open − stop| × value ≤ 2 % of initial",
        ),
        (
            {
                "required": False,
                "max_risk": Amount(money=d(500)),
                "max_risk_comparison": "touch",
            },
            "A stop may not risk as much as 500.00.",
            "|open − stop| × value < 500",
        ),
    ],
)
def test_the_words(more, sentence, formula):
    assert terms(**more).sentence(SIZE) == sentence
    assert terms(**more).formula() == formula


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"required": False}, "^a stop-loss rule needs 'required' or 'max_risk'$"),
        ({"cures": 1}, "^'cures' and 'cure_seconds' go together$"),
        ({"cure_seconds": 1}, "^'cures' and 'cure_seconds' go together$"),
    ],
)
def test_terms_that_mean_nothing_say_why(more, why):
    with pytest.raises(TermsError, match=why):
        terms(**more)
