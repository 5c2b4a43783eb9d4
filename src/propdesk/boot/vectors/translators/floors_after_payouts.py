"""Worked examples of what a payout does to the overall floor (RULES T4, T12)."""

from decimal import Decimal

from propdesk.boot.vectors.bench import SIZE, Bench, money, percent
from propdesk.boot.vectors.families import Answer, family
from propdesk.boot.vectors.given import Given
from propdesk.boot.vectors.translators.max_loss import (
    AT_START,
    OVERALL,
    allowance_of,
    floor,
    overall,
    size_of,
)


@family("payout.floor_unchanged_by_withdrawal")
def unchanged_by_withdrawal(given: Given) -> Answer:
    level = given.first("floor", "mll_before")
    terms = overall("trailing", money(Decimal(1)), peak_source="closed_balance", lock=AT_START)
    bench = Bench(terms, size=size_of(given))
    bench.state(balance=given.number("balance", SIZE), floor=level, locked=True)
    withdrawn = given.maybe("withdraw")
    bench.pay(Decimal(1) if withdrawn is None else withdrawn)
    line = bench.limit(OVERALL)
    return {
        "mll_after": line.floor,
        "floor_after": line.floor,
        "balance_after": bench.result().balance,
        "buffer_after": line.room,
        "breach": bench.breached(),
    }


@family("payout.floor_reduced_by_payout")
def reduced_by_payout(given: Given) -> Answer:
    terms = overall(
        "trailing",
        allowance_of(given),
        peak_source="closed_balance",
        lock=AT_START,
        on_payout="reduce_peak",
    )
    bench = Bench(terms, size=size_of(given))
    mark = given.number("hwm")
    bench.report(balance=mark, equity=mark)
    lost = given.maybe("realised_loss_after_hwm")
    balance = given.maybe("balance")
    if balance is not None and balance != mark:
        bench.report(balance=balance, equity=balance)
    before, balance_before = floor(bench), None
    if lost is not None:
        worth = mark - lost
        bench.report(balance=worth, equity=worth)
    balance_before = bench.result().balance
    bench.pay(given.number("payouts_total"))
    line = bench.limit(OVERALL)
    return {
        "floor_before": before,
        "balance_before": balance_before,
        "floor_after": line.floor,
        "balance_after": bench.result().balance,
        "buffer": line.room,
    }


@family("payout.locks_floor")
def locks_floor(given: Given) -> Answer:
    """The distance is not on these pages: a processed payout locks whatever it is."""
    terms = overall(
        "trailing",
        percent(Decimal(4)),
        peak_source="closed_balance",
        lock=AT_START,
        also_locks_on_payout=True,
    )
    bench = Bench(terms, size=size_of(given))
    given.maybe("floor_before")
    bench.close(given.number("profit")).pay(given.number("withdraw"))
    line = bench.limit(OVERALL)
    return {
        "floor_after": line.floor,
        "balance_after": bench.result().balance,
        "buffer": line.room,
    }


@family("payout.resets_floor_to_initial")
def resets_to_initial(given: Given) -> Answer:
    size, first = size_of(given), given.number("initial_floor")
    terms = overall(
        "trailing", money(size - first), peak_source="eod_balance", on_payout="set_initial"
    )
    bench = Bench(terms, size=size)
    allowance = bench.limit(OVERALL).allowance
    bench.close(given.number("profit"))
    before = bench.result().balance
    bench.pay(given.number("first_withdrawal"))
    return {
        "max_initial_loss": allowance,
        "balance_before": before,
        "floor_after_first_withdrawal": floor(bench),
    }
