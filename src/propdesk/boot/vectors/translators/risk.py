"""Worked examples of open risk (RULES T5), stops and targets (T10), news and weekends (T11)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.bench import (
    FIRST_DAY,
    POINT,
    SIZE,
    START_PRICE,
    Bench,
    money,
    percent,
)
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number, only
from propdesk.boot.vectors.translators.consistency import in_percent
from propdesk.boot.vectors.translators.moments import (
    clock_time,
    fill,
    on,
    round_trip,
    weekday,
)
from propdesk.boot.vectors.translators.tables import table
from propdesk.domain.events import NewsScheduled
from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.instants import HOUR, MINUTE, datetime_of
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.rules.news import News, counted_after_news
from propdesk.domain.rules.open_risk import OpenRisk, allowed_loss
from propdesk.domain.rules.profit_shares import share_of
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.rules.stop_loss import StopLoss, deadline
from propdesk.domain.rules.stop_to_target import StopToTarget, stop_to_target_ratio
from propdesk.domain.terms import Effect
from propdesk.domain.trade_ideas import Grouping

RISK = "open_risk"
ONE = Decimal(1)


def size_of(given: Given) -> Decimal:
    return given.number("initial_balance", SIZE)


# -- open risk
@family("open_loss.mae_pct_of_day_start_profit_or_threshold", via="function")
def of_day_start_profit(given: Given) -> Answer:
    terms = OpenRisk(
        scope="position",
        measure="floating",
        limit=percent(given.number("pct"), "start_of_day_profit"),
        drawdown=money(given.number("trailing_threshold")),
        comparison="cross",
    )
    profit = given.number("day_start_profit")
    return {"max_open_negative_pnl": allowed_loss(terms, SIZE, start_of_day_profit=profit)}


@family("open_loss.max_floating_pct")
def floating(given: Given) -> Answer:
    terms = OpenRisk(
        scope="position",
        measure="floating",
        limit=percent(given.number("pct")),
        comparison="touch",
    )
    bench = Bench(terms, size=size_of(given)).float(given.number("floating"))
    return {"breach": bench.breached()}


@family("open_loss.max_floating_pct_portfolio")
def portfolio(given: Given) -> Answer:
    """Everything open together, twice: the published consequences follow one another."""
    effects = table("open_loss.max_floating_pct_portfolio", tuple[Effect, ...], "effects")
    terms = OpenRisk(
        scope="portfolio",
        measure="floating",
        limit=percent(given.number("limit_pct")),
        comparison="touch",
        effects=effects,
    )
    bench = Bench(terms, day_profit="equity_delta")
    profits = [percent(each).resolve(SIZE) for each in given.numbers("open_pct")]
    bench.price(START_PRICE)
    open_all(bench, profits, "first")
    total = bench.last_day().profit
    first = outcomes(bench)
    close_all(bench, profits, "first")
    open_all(bench, profits, "second")
    second = outcomes(bench)[len(first) :]
    return {
        "total_pct": in_percent(share_of(total, SIZE)),
        "first_occurrence": "+".join(wording(each, effects) for each in first),
        "second_occurrence": "+".join(wording(each, effects) for each in second),
    }


def open_all(bench: Bench, profits: Sequence[Decimal], name: str) -> None:
    for place, profit in enumerate(profits):
        price = START_PRICE - profit  # at the example's price each is worth its profit
        fill(bench, f"{name}{place}", "buy", "in", ONE, price=price)


def close_all(bench: Bench, profits: Sequence[Decimal], name: str) -> None:
    for place, profit in enumerate(profits):
        fill(bench, f"{name}{place}", "sell", "out", ONE, profit=profit)


def outcomes(bench: Bench) -> list[str]:
    return [each.outcome for each in bench.verdicts(RISK)]


def wording(outcome: str, effects: Sequence[Effect]) -> str:
    """An outcome in the pages' words."""
    every = [part for each in effects for part in (each, *each.also)]
    penalty = next((each.percent for each in every if each.kind == "penalty"), None)
    words = {
        "flatten": "flatten_all",
        "fail": "breach",
        "penalty": f"split_to_{penalty}_permanently",
    }
    return words.get(outcome, outcome)


@family("open_loss.max_loss_per_trade_idea")
def trade_idea(given: Given) -> Answer:
    base = given.maybe("balance")
    size = size_of(given) if base is None else base
    gap = given.maybe("reentry_aggregation_min", "gap_minutes")
    same = given.raw("same_direction", True)
    grouping = Grouping(
        direction="same" if same else "any",
        gap_minutes=None if gap is None else int(gap),
        gap_after="losing_close" if "reentry_aggregation_min" in given else "any_close",
    )
    terms = OpenRisk(
        scope="trade_idea",
        measure="realised_and_floating",
        limit=percent(given.number("pct"), "initial" if base is None else "balance"),
        comparison="touch",
        grouping=grouping,
    )
    limit = allowed_loss(terms, size)
    bench = Bench(terms, size=size)
    if "trades" in given:
        trades(bench, given.raw("trades"))
    one, loss = given.maybe("trade_idea_loss"), given.maybe("trade_loss")
    for lost in (one, loss):
        if lost is not None:
            bench.close(-lost)
    said = bench.verdicts(RISK)
    return {
        "limit": limit,
        "max_loss": limit,
        "breach": bench.breached(),
        "combined_loss": said[-1].observed if said else None,
    }


def trades(bench: Bench, stated: list[dict[str, Any]]) -> None:
    for each in sorted(stated, key=lambda trade: str(trade["close"])):
        only(each, "open", "close", "side", "symbol", "pnl")
        opened, closed = (on(FIRST_DAY, clock_time(each[end])) for end in ("open", "close"))
        profit = number(each["pnl"])
        more = {"symbol": POINT.symbol, "side": each["side"]}
        round_trip(bench, opened, closed, profit, **more)


@family("open_loss.max_share_of_daily_limit", via="function")
def share_of_daily(given: Given) -> Answer:
    terms = OpenRisk(
        scope="symbol_day",
        measure="widest_of_both",
        limit=percent(given.number("max_share_pct"), "daily_limit"),
        daily_limit=percent(given.number("daily_limit_pct")),
        comparison="cross",
    )
    share = share_of(allowed_loss(terms, SIZE), SIZE)
    return {"max_risk_pct_same_instrument_per_day": in_percent(share)}


# -- stops and targets
@family("order.max_risk_pct_by_stop")
def risk_by_stop(given: Given) -> Answer:
    limit = percent(given.number("max_risk_pct"), "balance")
    bench = Bench(StopLoss(required=False, max_risk=limit), size=given.number("balance"))
    bench.close(ZERO, stop_risk=given.number("stop_risk"))
    return {"violation": bool(bench.verdicts("stop_loss"))}


@family("order.max_stop_to_target_ratio")
def stop_to_target(given: Given) -> Answer:
    most = given.number("max_ratio")
    ratios, passed = [], []
    for case in given.raw("cases"):
        only(case, "target", "stop")
        target, stop = number(case["target"]), number(case["stop"])
        bench = Bench(StopToTarget(max_ratio=most))
        bench.close(ZERO, stop_risk=stop, target_gain=target)
        ratios.append(stop_to_target_ratio(stop, target))
        passed.append(not bench.verdicts("stop_to_target"))
    return {"ratio": ratios, "pass": passed}


@family("order.stop_loss_required_within", via="function")
def stop_deadline(given: Given) -> Answer:
    minutes = int(given.number("deadline_minutes"))
    opened = on(FIRST_DAY, clock_time(given.raw("open")))
    last: datetime = datetime_of(deadline(opened, minutes * 60))
    return {"deadline": f"{last:%H:%M}"}


# -- news and weekends
@family("news.profit_haircut")
def haircut(given: Given) -> Answer:
    """Profits around a release are cut, losses are not."""
    if given.number("news_losses_counted_pct") != 100:
        raise NotUnderstood("knows only losses that count in full")
    counted = given.number("counted_pct")
    terms = News(
        window_before_minutes=given.number("window_before_min"),
        window_after_minutes=given.number("window_after_min"),
        restricts=("open", "close"),
        targets="all",
        effects=(Effect(kind="profit_adjust", factor=percent_of(counted, ONE)),),
    )
    target = ProfitTarget(target=money(SIZE), measured_on="adjusted_balance")  # never passed
    bench = Bench(terms, target, stage="funded")
    release = bench.now + 6 * HOUR
    bench.add(NewsScheduled(bench.later(), "N1", release, "a release", currencies=("USD",)))
    bench.close(given.number("profit_non_news"))
    profit = given.number("profit_news")
    round_trip(bench, release, release + MINUTE, profit)
    return {
        "news_profit_counted": counted_after_news((profit,), counted),
        "total_counted": bench.objective("profit_target").current,
    }


@family("weekend.flat_by")
def flat_by(given: Given) -> Answer:
    day, _, at = given.raw("cutoff_utc").partition(" ")
    terms = FlatBy(before="weekend", at=clock_time(at), zone="UTC", weekday=day.lower())
    cutoff = on(weekday(day), clock_time(at))
    found = []
    for case in given.raw("cases"):
        if case.keys() not in ({"open_at"}, {"closed_at"}):
            raise NotUnderstood("does not know everything a case says")
        name, _, moment = next(iter(case.values())).partition(" ")
        end = on(weekday(name), clock_time(moment))
        closed = end + MINUTE if "open_at" in case else end  # open at it: closed after it
        bench = round_trip(Bench(terms), cutoff - HOUR, closed, ZERO)
        found.append(bool(bench.verdicts("flat_by")))
    return {"violation": found}
