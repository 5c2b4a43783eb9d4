"""Worked examples of activity days (RULES T8)."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.bench import FIRST_DAY, POINT, SIZE, START_PRICE, Bench, money, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number, only
from propdesk.boot.vectors.translators.consistency import in_percent
from propdesk.boot.vectors.translators.moments import (
    clock_time,
    fill,
    numbered,
    on,
    round_trip,
    span,
    weekday,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import SECOND
from propdesk.domain.rulebook import Promotion
from propdesk.domain.rules.activity_days import ActivityDays, ActivityDaysJudge, CountKind
from propdesk.domain.rules.day_counts import closing_balance_needed, day_counts
from propdesk.domain.rules.profit_shares import share_of
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.rules.trade_filter import TradeFilter

NAME = "activity_days"
ONE = Decimal(1)


def rule(kind: CountKind, required: int = 1, **more: Any) -> ActivityDays:
    return ActivityDays(required=required, count_kind=kind, **more)


def done(bench: Bench, name: str = NAME) -> Any:
    """How many days count so far."""
    return bench.objective(name).current


def size_of(given: Given) -> Decimal:
    return given.number("initial_balance", SIZE)


def threshold_of(given: Given) -> Any:
    return percent(given.first("threshold_pct", "threshold_pct_initial"))


def each_day(bench: Bench, profits: list[Decimal]) -> list[bool]:
    """Whether each of the days counts."""
    found = []
    for profit in profits:
        before = done(bench)
        found.append(done(bench.day(profit=profit)) > before)
    return found


@family("min_days.closed_balance_delta")
def balance_delta(given: Given) -> Answer:
    required = int(given.number("required_days"))
    terms = rule("balance_delta", required, threshold=threshold_of(given))
    bench = Bench(terms, size=size_of(given), reset=given.raw("reset"))
    counts = each_day(bench, given.numbers("day_profits"))
    return {"min_day_profit": bench.objective(NAME).figures["threshold"], "counts": counts}


@family("min_days.closed_profit_per_day")
def closed_profit(given: Given) -> Answer:
    size = size_of(given)
    terms = rule("closed_profit", threshold=threshold_of(given), open_loss_offsets=True)
    bench = Bench(terms, size=size)
    least = bench.objective(NAME).figures["threshold"]
    if "closed_profit_by_day" in given:
        each_day(bench, given.numbers("closed_profit_by_day"))
    else:
        for trade in given.raw("trades"):
            only(trade, "opened_day", "closed_day", "profit_pct")
            times = span(numbered(trade["opened_day"]), numbered(trade["closed_day"]))
            round_trip(bench, *times, percent(number(trade["profit_pct"])).resolve(size))
        bench.next_day()
    return {"threshold_amount": least, "valid_days": done(bench)}


@family("min_days.closing_balance_delta")
def closing_balance(given: Given) -> Answer:
    """The day's start is the server's midnight; neither figure depends on it."""
    if given.raw("day_start") != "22:00 GMT (21:00 in US DST)":
        raise NotUnderstood(f"does not know the day's start {given.raw('day_start')!r}")
    threshold, size = threshold_of(given), size_of(given)
    bench = Bench(rule("balance_delta", threshold=threshold), size=size)
    opening = given.number("opening_balance")
    return {
        "min_day_profit": bench.objective(NAME).figures["threshold"],
        "required_closing_balance": closing_balance_needed(opening, threshold.resolve(size)),
    }


@family("min_days.cross_day_trade_counts_once")
def across_days(given: Given) -> Answer:
    trade = only(given.raw("trade"), "opened", "closed")
    times = span(weekday(trade["opened"]), weekday(trade["closed"]))
    bench = round_trip(Bench(rule("trade_opened")), *times, ONE).next_day()
    return {"trading_days": done(bench)}


@family("min_days.half_days_excluded")
def half_days(given: Given) -> Answer:
    if not re.fullmatch(r"\d\d:\d\d-\d\d:\d\d ET", given.raw("session")):
        raise NotUnderstood(f"does not know the session {given.raw('session')!r}")
    if given.raw("day_type") != "holiday half-day":
        raise NotUnderstood(f"does not know the day type {given.raw('day_type')!r}")
    bench = Bench(rule("executed", half_days="excluded"))
    bench.day(profit=ONE, half_day=True)
    return {"counts": done(bench) > 0}


@family("min_days.hold_time_and_instrument")
def held_and_instrument(given: Given) -> Answer:
    """Days with the target's instruments, then one with another instrument."""
    names, extra = given.raw("target_instruments"), given.raw("extra_trade_instrument")
    hold = int(given.number("min_hold_seconds"))
    days = int(given.number("days_done"))
    filters = TradeFilter(min_hold_seconds=hold, instruments_of_target=money(Decimal(days)))
    terms = rule("trade_opened", int(given.number("min_days")), filters=filters)
    bench = Bench(terms, catalogue=[replace(POINT, symbol=each) for each in (*names, extra)])
    for _ in range(days):  # a profit of 1 each day: the last of them reaches the target
        for place, name in enumerate(names):
            held(bench, name, hold, ONE if place == len(names) - 1 else ZERO)
        bench.next_day()
    missing, before = bench.objective(NAME).figures["missing"], done(bench)
    held(bench, extra, hold, ONE).next_day()
    return {
        "extra_days_needed": missing,
        f"{extra.lower()}_day_counts": done(bench) > before,
    }


def held(bench: Bench, symbol: str, seconds: int, profit: Decimal) -> Bench:
    opened = bench.later()
    return round_trip(bench, opened, opened + seconds * SECOND, profit, symbol=symbol)


@family("min_days.profit_attributed_to_open_date")
def by_open_date(given: Given) -> Answer:
    threshold = threshold_of(given)
    bench = Bench(rule("opened_profit", threshold=threshold))
    names: dict[Any, str] = {}
    for trade in given.raw("trades"):
        only(trade, "opened", "closed", "profit_pct")
        opened, closed = weekday(trade["opened"]), weekday(trade["closed"])
        names.update({opened: trade["opened"], closed: trade["closed"]})
        profit = percent(number(trade["profit_pct"])).resolve(SIZE)
        round_trip(bench, *span(opened, closed), profit)
    bench.next_day()
    judge = next(each for each in bench.evaluator.judges if isinstance(each, ActivityDaysJudge))
    earned = {day: judge.sums.get(day, ZERO) for day in names}
    least = threshold.resolve(SIZE)
    profitable = [names[day] for day, profit in earned.items() if day_counts(profit, least)]
    if len(profitable) != done(bench):
        raise NotUnderstood("the rule counts other days than its sums say")
    return {
        "profit_pct_by_day": {
            names[day]: in_percent(share_of(profit, SIZE)) for day, profit in earned.items()
        },
        "profitable_days": profitable,
    }


@family("min_days.profit_threshold")
def threshold_only(given: Given) -> Answer:
    bench = Bench(rule("closed_profit", threshold=threshold_of(given)), size=size_of(given))
    return {"min_day_profit": bench.objective(NAME).figures["threshold"]}


@family("min_days.profit_threshold_custom_day")
def custom_day(given: Given) -> Answer:
    found = re.fullmatch(r"(\d\d:\d\d)-\1 (EST)", given.raw("day_window"))
    if found is None:
        raise NotUnderstood(f"does not know the day {given.raw('day_window')!r}")
    bench = Bench(
        rule("closed_profit", threshold=threshold_of(given)), reset=f"{found[1]} {found[2]}"
    )
    trade, zone = only(given.raw("trade"), "open", "close", "profit_pct"), "America/New_York"
    closes = trade["close"]
    day = FIRST_DAY + timedelta(days=1) if closes.endswith(" next") else FIRST_DAY
    opened = on(FIRST_DAY, clock_time(trade["open"]), zone)
    closed = on(day, clock_time(closes.removesuffix(" next")), zone)
    round_trip(bench, opened, closed, percent(number(trade["profit_pct"])).resolve(SIZE))
    return {"counts": done(bench.next_day()) > 0}


@family("min_days.realised_profit_threshold")
def realised(given: Given) -> Answer:
    bench = Bench(rule("closed_profit", threshold=threshold_of(given)))
    bench.close(percent(given.number("realised_pct")).resolve(SIZE)).next_day()
    return {"counts": done(bench) > 0}


@family("min_days.trade_placed")
def trade_placed(given: Given) -> Answer:
    """A trade a day; the target is reached early, the days are not."""
    required = int(given.number("min_days"))
    hit = int(given.first("days_when_target_hit", "days_traded_when_target_hit"))
    bench = Bench(
        rule("trade_opened", required),
        ProfitTarget(target=money(ONE)),
        promotion=Promotion(moment="after_day_reset"),
    )
    for day in range(1, hit + 1):
        bench.close(ONE if day == hit else ZERO)
        if day < hit:
            bench.next_day()
    missing = bench.objective(NAME).figures["missing"]
    last = hit
    while bench.next_day().result().status != "passed" and last <= required:
        last += 1
        bench.close(ZERO)
    return {"extra_days_needed": missing, "promotion_at": f"server reset after day {last}"}


@family("min_days.trade_size_and_pnl_filter")
def size_and_result(given: Given) -> Answer:
    size, least = size_of(given), given.number("min_notional_pct_initial")
    filters = TradeFilter(
        min_notional_percent=least, min_result_percent=given.number("min_abs_pnl_pct_of_trade")
    )
    bench = Bench(rule("trade_opened", filters=filters), size=size)
    counts, parts = [], []
    for trade in given.raw("trades"):
        only(trade, "day", "notional", "pnl")
        while bench.day_number() < trade["day"]:
            bench.next_day()
        before, result, notional = done(bench), number(trade["pnl"]), number(trade["notional"])
        bench.close(result, notional=notional)
        counts.append(done(bench) > before)
        parts.append(in_percent(share_of(result, notional)))
    return {
        "min_notional": percent(least).resolve(size),
        "pnl_pct_of_trade": parts,
        "counts": counts,
    }


@family("min_days.trading_vs_profitable")
def trading_and_profitable(given: Given) -> Answer:
    """One position, closed by parts on several days."""
    trade = only(given.raw("trade"), "opened_day", "partially_closed_in_profit_days")
    days = trade["partially_closed_in_profit_days"]
    bench = Bench(
        rule("trade_opened", id="trading"),
        rule("closed_profit", id="profitable", threshold=money(ZERO), operator="above"),
    )
    while bench.day_number() < trade["opened_day"]:
        bench.next_day()
    fill(bench, "P", "buy", "in", Decimal(len(days)))
    for day in days:
        while bench.day_number() < day:
            bench.next_day()
        fill(bench, "P", "sell", "out", ONE, price=START_PRICE + ONE, profit=ONE)
    bench.next_day()
    return {
        "trading_days": done(bench, "trading"),
        "profitable_days": done(bench, "profitable"),
    }
