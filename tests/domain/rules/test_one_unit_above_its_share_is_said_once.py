"""A trade closed in parts, or an idea that grows together, is one unit: nothing is taken twice."""

from collections.abc import Sequence
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import PayoutMoved, TimePassed
from propdesk.domain.judging import Objective
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect
from propdesk.domain.trade_ideas import Grouping
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, outcomes, start

WARN = (Effect(kind="warn"),)
FAR = Amount(money=d(10**6))
COUNTED = ProfitTarget(target=FAR, measured_on="adjusted_balance", effects=WARN)


def two_hundred(consequence: str, **more: Any) -> Consistency:
    """No trade may earn more than 20 % of a target of 1,000."""
    return Consistency(
        **{
            "limit": ShareLimit(percent=d(20)),
            "operator": "at_most",
            "unit": "trade",
            "denominator": "profit_target",
            "target": Amount(money=d(1000)),
            "consequence": consequence,
            "effects": WARN,
            **more,
        }
    )


def of(result: Evaluation, rule: str) -> Objective:
    (only,) = (each for each in result.objectives if each.rule == rule)
    return only


def told(rule: Consistency, *events: object) -> tuple[list[str], object]:
    """When the rule spoke, and what is left of the profit."""
    result = judge((rule, COUNTED), [start(), *events])
    return [moment for moment, _ in outcomes(result)], of(result, "profit_target").current


WHOLE = buy("09:00", "p", "2")
EARLY, LATE = close("10:00", WHOLE, "10250", "1"), close("11:00", WHOLE, "10300", "1")
PARTS = (WHOLE, EARLY, LATE)  # 250, then 300 more: 550 of one trade


@pytest.mark.parametrize(
    ("rule", "events", "moments", "left"),
    [
        (two_hundred("violates"), PARTS, ["10:00"], 550),
        (two_hundred("clips_excess"), PARTS, ["10:00", "11:00"], 200),
        (  # exactly at a strict limit: a violation, and nothing to clip
            two_hundred("violates", operator="below"),
            (WHOLE, close("10:00", WHOLE, "10200", "1"), LATE),
            ["10:00"],
            500,
        ),
        (
            two_hundred("clips_excess", operator="below"),
            (WHOLE, close("10:00", WHOLE, "10200", "1")),
            [],
            200,
        ),
        (  # what was lost afterwards is not given back, and not taken again on the way up
            two_hundred("clips_excess"),
            (WHOLE, close("10:00", WHOLE, "10500", "1"), close("11:00", WHOLE, "9900", "1")),
            ["10:00"],
            100,  # 500 − 300 taken − 100 lost
        ),
    ],
)
def test_a_trade_closed_in_parts(
    rule: Consistency, events: Sequence[object], moments: list[str], left: int
) -> None:
    assert told(rule, *events) == (moments, left)


def test_a_third_part_loses_only_what_it_adds() -> None:
    thrice = buy("09:00", "p", "3")
    parts = [close(f"{hour}:00", thrice, "10250", "1") for hour in (10, 11, 12)]
    rule = two_hundred("clips_excess")
    assert told(rule, thrice, *parts) == (["10:00", "11:00", "12:00"], 200)


def test_a_violation_names_its_trade_to_the_effect() -> None:
    """Taking the trade's profit takes all of the part that got there, not the excess alone."""
    taken = (Effect(kind="profit_adjust", factor=d(0)),)
    assert told(two_hundred("violates", effects=taken), *PARTS) == (["10:00"], 300)


A, B, C = buy("09:00", "a"), buy("09:30", "b"), buy("10:30", "c")
GROWN = (
    A,
    B,
    close("10:00", A, "10250"),
    close("10:15", B, "10250"),
    C,  # within the hour after both, so all three are one idea now
    close("11:00", C, "10100"),
)
HOUR = Grouping(overlap=False, gap_minutes=60)


@pytest.mark.parametrize(
    ("consequence", "moments", "left"),
    [
        ("violates", ["10:00", "10:15"], 600),  # two ideas then; the one they became is not new
        ("clips_excess", ["10:00", "10:15", "11:00"], 200),  # 50 + 50 + 300 of 600
    ],
)
def test_ideas_that_became_one(consequence: str, moments: list[str], left: int) -> None:
    rule = two_hundred(consequence, unit="trade_idea", grouping=HOUR)
    assert told(rule, *GROWN) == (moments, left)


def test_the_unit_is_named_by_the_trade_that_began_it() -> None:
    rule = two_hundred("clips_excess", unit="trade_idea", grouping=HOUR)
    verdicts = judge(rule, [start(), *GROWN]).verdicts
    assert [(each.observed, each.evidence["unit"].split("@")[0]) for each in verdicts] == [
        (250, "a"),
        (250, "b"),
        (600, "a"),
    ]
    assert verdicts[0].limit == 200
    assert verdicts[0].evidence["share_of"] == "profit_target"
    assert verdicts[0].evidence["percent"] == "20"


@pytest.mark.parametrize(
    ("since", "left"),
    [("last_payout", 400), ("start", 200)],  # 2 × (250 − 50), or 500 − 300
)
def test_a_payout_begins_a_trade_anew_where_the_rule_counts_from_it(since: str, left: int) -> None:
    paid = PayoutMoved(ACCOUNT, at("10:30"), "paid", "P", d(10))
    later = close("11:00", WHOLE, "10250", "1")
    rule = two_hundred("clips_excess", since=since)
    assert told(rule, WHOLE, EARLY, paid, later) == (["10:00", "11:00"], left)


def test_a_day_is_tested_when_it_is_over() -> None:
    rule = two_hundred("clips_excess", unit="day")
    before = told(rule, *PARTS)
    assert before == ([], 550)
    assert told(rule, *PARTS, TimePassed(at("00:00", 2))) == (["24:00"], 200)
