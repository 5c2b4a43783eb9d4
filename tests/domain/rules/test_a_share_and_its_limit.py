"""The share of the best day in every figure: limits by table, targets, and what waits for it."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.events import DayReported, PayoutMoved, StateReported, TimePassed
from propdesk.domain.judging import Objective
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.profit_shares import excess_of, largest_unit, money_of, raised_target
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import ACCOUNT, at, d, judge, reported, start

WARN = (Effect(kind="warn"),)
TARGET = Amount(money=d(1000))


def terms(percent: str = "50", operator: str = "at_most", **more: Any) -> Consistency:
    return Consistency(**{"limit": ShareLimit(percent=d(percent)), "operator": operator, **more})


def days(*profits: str, first: int = 1) -> list[DayReported]:
    return [
        DayReported(ACCOUNT, at("12:00", number), profit=d(profit))
        for number, profit in enumerate(profits, first)
    ]


def goal(rule: Consistency, events: Sequence[object], **more: Any) -> Objective:
    (only,) = judge(rule, [start(**more.pop("opening", {})), *events], **more).objectives
    return only


def paid(day: int, amount: str = "100") -> PayoutMoved:
    return PayoutMoved(ACCOUNT, at("13:00", day), "paid", f"P{day}", d(amount))


@pytest.mark.parametrize(
    ("rule", "profits", "figures"),
    [
        # 600 of 1,000: 100 above one half, and 200 more make it one half of 1,200
        (
            terms(),
            "600 400",
            {"share": Fraction(3, 5), "best": 600, "total": 1000, "limit_amount": 500,
             "excess": 100, "additional_needed": 200},
        ),
        # nothing earned in all: no share, no allowance, and the best is all too much
        (
            terms(),
            "600 -700",
            {"share": None, "best": 600, "total": -100, "limit_amount": 0,
             "excess": 600, "additional_needed": 1300},
        ),
        # a share of the target does not shrink with later profit: nothing mends it
        (
            terms(denominator="profit_target", target=TARGET),
            "600 400",
            {"share": Fraction(3, 5), "best": 600, "total": 1000, "limit_amount": 500,
             "excess": 100, "additional_needed": None},
        ),
        (
            terms(consequence="raises_target_by_ratio", target=TARGET),
            "600 400",
            {"share": Fraction(3, 5), "best": 600, "total": 1000, "limit_amount": 500,
             "excess": 100, "additional_needed": 200, "new_target": 1200},
        ),
        (
            terms(consequence="raises_target_by_ratio", target=TARGET),
            "300 300",
            {"share": Fraction(1, 2), "best": 300, "total": 600, "limit_amount": 300,
             "excess": 0, "additional_needed": 0, "new_target": 1000},
        ),
        (  # 100 above one half of the target
            terms(consequence="raises_target_by_excess", target=TARGET),
            "600 400",
            {"share": Fraction(3, 5), "best": 600, "total": 1000, "limit_amount": 500,
             "excess": 100, "additional_needed": 100, "new_target": 1100},
        ),
    ],
)  # fmt: skip
def test_every_figure(rule: Consistency, profits: str, figures: dict[str, object]) -> None:
    found = goal(rule, days(*profits.split()))
    assert found.figures == figures
    assert found.current == figures["share"]
    assert found.required == Fraction(1, 2)


BY_PAYOUT = ShareLimit(by_payout=(d(20), d(40), d(60)))
BY_STAGE = ShareLimit(by_stage={"evaluation": d(50), "funded": d(30)})
BY_SIZE = ShareLimit(by_size={d(50000): d(50), d(100000): d(25)})


@pytest.mark.parametrize(
    ("limit", "events", "more", "required"),
    [
        (BY_PAYOUT, [], {}, "20"),
        (BY_PAYOUT, [paid(1)], {}, "40"),
        (BY_PAYOUT, [paid(1), paid(2)], {}, "60"),
        (BY_PAYOUT, [paid(1), paid(2), paid(3)], {}, "60"),
        (BY_PAYOUT, [StateReported(ACCOUNT, at("08:00"), payouts=1)], {}, "40"),
        (BY_STAGE, [], {}, "50"),
        (BY_STAGE, [], {"stage": "funded"}, "30"),
        (BY_SIZE, [], {}, "25"),
        (BY_SIZE, [], {"size": d(99999), "opening": {"balance": d(99999)}}, "50"),
    ],
)
def test_the_limit_in_force(
    limit: ShareLimit, events: list[object], more: dict[str, Any], required: str
) -> None:
    found = goal(terms(limit=limit), events, **more)
    assert found.required == Fraction(required) / 100


@pytest.mark.parametrize(
    ("limit", "size", "stage", "words"),
    [
        (BY_SIZE, "49999.99", "", "no consistency limit for size 49999.99"),
        (ShareLimit(by_stage={"funded": d(30)}), "1", "evaluation",
         "no consistency limit for stage 'evaluation'"),
    ],
)  # fmt: skip
def test_a_limit_never_defaults(limit: ShareLimit, size: str, stage: str, words: str) -> None:
    with pytest.raises(TermsError) as refused:
        limit.resolve(d(size), stage, 1)
    assert str(refused.value) == words
    assert BY_SIZE.resolve(d(50000), stage, 1) == 50


EXACTLY_ONE = "a share is exactly one of percent, by_payout, by_size, by_stage"


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({}, EXACTLY_ONE),
        ({"percent": d(1), "by_payout": (d(1),)}, EXACTLY_ONE),
        ({"by_size": {d(1): d(1)}, "by_stage": {"funded": d(1)}}, EXACTLY_ONE),
        ({"percent": d(0)}, "a largest share is more than 0 %"),
        ({"percent": d(-1)}, "a largest share is more than 0 %"),
        ({"by_payout": (d(20), d(0))}, "a largest share is more than 0 %"),
        ({"by_size": {d(1): d(0)}}, "a largest share is more than 0 %"),
        ({"by_stage": {"funded": d(0)}}, "a largest share is more than 0 %"),
    ],
)
def test_a_table_of_shares_that_means_nothing(figures: dict[str, Any], words: str) -> None:
    with pytest.raises(TermsError) as refused:
        ShareLimit(**figures)
    assert str(refused.value) == words


@pytest.mark.parametrize("share", ["0.01", "1"])
def test_a_share_of_one_per_cent_and_less_is_a_share(share: str) -> None:
    assert ShareLimit(percent=d(share)).resolve(d(1), "evaluation", 1) == d(share)


NEEDS_TARGET = "a consistency rule that uses the profit target needs 'target'"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"denominator": "profit_target"}, NEEDS_TARGET),
        ({"consequence": "raises_target_by_ratio"}, NEEDS_TARGET),
        ({"consequence": "raises_target_by_excess"}, NEEDS_TARGET),
        (
            {"consequence": "clips_excess", "target": TARGET},
            ("'clips_excess' needs denominator 'profit_target': a share of a profit that still"
            " grows is no violation yet; let it block the payout"),
        ),
        (
            {"consequence": "violates", "denominator": "positive_days"},
            ("'violates' needs denominator 'profit_target': a share of a profit that still"
            " grows is no violation yet; let it block the payout"),
        ),
        ({"operator": "below", "rounding_step": d(0)}, "a rounding step is more than 0"),
        (
            {"rounding_step": d(1)},
            "'rounding_step' is for operator 'below': 'at_most' needs no step",
        ),
    ],
)  # fmt: skip
def test_terms_that_mean_nothing_are_refused(more: dict[str, Any], words: str) -> None:
    with pytest.raises(TermsError) as refused:
        terms(**more)
    assert str(refused.value) == words


OF_CYCLE = {"consequence": "raises_target_by_ratio", "denominator": "profit_target"}


@pytest.mark.parametrize(
    ("of", "events", "limit_amount"),
    [
        ("initial", [], 500),  # half of 1 % of 100,000
        ("balance_after_last_payout", [], 500),
        ("cycle_start", [], 500),
        ("initial", [*days("20000"), paid(1, "10000")], 500),
        ("balance_after_last_payout", [*days("20000"), paid(1, "10000")], 550),
        ("cycle_start", [*days("20000"), paid(1, "10000")], 550),
    ],
)
def test_a_target_of_the_cycle(of: Any, events: list[object], limit_amount: int) -> None:
    rule = terms(denominator="profit_target", target=Amount(percent=d(1), of=of))
    assert goal(rule, events).figures["limit_amount"] == limit_amount


@pytest.mark.parametrize(
    ("more", "stage", "blocks"),
    [
        ({}, "evaluation", "both"),
        ({"blocks": "pass"}, "evaluation", "pass"),
        ({"blocks": "payout"}, "evaluation", "payout"),
        ({"blocks": "pass"}, "funded", "payout"),
        ({"consequence": "violates", "denominator": "profit_target", "target": TARGET},
         "evaluation", "payout"),
        ({"consequence": "clips_excess", "denominator": "profit_target", "target": TARGET},
         "evaluation", "payout"),
        ({**OF_CYCLE, "target": TARGET}, "evaluation", "both"),
    ],
)  # fmt: skip
def test_what_waits_for_it(more: dict[str, Any], stage: str, blocks: str) -> None:
    assert goal(terms(**more), [], stage=stage).blocks == blocks


FIXED: dict[str, Any] = {"denominator": "profit_target", "target": TARGET, "effects": WARN}


@pytest.mark.parametrize(
    ("operator", "consequence", "profits", "said"),
    [
        ("at_most", "violates", "500", []),
        ("at_most", "violates", "500.01", [(d("500.01"), 500, "cross")]),
        ("below", "violates", "499.99", []),
        ("below", "violates", "500", [(500, 500, "touch")]),
        ("below", "clips_excess", "500", []),
        ("below", "clips_excess", "500.01", [(d("500.01"), 500, "touch")]),
        ("at_most", "violates", "-900 499", []),
        ("at_most", "violates", "501 100 502", [(501, 500, "cross"), (502, 500, "cross")]),
    ],
)
def test_a_fixed_limit_speaks_of_each_day_beyond_it(
    operator: str, consequence: str, profits: str, said: list[object]
) -> None:
    rule = terms("50", operator, consequence=consequence, **FIXED)
    result = judge(rule, [start(), *days(*profits.split()), TimePassed(at("00:00", 9))])
    assert [(v.observed, v.limit, v.comparison) for v in result.verdicts] == said
    if said:
        evidence = result.verdicts[0].evidence
        assert (evidence["unit"], evidence["share_of"], evidence["percent"]) == (
            "2021-03-01",
            "profit_target",
            "50",
        )


def test_only_a_fixed_limit_speaks() -> None:
    events = [start(), reported("09:00", "10:00", "900"), TimePassed(at("00:00", 9))]
    for rule in (
        terms(),
        terms(unit="trade"),
        terms(denominator="profit_target", target=TARGET),
        terms(unit="trade", denominator="profit_target", target=TARGET),
    ):
        assert "consistency" not in {each.rule for each in judge(rule, events).verdicts}


def test_a_loss_is_never_beyond_a_share() -> None:
    """A strict limit of a target of nothing is not reached by a loss."""
    rule = terms(consequence="violates", **FIXED)
    assert judge(rule, [start(), *days("-5000"), TimePassed(at("00:00", 9))]).verdicts == ()


def test_an_instance_bears_its_own_name() -> None:
    assert goal(terms(id="best day"), []).rule == "best day"
    assert goal(terms(), []).rule == "consistency"


@pytest.mark.parametrize(
    ("best", "percent", "total", "excess"),
    [("600", "50", "1000", "100"), ("500", "50", "1000", "0"), ("400", "50", "1000", "0")],
)
def test_the_excess(best: str, percent: str, total: str, excess: str) -> None:
    assert excess_of(d(best), d(percent), d(total)) == Fraction(excess)
    assert largest_unit(d(total), d(percent)) == 500


def test_ratios_become_money_only_where_they_come_out() -> None:
    assert money_of(Fraction(1, 8)) == Decimal("0.125")
    assert raised_target(d(100), d(30), d(0)) == Fraction(1000, 3)
