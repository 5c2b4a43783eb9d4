"""``propdesk bench engine``: the kernel on a made-up firm, beside its trigger index, plain Python
and NumPy.

All of them judge the same ticks with the same integers in the same run, and must end at the same
equities; a difference is an error, not a figure. Time is this process's own.
"""

import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from propdesk.boot.bench_firm import Firm, TickColumns, made_up_firm, made_up_ticks
from propdesk.boot.benchmarks import machine
from propdesk.engine.book import Book
from propdesk.engine.builds import Build, build_kernel
from propdesk.engine.fixed_point import Converted, LinearForm, RateSide
from propdesk.engine.one_pass import OnePass, WayOfJudging
from propdesk.engine.shapes import FREE
from propdesk.engine.trigger_index import TriggerIndex
from propdesk.wire.catalogue import load_catalogue

RUNS = 5
PAUSE_TICKS = 16
"""The longest pause is measured over so many ticks: a call of the clock costs as much as one."""
BASELINE_SHARE = 50
"""The baselines judge this many times fewer ticks; their rate is what is compared."""


class Disagreement(AssertionError):
    """Two ways to judge the same ticks ended at different equities: a defect of one of them."""


def engine_bench(
    accounts: int, ticks: int, home: Path | None = None, *, index: bool = True
) -> dict[str, Any]:
    """Ticks per second of the kernel on one core; ``home`` keeps the compiled kernel.

    ``index``: the trigger index beside it.
    """
    catalogue = load_catalogue()
    firm = made_up_firm(accounts, catalogue)
    stream = made_up_ticks(firm.symbols, ticks + len(firm.symbols))
    kernel = build_kernel(Build.COMPILED, home)
    ways = _side_by_side(firm, kernel, stream) if index else {}
    _played(_book(firm, kernel), stream, 0, len(stream))  # compiles, and warms the caches
    rates, touches, put_s = [], 0, 0.0
    for _ in range(RUNS):
        begin = time.process_time()
        book = _book(firm, kernel)
        put_s = time.process_time() - begin
        _played(book, stream, 0, len(firm.symbols))
        begin = time.process_time()
        touches = _played(book, stream, len(firm.symbols), len(stream))
        rates.append(ticks / (time.process_time() - begin))
    rate = sorted(rates)[RUNS // 2]
    per_tick = _terms_per_tick(firm, stream)
    short = len(firm.symbols) + max(1, ticks // BASELINE_SHARE)
    wanted = _equities(firm, kernel, stream, short)
    python = _baseline(_in_python, firm, stream, short, wanted)
    numpy = _baseline(_in_numpy, firm, stream, short, wanted)
    return {
        "bench": "engine",
        "book": {
            "accounts": accounts,
            "accounts_with_positions": len(firm.shapes),
            "positions": sum(len(each.terms) for each in firm.shapes),
            "symbols": len(firm.symbols),
            "ticks": ticks,
            "values_per_tick": round(per_tick, 1),
        },
        "figures": {
            "ticks_per_s": round(rate),
            "values_per_s": round(rate * per_tick),
            "slots_touched": touches,
            "put_us": round(put_s / len(firm.shapes) * 1e6, 1),
        },
        "ways": ways,
        "baselines": {
            "plain_python": {"ticks_per_s": round(python)},
            "numpy": {"ticks_per_s": round(numpy)},
            "nautilus_trader": _nautilus(),
        },
        "machine": machine(),
    }


def _nautilus() -> dict[str, str]:
    if find_spec("nautilus_trader") is None:
        return {"not_measured": "nautilus_trader is not installed"}
    return {"not_measured": "this benchmark has no book for nautilus_trader yet"}


def _side_by_side(firm: Firm, kernel: Any, ticks: TickColumns) -> dict[str, Any]:
    """One pass and the trigger index over the same ticks, and what it costs after them to ask for
    an account. Raises ``Disagreement`` where they do not touch the same, or saw other extremes."""
    made = {"one_pass": OnePass, "index": TriggerIndex}
    _judged(firm, kernel, ticks.first(len(firm.symbols) + 2), TriggerIndex(kernel))  # compiles
    found = {name: _judged(firm, kernel, ticks, way(kernel)) for name, way in made.items()}
    if found["one_pass"][0] != found["index"][0]:
        raise Disagreement("the trigger index says other things than one pass over all terms")
    return {name: figures for name, (_said, figures) in found.items()}


def _judged(
    firm: Firm, kernel: Any, ticks: TickColumns, way: WayOfJudging
) -> tuple[Any, dict[str, Any]]:
    """What is said of the ticks: slots touched, and what was seen of each; and the figures."""
    book, first = _book(firm, kernel, way), len(firm.symbols)
    _played(book, ticks, 0, first + 1)
    begin = time.process_time()
    touches, longest_s = 0, 0.0
    for at in range(first + 1, len(ticks), PAUSE_TICKS):
        begun = time.process_time()
        touches += _played(book, ticks, at, min(at + PAUSE_TICKS, len(ticks)))
        longest_s = max(longest_s, time.process_time() - begun)
    judged_s, count = time.process_time() - begin, len(ticks) - first - 1
    on_the_exact_path = book.on_the_exact_path()
    begin = time.process_time()
    seen = [book.settle(slot) for slot in range(len(firm.shapes))]
    settled_s = time.process_time() - begin
    return (touches, seen), {
        "us_a_tick": round(judged_s / count * 1e6, 2),
        f"longest_{PAUSE_TICKS}_ticks_ms": round(longest_s * 1e3, 2),
        "slots_touched": touches,
        "slots_out_of_their_zone": book.wakes(),
        "on_the_exact_path": on_the_exact_path,
        "us_to_bring_up_and_settle": round(settled_s / len(firm.shapes) * 1e6, 1),
    }


def _book(firm: Firm, kernel: Any, way: WayOfJudging | None = None) -> Book:
    book = Book(kernel, way)
    for each in firm.symbols:
        instrument = each.instrument
        book.instrument(each.number, instrument.symbol, instrument.digits, each.ceiling)
    for shape in firm.shapes:
        book.put(book.open_slot(), shape)
    return book


def _played(book: Book, ticks: TickColumns, begin: int, end: int) -> int:
    """Judges ticks; how many slots were touched. A touched one gives up its bounds."""
    columns = (ticks.instrument[:end], ticks.at[:end], ticks.bid[:end], ticks.ask[:end])
    touches, at = 0, begin
    while at < end:
        at, touched = book.run(*columns, start=at)
        touches += len(touched)
        for slot in touched:
            book.set_bounds(slot, [FREE])
    return touches


def _terms_per_tick(firm: Firm, ticks: TickColumns) -> float:
    depending = np.zeros(len(firm.symbols))
    for shape in firm.shapes:
        for term in shape.terms:
            depending[term.instrument] += 1
            if term.rate is not None:
                depending[term.rate] += 1
    after = ticks.instrument[len(firm.symbols) :]
    return float(depending[after].mean())


def _equities(firm: Firm, kernel: Any, ticks: TickColumns, end: int) -> list[int | None]:
    book = _book(firm, kernel)
    _played(book, ticks, 0, end)
    return [book.value(slot) for slot in range(len(firm.shapes))]


Baseline = Callable[[Firm, TickColumns, int], tuple[list[int], float]]


def _baseline(
    judge: Baseline, firm: Firm, ticks: TickColumns, end: int, wanted: list[int | None]
) -> float:
    """Ticks per second, after the first prices. Raises ``Disagreement``."""
    equities, seconds = judge(firm, ticks, end)
    if equities != wanted:
        raise Disagreement(f"{judge.__name__} ends at other equities than the kernel")
    return (end - len(firm.symbols)) / seconds


def _in_python(firm: Firm, ticks: TickColumns, end: int) -> tuple[list[int], float]:
    """Integers without an end, a list of positions per symbol."""
    equities = [shape.sums[0].base for shape in firm.shapes]
    lows = [shape.sums[0].bounds.low or 0 for shape in firm.shapes]
    held: list[list[list[Any]]] = [[] for _ in firm.symbols]
    for account, shape in enumerate(firm.shapes):
        for term in shape.terms:
            entry = [account, term.form, term.instrument, term.rate, 0]
            for number in {term.instrument, term.rate} - {None}:
                held[number or 0].append(entry)
    bids, asks = [0] * len(firm.symbols), [0] * len(firm.symbols)
    rows = list(
        zip(ticks.instrument[:end].tolist(), ticks.bid.tolist(), ticks.ask.tolist(), strict=False)
    )
    begin, below = 0.0, 0
    for place, (number, bid, ask) in enumerate(rows):
        if place == len(firm.symbols):
            begin = time.process_time()
        bids[number], asks[number] = bid, ask
        for entry in held[number]:
            account, form, own, rate, before = entry
            price = bids[own] if form.at_bid else asks[own]
            other = own if rate is None else rate
            value = (form.value(price, bids[other], asks[other]) or 0) if price else 0
            equities[account] += value - before
            entry[4] = value
        for entry in held[number]:
            below += equities[entry[0]] <= lows[entry[0]]
    return equities, time.process_time() - begin


def _in_numpy(firm: Firm, ticks: TickColumns, end: int) -> tuple[list[int], float]:
    """Arrays of 64-bit integers, the rows of a symbol picked by an index."""
    terms = [(n, term) for n, shape in enumerate(firm.shapes) for term in shape.terms]
    forms = [term.form for _, term in terms if isinstance(term.form, LinearForm)]
    account = np.array([n for n, _ in terms])
    own = np.array([term.instrument for _, term in terms])
    rate = np.array([t.instrument if t.rate is None else t.rate for _, t in terms])
    columns = {
        name: np.array([int(getattr(form, name)) for form in forms])
        for name in ("a", "b", "d", "converted", "rate_side", "at_bid")
    }
    rows = [np.flatnonzero((own == n) | (rate == n)) for n in range(len(firm.symbols))]
    equities = np.array([shape.sums[0].base for shape in firm.shapes])
    lows = np.array([shape.sums[0].bounds.low or 0 for shape in firm.shapes])
    values = np.zeros(len(terms), np.int64)
    quotes = np.zeros((len(firm.symbols), 2), np.int64)
    begin, below = 0.0, 0
    for place in range(end):
        if place == len(firm.symbols):
            begin = time.process_time()
        number = ticks.instrument[place]
        quotes[number] = ticks.bid[place], ticks.ask[place]
        at = rows[number]
        form = {name: column[at] for name, column in columns.items()}
        found = _numpy_values(form, quotes[own[at]], quotes[rate[at]])
        np.add.at(equities, account[at], found - values[at])
        values[at] = found
        below += int((equities[account[at]] <= lows[account[at]]).sum())
    return equities.tolist(), time.process_time() - begin


def _numpy_values(form: dict[str, Any], own: Any, rate: Any) -> Any:
    price = np.where(form["at_bid"], own[:, 0], own[:, 1])
    profit = form["a"] * price - form["b"]
    times, divided = form["converted"] == Converted.TIMES, form["converted"] == Converted.DIVIDED
    side = form["rate_side"]
    at_bid = np.where(side == RateSide.OF_PROFIT, (profit >= 0) == times, side == RateSide.BID)
    factor = np.where(at_bid, rate[:, 0], rate[:, 1])
    factor = np.where(side == RateSide.OWN, price, factor)
    profit = np.where(times, profit * factor, profit)
    denominator = np.where(divided, form["d"] * factor, form["d"])
    denominator = np.where(denominator > 0, denominator, 1)  # before the first prices
    whole, rest = np.divmod(np.abs(profit), denominator)
    rounded = np.where(rest >= denominator - rest, whole + 1, whole)
    found = np.where(profit >= 0, rounded, -rounded)
    unknown = (price == 0) | ((form["converted"] != Converted.NOT) & (factor <= 0))
    return np.where(unknown, 0, found)
