"""Worked examples of the overall loss limit (RULES T4) and of what payouts do to its floor."""

from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.bench import SIZE, Bench, money, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, NotUnderstood, number
from propdesk.boot.vectors.translators.daily_loss import PAUSE, rule
from propdesk.domain.exact import ZERO
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount

OVERALL = "overall_loss"
AT_START = Lock(at=money(ZERO))


def allowance_of(given: Given, of: str = "initial") -> Amount:
    """The distance, under whichever name the page uses: a share or a sum."""
    share = given.maybe(
        "trail_pct_of_initial",
        "trail_pct_of_hwm",
        "trail_pct",
        "max_loss_pct",
        "max_loss_pct_of_initial",
        "max_pct",
        "pct",
    )
    if share is not None:
        return percent(share, of)
    return money(given.first("trail_amount", "static_amount", "max_amount"))


def size_of(given: Given) -> Decimal:
    return given.number("initial_balance", SIZE)


def overall(mode: str, allowance: Amount, **more: Any) -> OverallLoss:
    more.setdefault("comparison", "touch")
    return OverallLoss(mode=mode, allowance=allowance, **more)  # type: ignore[arg-type]


def lock_of(given: Given) -> Lock | None:
    """The level at which the page says the floor stops, as a distance from the start."""
    level = given.maybe("lock_level")
    return None if level is None else Lock(at=money(level - size_of(given)))


def floor(bench: Bench) -> Any:
    return bench.limit(OVERALL).floor


def shown(bench: Bench, first: Any) -> dict[str, Any]:
    line = bench.limit(OVERALL)
    return {
        "initial_floor": first,
        "initial_threshold": first,
        "floor": line.floor,
        "threshold": line.floor,
        "mll": line.floor,
        "locked": line.locked,
        "room": line.room,
        "amount": line.allowance,
        "max_loss": line.allowance,
        "balance": bench.result().balance,
        "breach": bench.breached(),
    }


@family("max_loss.static", "max_loss.static_equity")
def static(given: Given) -> Answer:
    rules: list[Any] = [overall("static", allowance_of(given))]
    share = given.maybe("daily_pct")
    if share is not None:
        rules.append(rule("day_start_balance", percent(share, "base")))
    bench = Bench(*rules, size=size_of(given))
    first, room = floor(bench), bench.limit(OVERALL).room
    balance, profit = given.maybe("balance"), given.maybe("profit")
    if balance is not None:
        bench.state(balance=balance)
    if profit is not None:
        bench.close(profit)
    floating = given.maybe("floating_pnl")
    if floating is not None:
        bench.float(floating)
    equity = given.maybe("equity")
    if equity is not None:
        bench.report(equity=equity)
    answer = shown(bench, first)
    worth = bench.result().equity
    answer |= {"initial_room": room, "equity": None if worth is None else worth.low}
    if share is not None:
        answer["daily_floor"] = bench.limit("daily_loss").floor
    return answer


@family(
    "max_loss.trailing_closed_balance_hwm_lock_at_initial",
    "max_loss.trailing_closed_balance_pct_of_hwm_lock_at_initial",
)
def closed_balance(given: Given) -> Answer:
    of = "peak" if "trail_pct_of_hwm" in given else "initial"
    terms = overall(
        "trailing", allowance_of(given, of), peak_source="closed_balance", lock=AT_START
    )
    bench = Bench(terms, size=size_of(given))
    first = floor(bench)
    values = [number(each["value"]) for each in events_of(given, "balance")]
    for name in ("balance_hwm", "closed_balances"):
        values += given.numbers(name) if name in given else []
    mark = given.maybe("hwm")
    values += [] if mark is None else [mark]
    floors, locked, locked_at = [], [], None
    for value in values:
        bench.report(balance=value, equity=value)
        line = bench.limit(OVERALL)
        floors.append(line.floor)
        locked.append(line.locked)
        if line.locked and locked_at is None:
            locked_at = value
    return {
        **shown(bench, first),
        "floors": floors,
        "locked": locked,
        "floor_sequence": [first, *floors],
        "locked_at_balance": locked_at,
    }


def events_of(given: Given, *kinds: str) -> list[dict[str, Any]]:
    """The page's events; each must be of a kind that is understood."""
    found: list[dict[str, Any]] = list(given.raw("events", []))
    for event in found:
        if event["type"] not in kinds:
            raise NotUnderstood(f"does not know the event {event['type']!r}")
    return found


@family("max_loss.trailing_closed_balance")
def closed_trades(given: Given) -> Answer:
    terms = overall("trailing", allowance_of(given), peak_source="closed_balance")
    bench = Bench(terms, size=size_of(given))
    balances, floors, broken = [], [], None
    for place, profit in enumerate(given.numbers("trades"), 1):
        bench.close(profit)
        balances.append(bench.result().balance)
        floors.append(floor(bench))
        if bench.breached() and broken is None:
            broken = place
    return {"balances": balances, "floors": floors, "breach_at_trade": broken}


@family(
    "max_loss.trailing_eod_balance",
    "max_loss.trailing_eod_balance_lock_at_start",
    "max_loss.trailing_eod_balance_lock_plus_100",
    "max_loss.trailing_eod_lock_at_milestone_minus_amount",
)
def end_of_day(given: Given) -> Answer:
    lock = lock_of(given) or AT_START
    if "milestone_balance" in given:
        profit = given.number("milestone_balance") - size_of(given)
        lock = Lock(
            at=money(ZERO),
            trigger="day_close_profit",
            profit=money(profit),
            level_from="milestone",
        )
    elif "max_loss_pct_of_initial" in given:  # pages that state the limit so state no lock
        return end_of_day_unlocked(given)
    terms = overall("trailing", allowance_of(given), peak_source="eod_balance", lock=lock)
    bench = Bench(terms, size=size_of(given))
    first = floor(bench)
    during = None
    floors, locked, balances = [], [], []
    for event in days_of(given):
        kind, value = event["type"], number(event["value"])
        if kind == "open_profit_intraday":
            bench.report(equity=bench.size + value)
            during = floor(bench)
            continue
        bench.day(profit=value) if kind == "eod_pnl" else bench.day(balance=value)
        floors.append(floor(bench))
        locked.append(bench.limit(OVERALL).locked)
        balances.append(bench.result().balance)
    answer = shown(bench, first)
    if "balance" in given:  # one balance at which the page looks: the day then closes with it
        answer["locked"] = locked[-1]
    else:
        answer["locked"] = locked
    return {
        **answer,
        "floors": floors,
        "floor_during_open_profit": during,
        "floor_next_session": floors[-1] if floors else None,
        "mll_after_day": numbered(floors),
        "balance_after_day": numbered(balances),
        "locked_after_day3": locked[2] if len(locked) > 2 else None,
    }


def days_of(given: Given) -> list[dict[str, Any]]:
    """Every day the page closes, whatever it calls its balance."""
    found = events_of(given, "open_profit_intraday", "eod_balance", "eod_pnl")
    one = given.maybe("eod_balance", "balance")
    more = given.numbers("eod_balances") if "eod_balances" in given else []
    return [
        *found,
        *({"type": "eod_balance", "value": each} for each in more),
        *([] if one is None else [{"type": "eod_balance", "value": one}]),
    ]


def numbered(values: list[Any]) -> dict[str, Any]:
    return {str(place): value for place, value in enumerate(values, 1)}


def end_of_day_unlocked(given: Given) -> Answer:
    zone = given.raw("reset_tz", None)
    if zone is not None:
        given.raw("reset_tz")  # the floor of a day does not depend on when the day ends
    bench = Bench(
        overall("trailing", allowance_of(given), peak_source="eod_balance"), size=size_of(given)
    )
    floors = {"1": floor(bench)}
    for event in events_of(given, "midnight_balance"):
        bench.day(balance=number(event["value"]))
        floors[str(event["after_day"] + 1)] = floor(bench)
    return {"floor_by_day": floors}


@family("max_loss.trailing_eod_lock_at_start+daily_soft")
def end_of_day_with_soft_daily(given: Given) -> Answer:
    size = size_of(given)
    bench = Bench(
        overall("trailing", allowance_of(given), peak_source="eod_balance", lock=lock_of(given)),
        rule("day_start_balance", money(given.number("daily_soft")), effects=(PAUSE,)),
        size=size,
    )
    answer: dict[str, Any] = {}
    for event in events_of(given, "intraday_pnl", "eod_balance", "live_equity"):
        value = number(event["value"])
        if event["type"] == "intraday_pnl":
            bench.report(equity=size + value)
        elif event["type"] == "eod_balance":
            answer[f"day{event['day']}"] = said(bench)
            bench.day(balance=value)
            answer[f"floor_after_day{event['day']}"] = floor(bench)
            continue
        else:
            bench.report(equity=value)
        answer[f"day{event['day']}"] = said(bench)
    floors = []
    for value in given.numbers("eod_balances") if "eod_balances" in given else []:
        bench.day(balance=value)
        floors.append(floor(bench))
    last = given.maybe("day3_live_equity")
    if last is not None:
        bench.report(equity=last)
        answer["day3"] = said(bench)
    return {**answer, "floors": floors}


def said(bench: Bench) -> str:
    """What the last verdict of the running day was, in the pages' words."""
    words = {"fail": "hard_breach", "pause_until": "soft_breach_locked_for_day"}
    start = bench.day_started()
    today = [each for each in bench.result().verdicts if each.at >= start]
    return words[today[-1].outcome] if today else "none"


@family("max_loss.trailing_eod_zero_based")
def zero_based(given: Given) -> Answer:
    if given.number("start_balance") != ZERO:
        raise NotUnderstood("knows only accounts that start at 0")
    bench = Bench(
        overall("trailing", allowance_of(given), peak_source="eod_balance", lock=AT_START),
        balance_origin="zero",
    )
    first = floor(bench)
    bench.day(balance=given.number("eod_balance_high"))
    return {**shown(bench, first), "initial_mll": first}


@family("max_loss.lock_at_initial_after_profit")
def lock_after_profit(given: Given) -> Answer:
    """HyroTrader: the lock needs the drawdown's own amount in profit; three payouts are made."""
    given.number("daily_amount")
    amount = allowance_of(given)
    lock = Lock(at=money(ZERO), trigger="payouts", payouts=3, profit=amount)
    bench = Bench(overall("static", amount, lock=lock), size=size_of(given))
    bench.state(balance=given.number("balance"), payouts=3)
    return {"floor": floor(bench)}


@family("max_loss.lock_at_initial_plus_100")
def lock_plus_hundred(given: Given) -> Answer:
    terms = overall(
        "trailing",
        allowance_of(given),
        peak_source="eod_balance",
        lock=Lock(at=money(Decimal(100))),
    )
    bench = Bench(terms, size=size_of(given))
    bench.day(profit=given.number("profit"))
    return {"lock_floor": floor(bench), "locked": bench.limit(OVERALL).locked}


@family("max_loss.breach_check_at_eod_only")
def checked_at_close(given: Given) -> Answer:
    peak = given.number("peak")
    bench = Bench(
        overall("trailing", allowance_of(given), peak_source="eod_balance", check="day_end"),
        size=peak,
    )
    for value in given.numbers("intraday_balances"):
        bench.report(balance=value, equity=value)
    bench.day(balance=given.number("eod_balance"))
    return {"floor": floor(bench), "breach": bench.breached()}


@family("max_loss.trails_on_payout_only")
def payout_trailing(given: Given) -> Answer:
    terms = overall("payout_trailing", allowance_of(given), on_payout="raise_by_trader_share")
    bench = Bench(terms, size=size_of(given)).state(balance=given.number("balance"))
    for amount in given.raw("payouts", []):
        bench.pay(number(amount))
    answer: dict[str, Any] = {}
    payout = given.maybe("payout")
    if payout is not None:
        share = percent(given.number("split_pct")).resolve(payout)
        before = floor(bench)
        bench.pay(payout, share)
        answer["trader_share"] = floor(bench) - before
    return {**answer, "floor": floor(bench), "balance_after": bench.result().balance}
