"""Limits on parts of what is open: which positions are watched together, and down to where."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import (
    AccountReported,
    BalanceAdjusted,
    Bar,
    GapClosed,
    GapOpened,
    TimePassed,
)
from propdesk.domain.instants import MINUTE
from propdesk.domain.judging import ALWAYS_CALM, Calm, Watches
from propdesk.domain.rules.concentration import Concentration
from propdesk.domain.rules.exposure import ExposureJudge, ExposureLimit, Tier
from propdesk.domain.rules.open_risk import OpenRisk
from propdesk.domain.situation import Span
from propdesk.domain.terms import Amount, AppliesTo, Effect, RuleTerms
from propdesk.domain.trade_ideas import Grouping
from tests.domain.rules.exposure_rows import cap
from tests.domain.rules.exposure_rows import terms as exposure
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    evaluator_of,
    quote,
    reported,
    sell,
    start,
)
from tests.domain.rules.open_risk_rows import (
    Q2,
    TWO,
    A,
    B,
    Q,
    evaluated,
    judge_of,
    terms,
)

NOWHERE = None
DOWN = quote("09:02", "9500")


def after(rule: RuleTerms, *events: Any) -> Evaluator:
    """A rule's evaluator after these events, which looks at the account once more."""
    evaluator = evaluator_of(rule)
    history = [start(), *events]
    evaluator.feed([*history, TimePassed(history[-1].at)])
    return evaluator


def parts_of(evaluator: Evaluator) -> dict[str, Any]:
    """Of the only rule: the lowest open profit of each part, by its positions."""
    (found,) = evaluator.judges
    watches = found.watches()
    assert watches.equity == ALWAYS_CALM
    assert all(each.high is None for each in watches.parts)
    return {" ".join(each.positions): each.low for each in watches.parts}


# -- open risk: 1,000 may be lost
IDEA = Grouping(gap_minutes=30)
TOGETHER = [buy("09:00", "a", "2"), close("09:01", buy("09:00", "a", "2"), "9700", "1")]


def risk(scope: str = "position", measure: str = "floating", **more: Any) -> OpenRisk:
    return terms(scope=scope, measure=measure, **more)


@pytest.mark.parametrize(
    ("rule", "events", "parts"),
    [
        (risk(), [], {}),
        (risk(), [A], {"a": -1000}),
        (risk(), [A, DOWN], {"a": -1000}),
        (risk(), [A, quote("09:02", "10500")], {"a": -1000}),
        (risk(limit=Amount(percent=d(2))), [A, DOWN], {"a": -2000}),
        # who belongs together
        (risk(), [A, B, TWO], {"a": -1000, "b": -1000, "t": -1000}),
        (risk("symbol"), [A, B, TWO], {"a b": -1000, "t": -1000}),
        (risk("symbol_day"), [A, B, TWO], {"a b": -1000, "t": -1000}),
        (risk("portfolio"), [A, B, TWO], {"a b t": -1000}),
        (risk("trade_idea", grouping=IDEA), [A, buy("09:10", "c"), TWO],
         {"a c": -1000, "t": -1000}),
        # 300 were taken: 700 are left for what is still open
        (risk(), [*TOGETHER, DOWN], {"a": -1000}),
        (risk(measure="realised_and_floating"), [*TOGETHER, DOWN], {"a": -700}),
        (risk("symbol", "realised_and_floating"), [A, B, close("09:01", B, "9600"), DOWN],
         {"a": -1000}),
        (risk("symbol_day", "realised_and_floating"), [A, B, close("09:01", B, "9600"), DOWN],
         {"a": -600}),
        # one that has spoken is silent for good; the other is still watched
        (risk(), [A, TWO, quote("09:02", "9000")], {"t": -1000}),
        (risk(measure="realised_and_floating"), [A, quote("09:02", "9000")], {}),
        # at the limit it is touched, and with ``cross`` not yet
        (risk(comparison="cross"), [A, quote("09:02", "9000")], {"a": -1000}),
        # the worst is remembered down to the limit, and even after it was said
        (risk(measure="worst_floating"), [A, DOWN, quote("09:03", "9700")], {"a": -1000}),
        (risk(measure="widest_of_both"), [A, DOWN, quote("09:03", "9700")], {"a": -1000}),
        (risk(measure="worst_floating"), [A, TWO, quote("09:02", "9000")],
         {"a": NOWHERE, "t": -1000}),
        # stops change by events
        (risk(measure="widest_stop"), [A, DOWN], {}),
        (risk(measure="stop_at_entry"), [A, DOWN], {}),
    ],
)  # fmt: skip
def test_down_to_where_an_open_loss_is_silent(
    rule: OpenRisk, events: list[Any], parts: dict[str, Any]
) -> None:
    assert parts_of(after(rule, Q, Q2, *events)) == parts


def test_a_loss_that_may_be_too_large_already_is_asked_about_at_once() -> None:
    """A bar from 10,000 to 8,500: 1,500 may be lost, and 1,000 is allowed."""
    prices = (d(10000), d(10000), d(8500), d(10000))
    bar = Bar(at("09:02"), "ONE", MINUTE, *prices, *prices)
    assert parts_of(after(risk(), Q, A, bar)) == {"a": -1500}


def test_what_cannot_be_valued_is_watched_by_nobody() -> None:
    """The account's worth is reported; DAX has no price."""
    equity = AccountReported(ACCOUNT, at("09:05"), d(100000), d(100000))
    dax = buy("09:00", "x", symbol="DAX")
    for measure in ("floating", "realised_and_floating", "worst_floating"):
        known = evaluated(risk(measure=measure), [start(), Q, A, dax, equity], reports=True)
        assert parts_of(known) == {"a": -1000}
    assert parts_of(after(risk(), A)) == {}  # no price: neither is equity known


def test_the_worst_learnt_afterwards_counts_when_the_limit_falls_to_it() -> None:
    """1 % of the balance: 900 lost at the worst are too much once 10,000 were taken out."""
    rule = risk(measure="worst_floating", limit=Amount(percent=d(1), of="balance"))
    evaluator = after(rule, Q, Q2, A, TWO)
    assert parts_of(evaluator) == {"a": -1000, "t": -1000}
    seen = (Span(d(-900), d(50)), Span(d("-899.99"), d(0)))
    evaluator.judges[0].catch_up(Span(d(98000), d(100000)), seen)
    taken = BalanceAdjusted(ACCOUNT, at("09:10"), d(-10000), "withdrawal")
    evaluator.apply(taken)
    (verdict,) = evaluator.result().verdicts
    assert (verdict.observed, verdict.limit) == (900, 900)
    assert verdict.evidence["positions"] == "a"


def test_the_worst_learnt_is_that_of_the_groups_named_last() -> None:
    evaluator = after(risk("symbol", "worst_floating"), Q, Q2, A, B)
    found = judge_of(evaluator)
    found.watches()
    evaluator.apply(close("09:05", A, "10000"))
    found.watches()
    found.catch_up(Span(d(99000), d(100000)), (Span(d(-400), d(0)),))
    assert [each.worst for each in found.members.values()] == [Span(d(400), d(400))]


def test_as_many_are_told_as_were_named() -> None:
    found = judge_of(after(risk(measure="worst_floating"), Q, Q2, A, TWO))
    found.watches()
    for told in (1, 3):
        with pytest.raises(ValueError, match="argument 2 is"):
            found.catch_up(Span(d(99000), d(100000)), (Span(d(0), d(0)),) * told)


def test_a_present_loss_leaves_nothing_to_be_learnt() -> None:
    found = judge_of(after(risk(), Q, A))
    found.watches()
    found.catch_up(Span(d(99000), d(100000)), (Span(d(-900), d(0)),))
    assert [each.worst for each in found.members.values()] == [Span(d(0), d(0))]


# -- concentration: half of 4 %, 2,000, may be lost by one instrument in a day
WARN = (Effect(kind="warn"),)
SHARE = Concentration(
    percent=d(50), daily_limit=Amount(percent=d(4)), measured="closed_and_open", effects=WARN
)
AT = [quote("08:00", "10000", symbol) for symbol in ("ONE", "TWO", "BIG", "SMALL")]
FAMILY = [buy("09:00", "l", symbol="BIG"), buy("09:00", "s", symbol="SMALL")]


@pytest.mark.parametrize(
    ("rule", "events", "parts"),
    [
        (SHARE, [], {}),
        (SHARE, [A], {"a": -2000}),
        (SHARE, [A, DOWN], {"a": -2000}),
        (SHARE, [A, B, TWO], {"a b": -2000, "t": -2000}),
        (SHARE, FAMILY, {"l s": -2000}),
        (replace(SHARE, correlated=False), FAMILY, {"l": -2000, "s": -2000}),
        (replace(SHARE, daily_limit=Amount(percent=d(4), of="balance")),
         [reported("08:30", "08:40", "5000", symbol="TWO"), A], {"a": -2000}),
        (replace(SHARE, applies_to=AppliesTo(instruments=("TWO",))), [A, TWO], {"t": -2000}),
        # 500 were lost by closing; 300 won
        (SHARE, [reported("08:30", "08:40", "-500"), A, TWO], {"a": -1500, "t": -2000}),
        (SHARE, [reported("08:30", "08:40", "300"), A], {"a": -2300}),
        # what it stood at as the day began is no result of the day
        (SHARE, [A, quote("10:00", "10300"), quote("09:00", "10100", day=2)], {"a": -1700}),
        (SHARE, [A, quote("10:00", "9700"), quote("09:00", "9900", day=2)], {"a": -2300}),
        # said once a day
        (SHARE, [A, TWO, quote("10:00", "7999")], {"t": -2000}),
        (SHARE, [A, quote("10:00", "7999"), quote("09:00", "7999", day=2)], {"a": -4001}),
        (replace(SHARE, measured="closed"), [A, DOWN], {}),
    ],
)  # fmt: skip
def test_down_to_where_one_instruments_loss_is_silent(
    rule: Concentration, events: list[Any], parts: dict[str, Any]
) -> None:
    assert parts_of(after(rule, *AT, *events)) == parts


def test_an_instrument_whose_day_began_unknown_has_no_result_to_watch() -> None:
    """TWO fell silent over midnight."""
    gap = [GapOpened(at("23:00"), "TWO"), GapClosed(at("08:00", 2), "TWO")]
    morning = [quote("09:00", "10000", each, day=2) for each in ("ONE", "TWO")]
    found = after(SHARE, *AT, A, TWO, *gap)
    assert parts_of(found) == {}  # equity is not known
    found.feed(morning)
    assert parts_of(found) == {"a": -2000}


# -- exposure: a rung at 1,500 of equity's profit
LADDER = (
    Tier(profit=Amount(money=d(0)), cap=cap(2)),
    Tier(profit=Amount(money=d(1500)), cap=cap(3)),
)


def ladder(**more: Any) -> ExposureLimit:
    figures = {
        "cap": None, "ladder": LADDER, "ladder_source": "live_equity", "ladder_effective": "now",
        "ladder_moves": "up_only", **more,
    }  # fmt: skip
    return exposure(**figures)


def laddered(rule: ExposureLimit, *events: Any) -> ExposureJudge:
    (found,) = after(rule, Q, *events).judges
    assert isinstance(found, ExposureJudge)
    return found


ALWAYS = Watches(Calm(low=d(100000), high=d(100000)))


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (ladder(), Watches()),
        (ladder(when="while_open"), Watches()),
        (ladder(ladder_moves="both_ways"), Watches()),
        (ladder(ladder_moves="both_ways", when="while_open"), ALWAYS),
        (ladder(unit="notional"), ALWAYS),
        (ladder(ladder_effective="next_session"), Watches()),
        (ladder(ladder_effective="next_session", unit="notional", when="while_open"), ALWAYS),
    ],
)
def test_only_a_ladder_that_rises_need_not_be_asked_while_it_does(
    rule: ExposureLimit, expected: Watches
) -> None:
    assert laddered(rule, A).watches() == expected


@pytest.mark.parametrize(
    ("rule", "high", "profit"),
    [
        (ladder(), "101499.99", d("1499.99")),
        (ladder(), "101500", 1500),
        (ladder(), "99000", 0),
        (ladder(ladder_moves="both_ways"), "101500", 0),
        (ladder(unit="notional"), "101500", 0),
        (ladder(ladder_effective="next_session"), "101500", 0),
    ],
)
def test_the_rung_learnt_afterwards(rule: ExposureLimit, high: str, profit: Any) -> None:
    found = laddered(rule)
    found.catch_up(Span(d(99000), d(high)), ())
    assert found.profit == profit


def test_a_deposit_is_no_rung() -> None:
    found = laddered(ladder(), BalanceAdjusted(ACCOUNT, at("08:30"), d(1000), "deposit"))
    found.catch_up(Span(d(99000), d(102400)), ())
    assert found.profit == 1400


def test_what_a_new_rung_allows_may_be_too_much_again_later() -> None:
    """Three are over two; the rung of 1,500 allows them, and a fourth is a new occurrence."""
    rule = ladder(counting="per_event")
    evaluator = after(rule, Q, buy("09:00", "a", "3"))
    evaluator.judges[0].catch_up(Span(d(99000), d(101500)), ())
    evaluator.feed([sell("09:05", "b", "1")])
    assert [(each.observed, each.limit) for each in evaluator.result().verdicts] == [(3, 2), (4, 3)]
