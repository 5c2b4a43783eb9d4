"""Worked examples of targets (RULES T7), scaling (T13) and stages (T14)."""

from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.bench import Bench, money, percent
from propdesk.boot.vectors.families import Answer, Rows, family
from propdesk.boot.vectors.given import Given, number, only
from propdesk.boot.vectors.translators.consistency import terms_of
from propdesk.boot.vectors.translators.tables import table
from propdesk.domain.payouts import PayoutTerms, Split, trader_share
from propdesk.domain.rulebook import Phase
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import MeasuredOn, ProfitTarget
from propdesk.domain.scaling import (
    ScalingFacts,
    ScalingStep,
    ScalingTerms,
    ScalingTrigger,
    growth_percent,
    judge_scaling,
    sizes_by_month,
    tiers_by_withdrawal,
)
from propdesk.domain.stages import StageAccount, largest_size, merged_start
from propdesk.wire.rulebook_file import load_rulebook

TARGET = "profit_target"
YEARS = 10 * 12  # how far a table by month is worked out; a page prints the rows it likes


# -- targets
@family("profit_target.balance_flat", "profit_target.pct_initial")
def percent_target(given: Given) -> Answer:
    size, stated = given.number("initial_balance"), given.raw("target_pct")
    if not isinstance(stated, dict):
        return {"target_amount": target_of(size, number(stated))}
    return {f"{name}_target": target_of(size, number(each)) for name, each in stated.items()}


def target_of(size: Decimal, share: Decimal, measured_on: MeasuredOn = "balance_flat") -> Any:
    terms = ProfitTarget(target=percent(share), measured_on=measured_on)
    return Bench(terms, size=size).objective(TARGET).required


@family("profit_target.net_closed")
def net_closed(given: Given) -> Answer:
    """Winning and losing days apart: the winning days' sum is what the page calls gross."""
    net = ProfitTarget(target=money(Decimal(1)), measured_on="net_closed_profit")
    bench = Bench(net, terms_of(given, denominator="positive_days"))
    bench.close(given.number("wins_total")).next_day().close(given.number("losses_total"))
    gross = bench.objective("consistency").figures["total"]
    return {"gross": gross, "net": bench.objective(TARGET).current}


# -- scaling
@family("scaling.double_at_pct")
def doubles(given: Given) -> Answer:
    size = given.number("initial_balance")
    terms = ScalingTerms(
        trigger=ScalingTrigger(profit_in_account=percent(given.number("scale_trigger_pct"))),
        step=ScalingStep(factor=Decimal(2)),
    )
    first = percent(given.number("profit_1_pct")).resolve(size)
    bench = Bench(size=size).close(first).pay(given.number("withdraw"))
    balance = bench.close(given.number("further_profit")).result().balance
    judged = judge_scaling(terms, ScalingFacts(original=size, size=size, balance=balance))
    return {"profit_at_scale": judged.profit_kept, "new_size": judged.new_size}


@family("scaling.first_step_25_then_double", via="function")
def first_step(given: Given) -> Answer:
    terms = ScalingTerms(
        trigger=ScalingTrigger(months=int(given.number("cycle_months"))),
        first_step=ScalingStep(percent_of_original=given.number("first_step_pct")),
        step=ScalingStep(factor=given.number("next_factor")),
        cap=given.number("cap"),
    )
    return {"balance_by_month": by_month(terms, given.number("initial_balance"))}


def by_month(terms: ScalingTerms, size: Decimal) -> Rows:
    return Rows({str(month): grown for month, grown in sizes_by_month(terms, size, YEARS).items()})


@family("scaling.linear_pct_of_original", via="function")
def linear(given: Given) -> Answer:
    """The page's step; limits and splits are those of the published 2-step programme."""
    phase = load_rulebook("ftmo-2-step").rulebook.phase("funded")
    original = given.number("original_balance")
    published = phase.scaling
    terms = ScalingTerms(
        trigger=ScalingTrigger(months=int(given.number("cycle_months"))),
        step=ScalingStep(percent_of_original=given.number("step_pct_of_original")),
        split_percents=published.split_percents,
    )
    sizes = by_month(terms, original)
    daily, overall = limits_of(phase)
    return {
        "balance_by_month": sizes,
        "mdl_by_month": Rows({m: daily.allowance.resolve(size) for m, size in sizes.items()}),
        "ml_by_month": Rows({m: overall.allowance.resolve(size) for m, size in sizes.items()}),
        "split_pct_by_month": splits(terms, sizes, phase),
    }


def limits_of(phase: Phase) -> tuple[DailyLoss, OverallLoss]:
    daily = next(each for each in phase.rules if isinstance(each, DailyLoss))
    return daily, next(each for each in phase.rules if isinstance(each, OverallLoss))


def splits(terms: ScalingTerms, sizes: Rows, phase: Phase) -> Rows:
    """The split before the first step is the payout's own, later the one of the step."""
    payout: PayoutTerms | None = phase.payout
    split = table("scaling.linear_pct_of_original", Split, "split")
    rows: Rows = Rows()
    before = (split if payout is None else payout.split).percent
    size = original = next(iter(sizes.values()))
    for done, (month, grown) in enumerate(sizes.items()):
        if done:
            facts = ScalingFacts(
                original=original,
                size=size,
                balance=size,
                steps_done=done - 1,
                months=terms.trigger.months,
            )
            before = judge_scaling(terms, facts).split_percent
        rows[month], size = before, grown
    return rows


@family("scaling.by_withdrawal_growth")
def by_withdrawal(given: Given) -> Answer:
    terms = table("scaling.by_withdrawal_growth", ScalingTerms)
    size = given.number("initial_balance")
    if "cycles" not in given:
        return full_withdrawal(given, terms, size)
    given.number("split_pct")  # the withdrawals are what the trader got, after the split
    known = ("start_balance", "end_balance", "withdrawal")
    paid = [number(only(each, *known)["withdrawal"]) for each in given.raw("cycles")]
    tiers = tiers_by_withdrawal(terms, size, paid)
    sizes = [tier_size for _, tier_size in tiers]
    return {
        "growth_pct_of_tier_start": [
            growth_percent([each], start) for each, start in zip(paid, sizes, strict=True)
        ],
        "tier_by_cycle": [tier for tier, _ in tiers],
        "balance_after_cycle2": sizes[2] if len(sizes) > 2 else None,
    }


def full_withdrawal(given: Given, terms: ScalingTerms, size: Decimal) -> Answer:
    """Everything that was earned is paid out; the trader's part of it is the growth."""
    gross = percent(given.number("gross_profit_withdrawn_pct")).resolve(size)
    split = Split(percent=given.number("tier1_split_pct"))
    share = trader_share(gross, split.slices())
    bench = Bench(table("scaling.by_withdrawal_growth", OverallLoss, "overall_loss"), size=size)
    bench.day(profit=gross).pay(gross, share)
    balance = bench.result().balance
    facts = ScalingFacts(original=size, size=size, balance=balance, withdrawals=(share,))
    judged = judge_scaling(terms, facts)
    return {
        "growth_pct": judged.growth_percent,
        "scale_up": judged.due,
        "breached_by_full_withdrawal": bench.breached(),
    }


# -- stages
@family("stage_transition.carry_balance_capped", via="function")
def merged(given: Given) -> Answer:
    accounts = [
        StageAccount(number(each["size"]), number(each["balance"]))
        for each in (only(row, "size", "balance") for row in given.raw("express_accounts"))
    ]
    return {"cap": largest_size(accounts), "live_start_balance": merged_start(accounts)}
