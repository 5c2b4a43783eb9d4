"""Worked examples of the daily loss limit (RULES T3)."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from propdesk.boot.vectors.bench import SIZE, Bench, money, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number
from propdesk.boot.vectors.runner import rounded
from propdesk.domain.exact import ZERO
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount, Effect

DAILY = "daily_loss"
PAUSE = Effect(kind="pause_until", until="next_day")


def rule(base: str, allowance: Amount, **more: Any) -> DailyLoss:
    more.setdefault("comparison", "touch")
    return DailyLoss(base=base, allowance=allowance, **more)  # type: ignore[arg-type]


def shown(bench: Bench) -> Answer:
    """What the limit line says under every name pages use for it."""
    line = bench.limit(DAILY)
    floor, allowance = rounded(line.floor, 2), rounded(line.allowance, 2)
    return {
        "daily_floor": floor,
        "base": line.base,
        "allowance": allowance,
        "amount": allowance,
        "daily_allowance": allowance,
        "daily_loss_amount": allowance,
        "remaining": line.room,
        "remaining_today": line.room,
        "headroom": line.room,
        "breach": bench.breached(),
    }


def started(bench: Bench, given: Given) -> Bench:
    """The account as the page says the day starts: balance, equity, or the higher of both."""
    balance = given.maybe("day_start_balance", "balance", "eod_balance", "day_start_closed_balance")
    equity = given.maybe("day_start_equity", "equity", "eod_equity")
    either = given.maybe("max_balance_equity")
    if either is not None:
        balance = equity = either
    if balance is None and equity is None:
        return bench
    if balance is None:
        balance = equity
    return bench.state(balance=balance, equity=equity, day_start_balance=balance)


def started_with_equity(bench: Bench, given: Given) -> Bench:
    """The same, with the day's start equity set as well."""
    balance = given.maybe("day_start_balance", "balance", "eod_balance")
    equity = given.maybe("day_start_equity", "equity", "eod_equity")
    either = given.maybe("max_balance_equity")
    if either is not None:
        balance = equity = either
    balance = equity if balance is None else balance
    equity = balance if equity is None else equity
    return bench.state(
        balance=balance, equity=equity, day_start_balance=balance, day_start_equity=equity
    )


def size_of(given: Given) -> Decimal:
    return given.number("initial_balance", SIZE)


@family("daily_loss.balance_at_midnight_minus_pct_initial")
def balance_at_midnight(given: Given) -> Answer:
    allowance = percent(given.number("daily_loss_pct_of_initial"))
    bench = Bench(rule("day_start_balance", allowance, comparison="cross"), size=size_of(given))
    for event in given.raw("events"):
        if event["type"] != "day_pnl_total":
            raise NotUnderstood(f"does not know the event {event['type']!r}")
        bench.float(number(event["value"]))
    return shown(bench)


@family("daily_loss.clamped_to_overall_floor")
def clamped(given: Given) -> Answer:
    allowance, floor = money(given.number("daily_amount")), given.number("overall_floor")
    overall = OverallLoss(
        mode="trailing",
        peak_source="closed_balance",
        allowance=allowance,
        lock=Lock(at=money(ZERO)),
        comparison="touch",
    )
    plain = rule("max_balance_equity", allowance, id="unclamped")
    held = rule("max_balance_equity", allowance, id="effective", clamp_to_overall=True)
    bench = Bench(overall, plain, held, size=size_of(given))
    balance, equity = given.number("day_start_balance"), given.number("day_start_equity")
    bench.state(
        balance=balance,
        equity=equity,
        day_start_balance=balance,
        day_start_equity=equity,
        floor=floor,
        locked=True,
    )
    return {
        "unclamped_daily_floor": bench.limit("unclamped").floor,
        "effective_daily_floor": bench.limit("effective").floor,
    }


@family("daily_loss.closed_plus_floating")
def closed_plus_floating(given: Given) -> Answer:
    bench = Bench(
        rule("day_start_balance", money(given.number("daily_limit"))), day_profit="equity_delta"
    )
    closed = given.maybe("closed_today", "closed")
    if closed is not None:
        bench.close(closed)
    floating = given.maybe("floating")
    if floating is not None:
        bench.float(floating)
    return {**shown(bench), "combined": bench.last_day().profit}


@family("daily_loss.costs_included")
def costs_included(given: Given) -> Answer:
    bench = Bench(rule("day_start_balance", percent(given.number("limit_pct"))))
    before = given.number("equity_change_pct_before_costs")
    after = given.number("equity_change_pct_after_costs")
    share = percent(before).resolve(SIZE)
    bench.float(share, commission=percent(after - before).resolve(SIZE))
    return shown(bench)


@family("daily_loss.eod_max_or_balance_minus_pct_initial", "daily_loss.pct")
def percent_of_initial(given: Given) -> Answer:
    allowance = percent(given.first("pct_of_initial", "pct"))
    return shown(Bench(rule("max_balance_equity", allowance), size=size_of(given)))


@family("daily_loss.fixed_from_day_start_balance")
def fixed_amount(given: Given) -> Answer:
    bench = Bench(rule("day_start_balance", money(given.number("daily_loss_amount"))))
    return shown(started(bench, given))


@family("daily_loss.intraday_trailing_equity_peak")
def intraday_trailing(given: Given) -> Answer:
    share = given.maybe("daily_pct_of_initial")
    allowance = percent(share) if share is not None else money(given.number("daily_amount"))
    bench = Bench(rule("day_peak_equity", allowance), size=size_of(given))
    initial_floor = bench.limit(DAILY).floor
    for value in equities(given):
        bench.report(equity=value)
    answer = shown(bench)
    return {
        **answer,
        "initial_floor": initial_floor,
        "floor_after_peak": answer["daily_floor"],
    }


def equities(given: Given) -> list[Decimal]:
    """The equities a page names, in order."""
    peak = given.maybe("equity_peak_floating")
    if peak is not None:
        return [peak]
    found = []
    for event in given.raw("events"):
        if event["type"] != "equity":
            raise NotUnderstood(f"does not know the event {event['type']!r}")
        found.append(number(event["value"]))
    return found


@family("daily_loss.max_balance_equity_minus_fixed")
def max_minus_fixed(given: Given) -> Answer:
    allowance = money(given.number("daily_amount"))
    terms = rule("max_balance_equity", allowance, tested="balance_or_equity")
    return shown(started_with_equity(Bench(terms, size=size_of(given)), given))


@family("daily_loss.max_balance_equity_minus_pct_initial")
def max_minus_percent(given: Given) -> Answer:
    allowance = percent(given.number("pct_of_initial"))
    bench = Bench(
        rule("max_balance_equity", allowance),
        size=size_of(given),
        reset=given.raw("reset", None),
    )
    return shown(started_with_equity(bench, given))


@family("daily_loss.pct_of_day_start_balance")
def percent_of_start_balance(given: Given) -> Answer:
    share = given.first("pct", "daily_loss_pct_of_day_start_balance")
    bench = Bench(
        rule("day_start_balance", percent(share, "base")),
        size=size_of(given),
        reset=given.raw("reset", None),
    )
    floors = {}
    for event in given.raw("events", []):
        if event["type"] != "eod_balance":
            raise NotUnderstood(f"does not know the event {event['type']!r}")
        bench.day(balance=number(event["value"]))
        floors[str(event["day"])] = bench.limit(DAILY).floor
    started(bench, given)
    floating = given.maybe("floating")
    if floating is not None:
        bench.float(floating).next_day()
    return {**shown(bench), "daily_floor_next_day": floors}


@family("daily_loss.pct_of_day_start_equity")
def percent_of_start_equity(given: Given) -> Answer:
    bench = Bench(
        rule("day_start_equity", percent(given.number("pct"), "base")),
        size=size_of(given),
        reset=given.raw("reset", None),
    )
    if "midnight_equity" in given:
        floors = []
        for value in given.numbers("midnight_equity"):
            bench.day(equity=value)
            floors.append(bench.limit(DAILY).floor)
        return {**shown(bench), "daily_floor": floors}
    profit = given.maybe("eod_pnl")
    if profit is not None:
        bench.day(profit=profit)
    floating = given.maybe("floating")
    if floating is not None:
        balance = given.maybe("balance")
        if balance is not None:
            bench.state(balance=balance)
        bench.float(floating).next_day()
    else:
        start = given.maybe("day_start_equity")
        if start is not None:
            bench.state(equity=start, day_start_equity=start)
    answer = shown(bench)
    equity = bench.result().equity
    return {
        **answer,
        "base_next_day": answer["base"],
        "equity": None if equity is None else equity.low,
    }


@family("daily_loss.pct_of_max_balance_equity")
def percent_of_max(given: Given) -> Answer:
    terms = rule("max_balance_equity", percent(given.number("pct"), "base"))
    return shown(started_with_equity(Bench(terms, size=size_of(given)), given))


@family("daily_loss.reach_or_exceed")
def reach_or_exceed(given: Given) -> Answer:
    limit = money(given.number("daily_max_loss"))
    bench = Bench(rule("day_start_balance", limit, effects=(PAUSE,)))
    bench.float(given.number("total_pnl"))
    result = bench.result()
    locked = result.paused_until == bench.evaluator_day_end()
    return {
        "breach": bool(bench.verdicts(DAILY)),
        "effect": "locked_until_next_day" if locked else result.status,
    }


@family("daily_loss.reset_with_open_loss")
def reset_with_open_loss(given: Given) -> Answer:
    bench = Bench(
        rule("day_start_balance", money(given.number("daily_limit"))), reset=given.raw("reset")
    )
    bench.close(given.number("closed_today")).float(given.number("floating"))
    line, before = bench.limit(DAILY), bench.breached()
    equity = bench.result().equity
    loss = None if equity is None else Fraction(line.base) - Fraction(equity.low)
    bench.next_day()
    return {
        "daily_loss_before_midnight": loss,
        "breach_before_midnight": before,
        "breach_after_midnight": bench.breached(),
    }


@family("daily_loss.touch")
def touch(given: Given) -> Answer:
    bench = Bench(rule("day_start_balance", percent(given.number("limit_pct"))))
    changes = [percent(each).resolve(SIZE) for each in given.numbers("equity_change_pct_sequence")]
    for change in changes:
        bench.report(equity=SIZE + change)
    return shown(bench)


@family("alert.threshold_pct_of_limit")
def alert(given: Given) -> Answer:
    """A warning at a share of the limit, then the limit itself."""
    terms = rule(
        "day_start_balance",
        percent(given.number("daily_pct")),
        warn_at=(given.number("warn_at_pct_of_limit"),),
    )
    bench = Bench(terms, size=size_of(given))
    words = {"warn": "warning", "fail": "critical"}
    levels = []
    for loss in given.numbers("losses"):
        bench.report(equity=bench.size - loss)
        said = bench.verdicts(DAILY)
        levels.append(words[said[-1].outcome] if said else "ok")
    return {"level": levels}
