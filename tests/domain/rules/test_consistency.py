"""Consistency: the firms' own examples, and one cent on either side of every limit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import DayReported, PayoutMoved, TimePassed
from propdesk.domain.exact import round_ratio_half_away
from propdesk.domain.judging import Objective
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.profit_shares import (
    additional_needed,
    is_consistent,
    min_total_profit,
    raised_target,
    share_of,
    shares,
    target_with_excess,
)
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import ACCOUNT, at, d, judge, outcomes, reported, start


def terms(percent: str, operator: str = "at_most", **more: object) -> Consistency:
    limit = ShareLimit(percent=d(percent))
    return Consistency(limit=limit, operator=operator, **more)  # type: ignore[arg-type]


def days(*profits: str) -> list[DayReported]:
    return [
        DayReported(ACCOUNT, at("12:00", number), profit=d(profit))
        for number, profit in enumerate(profits, 1)
    ]


def goal(result: Evaluation) -> Objective:
    (only,) = (each for each in result.objectives if each.rule == "consistency")
    return only


@pytest.mark.parametrize(
    ("limit", "profits", "total", "best", "met"),
    [
        ("40", "1100 900 -400 1500", 3100, 1500, False),  # E8 Futures
        ("35", "500 550 -150 600 400", 1900, 600, True),  # E8 Signature
        ("35", "1100 900 -400 1500", 3100, 1500, False),
        ("40", "2000 1500 2500", 6000, 2500, False),  # FundedNext Futures after day 3
        ("40", "2000 1500 2500 2000", 8000, 2500, True),
        ("25", "100 150 50 500 100", 900, 500, False),
        ("50", "5000", 5000, 5000, False),  # FTMO 1-Step after day 1 …
        ("50", "5000 2500 2500", 10000, 5000, True),  # … and exactly half in the end
        ("20", "-100", -100, 0, False),  # no profit, no share
    ],
)
def test_the_best_day_is_held_against_the_net_profit(
    limit: str, profits: str, total: int, best: int, met: bool
) -> None:
    found = goal(judge(terms(limit), [start(), *days(*profits.split())]))
    assert (found.figures["total"], found.figures["best"], found.met) == (total, best, met)


@given(st.sampled_from(["at_most", "below"]), st.integers(-1, 1))
def test_one_cent_around_the_limit(operator: str, cents: int) -> None:
    rest = d(1000) + d("0.01") * cents  # of a best day of 1,000 at 50 %
    found = goal(judge(terms("50", operator), [start(), *days("1000", "500", str(rest - 500))]))
    assert found.met is (cents > 0 or (cents == 0 and operator == "at_most"))


def test_a_strict_limit_asks_for_one_unit_more() -> None:
    take_profit = terms("50", "below", rounding_step=d(1))
    found = goal(judge(take_profit, [start(), *days("2000", "1100")]))
    assert found.met is False
    assert found.figures["additional_needed"] == 901
    assert min_total_profit(d(2000), d(50), "below", d(1)) == 4001
    assert min_total_profit(d(2000), d(50), "below", d("0.01")) == Fraction("4000.01")
    assert min_total_profit(d(2000), d(50), "at_most", d(1)) == 4000
    assert min_total_profit(d(1000), d(30), "below", d(1)) == 3334  # after 3,333.33…
    assert min_total_profit(d(1000), d(30), "below", d(100)) == 3400
    assert round_ratio_half_away(found.current * 100, 0) == 65  # type: ignore[operator, arg-type]


@pytest.mark.parametrize(
    ("best", "percent", "total"),
    [("1000", "50", 2000), ("3500", "35", 10000), ("300", "20", 1500), ("15", "15", 100)],
)
def test_the_smallest_total_that_is_consistent(best: str, percent: str, total: int) -> None:
    assert min_total_profit(d(best), d(percent), "at_most", d(1)) == total


@given(
    st.decimals("0.01", "9999", places=2),
    st.integers(1, 99),
    st.decimals("-500", "9999", places=2),
    st.sampled_from(["at_most", "below"]),
)
def test_what_is_needed_is_enough_and_nothing_less_is(
    best: Decimal, percent: int, total: Decimal, operator: str
) -> None:
    cent = Fraction(1, 100)
    needed = additional_needed(best, total, d(percent), operator, d("0.01"))  # type: ignore[arg-type]

    def met(sum_: Fraction) -> bool:
        share = share_of(best, sum_)
        return share is not None and is_consistent(share, d(percent), operator)  # type: ignore[arg-type]

    assert met(Fraction(total) + needed)
    assert not needed or not met(Fraction(total) + needed - cent)


def test_shares_after_each_day() -> None:
    found = shares(tuple(map(d, (900, 800, 700, 600, 500))))
    shown = [round_ratio_half_away(each * 100, 2) for each in found if each is not None]
    assert shown == [d("100.00"), d("52.94"), d("37.50"), d("30.00"), d("25.71")]
    assert shares((d(-5), d(5))) == (None, None)


@pytest.mark.parametrize(
    ("target", "percent", "best", "raised"),
    [
        (3000, "40", 1500, "3750"),
        (2500, "40", 1200, "3000"),
        (6000, "40", 3000, "7500"),
        (3000, "40", 1000, "3000"),
        (0, "15", 2000, "13333.33"),
    ],
)
def test_the_target_is_raised_by_ratio(target: int, percent: str, best: int, raised: str) -> None:
    exact = raised_target(d(best), d(percent), d(target))
    assert round_ratio_half_away(exact, 2) == d(raised)


def test_a_raised_target_holds_the_pass_back_until_it_is_reached() -> None:
    rule = terms(
        "40",
        consequence="raises_target_by_ratio",
        denominator="profit_target",
        target=Amount(money=d(3000)),
    )
    before = goal(judge(rule, [start(), *days("1500", "1500", "749.99")]))
    assert (before.met, before.figures["new_target"]) == (False, 3750)
    assert goal(judge(rule, [start(), *days("1500", "1500", "750")])).met is True


@pytest.mark.parametrize(
    ("operator", "more", "profits", "additional", "met"),
    [
        # the target of 10,000 holds although no day is too large
        ("at_most", {}, "3000 3000 1000", "3000", False),
        ("at_most", {}, "3000 3000 3000 1000", "0", True),
        # 6,000 asks for 12,000 …
        ("at_most", {}, "6000 5999.99", "0.01", False),
        ("at_most", {}, "6000 6000", "0", True),
        # … and for more than that where the share must stay below
        ("below", {}, "6000 6000", "0.01", False),
        ("below", {}, "6000 6000 0.01", "0", True),
        ("below", {"rounding_step": d(1)}, "6000 3000 3000.50", "0.50", False),
        ("below", {"rounding_step": d(1)}, "6000 3000 3001", "0", True),
    ],
)
def test_what_is_needed_leads_to_the_raised_target(
    operator: str, more: dict[str, Decimal], profits: str, additional: str, met: bool
) -> None:
    rule = terms(
        "50",
        operator,
        consequence="raises_target_by_ratio",
        denominator="profit_target",
        target=Amount(money=d(10000)),
        **more,
    )
    found = goal(judge(rule, [start(), *days(*profits.split())]))
    assert (found.figures["additional_needed"], found.met) == (d(additional), met)


@pytest.mark.parametrize(
    ("profits", "additional"),
    [
        ("2000 2000", "1"),  # exactly one half
        ("2000 2000 0.50", "0"),  # below it, though between two steps
        ("2000 1999.50", "1.50"),
        ("2000 2000 1", "0"),
    ],
)
def test_a_step_asks_nothing_of_who_is_consistent(profits: str, additional: str) -> None:
    rule = terms("50", "below", rounding_step=d(1))
    found = goal(judge(rule, [start(), *days(*profits.split())]))
    assert found.figures["additional_needed"] == d(additional)
    assert found.met is (additional == "0")


def test_a_target_raised_by_the_excess_only() -> None:
    rule = terms("40", consequence="raises_target_by_excess", target=Amount(money=d(3000)))
    assert target_with_excess(d(1500), d(40), d(3000)) == 3300
    assert goal(judge(rule, [start(), *days("1500", "1500", "299.99")])).met is False
    assert goal(judge(rule, [start(), *days("1500", "1500", "300")])).met is True


def test_the_first_large_day_resets_and_the_second_fails() -> None:
    rule = terms(
        "40",
        consequence="violates",
        denominator="profit_target",
        target=Amount(money=d(4000)),
        effects=(Effect(kind="reset_account"), Effect(kind="fail")),
    )
    kept = judge(rule, [start(), *days("1600", "1600"), TimePassed(at("00:00", 3))])
    assert kept.verdicts == ()
    broken = judge(rule, [start(), *days("1600.01", "5", "1700"), TimePassed(at("00:00", 4))])
    assert outcomes(broken) == [("24:00", "reset_account"), ("72:00", "fail")]
    assert broken.status == "breached"


def test_a_clipped_trade_loses_only_its_excess() -> None:
    rule = terms(
        "20",
        unit="trade",
        consequence="clips_excess",
        denominator="profit_target",
        target=Amount(money=d(1000)),
    )
    result = judge(rule, [start(), reported("09:00", "10:00", "250.50")])
    (verdict,) = result.verdicts
    assert (verdict.outcome, verdict.observed, verdict.limit) == ("profit_adjust", d("250.5"), 200)


def test_trades_and_positive_days_and_the_cycle() -> None:
    trades = [reported("09:00", "10:00", "400"), reported("10:00", "11:00", "1100", id="x")]
    assert goal(judge(terms("20", unit="trade"), [start(), *trades])).figures["best"] == 1100
    wins = goal(judge(terms("50", denominator="positive_days"), [start(), *days("10", "-9", "10")]))
    assert (wins.figures["total"], wins.met) == (20, True)
    rule = terms("50", since="last_payout")
    payout = PayoutMoved(ACCOUNT, at("13:00", 2), "paid", "p", d(1000))
    told = goal(judge(rule, [start(), *days("900", "100"), payout]))
    assert (told.figures["total"], told.figures["best"], told.met) == (0, 0, False)
    later = [DayReported(ACCOUNT, at("12:00", day), profit=d(50)) for day in (3, 4)]
    anew = goal(judge(rule, [start(), *days("900", "100"), payout, *later]))
    assert (anew.figures["total"], anew.figures["best"], anew.met) == (100, 50, True)


def test_trades_of_one_idea_are_one_unit() -> None:
    pair = [reported("09:00", "10:00", "60", id="a"), reported("09:30", "10:30", "40", id="b")]
    alone = reported("15:00", "15:30", "100", id="c")
    found = goal(judge(terms("50", unit="trade_idea"), [start(), *pair, alone]))
    assert (found.figures["best"], found.met) == (100, True)


@pytest.mark.parametrize(("number", "percent"), list(enumerate((40, 40, 40, 45, 45, 50, 50), 1)))
def test_limits_by_payout_number(number: int, percent: int) -> None:
    ladder = ShareLimit(by_payout=tuple(map(d, (40, 40, 40, 45, 45, 50))))
    assert ladder.resolve(d(50000), "funded", number) == percent


def test_limits_by_size_and_stage() -> None:
    table = ShareLimit(by_size={d(5000): d(50), d(100000): d(40), d(300000): d(20)})
    found = [table.resolve(d(size), "", 1) for size in (5000, 50000, 100000, 200000, 300000)]
    assert found == [50, 50, 40, 40, 20]
    with pytest.raises(TermsError, match="no consistency limit for size 100"):
        table.resolve(d(100), "", 1)
    assert ShareLimit(by_stage={"funded": d(30)}).resolve(d(1), "funded", 1) == 30


def test_without_profit_the_rule_may_not_apply() -> None:
    assert goal(judge(terms("20", undefined="not_applied"), [start(), *days("-5")])).met is True


def test_terms_that_mean_nothing_are_refused() -> None:
    with pytest.raises(TermsError, match="needs 'target'"):
        terms("40", denominator="profit_target")
    with pytest.raises(TermsError, match="no violation yet"):
        terms("40", consequence="violates")
    with pytest.raises(TermsError, match="exactly one"):
        ShareLimit()
    with pytest.raises(TermsError, match="'rounding_step' is for operator 'below'"):
        terms("40", rounding_step=d(1))
    for step in (d(0), d(-1)):
        with pytest.raises(TermsError, match="a rounding step is more than 0"):
            terms("40", "below", rounding_step=step)


@pytest.mark.parametrize("clock", ["10:00", "00:00"])  # one that closed as the day began is its
def test_a_day_above_its_share_names_the_trades_of_that_day(clock: str) -> None:
    """Half of 10,000 may come from one day; what is not counted is what that day's trades made."""
    rule = Consistency(
        limit=ShareLimit(percent=d(50)),
        operator="at_most",
        denominator="profit_target",
        consequence="violates",
        target=Amount(money=d(10000)),
        effects=(Effect(kind="profit_adjust", factor=d(0)),),
    )
    target = ProfitTarget(target=Amount(money=d(10000)), measured_on="adjusted_balance")
    events = [
        start(),
        reported("09:00", "10:00", "3000", day=1, id="a"),
        reported("00:00", clock, "4000", day=2, id="b"),
        reported("11:00", "12:00", "1500", day=2, id="c"),
        TimePassed(at("00:00", 3)),
    ]
    found = judge((rule, target), events)
    assert outcomes(found) == [("48:00", "profit_adjust")]
    assert [each.current for each in found.objectives if each.rule == "profit_target"] == [d(3000)]
