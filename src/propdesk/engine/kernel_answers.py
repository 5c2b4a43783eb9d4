"""What is asked of the kernel's rows and judged by nobody: rooms now, and the equity of a minute.

Compiled like the kernel (``builds``). It must not touch anybody, and reads a slot that rests in a
zone without bringing it up to date.
"""

from propdesk.engine.index_bounds import corners
from propdesk.engine.kernel import note_price, prices_of, take_in_all, term_at, value_of
from propdesk.engine.layout import (
    KEPT,
    LEAST,
    MOST,
    NO_LOW,
    NO_MINUTES,
    TOLD,
    UNKNOWN,
    Flags,
    Ints,
    Row,
    Rows,
    ShortInts,
    State,
)


# --- minutes ---------------------------------------------------------------------------------
def begin_prices(state: State) -> None:
    """A minute begins: its prices are those that stand."""
    for number in range(len(state.instruments)):
        each = state.instruments[number]
        each["bid_low"] = each["ask_low"] = MOST
        each["bid_high"] = each["ask_high"] = LEAST
        each["lapsed"] = 0
        note_price(each)


def keep_minutes(state: State, number: int, kept: bool) -> None:
    """Keep the extremes of a slot's minutes from here on, or no longer; it is up to date."""
    slot = state.slots[number]
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        guard = state.guards[at]
        if guard["minutes"] == NO_MINUTES:
            continue
        guard["minutes"] = KEPT if kept else TOLD
        guard["minute_low"] = MOST if kept else LEAST
        guard["minute_high"] = LEAST if kept else MOST
    take_in_all(state, slot)


def begin_minute(state: State, number: int) -> None:
    """Begin the minute extremes of a slot's sums anew, where they are kept."""
    slot = state.slots[number]
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        guard = state.guards[at]
        if guard["minutes"] == KEPT:
            guard["minute_low"], guard["minute_high"] = MOST, LEAST
    take_in_all(state, slot)


def end_minute(state: State, watched: ShortInts, extremes: Ints) -> None:
    """Write the least and greatest of the minute of the first sum of each of these slots, the
    least above the greatest where it had no value; they begin anew."""
    for at in range(len(watched)):
        slot = state.slots[watched[at]]
        extremes[at, 0], extremes[at, 1] = MOST, LEAST
        if slot["sum_count"] > 0 and state.guards[slot["first_sum"]]["minutes"] == KEPT:
            guard = state.guards[slot["first_sum"]]
            extremes[at, 0], extremes[at, 1] = guard["minute_low"], guard["minute_high"]
        begin_minute(state, watched[at])


def equity_of(state: State, number: int, numbers: Ints) -> int:
    """Write what a slot's equity is made of: its base, then run, a, b and d of each term.

    Returns how many numbers; none where its first sum is nobody's equity.
    """
    slot, count = state.slots[number], 0
    first = slot["first_sum"]
    if slot["sum_count"] == 0 or state.guards[first]["minutes"] == NO_MINUTES:
        return 0
    numbers[0], count = state.guards[first]["base"], 1
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        for at in range(place["sum_count"]):
            if place["sums"][at] == first:
                term = term_at(state, place)
                numbers[count], numbers[count + 1] = place["run"], term["a"]
                numbers[count + 2], numbers[count + 3] = term["b"], term["d"]
                count += 4
    return count


def equity_between(
    state: State,
    made: tuple[int, Rows],
    minutes: tuple[Rows, Flags],
    places: Ints,
    extremes: Ints,
) -> None:
    """Between which values an equity was in each minute, that was ``made`` of a base and the terms
    of these forms (``FORM``).

    ``minutes``: a row for each, in it prices for each instrument (``MINUTE_PRICES``), and whether
    it lapsed; ``places``: the rows that are asked for. Where it is not known the least is above the
    greatest.
    """
    (base, forms), (prices, lapsed) = made, minutes
    for minute in range(len(places)):
        place = places[minute]
        low = high = base
        known = True
        for at in range(len(forms)):
            run = state.runs[forms[at]["run"]]
            own, rate = run["own"], run["rate"]
            least, most = UNKNOWN, UNKNOWN
            if not lapsed[place, own] and not lapsed[place, rate]:
                least, most = corners(forms[at], run, prices[place, own], prices[place, rate])
            if UNKNOWN in (least, most):
                known = False
                break
            low += least
            high += most
        extremes[minute, 0] = low if known else MOST
        extremes[minute, 1] = high if known else LEAST


# --- rooms -----------------------------------------------------------------------------------
def room_of(state: State, slot: Row, worth: Ints) -> int:
    """How far the nearest of a slot's sums is above its lower bound now; MOST: none has one, or is
    known. A trailing bound is taken as it was when the slot was last up to date, and no lower than
    the value now has brought it.
    """
    first, bounded = slot["first_sum"], False
    for at in range(slot["sum_count"]):
        worth[at] = state.guards[first + at]["base"]
        bounded = bounded or state.guards[first + at]["low"] != NO_LOW
    if not bounded:
        return MOST
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        run = state.runs[place["run"]]
        prices = prices_of(run, state.instruments[run["own"]], state.instruments[run["rate"]])
        value = value_of(term_at(state, place), run["converted"], prices)
        if value != UNKNOWN:
            for at in range(place["sum_count"]):
                worth[place["sums"][at] - first] += value
    room = MOST
    for at in range(slot["sum_count"]):
        guard, value = state.guards[first + at], worth[at]
        if guard["low"] == NO_LOW or state.sums[first + at]["unknown"] > 0:
            continue
        low = guard["low"]
        if value > guard["peak"]:
            low = max(low, min(value, guard["cap"]) - guard["gap"])
        room = min(room, value - low)
    return room


def rooms(state: State, worth: Ints, slots: ShortInts, found: Ints) -> int:
    """Write each open slot that has a room, and the room; how many there are.

    ``worth`` is as long as the longest list of a slot's sums.
    """
    count = 0
    for number in range(len(state.slots)):
        if not state.slots[number]["open"]:
            continue
        room = room_of(state, state.slots[number], worth)
        if room != MOST:
            slots[count], found[count] = number, room
            count += 1
    return count
