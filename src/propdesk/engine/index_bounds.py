"""Between which values terms and sums stay while prices are within boxes.

Every bound is made of exact integers at the corners of the boxes. It must not look at a tick.
"""

from propdesk.engine.index_layout import Index
from propdesk.engine.kernel import (
    BID,
    DIVIDED,
    NOT_CONVERTED,
    OF_PROFIT,
    OWN,
    TIMES,
    term_at,
    value_of,
)
from propdesk.engine.layout import UNKNOWN, Row, Rows, State


# --- what a value can be in a box ------------------------------------------------------------
def between(run: Row, own: Row, rate: Row) -> tuple[int, int, int, int]:
    """Least and greatest rate of a gain, least and greatest of a loss, within boxes."""
    if run["rate_side"] == OWN:
        low = own["bid_low"] if run["at_bid"] else own["ask_low"]
        high = own["bid_high"] if run["at_bid"] else own["ask_high"]
        return low, high, low, high
    bid_low, bid_high = rate["bid_low"], rate["bid_high"]
    ask_low, ask_high = rate["ask_low"], rate["ask_high"]
    if run["rate_side"] == OF_PROFIT:
        if run["converted"] == DIVIDED:
            return ask_low, ask_high, bid_low, bid_high
        return bid_low, bid_high, ask_low, ask_high
    if run["rate_side"] == BID:
        return bid_low, bid_high, bid_low, bid_high
    return ask_low, ask_high, ask_low, ask_high


def corners(term: Row, run: Row, own: Row, rate: Row) -> tuple[int, int]:
    """Between which values a term stays while prices are within boxes; UNKNOWN: not to be said.

    A profit rises or falls with the price, a value with the profit; a gain grows with a rate that
    multiplies it, a loss becomes less when it falls, and the other way round for one that divides.
    Rounding keeps the order. So the extremes are at corners of the boxes.
    """
    low = own["bid_low"] if run["at_bid"] else own["ask_low"]
    high = own["bid_high"] if run["at_bid"] else own["ask_high"]
    worst, best = (low, high) if term["a"] >= 0 else (high, low)
    converted = run["converted"]
    if converted == NOT_CONVERTED:
        return value_of(term, converted, (worst, 1, 1)), value_of(term, converted, (best, 1, 1))
    gain_low, gain_high, loss_low, loss_high = between(run, own, rate)
    if gain_low <= 0 or loss_low <= 0:
        return UNKNOWN, UNKNOWN
    if converted == DIVIDED:
        gain_low, gain_high, loss_low, loss_high = gain_high, gain_low, loss_high, loss_low
    least = value_of(term, converted, (worst, gain_low, loss_high))
    return least, value_of(term, converted, (best, gain_high, loss_low))


def measure(state: State, index: Index, number: int, boxes: Rows, first: int) -> bool:
    """Between which values the sums of a slot stay: ``lows`` and ``highs``. Whether it is known.

    The box of instrument n is ``boxes[first + n]``.
    """
    slot = state.slots[number]
    begin = slot["first_sum"]
    for at in range(slot["sum_count"]):
        index.lows[at] = index.highs[at] = state.guards[begin + at]["base"]
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        run, term = state.runs[place["run"]], term_at(state, place)
        low, high = corners(term, run, boxes[first + run["own"]], boxes[first + run["rate"]])
        if UNKNOWN in (low, high):
            return False
        for each in range(place["sum_count"]):
            at = place["sums"][each] - begin
            index.lows[at] += low
            index.highs[at] += high
    return True


# --- hedges ----------------------------------------------------------------------------------
def edge(held: Row, boxes: tuple[Row, Row], bid: int, upper: bool, ceiling: int) -> int:
    """What a term cannot be worth more (or less) than while the bid is this one; UNKNOWN: not to
    be said.

    Seen over all bids, upper edges are convex but for rounding, lower ones concave: a gain's rate
    is taken so, which makes it a worse bound and never a wrong one. So a sum of upper edges is
    greatest where the bid is least or greatest, but for half a unit of rounding a term, twice.
    """
    own, rate = boxes
    price = bid
    if not held["at_bid"]:
        wide = (held["a"] >= 0) == upper
        price += own["spread_high"] if wide else own["spread_low"]
        if not -ceiling <= price <= ceiling:
            return UNKNOWN
    converted = held["converted"]
    if converted == NOT_CONVERTED:
        return int(value_of(held, converted, (price, 1, 1)))
    gain_low, gain_high, loss_low, loss_high = between(held, own, rate)
    if gain_low <= 0 or loss_low <= 0:
        return UNKNOWN
    if upper == (converted == TIMES):
        return int(value_of(held, converted, (price, max(gain_high, loss_low), loss_low)))
    return int(value_of(held, converted, (price, min(gain_low, loss_high), loss_high)))


def add_edges(tallies: Rows, held: Row, boxes: tuple[Row, Row]) -> bool:
    """Add a hedged term to its sums, where the bid is least and where it is greatest."""
    least, most, ceiling = boxes[0]["bid_low"], boxes[0]["bid_high"], held["ceiling"]
    first_low = edge(held, boxes, least, False, ceiling)
    first_high = edge(held, boxes, least, True, ceiling)
    last_low = edge(held, boxes, most, False, ceiling)
    last_high = edge(held, boxes, most, True, ceiling)
    if UNKNOWN in (first_low, first_high, last_low, last_high):
        return False
    for at in range(held["sum_count"]):
        tally = tallies[held["sums"][at]]
        tally["first_low"] += first_low
        tally["first_high"] += first_high
        tally["last_low"] += last_low
        tally["last_high"] += last_high
        tally["hedged"] += 1
    return True


def close_hedge(tally: Row) -> None:
    """All hedged terms of an instrument have been added: take them into what the sum can be."""
    tally["low"] += min(tally["first_low"], tally["last_low"]) - tally["hedged"]
    tally["high"] += max(tally["first_high"], tally["last_high"]) + tally["hedged"]
    begin_hedge(tally)


def begin_hedge(tally: Row) -> None:
    """No hedged term has been added."""
    tally["first_low"] = tally["first_high"] = tally["last_low"] = tally["last_high"] = 0
    tally["hedged"] = 0


def weigh(terms: Rows, tallies: Rows, spans: Rows, first: int, whole: bool) -> bool:
    """Between which values the sums of the slot that is held stay in a block: its tallies.

    False where that is not to be said, or where a term may have a new extreme in the block. Of a
    ``whole`` block, all of which the slot rested through, what depends on one price is taken in at
    once: the instrument had both the lowest price and the highest.
    """
    # Arrays, not the tuples they stand in: to pass those would cost more than to weigh.
    for at in range(len(tallies)):
        tally = tallies[at]
        tally["low"] = tally["high"] = tally["base"]
        begin_hedge(tally)
    for row in range(len(terms)):
        held = terms[row]
        own, rate = spans[first + held["own"]], spans[first + held["rate"]]
        low, high = corners(held, held, own, rate)
        if UNKNOWN in (low, high):
            return False
        if whole and held["converted"] == NOT_CONVERTED:
            held["seen_low"] = min(held["seen_low"], low)
            held["seen_high"] = max(held["seen_high"], high)
        elif low < held["seen_low"] or high > held["seen_high"]:
            return False
        if not held["hedged"]:
            for at in range(held["sum_count"]):
                tally = tallies[held["sums"][at]]
                tally["low"] += low
                tally["high"] += high
            continue
        if not add_edges(tallies, held, (own, rate)):
            return False
        if held["last"]:
            for at in range(len(tallies)):
                close_hedge(tallies[at])
    return True
