"""The kernel: values terms, moves sums, and says which accounts a tick touches.

Plain Python over typed arrays, compiled as it stands (``builds``); it knows nothing of rules. A
sum strictly inside its bounds proves that its account has nothing to say. It must not divide by
anything but a positive number, and forms no product that ``fixed_point`` has not bounded.
"""

from propdesk.engine.layout import (
    LEAST,
    MOST,
    UNKNOWN,
    Ints,
    Row,
    ShortInts,
    State,
)

# Equal to the members of fixed_point.Converted and RateSide, as numbers the compiler folds.
NOT_CONVERTED, TIMES = 0, 1
OF_PROFIT, BID, ASK, OWN = 0, 1, 2, 3


# --- values ----------------------------------------------------------------------------------
def half_away(numerator: int, denominator: int) -> int:
    """The quotient by a positive number, ties away from zero. Doubles nothing: it may be large."""
    size = abs(numerator)
    whole = size // denominator
    rest = size - whole * denominator
    if rest >= denominator - rest:
        whole += 1
    return whole if numerator >= 0 else -whole


def value_of(term: Row, own: Row, rate: Row) -> int:
    """What a term is worth at the prices of these two instruments, or UNKNOWN."""
    if not own["known"] or not term["formed"]:
        return UNKNOWN
    price = own["bid"] if term["at_bid"] else own["ask"]
    profit = term["a"] * price - term["b"]
    denominator = term["d"]
    if term["converted"] != NOT_CONVERTED:
        factor = price if term["rate_side"] == OWN else rate_of(term, profit, rate)
        if factor <= 0:
            return UNKNOWN
        if term["converted"] == TIMES:
            profit *= factor
        else:
            denominator *= factor
    return int(profit if denominator == 1 else half_away(profit, denominator))


def rate_of(term: Row, profit: int, quote: Row) -> int:
    """The conversion rate in points; not positive where there is none."""
    if not quote["known"]:
        return 0
    at_bid = term["rate_side"] == BID
    if term["rate_side"] == OF_PROFIT:
        at_bid = (profit >= 0) == (term["converted"] == TIMES)
    return int(quote["bid"] if at_bid else quote["ask"])


# --- sums ------------------------------------------------------------------------------------
def calm_down(state: State, at: int) -> None:
    """Say anew between which values a sum needs no attention."""
    each, guard = state.sums[at], state.guards[at]
    slot = state.slots[each["slot"]]
    if slot["unknown"] > 0 or slot["exposed"] or slot["turned"] or each["unknown"] > 0:
        each["quiet_low"], each["quiet_high"] = MOST, LEAST
        return
    each["quiet_low"] = max(guard["low"] + 1, guard["seen_low"], guard["minute_low"])
    highest = min(guard["seen_high"], guard["minute_high"], guard["peak"])
    each["quiet_high"] = min(guard["high"] - 1, highest)


def observe(each: Row, guard: Row) -> None:
    """Note a known value in the extremes, and let a trailing bound follow it."""
    value = each["value"]
    guard["seen_low"] = min(guard["seen_low"], value)
    guard["seen_high"] = max(guard["seen_high"], value)
    if guard["minutes"]:
        guard["minute_low"] = min(guard["minute_low"], value)
        guard["minute_high"] = max(guard["minute_high"], value)
    if value > guard["peak"]:
        guard["peak"] = value
        guard["low"] = max(guard["low"], min(value, guard["cap"]) - guard["gap"])


def take_in(state: State, at: int) -> None:
    """Take a sum's value into its extremes where it is known, and say anew what is quiet."""
    if state.sums[at]["unknown"] == 0:
        observe(state.sums[at], state.guards[at])
    calm_down(state, at)


def take_in_all(state: State, slot: Row) -> None:
    """The same for every sum of a slot."""
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        take_in(state, at)


def examine(state: State, at: int) -> bool:
    """Look at a sum that is not quiet; whether it touches its account."""
    each, guard = state.sums[at], state.guards[at]
    slot = state.slots[each["slot"]]
    if slot["turned"]:
        slot["turned"] = 0
        take_in_all(state, slot)
        return True
    take_in(state, at)
    if slot["unknown"] > 0 or slot["exposed"]:
        return True
    return bool(each["value"] <= guard["low"] or each["value"] >= guard["high"])


# --- terms -----------------------------------------------------------------------------------
def entries_of(state: State, number: int) -> ShortInts:
    """The entries of the terms that depend on an instrument."""
    instrument = state.instruments[number]
    first = instrument["first"]
    return state.entries[first : first + instrument["count"]]


def turn(state: State, term: Row, value: int) -> None:
    """A term becomes known or unknown: its sums and its slot count it."""
    slot = state.slots[term["slot"]]
    moved = -term["value"] if value == UNKNOWN else value
    unknown = 1 if value == UNKNOWN else -1
    for place in range(term["sum_count"]):
        each = state.sums[term["sums"][place]]
        each["value"] += moved
        each["unknown"] += unknown
    slot["unknown"] += unknown
    slot["turned"] = 1
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        calm_down(state, at)
    term["value"] = value


def see(term: Row) -> None:
    """Note a term's known value in its extremes."""
    term["seen_low"] = min(term["seen_low"], term["value"])
    term["seen_high"] = max(term["seen_high"], term["value"])


def move_all(state: State, number: int) -> int:
    """Value anew every term that depends on an instrument, and carry it into its sums.

    Returns how many sums are to be tested: those that were not quiet after one of their terms had
    moved. After the last of them a sum has its final value, so none is missed.
    """
    # A tick runs over thousands of terms: an array taken out of the state inside the loop, or
    # passed to a function there, would be counted as a reference each time.
    instruments, terms, sums, suspects = state.instruments, state.terms, state.sums, state.suspects
    count = 0
    for entry in entries_of(state, number):
        term = terms[entry >> 1]
        value = value_of(term, instruments[term["own"]], instruments[term["rate"]])
        before = term["value"]
        moved = 0
        if UNKNOWN in (value, before):
            if value != before:
                turn(state, term, value)
        else:
            moved = value - before
            term["value"] = value
        if value != UNKNOWN:
            see(term)
        for place in range(term["sum_count"]):
            row = term["sums"][place]
            each = sums[row]
            each["value"] += moved
            if not each["quiet_low"] <= each["value"] <= each["quiet_high"]:
                suspects[count] = row
                count += 1
    return count


def test_all(state: State, suspects: int) -> int:
    """Test so many suspected sums; how many slots are touched."""
    count = 0
    for at in range(suspects):
        row = state.suspects[at]
        each = state.sums[row]
        if each["quiet_low"] <= each["value"] <= each["quiet_high"]:
            continue
        if examine(state, row) and is_first(state, each["slot"]):
            state.touched[count] = each["slot"]
            count += 1
    return count


def is_first(state: State, number: int) -> bool:
    """Whether this tick has not yet touched the slot."""
    slot = state.slots[number]
    if slot["stamp"] == state.serial[0]:
        return False
    slot["stamp"] = state.serial[0]
    return True


# --- ticks -----------------------------------------------------------------------------------
def judge(state: State, number: int, bid: int, ask: int) -> int:
    """Judge one tick; the slots it touches stand in ``touched``, their count is returned.

    All terms are moved before the first sum is tested: an account is never seen half moved.
    """
    state.serial[0] += 1
    instrument = state.instruments[number]
    instrument["bid"], instrument["ask"] = bid, ask
    ceiling = instrument["ceiling"]
    within = -ceiling <= bid <= ceiling and -ceiling <= ask <= ceiling
    instrument["known"] = within and not instrument["silent"]
    return test_all(state, move_all(state, number))


def run(
    state: State,
    ticks: tuple[ShortInts, Ints, Ints, Ints],
    start: int,
    until_at: int,
) -> tuple[int, int]:
    """Judge ticks (instrument, at, bid, ask) in order, up to and with the first that touches.

    Stops before the first of ``until_at`` or later. Returns the next tick and how many slots the
    last one touched.
    """
    numbers, moments, bids, asks = ticks
    for tick in range(start, len(numbers)):
        if moments[tick] >= until_at:
            return tick, 0
        if not 0 <= numbers[tick] < len(state.instruments):
            raise IndexError("a tick of an instrument that is not registered")
        count = judge(state, numbers[tick], bids[tick], asks[tick])
        if count > 0:
            return tick + 1, count
    return len(numbers), 0


def fall_silent(state: State, number: int) -> int:
    """Quotes are missing from now on: what depends on the instrument is not known."""
    state.serial[0] += 1
    instrument = state.instruments[number]
    instrument["silent"], instrument["known"] = 1, 0
    return test_all(state, move_all(state, number))


# --- the shapes of accounts ------------------------------------------------------------------
def enter(state: State, number: int, entry: int) -> int:
    """Add an entry to an instrument's run, which has room; its place in it."""
    instrument = state.instruments[number]
    place = instrument["count"]
    state.entries[instrument["first"] + place] = entry
    instrument["count"] = place + 1
    return int(place)


def leave(state: State, number: int, place: int) -> None:
    """Take an entry out of an instrument's run; the last one fills its place."""
    instrument = state.instruments[number]
    instrument["count"] -= 1
    last = state.entries[instrument["first"] + instrument["count"]]
    state.entries[instrument["first"] + place] = last
    moved = state.terms[last >> 1]
    if last & 1:
        moved["rate_at"] = place
    else:
        moved["own_at"] = place


def take_out(state: State, number: int) -> None:
    """Take the terms of a slot out of the index; its rows may then be used for others."""
    slot = state.slots[number]
    for row in range(slot["first_term"], slot["first_term"] + slot["term_count"]):
        term = state.terms[row]
        leave(state, term["own"], term["own_at"])
        if term["rate"] != term["own"]:
            leave(state, term["rate"], term["rate_at"])
    slot["term_count"] = slot["sum_count"] = 0


def put_in(state: State, number: int) -> None:
    """Enter the terms of a slot whose rows were filled, and begin with what they are worth."""
    slot = state.slots[number]
    slot["unknown"] = slot["turned"] = 0
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        state.sums[at]["value"] = state.guards[at]["base"]
        state.sums[at]["unknown"] = 0
    for row in range(slot["first_term"], slot["first_term"] + slot["term_count"]):
        term = state.terms[row]
        term["own_at"] = enter(state, term["own"], 2 * row)
        if term["rate"] != term["own"]:
            term["rate_at"] = enter(state, term["rate"], 2 * row + 1)
        own, rate = state.instruments[term["own"]], state.instruments[term["rate"]]
        term["value"] = value_of(term, own, rate)
        unknown = term["value"] == UNKNOWN
        slot["unknown"] += unknown
        for place in range(term["sum_count"]):
            each = state.sums[term["sums"][place]]
            each["unknown"] += unknown
            each["value"] += 0 if unknown else term["value"]
    begin_windows(state, number)


def begin_windows(state: State, number: int) -> None:
    """Begin the extremes of a slot's sums and terms anew, with the values they have."""
    slot = state.slots[number]
    for row in range(slot["first_term"], slot["first_term"] + slot["term_count"]):
        term = state.terms[row]
        term["seen_low"], term["seen_high"] = MOST, LEAST
        if term["value"] != UNKNOWN:
            see(term)
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        guard = state.guards[at]
        guard["seen_low"], guard["seen_high"] = MOST, LEAST
    take_in_all(state, slot)


def begin_minutes(state: State, number: int) -> None:
    """Begin the minute extremes of a slot's sums anew, where they are kept."""
    slot = state.slots[number]
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        guard = state.guards[at]
        if guard["minutes"]:
            guard["minute_low"], guard["minute_high"] = MOST, LEAST
    take_in_all(state, slot)


def rearm(state: State, number: int) -> None:
    """Take over the bounds that were written into a slot's guards."""
    take_in_all(state, state.slots[number])


def dump_minutes(state: State, slots: ShortInts, lows: Ints, highs: Ints) -> int:
    """Write slot, low and high of each sum that kept extremes and had any; begin them anew.

    The columns are as long as there are sums. Returns how many rows were written.
    """
    count = 0
    for number in range(len(state.slots)):
        slot = state.slots[number]
        if not slot["open"]:
            continue
        for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
            guard = state.guards[at]
            if guard["minutes"] and guard["minute_low"] <= guard["minute_high"]:
                slots[count] = number
                lows[count], highs[count] = guard["minute_low"], guard["minute_high"]
                count += 1
        begin_minutes(state, number)
    return count
