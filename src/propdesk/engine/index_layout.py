"""How the trigger index's arrays are laid out: zones by instrument, legs by slot, the log of ticks.

A snapshot keeps them but for the boxes of the log, which are made again from its ticks. It must not
hold behaviour: ``index_log``, ``index_settling``, ``index_zones`` and ``index_run`` do.
"""

from typing import NamedTuple

import numpy as np

from propdesk.engine.layout import SUMS_OF_A_TERM_MAX, Ints, Rows, ShortInts

LEVELS = 3
"""Of the blocks of the log: a block of one level holds some of the level below."""
GROUP_SHIFT = 6
GROUP = 1 << GROUP_SHIFT
"""So many zones of an instrument are looked over together."""
LEGS_MAX = 16
"""An account of more instruments is valued at every tick of them."""

# Prices between which, both included, both sides of an instrument stay or were.
BOX = np.dtype(
    [
        ("bid_low", np.int64),
        ("bid_high", np.int64),
        ("ask_low", np.int64),
        ("ask_high", np.int64),
    ],
    align=True,
)
# The same of a block of the log, and how far the ask was above the bid.
SPAN = np.dtype(
    [*((name, np.int64) for name in BOX.names or ()), ("spread_low", np.int64),
     ("spread_high", np.int64)],
    align=True,
)  # fmt: skip
# A term of the slot that is being brought up to date, with all of its run that one reads.
HELD = np.dtype(
    [
        ("a", np.int64),
        ("b", np.int64),
        ("d", np.int64),
        ("value", np.int64),
        ("seen_low", np.int64),
        ("seen_high", np.int64),
        ("row", np.int64),  # in ``terms``
        ("ceiling", np.int64),
        ("own", np.int32),
        ("rate", np.int32),
        ("sums", np.int32, (SUMS_OF_A_TERM_MAX,)),  # by their places in the slot
        ("sum_count", np.int32),
        ("converted", np.int8),
        ("rate_side", np.int8),
        ("at_bid", np.int8),
        ("hedged", np.int8),  # others of the slot close at the other side of its instrument
        ("last", np.int8),  # the last one of its instrument
    ],
    align=True,
)
# A sum of that slot: between what it stays in a block, and what hedged terms of one instrument add
# where the bid is least, and where it is greatest.
TALLY = np.dtype(
    [
        ("base", np.int64),
        ("value", np.int64),
        ("low", np.int64),
        ("high", np.int64),
        ("first_low", np.int64),
        ("first_high", np.int64),
        ("last_low", np.int64),
        ("last_high", np.int64),
        ("hedged", np.int64),  # how many terms these are of
    ],
    align=True,
)
# An instrument's zones: where they begin in ``zones``, how many there are and could be.
WATCH = np.dtype(
    [
        ("first", np.int64),
        ("count", np.int64),
        ("room", np.int64),
        ("mark", np.int64),  # who asked last whether the instrument is one of its own
    ],
    align=True,
)
# Whose a zone is: the row of the leg among all legs.
HOLDER = np.dtype([("slot", np.int32), ("leg", np.int32)], align=True)
# An instrument a slot depends on, and which of the instrument's zones is the slot's.
LEG = np.dtype([("instrument", np.int32), ("at", np.int32)], align=True)
REST = np.dtype(
    [
        ("since", np.int64),  # the first tick that is not in the slot's rows, if it is behind
        ("first_leg", np.int32),
        ("leg_count", np.int32),
        ("resting", np.int8),
        ("queued", np.int8),
        ("behind", np.int8),  # its rows lack ticks; awake, only extremes of their values
        ("plain", np.int8),  # every value depends on one price alone, and rises or falls with it
    ],
    align=True,
)
LOGGED = np.dtype([("bid", np.int64), ("ask", np.int64), ("number", np.int64)], align=True)
# As much of an instrument as ``kernel.prices_of`` reads.
QUOTED = np.dtype([("bid", np.int64), ("ask", np.int64), ("known", np.int8)], align=True)
HEAD = np.dtype(
    [
        ("ticks", np.int64),  # logged since the index was made
        ("page", np.int64),  # the log keeps the last ones of them; a power of two
        ("shift", np.int64),  # a block of the lowest level holds 2**shift ticks
        ("fan", np.int64),  # one of the next level 2**fan blocks
        ("width", np.int64),  # how many instruments a block of the log has boxes for
        ("first", np.int64),  # where the queue begins
        ("queued", np.int64),
        ("mark", np.int64),
        ("held", np.int64),  # terms of the slot that is being brought up to date
        ("since", np.int64),  # since when it is behind
        ("until", np.int64),  # the first tick that is not looked at for it
        ("wakes", np.int64),  # how many slots left their zone, since the book was made
        ("floor", np.int64),  # nobody is behind since before this tick
        ("cursor", np.int64),  # the slot the sweep comes to next
        ("round", np.int64),  # a round of the sweep takes 2**round ticks
        ("begun", np.int64),  # up to this tick, a multiple of them, its round brings everybody up
        ("due", np.int64),  # slots it owes, in parts that are as many as a round has ticks
    ],
    align=True,
)


class Index(NamedTuple):
    """The trigger index's arrays."""

    head: Rows
    """One row."""
    watches: Rows
    """A row for each instrument."""
    roots: Rows
    """Per instrument a box within all its zones, or one that was."""
    zones: Rows
    holders: Rows
    """Row by row beside ``zones``."""
    groups: Rows
    """For each ``GROUP`` of zones a box within all of them."""
    rests: Rows
    """Row by row beside the slots."""
    legs: Rows
    queue: ShortInts
    """The slots that are awake and may find a zone, in a ring as long as there are slots."""
    log: Rows
    """A ring; a tick stands at its number. A negative ``number`` forgets an instrument's price."""
    latest: Rows
    """Per instrument the price of its last tick that was logged."""
    spans: Rows
    """Per block of the log, level by level, each level a ring, a box for each instrument."""
    standing: Rows
    """Per block of the lowest level what each instrument's price was before its first tick."""
    trial: Rows
    """Scratch: the zone that is being tried, by instrument."""
    past: Rows
    """Scratch: prices as of a tick of the log, by instrument."""
    lows: Ints
    """Scratch: the least that each sum of a slot can be; as long as the longest list of sums."""
    highs: Ints
    held: Rows
    """Scratch: the terms of one slot, instrument by instrument."""
    tally: Rows
    """Scratch: the sums of one slot."""
    spare: Rows
    """Scratch: one term, while two change places."""
