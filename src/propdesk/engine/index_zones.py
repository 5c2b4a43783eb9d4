"""Zones: the prices between which a slot has nothing to say, and who leaves them.

A slot rests in its zone: while every instrument of its own stays between the zone's prices, none
of its sums can reach a bound, and its terms are not valued. How wide a zone is, is a guess; that
it holds is proved at its corners. It must not touch anybody.
"""

from propdesk.engine.index_bounds import measure
from propdesk.engine.index_layout import GROUP, GROUP_SHIFT, Index
from propdesk.engine.index_settling import bring_up, give_back, value_now
from propdesk.engine.kernel import NOT_CONVERTED, OWN, term_at
from propdesk.engine.layout import KEPT, LEAST, MOST, NO_PEAK, Row, State

WEIGHT_SHIFT = 17
"""A zone is measured in steps of a 131072nd of each price, and of a point at least."""
WEIGHT_MAX = 1 << 40
RADIUS_MAX = 1 << 18
"""In steps: twice the price; the ceilings end a zone before."""
REFINED = 3
"""How often a radius is tried that is between the one that holds and the one that did not."""
ZONES_A_TICK = 16
"""For so many slots a zone is sought before a tick; the others wait in the queue, awake."""
HOLDS, LOW, HIGH, RISEN, BOTH = 0, 1, 2, 3, 4


# --- the proof -------------------------------------------------------------------------------
def fault_of(state: State, index: Index, number: int) -> int:
    """Why the zone on trial does not prove that no sum reaches a bound; HOLDS where it does.

    A trailing bound is taken as high as it can rise in the zone.
    """
    rest = index.rests[number]
    for row in range(rest["first_leg"], rest["first_leg"] + rest["leg_count"]):
        instrument = index.legs[row]["instrument"]
        quote = state.instruments[instrument]
        if not holds_price(index.trial[instrument], quote["bid"], quote["ask"]):
            return BOTH
    if not measure(state, index, number, index.trial, 0):
        return BOTH
    first = state.slots[number]["first_sum"]
    for at in range(state.slots[number]["sum_count"]):
        guard, low, high = state.guards[first + at], index.lows[at], index.highs[at]
        if low <= guard["low"]:
            return LOW
        if high >= guard["high"]:
            return HIGH
        if high > guard["peak"] and low <= min(high, guard["cap"]) - guard["gap"]:
            return RISEN
    return HOLDS


def narrow(index: Index, number: int, at_bid: bool, low: int, high: int) -> None:
    """The zone on trial reaches no further than this on one side of an instrument."""
    box = index.trial[number]
    if at_bid:
        box["bid_low"], box["bid_high"] = max(box["bid_low"], low), min(box["bid_high"], high)
    else:
        box["ask_low"], box["ask_high"] = max(box["ask_low"], low), min(box["ask_high"], high)


def narrow_around(
    state: State, index: Index, place: tuple[int, bool], reach: tuple[int, int], least: int
) -> None:
    """The same, by how far the zone reaches below and above the price that stands, in steps."""
    number, at_bid = place
    quote = state.instruments[number]
    price = quote["bid"] if at_bid else quote["ask"]
    step = min(max(abs(price) >> WEIGHT_SHIFT, 1), WEIGHT_MAX)
    low = max(price - step * reach[0], -quote["ceiling"], least)
    narrow(index, number, at_bid, low, min(price + step * reach[1], quote["ceiling"]))


def try_zone(state: State, index: Index, number: int, bad: int, good: int) -> None:
    """Lay out a zone that reaches so many steps to the bad side and to the good one.

    Which side of a rate is which depends on the profit: it is taken as near on both. A rate, and a
    price that is one, is positive.
    """
    rest, slot = index.rests[number], state.slots[number]
    for row in range(rest["first_leg"], rest["first_leg"] + rest["leg_count"]):
        box = index.trial[index.legs[row]["instrument"]]
        box["bid_low"] = box["ask_low"] = LEAST
        box["bid_high"] = box["ask_high"] = MOST
    near = min(bad, good)
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        run = state.runs[place["run"]]
        below, above = (bad, good) if term_at(state, place)["a"] >= 0 else (good, bad)
        own, at_bid = run["own"], run["at_bid"] != 0
        if run["converted"] == NOT_CONVERTED:
            narrow_around(state, index, (own, at_bid), (below, above), LEAST)
        elif run["rate_side"] == OWN:
            narrow_around(state, index, (own, at_bid), (below, above), 1)
        else:
            narrow_around(state, index, (own, at_bid), (below, above), LEAST)
            narrow_around(state, index, (run["rate"], True), (near, near), 1)
            narrow_around(state, index, (run["rate"], False), (near, near), 1)


def holds(state: State, index: Index, number: int, bad: int, good: int) -> int:
    """Lay out a zone; why it does not hold."""
    try_zone(state, index, number, bad, good)
    return fault_of(state, index, number)


def find_zone(state: State, index: Index, number: int) -> bool:
    """Lay out a zone that holds, as wide as may be. False where not even the prices that stand
    are one."""
    bad = good = RADIUS_MAX
    fault = holds(state, index, number, bad, good)
    while fault != HOLDS:
        if bad == 0 and good == 0:
            return False
        shrinks_bad = fault in (LOW, BOTH) or (fault == RISEN and bad >= good)
        shrinks_good = fault in (HIGH, BOTH) or (fault == RISEN and bad < good)
        if shrinks_bad and bad == 0:
            shrinks_good = True
        if shrinks_good and good == 0:
            bad >>= 1
        if shrinks_bad:
            bad >>= 1
        if shrinks_good:
            good >>= 1
        fault = holds(state, index, number, bad, good)
    for finer in range(1, REFINED + 1):
        more = bad + (bad >> finer)
        if bad < RADIUS_MAX and holds(state, index, number, more, good) == HOLDS:
            bad = more
        more = good + (good >> finer)
        if good < RADIUS_MAX and holds(state, index, number, bad, more) == HOLDS:
            good = more
    try_zone(state, index, number, bad, good)
    return True


# --- zones of an instrument ------------------------------------------------------------------
def open_wide(box: Row) -> None:
    """A box that nothing leaves."""
    box["bid_low"] = box["ask_low"] = LEAST
    box["bid_high"] = box["ask_high"] = MOST


def tighten(box: Row, other: Row) -> None:
    """A box that lies within another one too."""
    box["bid_low"] = max(box["bid_low"], other["bid_low"])
    box["bid_high"] = min(box["bid_high"], other["bid_high"])
    box["ask_low"] = max(box["ask_low"], other["ask_low"])
    box["ask_high"] = min(box["ask_high"], other["ask_high"])


def holds_price(box: Row, bid: int, ask: int) -> bool:
    """Whether both sides are in the box."""
    within_bid = box["bid_low"] <= bid <= box["bid_high"]
    return bool(within_bid and box["ask_low"] <= ask <= box["ask_high"])


def enter(index: Index, number: int, slot: int, leg: int) -> None:
    """Put the zone on trial behind the last one of an instrument."""
    watch, trial = index.watches[number], index.trial[number]
    at = watch["first"] + watch["count"]
    if watch["count"] & (GROUP - 1) == 0:
        open_wide(index.groups[at >> GROUP_SHIFT])
    if watch["count"] == 0:
        open_wide(index.roots[number])
    index.zones[at] = trial
    tighten(index.groups[at >> GROUP_SHIFT], trial)
    tighten(index.roots[number], trial)
    holder = index.holders[at]
    holder["slot"], holder["leg"] = slot, leg
    index.legs[leg]["at"] = watch["count"]
    watch["count"] += 1


def drop(index: Index, leg: int) -> None:
    """Take a leg's zone out; the instrument's last one fills the gap."""
    at = index.legs[leg]["at"]
    watch = index.watches[index.legs[leg]["instrument"]]
    watch["count"] -= 1
    gap, last = watch["first"] + at, watch["first"] + watch["count"]
    if gap == last:
        return
    index.zones[gap] = index.zones[last]
    index.holders[gap]["slot"] = index.holders[last]["slot"]
    index.holders[gap]["leg"] = index.holders[last]["leg"]
    index.legs[index.holders[gap]["leg"]]["at"] = at
    tighten(index.groups[gap >> GROUP_SHIFT], index.zones[gap])


# --- to rest, and to wake --------------------------------------------------------------------
def swap(state: State, index: Index, run: Row, one: int, other: int) -> None:
    """Two terms of a run change places."""
    first = run["first"]
    index.spare[0] = state.terms[first + one]
    state.terms[first + one] = state.terms[first + other]
    state.terms[first + other] = index.spare[0]
    state.places[state.terms[first + one]["place"]]["at"] = one
    state.places[state.terms[first + other]["place"]]["at"] = other


def is_plain(state: State, number: int) -> bool:
    """Whether all terms of a slot rise and fall together with one price."""
    slot = state.slots[number]
    first = state.places[slot["first_place"]]
    rises = term_at(state, first)["a"] >= 0
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        if place["run"] != first["run"] or (term_at(state, place)["a"] >= 0) != rises:
            return False
    return bool(state.runs[first["run"]]["converted"] == NOT_CONVERTED)


def rest(state: State, index: Index, number: int) -> bool:
    """A slot goes to rest where it has a zone; what its values are is up to date."""
    slot, its = state.slots[number], index.rests[number]
    if its["resting"] or its["leg_count"] == 0 or slot["place_count"] == 0:
        return False
    if not slot["open"] or slot["exposed"] or slot["turned"] or slot["unknown"] > 0:
        return False
    if state.guards[slot["first_sum"]]["minutes"] == KEPT:
        return False  # somebody looks at its minutes
    if not find_zone(state, index, number):
        return False
    # After this point the slot must rest.
    for leg in range(its["first_leg"], its["first_leg"] + its["leg_count"]):
        enter(index, index.legs[leg]["instrument"], number, leg)
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        run = state.runs[place["run"]]
        run["awake"] -= 1
        swap(state, index, run, place["at"], run["awake"])
    its["plain"] = is_plain(state, number)
    if not its["behind"]:
        its["since"], its["behind"] = index.head[0]["ticks"], 1
    its["resting"] = 1
    return True


def get_up(state: State, index: Index, number: int) -> None:
    """A slot that rests is valued at every tick again; what its values are is up to date."""
    slot, its = state.slots[number], index.rests[number]
    its["resting"] = 0
    for leg in range(its["first_leg"], its["first_leg"] + its["leg_count"]):
        drop(index, leg)
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        run = state.runs[place["run"]]
        swap(state, index, run, place["at"], run["awake"])
        run["awake"] += 1


def wake(state: State, index: Index, number: int) -> None:
    """A slot is awake and up to date."""
    its = index.rests[number]
    bring_up(state, index, number)
    if its["resting"]:
        its["behind"] = 0
        get_up(state, index, number)
    queue_up(index, number)


def rouse(state: State, index: Index, number: int) -> None:
    """A slot that rests is awake, and knows what it is worth. Its extremes may be found later: they
    judge nothing, unless a bound trails behind one."""
    slot, trails = state.slots[number], False
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        if state.guards[at]["peak"] != NO_PEAK:
            trails = True
    if trails:
        wake(state, index, number)
        return
    value_now(state, index, number)
    give_back(state, index, number)
    get_up(state, index, number)
    queue_up(index, number)


def queue_up(index: Index, number: int) -> None:
    """A slot is awake, and may find a zone before one of the next ticks."""
    head, its = index.head[0], index.rests[number]
    if its["queued"]:
        return
    its["queued"] = 1
    index.queue[(head["first"] + head["queued"]) % len(index.queue)] = number
    head["queued"] += 1


def rest_some(state: State, index: Index) -> None:
    """Those who wait longest for a zone go to rest where there is one. Who stays awake has its
    extremes: so whoever is awake and behind waits in the queue."""
    head = index.head[0]
    for _ in range(min(head["queued"], ZONES_A_TICK)):
        number = index.queue[head["first"]]
        head["first"] = (head["first"] + 1) % len(index.queue)
        head["queued"] -= 1
        index.rests[number]["queued"] = 0
        if not rest(state, index, number):
            bring_up(state, index, number)


def catch_up_waiting(state: State, index: Index) -> None:
    """Whoever is awake has its extremes: values may not be known from the next tick on."""
    head = index.head[0]
    for at in range(head["queued"]):
        bring_up(state, index, index.queue[(head["first"] + at) % len(index.queue)])


def wake_leaving(state: State, index: Index, number: int, bid: int, ask: int) -> None:
    """Wake the slots whose zone this tick of an instrument leaves; its prices are the old ones."""
    head, watch, is_rate = index.head[0], index.watches[number], bid > 0 and ask > 0
    if not is_rate:
        catch_up_waiting(state, index)
    if holds_price(index.roots[number], bid, ask):
        return
    open_wide(index.roots[number])
    at = watch["first"]
    while at < watch["first"] + watch["count"]:
        group = index.groups[at >> GROUP_SHIFT]
        if not holds_price(group, bid, ask):
            open_wide(group)
            begin = at
            while at < min(begin + GROUP, watch["first"] + watch["count"]):
                if holds_price(index.zones[at], bid, ask):
                    tighten(group, index.zones[at])
                    at += 1
                else:
                    head["wakes"] += 1
                    slot = index.holders[at]["slot"]
                    if is_rate:
                        rouse(state, index, slot)
                    else:
                        wake(state, index, slot)
                    # Another zone has filled the gap.
            at = begin
        tighten(index.roots[number], group)
        at += GROUP


def wake_all_of(state: State, index: Index, number: int) -> None:
    """Wake the slots that depend on an instrument whose price will not count."""
    watch = index.watches[number]
    catch_up_waiting(state, index)
    while watch["count"] > 0:
        wake(state, index, index.holders[watch["first"] + watch["count"] - 1]["slot"])
