"""Worked examples of floors that follow the highest equity of the moment (RULES T4)."""

from typing import Any

from propdesk.boot.vectors.bench import Bench, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given, number
from propdesk.boot.vectors.translators.max_loss import (
    AT_START,
    OVERALL,
    allowance_of,
    events_of,
    floor,
    lock_of,
    overall,
    shown,
    size_of,
)
from propdesk.domain.rules.floor_lock import Lock


@family(
    "max_loss.trailing_realtime_equity_peak",
    "max_loss.trailing_peak",
)
def live_equity(given: Given) -> Answer:
    return live(given, None)


@family(
    "max_loss.trailing_realtime_equity_peak_lock_at_initial",
    "max_loss.trailing_realtime_equity_peak_lock_at_start",
    "max_loss.trailing_lock_at_initial",
    "max_loss.trailing_hwm_lock_at_initial",
)
def live_equity_locked(given: Given) -> Answer:
    return live(given, AT_START)


def live(given: Given, lock: Lock | None) -> Answer:
    terms = overall(
        "trailing",
        allowance_of(given),
        peak_source="live_equity",
        lock=lock_of(given) or lock,
    )
    bench = Bench(terms, size=size_of(given))
    first = floor(bench)
    floors: list[Any] = []
    after: dict[str, Any] = {}
    for event in live_events(given):
        observe(bench, event)
        floors.append(floor(bench))
        if "day" in event:
            after[str(event["day"])] = floor(bench)
    closed = given.maybe("closed_pnl")
    if closed is not None:
        bench.close(closed)
    balance = given.maybe("close_balance")
    if balance is not None:
        bench.report(balance=balance, equity=balance)
    return {
        **shown(bench, first),
        "floors": floors,
        "floor_sequence": [first, *floors],
        "floor_after_day": after,
        "remaining_next_day": bench.limit(OVERALL).room,
    }


def live_events(given: Given) -> list[dict[str, Any]]:
    peak = given.maybe("equity_peak", "equity_peak_floating", "peak")
    found = events_of(
        given,
        "equity_peak_unrealised",
        "equity_peak",
        "peak",
        "hwm",
        "value",
        "balance",
        "eod_balance",
        "open_profit",
        "close_with_profit",
        "peak_profit",
        "loss",
    )
    return [*([] if peak is None else [{"type": "peak", "value": peak}]), *found]


def observe(bench: Bench, event: dict[str, Any]) -> None:
    """Let the account be worth what the page says it is worth."""
    value = number(event["value"])
    match event["type"]:
        case "open_profit":
            bench.report(equity=bench.size + value)
        case "loss":
            bench.close(value)
        case "peak_profit" | "close_with_profit":
            worth = bench.size + value
            bench.report(balance=worth, equity=worth)
        case "eod_balance":
            while "day" in event and bench.day_number() < event["day"]:
                bench.next_day()
            bench.day(balance=value, equity=value)
        case "balance":
            bench.report(balance=value, equity=value)
        case _:
            while "day" in event and bench.day_number() < event["day"]:
                bench.next_day()
            bench.report(equity=value)


@family("max_loss.trailing_realtime_lock_below_start")
def lock_below_start(given: Given) -> Answer:
    below = given.number("lock_floor_pct_below_initial")
    lock = Lock(
        at=percent(-below),
        trigger="equity_profit",
        profit=percent(given.number("lock_profit_pct")),
    )
    bench = Bench(
        overall("trailing", allowance_of(given), peak_source="live_equity", lock=lock),
        size=size_of(given),
    )
    first, floors, locked = floor(bench), [], []
    for value in given.numbers("equity_peaks"):
        bench.report(equity=value)
        floors.append(floor(bench))
        locked.append(bench.limit(OVERALL).locked)
    return {"initial_floor": first, "floors": floors, "locked": locked}
