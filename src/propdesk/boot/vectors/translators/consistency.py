"""Worked examples of consistency (RULES T9) and of even sizes (T10)."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from propdesk.boot.vectors.bench import SIZE, Bench, money, percent
from propdesk.boot.vectors.families import Answer, Series, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number, only
from propdesk.boot.vectors.runner import rounded
from propdesk.boot.vectors.translators.tables import table
from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.judging import Objective
from propdesk.domain.rules.consistency import Consistency, ShareLimit, Unit
from propdesk.domain.rules.profit_shares import (
    Operator,
    largest_unit,
    min_total_profit,
    money_of,
    raised_target,
    share_of,
)
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.rules.size_consistency import (
    SizeConsistency,
    average_lots,
    lot_range,
)

NAME = "consistency"
WHOLE = Decimal(100)  # in per cent: the limit of an example that asks for shares alone
UNIT = Decimal(1)  # pages with a strict limit count in whole dollars (4,001, not 4,000.01)


def operator_of(given: Given) -> Operator:
    word = given.raw("operator", "at_most")
    if word not in {"at_most", "strictly_below"}:
        raise NotUnderstood(f"does not know the operator {word!r}")
    return "below" if word == "strictly_below" else "at_most"


def terms_of(given: Given, unit: Unit = "day", **more: Any) -> Consistency:
    limit, operator = given.maybe("limit_pct"), operator_of(given)
    return Consistency(
        limit=ShareLimit(percent=WHOLE if limit is None else limit),
        operator=operator,
        unit=unit,
        rounding_step=UNIT if operator == "below" else None,
        **more,
    )


def told(terms: Consistency, best: Decimal | None, total: Decimal) -> Objective:
    """What the evaluator says of an account whose best unit and profit are known."""
    bench = Bench(terms)
    balance = bench.result().balance + total
    return bench.state(balance=balance, best_day=best).objective(NAME)


def histories(given: Given, terms: Consistency) -> list[Objective]:
    """The objective after each thing the page tells, in whichever words it tells it."""
    if "day_profits" in given or "events" in given:
        return by_day(given, terms)
    if "steps" in given:
        steps = [only(each, "total_profit", "best_day") for each in given.raw("steps")]
        return [
            told(terms, number(each["best_day"]), number(each["total_profit"])) for each in steps
        ]
    total = given.maybe("total_profit", "profit_since_last_payout", "cycle_profit")
    if "cases" in given and total is not None:
        return [told(terms, each, total) for each in given.numbers("cases")]
    best = given.maybe("best_day", "best_trade")
    if "other_days" in given:
        given.maybe("profit_target")  # shown beside it: the limit is a share of the profit
        bench = Bench(terms).day(profit=given.number("best_day"))
        return [bench.day(profit=given.number("other_days")).objective(NAME)]
    return [told(terms, best, ZERO if total is None else total)]


def by_day(given: Given, terms: Consistency) -> list[Objective]:
    bench = Bench(terms)
    return [bench.day(profit=each).objective(NAME) for each in day_profits(given)]


def day_profits(given: Given) -> list[Decimal]:
    if "day_profits" in given:
        return given.numbers("day_profits")
    found = []
    for event in given.raw("events"):
        if event["type"] not in {"day_profit", "other_days_profit"}:
            raise NotUnderstood(f"does not know the event {event['type']!r}")
        found.append(number(only(event, "type", "day", "value")["value"]))
    return found


def figures(goals: list[Objective], name: str) -> Series:
    return Series(each.figures[name] for each in goals)


def in_percent(share: Any) -> Fraction | None:
    return None if share is None else Fraction(share) * 100


def shown(given: Given, goals: list[Objective], best: Decimal | None) -> dict[str, Any]:
    """The objective's figures under the names pages use."""
    shares = Series(in_percent(each) for each in figures(goals, "share"))
    whole = Series(None if each is None else rounded(each, 0) for each in shares)
    amounts, met = figures(goals, "limit_amount"), Series(each.met for each in goals)
    limit, operator = given.maybe("limit_pct"), operator_of(given)
    answer: dict[str, Any] = {
        "total_profit": figures(goals, "total")[-1],
        "cum_profit": figures(goals, "total"),
        "best_day": figures(goals, "best")[-1],
        "best_so_far": figures(goals, "best"),
        "share_pct": shares,
        "share_pct_1dp": shares,
        "share_pct_2dp": shares,
        "share_pct_rounded": whole,
        "share_pct_approx": whole,
        "share_after_day1_pct": shares[0],
        "share_final_pct": shares[-1],
    }
    if limit is None:  # nothing to be held against
        return answer
    best = figures(goals, "best")[-1] if best is None else best
    if best is not None:
        least = min_total_profit(best, limit, operator, UNIT)
        answer |= {"total_needed": least, "min_total_profit": least}
        answer["new_profit_target"] = raised_target(best, limit)
    return {
        **answer,
        "limit_amount": amounts,
        "max_day": amounts,
        "max_single_day": amounts,
        "met": met,
        "met_after_day1": met[0],
        "met_final": met[-1],
        "additional_needed": figures(goals, "additional_needed"),
    }


@family("consistency.best_day_share_of_total_profit")
def best_day(given: Given) -> Answer:
    terms = terms_of(given)
    goals = histories(given, terms)
    bench = Bench(terms)
    for profit in day_profits(given) if "events" in given else []:
        bench.day(profit=profit)
    failed = bench.result().status in {"breached", "failed"}
    return {**shown(given, goals, given.maybe("best_day")), "account_failed": failed}


@family("consistency.best_trade_share_of_total_profit")
def best_trade(given: Given) -> Answer:
    goals = histories(given, terms_of(given, "trade"))
    return shown(given, goals, given.maybe("best_trade"))


@family("consistency.limit_by_account_size", via="function")
def limit_by_size(given: Given) -> Answer:
    limit = table("consistency.limit_by_account_size", ShareLimit)
    sizes = given.numbers("sizes")
    return {"limit_pct": [limit.resolve(size, "funded", 1) for size in sizes]}


@family("consistency.limit_by_payout_number", via="function")
def limit_by_payout(given: Given) -> Answer:
    limit = table("consistency.limit_by_payout_number", ShareLimit)
    numbers = given.numbers("payout_numbers")
    return {"limit_pct": [limit.resolve(SIZE, "funded", int(each)) for each in numbers]}


@family("consistency.max_day_pct_of_profit_target", "consistency.max_day_profit_pct_of_target")
def share_of_target(given: Given) -> Answer:
    size = given.number("initial_balance", SIZE)
    share = given.maybe("target_pct")
    target = money(given.number("profit_target")) if share is None else percent(share)
    terms = terms_of(given, denominator="profit_target", target=target)
    bench = Bench(terms, ProfitTarget(target=target), size=size)
    most = largest_unit(target.resolve(size), given.number("limit_pct"))
    required = bench.objective("profit_target").required
    total, best = given.maybe("total_profit"), given.maybe("best_day")
    if total is None:
        bench.close(target.resolve(size))  # one day earns everything
    else:
        bench.state(balance=size + total, best_day=best)
    return {
        "max_day": most,
        "max_day_pct_initial": in_percent(share_of(money_of(most), size)),
        "profit_target": required,
        "passed": bench.objective(NAME).met,
        "breach_on_exceed": bench.breached(),
    }


@family("consistency.min_total_profit", via="function")
def least_total(given: Given) -> Answer:
    one, many = given.maybe("limit_pct"), given.raw("limit_pct_by_payout", [])
    limit = ShareLimit(percent=one, by_payout=tuple(number(each) for each in many))
    payout = int(given.number("payout_no", Decimal(1)))
    share = limit.resolve(SIZE, "funded", payout)
    best = given.first("best_day", "best_trade")
    return {"min_total_profit": min_total_profit(best, share, operator_of(given), UNIT)}


@family("consistency.raise_profit_target")
def raises_target(given: Given) -> Answer:
    operator_of(given)  # the pages raise to the ratio itself, also where a share must be below
    best, limit = given.number("best_day"), given.number("limit_pct")
    target = given.number("profit_target", ZERO)
    terms = Consistency(
        limit=ShareLimit(percent=limit),
        operator="at_most",
        consequence="raises_target_by_ratio",
        target=money(target),
    )
    profit = given.number("net_profit", ZERO)
    goal = told(terms, best, profit)
    most = largest_unit(target, limit)
    return {
        "new_profit_target": goal.figures["new_target"],
        "max_day": most,
        "ideal_max_day": most,
        "max_day_within_target": most,
        "share_pct": in_percent(goal.figures["share"]),
        "passed": goal.met,
        # A dashboard in whole dollars shows the first one that keeps the share below the limit.
        "new_profit_target_rounded": min_total_profit(best, limit, "below", UNIT),
    }


@family("consistency.lot_size_range")
def sizes_in_range(given: Given) -> Answer:
    if "lots" in given:
        return sizes_of_trades(given)
    deviation = given.maybe("deviation_pct")
    if deviation is None:
        low, high = given.number("min_factor"), given.number("max_factor")
    else:  # ± 30 % is written as the factors 0.7 and 1.3
        low, high = (percent_of(each, UNIT) for each in (WHOLE - deviation, WHOLE + deviation))
    given.maybe("aggregate_window_min")  # which trades are one size; the reference is given
    reference: Decimal | Fraction
    if "reference_lot" in given:
        reference = given.number("reference_lot")
    else:
        trades = given.first("closed_trades", "closed_orders")
        reference = average_lots(given.number("total_lots"), int(trades))
    return {"average": reference, "range": lot_range(reference, low, high)}


def sizes_of_trades(given: Given) -> Answer:
    terms = SizeConsistency(
        reference="first_trade",
        min_factor=given.number("min_factor"),
        max_factor=given.number("max_factor"),
    )
    lots = given.numbers("lots")
    if lots[:1] != [given.number("reference_lot")]:
        raise NotUnderstood("knows only the first trade as the reference")
    bench = Bench(terms)
    for each in lots:
        bench.close(ZERO, lots=each)
    return {"ok": bench.objective("size_consistency").met}
