"""Concentration: what one instrument loses in a day against a share of the loss allowance."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import Bar, TimePassed
from propdesk.domain.judging import ALWAYS_CALM, PartCalm
from propdesk.domain.rules.concentration import Concentration
from propdesk.domain.terms import Amount, AppliesTo, Effect, TermsError
from tests.domain.rules.histories import (
    at,
    buy,
    close,
    d,
    evaluator_of,
    judge,
    quote,
    reported,
    sell,
    start,
)
from tests.domain.rules.verdicts import rows

WARN = (Effect(kind="warn"),)
# Half of 4 % of 100,000: one instrument may lose 2,000 in a day.
CLOSED = Concentration(
    percent=d(50), daily_limit=Amount(percent=d(4)), measured="closed", effects=WARN
)
OPEN = replace(CLOSED, measured="closed_and_open")
AT = quote("08:00", "10000")
LONG = buy("09:00", "p")


def told(rule: Concentration, *events: Any) -> list[Any]:
    """Each verdict as time, outcome and loss; the fast path must say the same."""
    found = rows(judge(rule, [start(), *events]))
    assert rows(judge(rule, [start(), *events], fast=False)) == found
    return [each[:3] for each in found]


def lost(much: str, clock: str = "10:00", symbol: str = "ONE", day: int = 1) -> Any:
    """A round trip; less than nothing lost is a gain."""
    return reported("09:00", clock, f"{-d(much)}", symbol=symbol, id=f"{clock}{symbol}", day=day)


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (CLOSED, [lost("2000")], []),
        (CLOSED, [lost("2000.01")], [("1 10:00:00", "warn", d("2000.01"))]),
        (replace(CLOSED, comparison="touch"), [lost("1999.99")], []),
        (replace(CLOSED, comparison="touch"), [lost("2000")], [("1 10:00:00", "warn", d(2000))]),
        (replace(CLOSED, percent=d(51)), [lost("2040")], []),
        (replace(CLOSED, percent=d(51)), [lost("2041")], [("1 10:00:00", "warn", d(2041))]),
        # losses of the day add up, gains make up for them
        (CLOSED, [lost("1500"), lost("501", "11:00")], [("1 11:00:00", "warn", d(2001))]),
        (CLOSED, [lost("-500"), lost("2500", "11:00")], []),
        (CLOSED, [lost("-500"), lost("2501", "11:00")], [("1 11:00:00", "warn", d(2001))]),
        (CLOSED, [lost("-9999")], []),
        # each instrument by itself
        (CLOSED, [lost("1500"), lost("1500", "11:00", "TWO")], []),
        (CLOSED, [lost("1500", symbol="BIG"), lost("501", "11:00", "SMALL")],
         [("1 11:00:00", "warn", d(2001))]),
        (replace(CLOSED, correlated=False),
         [lost("1500", symbol="BIG"), lost("501", "11:00", "SMALL")], []),
        (CLOSED, [lost("2001", symbol="XXX")], [("1 10:00:00", "warn", d(2001))]),
        # each day by itself, once a day for each
        (CLOSED, [lost("1500"), lost("1500", day=2)], []),
        (CLOSED, [lost("2001"), lost("1", "11:00")], [("1 10:00:00", "warn", d(2001))]),
        (CLOSED, [lost("2001"), lost("2002", "11:00", "TWO")],
         [("1 10:00:00", "warn", d(2001)), ("1 11:00:00", "warn", d(2002))]),
        (CLOSED, [lost("2001"), lost("2002", day=2)],
         [("1 10:00:00", "warn", d(2001)), ("2 10:00:00", "warn", d(2002))]),
        (replace(CLOSED, applies_to=AppliesTo(instruments=("TWO",))), [lost("2001")], []),
        # of the balance the day began with
        (replace(CLOSED, daily_limit=Amount(percent=d(4), of="balance")),
         [lost("-10000"), lost("2001", "10:00", "TWO", 2)], []),
        (replace(CLOSED, daily_limit=Amount(percent=d(4), of="balance")),
         [lost("-10000"), lost("2201", "10:00", "TWO", 2)], [("2 10:00:00", "warn", d(2201))]),
    ],
)  # fmt: skip
def test_what_was_closed(rule: Concentration, events: list[Any], verdicts: list[Any]) -> None:
    assert told(rule, *events) == verdicts


@pytest.mark.parametrize(
    ("rule", "events", "verdicts"),
    [
        (OPEN, [AT, LONG, quote("10:00", "8000")], []),
        (OPEN, [AT, LONG, quote("10:00", "7999.99")], [("1 10:00:00", "warn", d("2000.01"))]),
        (CLOSED, [AT, LONG, quote("10:00", "7000")], []),
        (OPEN, [AT, sell("09:00", "p"), quote("10:00", "12000.01")],
         [("1 10:00:00", "warn", d("2000.01"))]),
        # with what was closed
        (OPEN, [AT, lost("1000", "08:30"), LONG, quote("10:00", "8999")],
         [("1 10:00:00", "warn", d(2001))]),
        (OPEN, [AT, lost("-1000", "08:30"), LONG, quote("10:00", "7000")], []),
        (OPEN, [AT, lost("2001")], [("1 10:00:00", "warn", d(2001))]),
        # another instrument's gain does not help, though equity never falls
        (OPEN, [AT, quote("08:00", "10000", "TWO"), LONG, buy("09:00", "q", symbol="TWO"),
                quote("09:30", "12500", "TWO"), quote("10:00", "7999")],
         [("1 10:00:00", "warn", d(2001))]),
        # one it does not concern, before one that it does
        (replace(OPEN, applies_to=AppliesTo(instruments=("TWO",))),
         [AT, quote("08:00", "10000", "TWO"), LONG, buy("09:10", "q", symbol="TWO"),
          quote("09:30", "1"), quote("10:00", "7999", "TWO")], [("1 10:00:00", "warn", d(2001))]),
        # two positions in one instrument
        (OPEN, [AT, LONG, buy("09:10", "q"), quote("10:00", "8999")],
         [("1 10:00:00", "warn", d(2002))]),
        (OPEN, [AT, LONG, sell("09:10", "q"), quote("10:00", "1")], []),
        # it is closed where it stood
        (OPEN, [AT, LONG, quote("10:00", "8000"), close("10:01", LONG, "8000"),
                quote("11:00", "1")], []),
        # once
        (OPEN, [AT, LONG, quote("10:00", "7999"), quote("11:00", "7000"),
                close("12:00", LONG, "7000")], [("1 10:00:00", "warn", d(2001))]),
        # a day counts from what was open when it began
        (OPEN, [AT, LONG, quote("10:00", "8500"), quote("10:00", "6500", day=2)], []),
        (OPEN, [AT, LONG, quote("10:00", "8500"), quote("10:00", "6499", day=2)],
         [("2 10:00:00", "warn", d(2001))]),
        (OPEN, [AT, LONG, quote("10:00", "8500"), close("10:00", LONG, "6500", day=2)], []),
        (OPEN, [AT, LONG, quote("10:00", "8500"), close("10:00", LONG, "6499", day=2)],
         [("2 10:00:00", "warn", d(2001))]),
        (OPEN, [AT, LONG, quote("10:00", "7999"), TimePassed(at("00:00", 2)),
                quote("10:00", "7000", day=2)], [("1 10:00:00", "warn", d(2001))]),
    ],
)  # fmt: skip
def test_with_what_is_open(rule: Concentration, events: list[Any], verdicts: list[Any]) -> None:
    assert told(rule, *events) == verdicts


def bar(clock: str, low: str, high: str) -> Bar:
    ends = (d("10000"), d(high), d(low), d("10000"))
    return Bar(at(clock), "ONE", 60_000_000, *ends, *ends)


BAR = bar("10:00", "8000", "10000")


def test_bars_leave_it_possible_until_the_best_case_breaks_it() -> None:
    assert told(OPEN, AT, LONG, bar("10:00", "8000", "10000")) == []
    detail = {"instrument": "ONE", "daily_limit": "4000.00"}
    maybe = judge(OPEN, [start(), AT, LONG, bar("10:00", "7999", "8000")])
    assert rows(maybe) == [("1 10:00:00", "possible", d(2001), d(2000), "cross", detail)]
    touch = replace(OPEN, comparison="touch")
    assert [each[:3] for each in rows(judge(touch, [start(), AT, LONG, BAR]))] == [
        ("1 10:00:00", "possible", d(2000))
    ]
    assert told(OPEN, AT, LONG, bar("10:00", "7000", "7999")) == [("1 10:00:00", "warn", d(2001))]


def test_without_a_price_nothing_is_said_but_that_equity_is_not_known() -> None:
    result = judge(OPEN, [start(), LONG])
    assert (result.status, result.verdicts) == ("unknown", ())
    other = judge(OPEN, [start(), LONG, lost("2001", symbol="TWO")])
    assert [each.observed for each in other.verdicts] == [2001]


def test_the_verdict_names_the_instrument_and_the_allowance() -> None:
    (verdict,) = rows(judge(CLOSED, [start(), lost("2001", symbol="SMALL")]))
    assert verdict[3:] == (d(2000), "cross", {"instrument": "PRODUCT", "daily_limit": "4000.00"})


LOSES, HALF = "No single instrument may lose", "50 % of the daily loss allowance in one day"


@pytest.mark.parametrize(
    ("rule", "sentence", "formula"),
    [
        (CLOSED, f"{LOSES} more than {HALF}, by its closes.",
         "loss of one instrument today ≤ 50 % × daily loss allowance"),
        (replace(OPEN, comparison="touch"), f"{LOSES} as much as {HALF}, closed and open together.",
         "loss of one instrument today < 50 % × daily loss allowance"),
    ],
)  # fmt: skip
def test_the_words(rule: Concentration, sentence: str, formula: str) -> None:
    assert (rule.sentence(), rule.sentence(d(1)), rule.formula()) == (sentence, sentence, formula)


def test_a_share_of_nothing_is_refused() -> None:
    with pytest.raises(TermsError, match=r"^'percent' must be more than zero$"):
        replace(CLOSED, percent=d(0))
    assert replace(CLOSED, percent=d("0.01")).percent == d("0.01")


def test_a_netting_account_is_judged_by_what_is_open_too() -> None:
    """Its positions are kept by symbol, and their profit by the position's own id."""
    events = [start(netting=True), AT, LONG, quote("10:00", "7999")]
    assert [each[:2] for each in rows(judge(OPEN, events))] == [("1 10:00:00", "warn")]


@pytest.mark.parametrize(
    ("events", "low"),
    [
        ([], "-2000"),
        ([lost("500")], "-1500"),  # what closed today counts
        ([lost("-500")], "-2500"),
        ([lost("500", symbol="TWO")], "-2000"),  # another instrument's does not
        ([lost("2001")], None),  # said already
    ],
)
def test_each_instrument_is_watched_down_to_what_it_may_still_lose(
    events: list[Any], low: str | None
) -> None:
    history = [start(), *events, quote("11:00", "10000"), buy("11:00", "p")]
    evaluator = evaluator_of(OPEN)
    evaluator.feed(history)
    watches = evaluator.judges[0].watches()
    assert watches.equity == ALWAYS_CALM
    expected = () if low is None else (PartCalm(("p",), low=d(low)),)
    assert watches.parts == expected
