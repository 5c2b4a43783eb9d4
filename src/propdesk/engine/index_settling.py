"""Brings a resting slot up to the present: what the kernel would have seen of it at every tick.

The extremes of a value over some ticks do not depend on the order in which one looks at them. So
the blocks where they likely are come first; then all that prove to hold no new extreme are passed
over, and only the others are valued tick by tick. It must not decide who rests.
"""

from typing import TypeAlias

from propdesk.engine.index_bounds import corners, weigh
from propdesk.engine.index_layout import LEVELS, Index
from propdesk.engine.index_log import first_span, first_standing, top_shift
from propdesk.engine.kernel import NOT_CONVERTED, calm_down, prices_of, value_of
from propdesk.engine.layout import MOST, NOTHING, UNKNOWN, Row, Rows, State

Slot: TypeAlias = tuple[Rows, Rows, Rows, Rows]
"""The slot that is held: its terms, tallies, guards and legs."""
SEEDED_MIN = 4
"""In a window of more blocks than these the likely extremes are looked at first."""


# --- the slot that is held -------------------------------------------------------------------
def hold(state: State, index: Index, number: int) -> None:
    """Copy a slot's terms together, instrument by instrument."""
    slot, its, head = state.slots[number], index.rests[number], index.head[0]
    head["held"] = 0
    for at in range(slot["sum_count"]):
        index.tally[at]["base"] = state.guards[slot["first_sum"] + at]["base"]
    for leg in range(its["first_leg"], its["first_leg"] + its["leg_count"]):
        begin, instrument = head["held"], index.legs[leg]["instrument"]
        bids = 0
        for row in range(slot["first_place"], slot["first_place"] + slot["place_count"]):
            if state.runs[state.places[row]["run"]]["own"] == instrument:
                hold_term(state, index, state.places[row], slot["first_sum"])
                bids += state.runs[state.places[row]["run"]]["at_bid"]
        hedged = 0 < bids < head["held"] - begin
        for row in range(begin, head["held"]):
            held = index.held[row]
            held["ceiling"] = state.instruments[instrument]["ceiling"]
            held["hedged"], held["last"] = hedged, row == head["held"] - 1


def hold_term(state: State, index: Index, place: Row, first_sum: int) -> None:
    """Copy one term."""
    held, run, term = index.held[index.head[0]["held"]], state.runs[place["run"]], place["at"]
    held["row"] = run["first"] + term
    source = state.terms[held["row"]]
    held["a"], held["b"], held["d"], held["value"] = source["a"], source["b"], source["d"], 0
    held["seen_low"], held["seen_high"] = source["seen_low"], source["seen_high"]
    held["own"], held["rate"], held["at_bid"] = run["own"], run["rate"], run["at_bid"]
    held["converted"], held["rate_side"] = run["converted"], run["rate_side"]
    held["sum_count"] = place["sum_count"]
    for at in range(place["sum_count"]):
        held["sums"][at] = place["sums"][at] - first_sum
    index.head[0]["held"] += 1


def give_back(state: State, index: Index, number: int) -> None:
    """Write back what the terms and sums are worth, and what was seen of the terms."""
    slot = state.slots[number]
    for row in range(index.head[0]["held"]):
        held = index.held[row]
        term = state.terms[held["row"]]
        term["value"] = held["value"]
        term["seen_low"], term["seen_high"] = held["seen_low"], held["seen_high"]
    for at in range(slot["sum_count"]):
        state.sums[slot["first_sum"] + at]["value"] = index.tally[at]["value"]
        calm_down(state, slot["first_sum"] + at)


def value_now(state: State, index: Index, number: int) -> None:
    """Hold a slot, and value it at the prices that stand."""
    slot = state.slots[number]
    first, last = slot["first_sum"], slot["first_sum"] + slot["sum_count"]
    hold(state, index, number)
    terms, tallies = index.held[: index.head[0]["held"]], index.tally[: slot["sum_count"]]
    begin_values(terms, tallies)
    value_held(terms, tallies, state.guards[first:last], state.instruments, NOTHING)


# --- looking at ticks ------------------------------------------------------------------------
def widen(guard: Row, low: int, high: int) -> None:
    """Take in that a sum was worth both of these, and nothing outside them."""
    guard["seen_low"] = min(guard["seen_low"], low)
    guard["seen_high"] = max(guard["seen_high"], high)
    if guard["minutes"]:
        guard["minute_low"] = min(guard["minute_low"], low)
        guard["minute_high"] = max(guard["minute_high"], high)
    if high > guard["peak"]:
        guard["peak"] = high
        guard["low"] = max(guard["low"], min(high, guard["cap"]) - guard["gap"])


def begin_values(terms: Rows, tallies: Rows) -> None:
    """No term has been valued; those of the slot must all be before a sum is looked at."""
    for row in range(len(terms)):
        terms[row]["value"] = 0
    for at in range(len(tallies)):
        tallies[at]["value"] = tallies[at]["base"]


def value_held(terms: Rows, tallies: Rows, guards: Rows, quotes: Rows, only: int) -> None:
    """Value the terms that depend on an instrument, or all, and take in what the slot is worth."""
    for row in range(len(terms)):
        held = terms[row]
        concerned = held["own"] == only or held["rate"] == only
        if only != NOTHING and not concerned:
            continue
        prices = prices_of(held, quotes[held["own"]], quotes[held["rate"]])
        value = value_of(held, held["converted"], prices)
        for at in range(held["sum_count"]):
            tallies[held["sums"][at]]["value"] += value - held["value"]
        held["value"] = value
        held["seen_low"] = min(held["seen_low"], value)
        held["seen_high"] = max(held["seen_high"], value)
    for at in range(len(tallies)):
        value = tallies[at]["value"]
        widen(guards[at], value, value)


def replay(index: Index, slot: Slot, block: int) -> None:
    """Look at every tick of a block of the lowest level that concerns a slot, since it rests."""
    terms, tallies, guards, legs = slot
    head, past, standing = index.head[0], index.past, index.standing
    first = first_standing(head, block)
    for leg in range(len(legs)):
        instrument = legs[leg]["instrument"]
        past[instrument] = standing[first + instrument]
    log, watches, mark, since = index.log, index.watches, head["mark"], head["since"]
    begin, fresh, last = block << head["shift"], False, head["page"] - 1
    for tick in range(begin, min(begin + (1 << head["shift"]), head["until"])):
        logged = log[tick & last]
        instrument = logged["number"]
        if instrument < 0 or watches[instrument]["mark"] != mark:
            continue
        quote = past[instrument]
        quote["bid"], quote["ask"], quote["known"] = logged["bid"], logged["ask"], 1
        if tick < since:
            continue
        if not fresh:
            begin_values(terms, tallies)
        value_held(terms, tallies, guards, past, instrument if fresh else NOTHING)
        fresh = True


# --- passing over blocks ---------------------------------------------------------------------
def is_passed(slot: Slot, spans: Rows, first: int, whole: bool, plain: bool) -> bool:
    """Whether a block holds nothing new for a slot, or all of it could be taken in at once."""
    terms, tallies, guards, _legs = slot
    if not weigh(terms, tallies, spans, first, whole):
        return False
    for at in range(len(tallies)):
        guard, low, high = guards[at], tallies[at]["low"], tallies[at]["high"]
        least, most = guard["minute_low"], min(guard["minute_high"], guard["peak"])
        if whole and plain:
            widen(guard, low, high)
        elif low < max(guard["seen_low"], least) or high > min(guard["seen_high"], most):
            return False
    return True


def promise(slot: Slot, spans: Rows, first: int, row: int, highest: bool) -> int:
    """How large a term, or the first sum where ``row`` is NOTHING, may be in a block; how large
    its negative, where the least is sought."""
    terms, tallies, _guards, _legs = slot
    if row == NOTHING:
        known = weigh(terms, tallies, spans, first, False)
        low, high = tallies[0]["low"], tallies[0]["high"]
    else:
        held = terms[row]
        low, high = corners(held, held, spans[first + held["own"]], spans[first + held["rate"]])
        known = UNKNOWN not in (low, high)
    if not known:
        return MOST
    return int(high if highest else -low)


def seek(index: Index, slot: Slot, row: int, highest: bool) -> None:
    """Look at the ticks where a term or the first sum likely was greatest, or least."""
    head, spans = index.head[0], index.spans
    begin, end, found = head["since"], head["until"], NOTHING
    for down in range(LEVELS):
        level = LEVELS - 1 - down
        shift = head["shift"] + level * head["fan"]
        most, found = 0, NOTHING
        for block in range(begin >> shift, ((end - 1) >> shift) + 1):
            size = promise(slot, spans, first_span(head, level, block), row, highest)
            if found == NOTHING or size > most:
                most, found = size, block
        begin, end = max(begin, found << shift), min(end, (found + 1) << shift)
    replay(index, slot, found)


def seek_all(index: Index, slot: Slot) -> None:
    """Look where the extremes likely are of the first sum, and of terms that are converted."""
    terms = slot[0]
    for row in range(len(terms)):
        if terms[row]["converted"] != NOT_CONVERTED:
            seek(index, slot, row, True)
            seek(index, slot, row, False)
    seek(index, slot, NOTHING, True)
    seek(index, slot, NOTHING, False)


def walk(index: Index, slot: Slot, plain: bool) -> None:
    """Look at all that may be new since a slot is behind: blocks as large as can be passed over.
    Where a large one cannot, the likely extremes are looked at first, and it is tried again."""
    head, spans = index.head[0], index.spans
    shift, fan, until, since = head["shift"], head["fan"], head["until"], head["since"]
    seeded, at = plain or until - since <= SEEDED_MIN << shift, since >> shift
    while at << shift < until:
        whole, level = at << shift >= since, 0
        while level < LEVELS - 1 and at & ((1 << ((level + 1) * fan)) - 1) == 0:
            level += 1
        while level >= 0:
            first = first_span(head, level, at >> (level * fan))
            if is_passed(slot, spans, first, whole, plain):
                break
            if level > 0 and not seeded:
                seek_all(index, slot)
                seeded = True
            else:
                level -= 1
        if level < 0:
            replay(index, slot, at)
        at += 1 << (max(level, 0) * fan)


def bring_up(state: State, index: Index, number: int) -> None:
    """The rows of a slot are as they would be, had it been valued at every tick so far."""
    bring_up_to(state, index, number, index.head[0]["ticks"])


def bring_up_to(state: State, index: Index, number: int, until: int) -> None:
    """A slot is behind since a tick no more: the end of the log, or where a block of the highest
    level begins."""
    head, its = index.head[0], index.rests[number]
    if not its["behind"]:
        return
    if its["since"] < until:
        head["until"] = until
        catch_up(state, index, number)
        its["since"] = until
    if until == head["ticks"]:
        its["behind"] = its["resting"]


def catch_up(state: State, index: Index, number: int) -> None:
    """Look at the ticks a slot is behind."""
    head, its = index.head[0], index.rests[number]
    head["mark"] += 1
    for leg in range(its["first_leg"], its["first_leg"] + its["leg_count"]):
        index.watches[index.legs[leg]["instrument"]]["mark"] = head["mark"]
    value_now(state, index, number)
    head["since"] = its["since"]
    row = state.slots[number]
    terms, tallies = index.held[: head["held"]], index.tally[: row["sum_count"]]
    guards = state.guards[row["first_sum"] : row["first_sum"] + row["sum_count"]]
    legs = index.legs[its["first_leg"] : its["first_leg"] + its["leg_count"]]
    walk(index, (terms, tallies, guards, legs), its["plain"] != 0)
    begin_values(terms, tallies)
    value_held(terms, tallies, guards, state.instruments, NOTHING)
    give_back(state, index, number)


def bring_up_everybody(state: State, index: Index) -> None:
    """The rows of every slot are up to date."""
    for number in range(len(index.rests)):
        bring_up(state, index, number)


# --- nobody is overtaken ---------------------------------------------------------------------
def sweep(state: State, index: Index) -> None:
    """Bring up the slots that are next in turn, after a tick: so many that a round of all of them
    takes 2**round ticks. It brings them up to where blocks of the highest level began when it did,
    so what a slot lacks is mostly whole blocks; when it ends, nobody is behind since before."""
    head, slots = index.head[0], len(index.rests)
    shift = head["round"]
    head["due"] += slots
    while head["due"] >= 1 << shift:
        head["due"] -= 1 << shift
        bring_up_to(state, index, head["cursor"], head["begun"])
        head["cursor"] += 1
        if head["cursor"] >= slots:
            head["floor"] = max(head["floor"], head["begun"])
            head["cursor"], head["begun"] = 0, head["ticks"] >> shift << shift


def make_way(state: State, index: Index) -> None:
    """A block of the highest level begins over the oldest one: whoever is behind since a tick of
    that one is brought up to date first."""
    head = index.head[0]
    shift = top_shift(head)
    oldest = ((head["ticks"] >> shift) + 1 << shift) - head["page"]
    if head["floor"] >= oldest:
        return
    for number in range(len(index.rests)):
        if index.rests[number]["since"] < oldest:
            bring_up(state, index, number)
    head["floor"] = oldest
