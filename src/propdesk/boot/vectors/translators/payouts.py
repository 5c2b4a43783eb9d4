"""Worked examples of payouts (RULES T12): how much one is, and what it leaves."""

from dataclasses import replace
from datetime import time
from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.bench import FIRST_DAY, SIZE, Bench, money, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number
from propdesk.boot.vectors.translators.consistency import in_percent
from propdesk.boot.vectors.translators.daily_loss import rule
from propdesk.boot.vectors.translators.max_loss import AT_START, overall
from propdesk.boot.vectors.translators.moments import on
from propdesk.boot.vectors.translators.tables import table
from propdesk.domain.clock import DayClock
from propdesk.domain.payouts import (
    AfterBreach,
    Buffer,
    Cap,
    Extras,
    PayoutConsistency,
    PayoutDays,
    PayoutFacts,
    PayoutTerms,
    Split,
    Threshold,
    cycle_target,
    judge_payout,
    payout_facts,
)
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_cap import ProfitCap
from propdesk.domain.rules.profit_shares import share_of
from propdesk.wire.rulebook_file import load_rulebook

ALL = Decimal(100)
OVERALL = "overall_loss"
# What becomes of the excess over a cap, in the pages' words.
EXCESS = {"stays": "stays_in_account", "removed": "deducted_from_account"}


def terms_of(**more: Any) -> PayoutTerms:
    """Payouts on demand; the trader gets everything where a page states no split."""
    more.setdefault("split", Split(percent=ALL))
    return PayoutTerms(first_after_days=0, first_counted_from="first_trade", cycle_days=0, **more)


def facts_of(size: Decimal, balance: Decimal, **more: Any) -> PayoutFacts:
    """A flat account with this balance, before its first payout unless said otherwise."""
    more.setdefault("profit", balance - size)
    more.setdefault("number", 1)
    return PayoutFacts(
        at=on(FIRST_DAY),
        clock=DayClock("UTC", time(0)),
        size=size,
        origin=size,
        balance=balance,
        flat=True,
        pending_orders=0,
        **more,
    )


def known(bench: Bench, **more: Any) -> PayoutFacts:
    """The facts the judged account itself gives."""
    account = bench.evaluator.account
    if account is None:
        raise NotUnderstood("the account never opened")
    return payout_facts(account.situation, **more)


def size_of(given: Given) -> Decimal:
    return given.number("initial_balance", SIZE)


# -- how much
@family("payout.buffer_after_withdrawal")
def buffer_after(given: Given) -> Answer:
    size = size_of(given)
    trailing = overall(
        "trailing", percent(given.number("trail_pct")), peak_source="closed_balance", lock=AT_START
    )
    daily = rule("day_start_balance", percent(given.number("daily_pct")))
    bench = Bench(trailing, daily, size=size)
    first = bench.limit(OVERALL).floor
    daily_floor = bench.limit("daily_loss").floor
    bench.close(given.number("profit")).pay(given.number("withdraw"))
    line = bench.limit(OVERALL)
    return {
        "initial_floor": first,
        "initial_daily_floor": daily_floor,
        "floor": line.floor,
        "buffer_pct": None if line.room is None else of_size(line.room, size),
    }


def of_size(amount: Any, size: Decimal) -> Any:
    return in_percent(share_of(Decimal(str(amount)), size))


@family("payout.buffer_touch_once_and_cap", via="function")
def touched_once(given: Given) -> Answer:
    terms = terms_of(
        buffers=(Buffer(keep=percent(given.number("buffer_pct")), needed="reached_once"),),
        caps=(Cap(amount=money(given.number("max_withdraw"))),),
    )
    facts = facts_of(
        size_of(given), given.number("balance"), peak_balance=given.number("peak_balance")
    )
    judged = judge_payout(terms, facts)
    return {"eligible": judged.eligible, "max_payout": judged.amount}


@family("payout.keep_buffer_pct")
def keeps_part(given: Given) -> Answer:
    """The distance of the floor is not on the page: a payout locks it at the start anyway."""
    floor = overall(
        "trailing",
        percent(Decimal(4)),
        peak_source="closed_balance",
        lock=AT_START,
        also_locks_on_payout=True,
    )
    keep = percent(given.number("keep_pct"), "base")
    terms = terms_of(
        split=Split(percent=given.number("split_pct", ALL)),
        buffers=(Buffer(keep=keep, needed="maintained"),),
    )
    bench = Bench(floor, size=size_of(given))
    before = given.maybe("balance_before_new_profit")
    if before is not None:
        bench.state(balance=before)
    bench.close(given.first("profit", "new_profit"))
    facts = known(bench)
    judged = judge_payout(terms, facts)
    bench.pay(judged.amount, judged.trader_share)
    line = bench.limit(OVERALL)
    return {
        "balance": facts.balance,
        "profit": facts.profit,
        "buffer": judged.buffer,
        "max_withdrawal": judged.amount,
        "balance_after": bench.result().balance,
        "floor": line.floor,
        "room": line.room,
    }


@family("payout.max_pct_of_balance_and_floor_reset")
def part_of_balance(given: Given) -> Answer:
    """An account that starts at zero, with the published floor of its programme."""
    phase = load_rulebook("topstep-express").rulebook.phase("express")
    floor = next(each for each in phase.rules if isinstance(each, OverallLoss))
    bench = Bench(floor, size=Decimal(50000), balance_origin="zero", stage="funded")
    bench.close(given.number("balance"))
    terms = terms_of(
        caps=(
            Cap(amount=percent(given.number("max_pct_of_balance"), "balance")),
            Cap(amount=money(given.number("cap"))),
        )
    )
    judged = judge_payout(terms, known(bench))
    bench.pay(judged.amount, judged.trader_share)
    return {
        "max_payout": judged.amount,
        "balance_after": bench.result().balance,
        "mll_after": bench.limit(OVERALL).floor,
    }


@family("payout.cap_by_payout_number", via="function")
def caps_by_number(given: Given) -> Answer:
    caps = table("payout.cap_by_payout_number", tuple[Cap, ...], "caps")
    terms = terms_of(
        caps=caps,
        min_profit=(Threshold(amount=percent(given.number("min_profit_pct"))),),
        days=(
            PayoutDays(
                winning=int(given.number("min_days")),
                winning_from=money(given.number("min_day_profit")),
            ),
        ),
        consistency=(PayoutConsistency(percent=given.number("consistency_pct")),),
    )
    sizes = given.numbers("sizes")
    answer = {}
    for cap in caps:
        first, last = cap.from_payout, cap.to_payout
        name = f"cap_from_{first}th" if last is None else f"cap_payouts_{first}_{last}"
        judged = [judge_payout(terms, facts_of(each, each, number=first)) for each in sizes]
        answer[name] = [each.cap for each in judged]
    return answer


@family("payout.cap_ladder_by_cycle", via="function")
def cap_ladder(given: Given) -> Answer:
    """For each size: a profit above the cap, and a request that was denied."""
    shares, caps = given.numbers("target_pct_by_cycle"), given.raw("cap_by_cycle")
    least = {Decimal(size): number(each) for size, each in given.raw("min_payout").items()}
    excess = table("payout.cap_ladder_by_cycle", str, "excess")
    left, advanced = set(), set()
    for size_text, ladder in caps.items():
        size = Decimal(size_text)
        terms = terms_of(
            excess=excess,
            caps=tuple(
                Cap(amount=money(number(each)), from_payout=cycle, to_payout=cycle)
                for cycle, each in enumerate(ladder, 1)
            ),
            min_profit=tuple(
                Threshold(amount=percent(each, "cycle_start"), from_payout=cycle, to_payout=cycle)
                for cycle, each in enumerate(shares, 1)
            ),
            min_amount=money(least[size]),
        )
        facts = facts_of(size, size + size, cycle_start_balance=size, denied_requests=1)
        judged = judge_payout(terms, facts)
        kept = judged.excess > 0 and judged.balance_after == facts.balance - judged.amount
        left.add(EXCESS["stays"] if kept else EXCESS["removed"])
        advanced.add(judged.number != facts.number)
    return {
        "excess_over_cap": left.pop() if len(left) == 1 else None,
        "denied_payout_advances_cycle": advanced.pop() if len(advanced) == 1 else None,
    }


@family("payout.daily_profit_cap_clip")
def daily_cap(given: Given) -> Answer:
    """A day above the cap, and a payout above its own: both lose the excess, neither breaks."""
    cap = given.number("daily_cap")
    excess = table("payout.daily_profit_cap_clip", str, "excess")
    first_two = Cap(amount=percent(given.number("first_two_payouts_cap_pct_initial")), to_payout=2)
    bench = Bench(ProfitCap(cap=money(cap), horizon="day"), stage="funded")
    for _ in range(3):  # together above what the first payouts may be
        bench.close(cap).close(cap).next_day()
    facts = known(bench)
    judged = judge_payout(terms_of(caps=(first_two,), excess=excess), facts)
    clipped = len(bench.verdicts("profit_cap")) == 3
    gone = judged.balance_after < facts.balance - judged.amount
    return {
        "excess": EXCESS["removed"] if clipped and gone else EXCESS["stays"],
        "breach": bench.breached(),
    }


@family("payout.dynamic_profit_target_per_cycle", via="function")
def target_per_cycle(given: Given) -> Answer:
    size = balance = size_of(given)
    targets, sums, left = [], [], []
    paid = given.numbers("payouts")
    for cycle, share in enumerate(given.numbers("target_pct_by_payout")):
        target = cycle_target(balance, share)
        targets.append(target)
        sums.append(percent(share).resolve(balance))
        if cycle < len(paid):
            facts = facts_of(size, target, number=cycle + 1, cycle_start_balance=balance)
            balance = judge_payout(terms_of(), facts, requested=paid[cycle]).balance_after
            left.append(balance)
    return {"target_balances": targets, "target_amounts": sums, "balance_after_payouts": left}


@family("payout.split_plus_challenge_phase_share", via="function")
def with_challenge_share(given: Given) -> Answer:
    terms = terms_of(
        split=Split(percent=given.number("split_pct")),
        extras=Extras(
            challenge_share_percent=given.number("challenge_share_pct"),
            challenge_unlock_growth_percent=given.number("challenge_share_unlock_growth_pct"),
        ),
    )
    size, growth = size_of(given), given.number("funded_growth")
    judged = judge_payout(terms, facts_of(size, size + growth, growth=growth))
    return {"reward": judged.trader_share, "challenge_share_unlocked": judged.challenge_unlocked}


@family("payout.after_breach_pct")
def after_breach(given: Given) -> Answer:
    """The published daily limit of the funded phase; the firm confirms the page's conditions."""
    phase = load_rulebook("fundednext-stellar-2-step").rulebook.phase("funded")
    daily = next(each for each in phase.rules if isinstance(each, DailyLoss))
    share = daily.effects[0].percent
    if share is None:
        raise NotUnderstood("the published rule pays nothing after a breach")
    bench = Bench(daily, size=size_of(given), stage="funded")
    answer: dict[str, Any] = {}
    for day, profit in enumerate(given.numbers("day_profits"), 1):
        bench.close(profit)
        answer[f"balance_after_day{day}"] = bench.result().balance
        if not bench.breached():
            bench.next_day()
    broken = [each for each in bench.result().verdicts if each.rule == daily.name]
    conditions = tuple(given.raw("conditions"))
    after = AfterBreach(
        percent=share,
        claim_days=int(given.number("request_window_days")),
        conditions=conditions,
    )
    facts = known(bench, breached_at=broken[-1].at if broken else None)
    judged = judge_payout(terms_of(after_breach=after), replace(facts, confirmed=conditions))
    return {
        **answer,
        "breach": broken[-1].rule if broken else None,
        "remaining_profit": judged.amount,
        "reward_pct": share,
        "reward": judged.trader_share if judged.eligible else None,
    }
