"""Worked examples of position size (RULES T6) and of behaviour (T10)."""

import re
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from propdesk.boot.vectors.bench import ACCOUNT, POINT, SIZE, START_PRICE, Bench, money
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number, only
from propdesk.boot.vectors.translators.moments import fill
from propdesk.boot.vectors.translators.tables import table
from propdesk.domain.events import Deal
from propdesk.domain.exact import ZERO
from propdesk.domain.instruments import Instrument
from propdesk.domain.peers import Stretch
from propdesk.domain.position_sizes import (
    EVERYTHING,
    largest_lots,
    largest_notional,
    margin_cap,
    rooms,
    totals,
)
from propdesk.domain.rules.exposure import Cap, ExposureLimit, Tier, cap_at
from propdesk.domain.rules.hedging import Hedging, cross_account_hedges
from propdesk.domain.rules.martingale import Martingale
from propdesk.domain.rules.order_rate import OrderRate, executions
from propdesk.domain.terms import Effect
from propdesk.wire.catalogue import load_catalogue

NAME = "exposure"
ONE = Decimal(1)
THOUSAND = Decimal(1000)
COUNTS = ("contracts", "minis", "micros")  # how a tier counts what may be open
# Which classes of instruments a page's group is.
GROUPS = {
    "Forex": ("forex",),
    "Indices": ("indices",),
    "Commodities": ("metals", "energies", "commodities"),
}


# -- tables by size
def size_named(text: str) -> tuple[Decimal, str]:
    """``25K`` and ``100K static``: the size, and which kind of account it is."""
    found = re.fullmatch(r"(\d+)K( static)?", text)
    if found is None:
        raise NotUnderstood(f"does not know the size {text!r}")
    return Decimal(found[1]) * THOUSAND, "static" if found[2] else "trailing"


@family("position_limit.half_until_threshold", via="function")
def half_until(given: Given) -> Answer:
    before, after = [], []
    for name in given.raw("sizes"):
        size, kind = size_named(name)
        terms = table("position_limit.half_until_threshold", ExposureLimit, kind)
        reached = ZERO if terms.half_until is None else terms.half_until.resolve(size)
        before.append(cap_at(terms, size, ZERO))
        after.append(cap_at(terms, size, reached))
    return {"before": before, "after": after}


@family("position_limit.total_open_lots")
def total_lots(given: Given) -> Answer:
    if "sizes" in given:
        sizes = given.numbers("sizes")
        return {name: published(name, sizes) for name in ("pro_one_three", "swing", "max_lots")}
    terms = lots_in_all(given.number("max_lots"))
    if "trade_lots" in given:
        return one_trade(given, terms)
    sums, allowed = [], []
    for case in given.raw("cases"):
        lots = [number(each) for each in case]
        sums.append(total_of(lots))
        allowed.append(not violations(opened(Bench(terms), lots)))
    return {"total": sums, "allowed": allowed}


def published(name: str, sizes: list[Decimal]) -> list[Decimal] | None:
    """A published table; None where it does not have every size that is asked for."""
    cap = table("position_limit.total_open_lots", Cap, name)
    if not set(sizes) <= set(cap.by_size or {}):
        return None
    return [cap.resolve(size) for size in sizes]


def lots_in_all(cap: Decimal, **more: Any) -> ExposureLimit:
    return ExposureLimit(unit="lots", aggregation="all_open", cap=Cap(at_most=cap), **more)


def total_of(lots: Iterable[Decimal]) -> Any:
    """What the rule adds up."""
    each = [(POINT.symbol, POINT.asset_class, "buy", exactly_of(one)) for one in lots]
    return totals(each, "all_open")[EVERYTHING][0]


def opened(bench: Bench, lots: Iterable[Decimal], symbol: str = POINT.symbol) -> Bench:
    for place, each in enumerate(lots):
        bench.price(START_PRICE)
        fill(bench, f"{symbol}{place}", "buy", "in", each, symbol=symbol)
    return bench


def violations(bench: Bench) -> list[Any]:
    return bench.verdicts(NAME)


def one_trade(given: Given, terms: ExposureLimit) -> Answer:
    flag = ExposureLimit(
        id="flag",
        unit="lots",
        aggregation="order",
        cap=Cap(at_most=given.number("flag_single_trade_lots")),
        effects=(Effect(kind="manual_review"),),
    )
    bench = Bench(flag, terms)
    bench.close(ONE if given.raw("profitable") else -ONE, lots=given.number("trade_lots"))
    return {"disqualified": bench.breached()}


@family("position_limit.violations_per_position")
def per_position(given: Given) -> Answer:
    effects = table("position_limit.violations_per_position", tuple[Effect, ...], "effects")
    terms = lots_in_all(given.number("max_lots"), counting="per_position", effects=effects)
    positions = given.raw("positions")
    for each in positions:
        only(each, "lots", "open", "opened_while_first_open")
    bench = opened(Bench(terms), [number(each["lots"]) for each in positions])
    strikes = bench.result().strikes
    return {"breach_count": strikes.get(NAME), "account_closed": bench.breached()}


# -- ladders and groups
@family("position_limit.ladder_by_live_profit")
def live_ladder(given: Given) -> Answer:
    terms = ladder(given, "contracts", "live_equity")
    allowed = []
    for check in given.raw("checks"):
        balance = number(only(check, "balance", "contracts")["balance"])
        bench = Bench(terms, size=given.number("initial_balance"))
        bench.state(balance=balance, equity=balance)
        allowed.append(not violations(opened(bench, [number(check["contracts"])])))
    return {"allowed": allowed}


def ladder(given: Given, count: str, source: Any) -> ExposureLimit:
    return ExposureLimit(
        unit="contracts",
        aggregation="all_open",
        ladder=tuple(
            Tier(profit=money(number(each["min_profit"])), cap=Cap(at_most=number(each[count])))
            for each in (only(tier, "min_profit", *COUNTS) for tier in given.raw("tiers"))
        ),
        ladder_source=source,
        ladder_effective="now" if source == "live_equity" else "next_session",
    )


@family("position_limit.ladder_by_profit", via="function")
def profit_ladder(given: Given) -> Answer:
    terms = ladder(given, "minis", "eod_balance")
    profits = [number(each["min_profit"]) for each in given.raw("tiers")]
    return {"max_minis_at": {str(each): cap_at(terms, SIZE, each) for each in profits}}


@family("position_limit.lots_per_instrument_group")
def by_group(given: Given) -> Answer:
    limits = {name: number(each) for name, each in given.raw("limits").items()}
    unknown = limits.keys() - GROUPS.keys()
    if unknown:
        raise NotUnderstood(f"does not know the group {', '.join(unknown)}")
    terms = ExposureLimit(
        unit="lots",
        aggregation="group",
        caps={group: Cap(at_most=cap) for group, cap in limits.items()},
    )
    if "cases" in given:
        cases = [group_case(terms, case) for case in given.raw("cases")]
        return {"allowed": [not violations(bench) for bench, _ in cases]}
    bench, used = group_case(terms, given.raw("open"))
    left = rooms(limits, used)
    return {
        "allowed": not violations(bench),
        "group_total": max(used.values()),
        "further_positions_allowed": any(room > 0 for room in left.values()),
    }


def group_case(terms: ExposureLimit, stated: Any) -> tuple[Bench, dict[str, Any]]:
    """What is open, and how much of each group the rule adds up."""
    rows = stated if isinstance(stated, list) else [stated]
    positions = [(name, number(lots)) for row in rows for name, lots in row.items()]
    groups = {name: group_of(name) for name, _ in positions}
    bench = Bench(terms, catalogue=[traded(name, group) for name, group in groups.items()])
    for place, (name, lots) in enumerate(positions):
        fill(bench, f"{name}{place}", "buy", "in", lots, symbol=name)
    held = [(name, groups[name], "buy", exactly_of(lots)) for name, lots in positions]
    return bench, {name: low for name, (low, _) in totals(held, "group").items()}


def exactly_of(lots: Decimal) -> Any:
    return (Fraction(lots), Fraction(lots))


def traded(symbol: str, group: str) -> Instrument:
    return replace(POINT, symbol=symbol, asset_class=group)


def group_of(symbol: str) -> str:
    """The page's group of an instrument, by the catalogue's class."""
    instrument = load_catalogue().find(symbol)
    for group, classes in GROUPS.items():
        if instrument is not None and instrument.asset_class in classes:
            return group
    raise NotUnderstood(f"does not know the group of {symbol!r}")


@family("position_limit.margin_pct_per_asset_class", via="function")
def margin(given: Given) -> Answer:
    cap = margin_cap(given.number("cap_pct"), given.number("balance"))
    notional = largest_notional(cap, given.number("leverage"))
    lots = largest_lots(notional, given.number("price"), given.number("contract_size"))
    return {"margin_cap": cap, "max_notional": notional, "max_lots": lots}


# -- behaviour
@family("behaviour.martingale")
def martingale(given: Given) -> Answer:
    terms = Martingale(
        streak_min_losses=int(given.number("streak_min_losses")),
        window_hours=int(given.number("window_hours")),
        factor=given.number("factor"),
        reference=given.raw("reference"),
    )
    bench, found = Bench(terms), None
    results = {"loss": -ONE, "win": ONE, None: ZERO}
    for place, trade in enumerate(given.raw("trades"), 1):
        only(trade, "lots", "result")
        if trade.get("result") not in results:
            raise NotUnderstood(f"does not know the result {trade['result']!r}")
        bench.close(results[trade.get("result")], lots=number(trade["lots"]))
        if found is None and bench.verdicts("martingale"):
            found = place
    return {"violation_at_trade": found}


@family("behaviour.max_executions_per_day", via="function")
def executed(given: Given) -> Answer:
    OrderRate(counted="executions", max_per_day=int(given.number("max_executions_per_day")))
    deals = [
        Deal(
            account=ACCOUNT,
            at=place,
            id=f"D{place}",
            position="P",
            symbol=POINT.symbol,
            side=each["side"],
            entry="in" if place == 0 else "out",
            lots=number(each["qty"]),
            price=START_PRICE,
        )
        for place, each in enumerate(only(row, "side", "qty") for row in given.raw("fills"))
    ]
    return {"executions": executions(deals)}


@family("behaviour.cross_account_hedging", via="function")
def across_accounts(given: Given) -> Answer:
    terms = table("behaviour.cross_account_hedging", Hedging)
    return {"violation": [hedges(case, terms) for case in given.raw("cases")]}


def hedges(case: dict[str, Any], terms: Hedging) -> bool:
    """Whether the accounts of one owner hedge each other; all positions overlap."""
    same = case.get("same_account", False)
    stretches, stages = [], {}
    for account, text in case.items():
        if account == "same_account":
            continue
        if not re.fullmatch(r"(eval_)?[A-Z]", account):
            raise NotUnderstood(f"does not know the account {account!r}")
        stages[account] = "evaluation" if account.startswith("eval_") else "funded"
        legs = text.split(" + ")
        if same != (len(legs) > 1):
            raise NotUnderstood(f"does not know the positions {text!r}")
        stretches += [stretch(account, leg) for leg in legs]
    return bool(cross_account_hedges(stretches, stages, terms))


def stretch(account: str, text: str) -> Stretch:
    sides: dict[str, Any] = {"long": "buy", "short": "sell"}
    word, _, symbol = text.partition(" ")
    if word not in sides:
        raise NotUnderstood(f"does not know the position {text!r}")
    return Stretch(account, symbol, sides[word], opened_at=0)
