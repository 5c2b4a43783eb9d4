"""Worked examples of payouts (RULES T12): when one is due, and on what conditions."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count

from propdesk.boot.vectors.bench import FIRST_DAY, Bench, money, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood
from propdesk.boot.vectors.translators.payouts import facts_of, known, size_of, terms_of
from propdesk.boot.vectors.translators.sizes import size_named
from propdesk.boot.vectors.translators.tables import table
from propdesk.domain.instants import datetime_of
from propdesk.domain.payouts import (
    PayoutDays,
    PayoutTerms,
    Threshold,
    first_date,
    judge_payout,
    latest_date,
    winning_days,
)
from propdesk.domain.payouts.conditions import buffer_level, sum_of
from propdesk.domain.rules.profit_cap import ProfitCap
from propdesk.domain.terms import Effect


# -- when
def dated(text: str) -> date:
    """A page's month and day, in the year of the example."""
    return date.fromisoformat(f"{FIRST_DAY.year}-{text}")


@family("payout.first_delay_days", via="function")
def first_delay(given: Given) -> Answer:
    days = int(given.number("delay_days"))
    return {"claimable_from": f"{first_date(dated(given.raw('first_trade_date')), days):%m-%d}"}


@family("payout.window", via="function")
def window(given: Given) -> Answer:
    given.number("max_changes")  # how often the trader may move the day: no figure depends on it
    started = dated(given.raw("first_trade_date"))
    terms = terms_of(latest_after_days=int(given.number("max_days")))
    latest = latest_date(terms, started)
    return {
        "earliest": f"{first_date(started, int(given.number('min_days'))):%m-%d}",
        "latest": None if latest is None else f"{latest:%m-%d}",
    }


@family("payout.monthly_profit_cap_pauses_trading")
def monthly_cap(given: Given) -> Answer:
    terms = ProfitCap(
        cap=percent(given.number("cap_pct")),
        horizon="month",
        comparison="touch",
        effects=(Effect(kind="pause_until", until="next_month"),),
    )
    bench = Bench(terms, size=size_of(given), stage="funded").close(given.number("month_profit"))
    until = bench.result().paused_until
    if until is None:
        return {"paused_until": None}
    day = datetime_of(until).date()
    months = (day.year - FIRST_DAY.year) * 12 + day.month - FIRST_DAY.month
    first = day.day == 1 and months == 1
    return {"paused_until": "first day of next month" if first else day.isoformat()}


# -- on what conditions
@family("payout.min_balance_to_request", via="function")
def least_balance(given: Given) -> Answer:
    levels: list[Decimal | None] = []
    sums: set[Decimal | None] = set()
    days: set[int] = set()
    for name in given.raw("sizes"):
        size, kind = size_named(name)
        terms = table("payout.min_balance_to_request", PayoutTerms, kind)
        levels.append(buffer_level(terms.buffers[0], facts_of(size, size)))
        sums.add(None if terms.min_amount is None else terms.min_amount.resolve(size))
        days.update(each.required for each in terms.days)
    return {
        "min_balance": levels,
        "min_withdrawal": sums.pop() if len(sums) == 1 else None,
        "min_trading_days": days.pop() if len(days) == 1 else None,
    }


@family("payout.min_days_and_profitable_days", "payout.winning_days", via="function")
def days_needed(given: Given) -> Answer:
    least = given.first("min_day_profit", "winning_day_threshold")
    required = given.maybe("required_days")
    days = PayoutDays(
        required=0 if required is None else int(required),
        winning=int(given.first("required_profitable_days", "required_winning_days")),
        winning_from=money(least),
    )
    profits = given.numbers("day_pnl")
    bench = Bench()
    for each in profits:
        bench.day(profit=each)
    facts = replace(known(bench), days=profits, flat=True, pending_orders=0)
    winning = winning_days(profits, least, days.comparison)
    judged = judge_payout(terms_of(days=(days,)), facts)
    return {"profitable_days": winning, "winning_days": winning, "eligible": judged.eligible}


@family("payout.min_profit_pct", via="function")
def least_profit(given: Given) -> Answer:
    size, amount = size_of(given), percent(given.number("min_profit_pct"))
    return {"min_profit": sum_of(amount, facts_of(size, size))}


@family("payout.min_share_vs_daily_drawdown", via="function")
def least_share(given: Given) -> Answer:
    """The share must exceed a part of the daily allowance; pages count in whole dollars."""
    size = size_of(given)
    daily = percent(given.number("daily_pct")).resolve(size)
    amount = percent(given.number("threshold_pct_of_daily"), "daily_limit")
    terms = terms_of(min_share=(Threshold(amount=amount, comparison="cross"),))
    limit = sum_of(amount, facts_of(size, size, daily_limit=daily))
    if limit is None:
        raise NotUnderstood("the daily limit is not known")
    enough = (
        Decimal(profit)
        for profit in count(int(limit))
        if judge_payout(terms, facts_of(size, size + profit, daily_limit=daily)).eligible
    )
    return {"min_profit_exclusive": limit, "at_least": next(enough)}
