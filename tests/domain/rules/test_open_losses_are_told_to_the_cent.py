"""Open risk: who belongs together, day by day, idea by idea, as seen and as reported."""

from dataclasses import replace

import pytest

from propdesk.domain.events import BalanceAdjusted, TimePassed
from propdesk.domain.terms import Amount, AppliesTo, Effect
from propdesk.domain.trade_ideas import Grouping
from tests.domain.rules.histories import (
    ACCOUNT,
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
from tests.domain.rules.open_risk_rows import Q2, TWO, A, B, Q, lost, terms, unknown
from tests.domain.rules.verdicts import counted_profit, rows

PORTFOLIO = terms(scope="portfolio")
SYMBOL = terms(scope="symbol")


@pytest.mark.parametrize(
    ("rule", "events", "said"),
    [
        (terms(), [A, B, quote("09:02", "8999.99")],
         [lost("1 09:02:00", "1000.01", terms(), each) for each in "ab"]),
        (SYMBOL, [A, B, quote("09:02", "9400")], [lost("1 09:02:00", "1200", SYMBOL, "a, b")]),
        (PORTFOLIO, [TWO, A, quote("09:02", "9400"), quote("09:03", "9500", "TWO")],
         [lost("1 09:03:00", "1100", PORTFOLIO, "t, a", "ONE, TWO")]),
        # the position's own name, whatever it looks like
        (terms(), [buy("09:00", "x@1"), quote("09:02", "9000")],
         [lost("1 09:02:00", "1000", terms(), "x@1")]),
        # a new position takes up what one that had spoken leaves behind, in that moment
        (PORTFOLIO,
         [A, quote("09:02", "9000"), buy("09:03", "c", "4"), quote("09:04", "8750"),
          close("09:05", A, "8750"), quote("09:06", "8749")],
         [lost("1 09:02:00", "1000", PORTFOLIO, "a"),
          lost("1 09:05:00", "5000", PORTFOLIO, "c")]),
        # nothing is open: nothing is lost, even where nothing may be
        (terms(scope="portfolio", limit=Amount(money=d(0))), [quote("09:02", "9000")], []),
    ],
)  # fmt: skip
def test_what_is_lost_together(rule, events, said):
    assert rows(judge(rule, [start(), Q, Q2, *events])) == said
    assert rows(judge(rule, [start(), Q, Q2, *events], fast=False)) == said


ELSEWHERE = terms(scope="portfolio", applies_to=AppliesTo(instruments=("TWO",)))


def test_other_instruments_are_none_of_its_business():
    fallen = [quote("09:02", "5000"), quote("09:03", "9000", "TWO")]
    history = [start(), Q, Q2, A, TWO, *fallen, close("09:04", A, "5000")]
    assert rows(judge(ELSEWHERE, history)) == [lost("1 09:03:00", "1000", ELSEWHERE, "t", "TWO")]


IDEA = terms(scope="trade_idea", measure="realised_and_floating")
AFTER_A_LOSS = replace(IDEA, grouping=Grouping(gap_minutes=10, gap_after="losing_close"))


@pytest.mark.parametrize(
    ("rule", "events", "said"),
    [
        # opposite positions are two ideas: neither sets off the other
        (IDEA, [A, sell("09:00", "s"), quote("09:02", "9000")],
         [lost("1 09:02:00", "1000", IDEA, "a")]),
        # only after a loss does the next one join; at the same price it is none
        (AFTER_A_LOSS, [A, close("09:30", A, "9999"), buy("09:35", "c"), quote("09:40", "9001")],
         [lost("1 09:40:00", "1000", AFTER_A_LOSS, "a, c")]),
        (AFTER_A_LOSS, [A, close("09:30", A, "10000"), buy("09:35", "c"),
          quote("09:40", "9000.01")], []),
        (AFTER_A_LOSS,
         [A, close("09:30", A, "10000"), buy("09:35", "c"), quote("09:40", "9000")],
         [lost("1 09:40:00", "1000", AFTER_A_LOSS, "c")]),
        (AFTER_A_LOSS, [reported("09:00", "09:30", "0"), buy("09:35", "c"), quote("09:40", "9000")],
         [lost("1 09:40:00", "1000", AFTER_A_LOSS, "c")]),
        # the gap counts from the close: eleven minutes are too many
        (AFTER_A_LOSS, [A, close("09:30", A, "9999"), buy("09:41", "c"), quote("09:50", "9001")],
         []),
        # a part closed at a loss leaves the idea open
        (AFTER_A_LOSS,
         [buy("09:00", "a", "2"), close("09:30", A, "9600", "1"), close("10:00", A, "9600", "1"),
          buy("10:05", "c"), quote("10:06", "9800")],
         [lost("1 10:06:00", "1000", AFTER_A_LOSS, "a, c")]),
    ],
)  # fmt: skip
def test_an_idea_goes_on(rule, events, said):
    assert rows(judge(rule, [start(), Q, *events])) == said


DAY = terms(scope="symbol_day", measure="realised_and_floating")
POSITION = terms(measure="realised_and_floating")
PART_LOST = [buy("09:00", "a", "2"), close("10:00", A, "9400", "1"), quote("10:01", "9700")]
NEXT = quote("09:00", "9500", day=2)


@pytest.mark.parametrize(
    ("rule", "events", "said"),
    [
        # 600 were lost yesterday, 500 are open today
        (DAY, [*PART_LOST, NEXT], []),
        (DAY, [*PART_LOST, quote("09:00", "9000", day=2)],
         [lost("2 09:00:00", "1000", DAY, "a")]),
        (POSITION, [*PART_LOST, NEXT], [lost("2 09:00:00", "1100", POSITION, "a")]),
        # over on two days is said on both; of one position once
        (DAY, [A, quote("09:02", "9000"), quote("09:01", "8900", day=2)],
         [lost("1 09:02:00", "1000", DAY, "a"), lost("2 00:00:00", "1000", DAY, "a")]),
        (POSITION, [A, quote("09:02", "9000"), quote("09:01", "8900", day=2)],
         [lost("1 09:02:00", "1000", POSITION, "a")]),
    ],
)  # fmt: skip
def test_a_day_starts_anew(rule, events, said):
    assert rows(judge(rule, [start(), Q, *events])) == said


def test_a_day_after_the_end_is_still_rolled():
    """What closed after the breach was asked for when the limits were shown."""
    after = [close("10:00", A, "9000"), TimePassed(at("10:00", 2))]
    result = judge(
        replace(DAY, effects=(Effect(kind="fail"),)), [start(), Q, A, B, NEXT_LOW, *after]
    )
    assert result.status == "breached"
    assert [each.room for each in result.limits] == [d(400)]  # 600 are open


NEXT_LOW = quote("09:02", "9400")
WORST = terms(measure="worst_floating")
WIDEST = terms(measure="widest_stop")
AT_ENTRY = terms(measure="stop_at_entry")
BOTH = terms(measure="widest_of_both")


@pytest.mark.parametrize(
    ("rule", "told", "outcome"),
    [
        (terms(), {}, "unknown"),
        (terms(), {"worst_floating": d(-999)}, None),
        (WORST, {}, "unknown"),
        (WORST, {"worst_floating": d(-999)}, None),
        (WIDEST, {"worst_floating": d(-1)}, "unknown"),
        (WIDEST, {"stop_risk": d(999)}, None),
        (AT_ENTRY, {"worst_floating": d(-1)}, "unknown"),
        (AT_ENTRY, {"stop_risk": d(999)}, None),
        # the stop at entry may have risked less than the widest did
        (AT_ENTRY, {"stop_risk": d(1000)}, "possible"),
        (WIDEST, {"stop_risk": d(1000)}, "warn"),
        (POSITION, {}, None),  # the result is all it needs
    ],
)
def test_a_report_must_tell_what_is_measured(rule, told, outcome):
    found = rows(judge(rule, [start(), reported("09:00", "10:00", "5", **told)]))
    name = "09:00-10:00"
    expected = {
        None: [],
        "unknown": [unknown("1 10:00:00", rule, name)],
        "warn": [lost("1 10:00:00", "1000", rule, name)],
        "possible": [("1 10:00:00", "possible", *lost("", "1000", rule, name)[2:])],
    }
    assert found == expected[outcome]


def test_a_result_that_breaks_the_limit_needs_no_worst():
    """What it fell to is not told; that it closed 1,200 lower is enough."""
    found = rows(judge(terms(), [start(), reported("09:00", "10:00", "-1200")]))
    assert found == [lost("1 10:00:00", "1200", terms(), "09:00-10:00")]


def test_what_is_added_to_a_position_risks_with_it():
    """The stop at entry of the first lot risks 500, that of the second 600."""
    more = replace(buy("09:05", "a", stop=d(9400)), price=d(10000))
    rule = replace(AT_ENTRY, limit=Amount(money=d(1100)))
    history = [start(), Q, buy("09:00", "a", stop=d(9500)), more]
    assert rows(judge(rule, history)) == [lost("1 09:05:00", "1100", rule, "a", limit="1100")]


def test_what_an_idea_once_stood_at_is_not_what_it_stands_at():
    """Told before: the open loss of a trade idea is that of now."""
    rule = terms(scope="trade_idea", limit=Amount(percent=d(1), of="balance"))
    deep = reported("09:00", "09:30", "0", worst_floating=d(-950))
    beside = buy("09:10", "c")
    out = BalanceAdjusted(ACCOUNT, at("10:00"), d(-10000), "withdrawal")
    assert rows(judge(rule, [start(), Q, beside, deep, out])) == []
    early = replace(out, at=at("09:20"))
    (row,) = rows(judge(rule, [start(), Q, beside, early, deep]))
    assert row[:4] == ("1 09:30:00", "warn", d(950), d(900))


def test_the_profit_of_trades_reported_too_deep_can_be_taken_out():
    removed = replace(terms(), effects=(Effect(kind="profit_adjust", factor=d(0)),))
    deep = reported("09:00", "10:00", "70", worst_floating=d(-1000))
    fine = reported("11:00", "12:00", "30", worst_floating=d(-999))
    assert counted_profit(removed, [start(), deep, fine]) == 30
