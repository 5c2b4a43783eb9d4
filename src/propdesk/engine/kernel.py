"""The kernel: values terms, moves sums, and says which accounts a tick touches.

Plain Python over typed arrays, compiled as it stands (``builds``); it knows nothing of rules. A
sum strictly inside its bounds proves that its account has nothing to say. It must not divide by
anything but a positive number, and forms no product that ``fixed_point`` has not bounded.
"""

from propdesk.engine.layout import (
    KEPT,
    LEAST,
    MOST,
    NO_HIGH,
    NO_LOW,
    NO_PEAK,
    UNKNOWN,
    Ints,
    Row,
    ShortInts,
    State,
)

# Equal to the members of fixed_point.Converted and RateSide, as numbers the compiler folds.
NOT_CONVERTED, TIMES, DIVIDED = 0, 1, 2
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


def value_of(term: Row, converted: int, prices: tuple[int, int, int]) -> int:
    """What a term is worth at these prices of its run (``prices_of``), or UNKNOWN."""
    price, gain, loss = prices
    denominator = term["d"]
    profit = term["a"] * price - term["b"]
    factor = gain if profit >= 0 else loss
    if factor <= 0 or denominator <= 0:
        return UNKNOWN
    if converted == DIVIDED:
        denominator *= factor
    else:
        profit *= factor
    return int(profit if denominator == 1 else half_away(profit, denominator))


def prices_of(run: Row, own: Row, rate: Row) -> tuple[int, int, int]:
    """The price of a run's terms, and in points the rates of a gain and of a loss.

    A rate is 1 where nothing converts, and not positive where no value is known.
    """
    price = int(own["bid"] if run["at_bid"] else own["ask"])
    if not own["known"]:
        return price, 0, 0
    if run["converted"] == NOT_CONVERTED:
        return price, 1, 1
    if run["rate_side"] == OWN:
        return price, price, price
    bid, ask = rates_of(rate)
    if run["rate_side"] == OF_PROFIT:
        return (price, bid, ask) if run["converted"] == TIMES else (price, ask, bid)
    return (price, bid, bid) if run["rate_side"] == BID else (price, ask, ask)


def rates_of(quote: Row) -> tuple[int, int]:
    """Bid and ask; no rates where the instrument has no price."""
    return (int(quote["bid"]), int(quote["ask"])) if quote["known"] else (0, 0)


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
    if guard["minutes"] == KEPT:
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
def term_at(state: State, place: Row) -> Row:
    """The term of a place."""
    return state.terms[state.runs[place["run"]]["first"] + place["at"]]


def turn(state: State, term: Row, value: int) -> None:
    """A term becomes known or unknown: its sums and its slot count it."""
    place = state.places[term["place"]]
    slot = state.slots[state.sums[term["sum"]]["slot"]]
    moved = -term["value"] if value == UNKNOWN else value
    unknown = 1 if value == UNKNOWN else -1
    for at in range(place["sum_count"]):
        each = state.sums[place["sums"][at]]
        each["value"] += moved
        each["unknown"] += unknown
    slot["unknown"] += unknown
    slot["turned"] = 1
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        calm_down(state, at)
    term["value"] = value


def see(term: Row, value: int) -> None:
    """Note a term's known value, and its extremes."""
    term["value"] = value
    term["seen_low"] = min(term["seen_low"], value)
    term["seen_high"] = max(term["seen_high"], value)


def add(each: Row, moved: int) -> bool:
    """Add what a term moved by to a sum; whether the sum is no longer quiet."""
    value = each["value"] + moved
    each["value"] = value
    return bool(value < each["quiet_low"] or value > each["quiet_high"])


def add_further(state: State, term: Row, moved: int, count: int) -> int:
    """The same for the sums of a term beyond its first; how many are to be tested now."""
    place = state.places[term["place"]]
    for at in range(1, place["sum_count"]):
        if add(state.sums[place["sums"][at]], moved):
            state.suspects[count] = place["sums"][at]
            count += 1
    return count


def move_all(state: State, number: int) -> int:
    """Value anew every term that depends on an instrument, and carry it into its sums.

    Returns how many sums are to be tested: those that were not quiet after one of their terms had
    moved. After the last of them a sum has its final value, so none is missed.
    """
    # A tick runs over thousands of terms: an array taken out of the state inside the loop, or
    # passed to a function there, would be counted as a reference each time.
    instruments, runs, terms, sums = state.instruments, state.runs, state.terms, state.sums
    suspects, first = state.suspects, instruments[number]["first"]
    count = 0
    for listed in range(first, first + instruments[number]["count"]):
        run = runs[state.runs_of[listed]]
        if run["awake"] == 0:
            continue
        prices = prices_of(run, instruments[run["own"]], instruments[run["rate"]])
        converted = run["converted"]
        for row in range(run["first"], run["first"] + run["awake"]):
            term = terms[row]
            value = value_of(term, converted, prices)
            moved = 0
            if UNKNOWN not in (value, term["value"]):
                moved = value - term["value"]
            elif value != term["value"]:
                turn(state, term, value)
            if value != UNKNOWN:
                see(term, value)
            if add(sums[term["sum"]], moved):
                suspects[count] = term["sum"]
                count += 1
            if term["more"]:
                count = add_further(state, term, moved, count)
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
    note_price(instrument)
    return test_all(state, move_all(state, number))


def note_price(instrument: Row) -> None:
    """Take an instrument's new price into what its minute saw."""
    if not instrument["known"]:
        instrument["lapsed"] = 1
        return
    instrument["bid_low"] = min(instrument["bid_low"], instrument["bid"])
    instrument["bid_high"] = max(instrument["bid_high"], instrument["bid"])
    instrument["ask_low"] = min(instrument["ask_low"], instrument["ask"])
    instrument["ask_high"] = max(instrument["ask_high"], instrument["ask"])


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
    note_price(instrument)
    return test_all(state, move_all(state, number))


# --- the shapes of accounts ------------------------------------------------------------------
def leave(state: State, place: Row) -> None:
    """Take a term out of its run; the last awake one fills its gap, and the run's last one that."""
    run, at = state.runs[place["run"]], place["at"]
    if at < run["awake"]:
        run["awake"] -= 1
        move_term(state, run, run["awake"], at)
        at = run["awake"]
    run["count"] -= 1
    move_term(state, run, run["count"], at)


def move_term(state: State, run: Row, source: int, target: int) -> None:
    """Write a run's term over another row of the run; nothing where there is no such term."""
    if source == target:
        return
    term = state.terms[run["first"] + source]
    state.terms[run["first"] + target] = term
    state.places[term["place"]]["at"] = target


def take_out(state: State, number: int) -> None:
    """Take the terms of a slot out of their runs; its rows may then be used for others."""
    slot = state.slots[number]
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        leave(state, state.places[row])
    slot["place_count"] = slot["sum_count"] = 0


def fill(state: State, number: int, firsts: tuple[int, int], rows: tuple[Ints, Ints]) -> None:
    """Write the rows of a slot that was taken out, and begin with what they are worth.

    ``firsts``: where its sums and its places begin. ``rows``: its sums and its terms, each as many
    numbers as ``rows.sum_numbers`` and ``rows.term_numbers`` make.
    """
    slot, (sums, terms) = state.slots[number], rows
    slot["first_sum"], slot["first_place"] = firsts
    slot["sum_count"], slot["place_count"] = len(sums), len(terms)
    for at, given in enumerate(sums):
        fill_sum(state.sums[firsts[0] + at], state.guards[firsts[0] + at], number, given)
    for at, given in enumerate(terms):
        fill_term(state, firsts[0], firsts[1] + at, given)
    put_in(state, number)


def fill_sum(each: Row, guard: Row, slot: int, given: Ints) -> None:
    """Write one sum."""
    each["slot"] = slot
    guard["base"], guard["minutes"] = given[0], given[1]
    guard["minute_low"], guard["minute_high"] = given[2], given[3]
    guard["low"], guard["high"] = given[4], given[5]
    guard["peak"], guard["gap"], guard["cap"] = given[6], given[7], given[8]


def fill_term(state: State, first_sum: int, number: int, given: Ints) -> None:
    """Write one term behind the last awake one of its run, and its place."""
    place, run = state.places[number], state.runs[given[0]]
    move_term(state, run, run["awake"], run["count"])
    place["run"], place["at"], place["sum_count"] = given[0], run["awake"], given[4]
    for at in range(given[4]):
        place["sums"][at] = first_sum + given[5 + at]
    run["awake"] += 1
    run["count"] += 1
    term = term_at(state, place)
    term["value"], term["a"], term["b"], term["d"] = UNKNOWN, given[1], given[2], given[3]
    term["sum"], term["more"], term["place"] = place["sums"][0], given[4] - 1, number


def put_in(state: State, number: int) -> None:
    """Begin with what the sums and terms of a slot are worth, whose rows were filled."""
    slot = state.slots[number]
    slot["unknown"] = slot["turned"] = 0
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        state.sums[at]["value"] = state.guards[at]["base"]
        state.sums[at]["unknown"] = 0
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        place = state.places[row]
        term, run = term_at(state, place), state.runs[place["run"]]
        own, rate = state.instruments[run["own"]], state.instruments[run["rate"]]
        value = value_of(term, run["converted"], prices_of(run, own, rate))
        term["value"] = value
        unknown = value == UNKNOWN
        slot["unknown"] += unknown
        for at in range(place["sum_count"]):
            each = state.sums[place["sums"][at]]
            each["unknown"] += unknown
            each["value"] += 0 if unknown else value
    begin_windows(state, number)


def begin_windows(state: State, number: int) -> None:
    """Begin the extremes of a slot's sums and terms anew, with the values they have."""
    slot = state.slots[number]
    for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
        term = term_at(state, state.places[row])
        term["seen_low"], term["seen_high"] = MOST, LEAST
        if term["value"] != UNKNOWN:
            see(term, term["value"])
    for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
        guard = state.guards[at]
        guard["seen_low"], guard["seen_high"] = MOST, LEAST
    take_in_all(state, slot)


def rearm(state: State, number: int, bounds: Ints) -> None:
    """Give a slot's sums other bounds: each low, high, peak, gap and cap."""
    slot = state.slots[number]
    for at, given in enumerate(bounds):
        guard = state.guards[slot["first_sum"] + at]
        guard["low"], guard["high"] = given[0], given[1]
        guard["peak"], guard["gap"], guard["cap"] = given[2], given[3], given[4]
    take_in_all(state, slot)


def settle(state: State, number: int, sums: Ints, terms: Ints) -> None:
    """Write what was seen of a slot, and begin its windows anew.

    A row of value, least, greatest and terms unknown for each sum; value, least and greatest for
    each term.
    """
    slot = state.slots[number]
    for at in range(slot["sum_count"]):
        each, guard = state.sums[slot["first_sum"] + at], state.guards[slot["first_sum"] + at]
        sums[at, 0], sums[at, 3] = each["value"], each["unknown"]
        sums[at, 1], sums[at, 2] = guard["seen_low"], guard["seen_high"]
    for at in range(slot["place_count"]):
        term = term_at(state, state.places[slot["first_place"] + at])
        terms[at, 0] = term["value"]
        terms[at, 1], terms[at, 2] = term["seen_low"], term["seen_high"]
    begin_windows(state, number)


def release(state: State, slots: ShortInts) -> None:
    """Bound the sums of these slots no more; their windows begin anew."""
    for listed in range(len(slots)):
        slot = state.slots[slots[listed]]
        for at in range(slot["first_sum"], slot["first_sum"] + slot["sum_count"]):
            guard = state.guards[at]
            guard["low"], guard["high"], guard["peak"] = NO_LOW, NO_HIGH, NO_PEAK
        begin_windows(state, slots[listed])
