"""Ticks over the trigger index: who leaves a zone is woken, and the kernel judges who is awake.

What it says is what ``kernel.run`` would have said, tick by tick, had nobody rested.
"""

from propdesk.engine.index_layout import Index
from propdesk.engine.index_log import note, top_shift
from propdesk.engine.index_settling import bring_up, make_way, sweep
from propdesk.engine.index_zones import queue_up, rest_some, wake, wake_all_of, wake_leaving
from propdesk.engine.kernel import fall_silent, judge
from propdesk.engine.layout import Ints, ShortInts, State


def queue_touched(state: State, index: Index, count: int) -> None:
    """Whoever was touched may find another zone."""
    for at in range(count):
        queue_up(index, state.touched[at])


def log_tick(state: State, index: Index, number: int, bid: int, ask: int) -> None:
    """Log a tick, and bring up the slots the log is about to forget a tick of."""
    head = index.head[0]
    if head["ticks"] & ((1 << top_shift(head)) - 1) == 0:
        make_way(state, index)
    note(index, number, bid, ask)


def judge_one(state: State, index: Index, number: int, bid: int, ask: int) -> int:
    """Judge one tick; the slots it touches stand in ``touched``, their count is returned."""
    if index.head[0]["queued"] > 0:
        rest_some(state, index)
    instrument = state.instruments[number]
    ceiling = instrument["ceiling"]
    within = -ceiling <= bid <= ceiling and -ceiling <= ask <= ceiling
    if within and not instrument["silent"]:
        wake_leaving(state, index, number, bid, ask)
        log_tick(state, index, number, bid, ask)
    else:
        wake_all_of(state, index, number)
    count = judge(state, number, bid, ask)
    queue_touched(state, index, count)
    sweep(state, index)
    return count


def run_index(
    state: State,
    index: Index,
    ticks: tuple[ShortInts, Ints, Ints, Ints],
    start: int,
    until_at: int,
) -> tuple[int, int]:
    """Judge ticks as ``kernel.run`` does, and say the same."""
    numbers, moments, bids, asks = ticks
    for tick in range(start, len(numbers)):
        if moments[tick] >= until_at:
            return tick, 0
        if not 0 <= numbers[tick] < len(state.instruments):
            raise IndexError("a tick of an instrument that is not registered")
        count = judge_one(state, index, numbers[tick], bids[tick], asks[tick])
        if count > 0:
            return tick + 1, count
    return len(numbers), 0


def silence_index(state: State, index: Index, number: int) -> int:
    """``kernel.fall_silent``, after which nobody who depends on the instrument rests."""
    wake_all_of(state, index, number)
    return int(fall_silent(state, number))


def forget_price(state: State, index: Index, number: int) -> None:
    """The points of an instrument mean something else from now on; it is silent."""
    log_tick(state, index, -1 - number, 0, 0)


def bring_up_many(state: State, index: Index, slots: ShortInts) -> None:
    """The rows of these slots are up to date; who rests goes on resting."""
    for at in range(len(slots)):
        bring_up(state, index, slots[at])


def wake_many(state: State, index: Index, slots: ShortInts) -> None:
    """These slots are awake and up to date."""
    for at in range(len(slots)):
        wake(state, index, slots[at])
