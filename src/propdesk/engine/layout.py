"""How the kernel's arrays are laid out: their rows, the sentinels in them, and the version of both.

It must not hold behaviour: the kernel does, and ``book`` fills the rows.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

LAYOUT_VERSION = 6
"""Rises with every change of a row; a snapshot of another version is not read."""

LEAST = -(2**63)
MOST = 2**63 - 1
UNKNOWN = LEAST
"""The value of a term that has none; no value is as small (``fixed_point``)."""
NO_LOW = LEAST
NO_HIGH = MOST
NO_PEAK = MOST
"""The peak of a sum without a trailing bound: nothing rises above it."""
NO_MINUTES, TOLD, KEPT = 0, 1, 2
"""Of a sum: it is nobody's equity; it is, and its minutes are worked out when somebody asks; it
is, and its extremes are kept, for somebody looks."""
SUMS_OF_A_TERM_MAX = 4
NOTHING = -1
"""An index that names no row."""

Rows: TypeAlias = npt.NDArray[np.void]
Row: TypeAlias = Any  # one of them: its fields are named at run time
Ints: TypeAlias = npt.NDArray[np.int64]
ShortInts: TypeAlias = npt.NDArray[np.int32]
Flags: TypeAlias = npt.NDArray[np.int8]

INSTRUMENT = np.dtype(
    [
        ("bid", np.int64),
        ("ask", np.int64),
        ("ceiling", np.int64),
        ("first", np.int64),  # where its runs begin in ``runs_of``
        ("count", np.int64),
        ("room", np.int64),
        ("bid_low", np.int64),  # between which prices it was in the running minute, and when the
        ("bid_high", np.int64),  # minute began; the least is above the greatest where it had none
        ("ask_low", np.int64),
        ("ask_high", np.int64),
        ("lapsed", np.int8),  # at some moment of the minute it had no price that counts
        ("known", np.int8),  # it has a price within the ceiling, and is not silent
        ("silent", np.int8),
    ],
    align=True,
)
# What a tick reads of a term: 64 bytes, a line of the cache. The terms of a run stand one after the
# other in ``terms``; the last one fills the place of one that leaves.
TERM = np.dtype(
    [
        ("value", np.int64),
        ("a", np.int64),
        ("b", np.int64),
        ("d", np.int64),  # 0: without a form, it is never known
        ("seen_low", np.int64),
        ("seen_high", np.int64),
        ("sum", np.int32),  # the first of its sums
        ("more", np.int32),  # how many sums it has beyond the first
        ("place", np.int32),  # its row in ``places``
    ],
    align=True,
)
# Terms of which everything but the form is alike: a tick computes once for them what is. Those
# behind the awake ones are of slots that rest in a zone (``index_layout``).
RUN = np.dtype(
    [
        ("first", np.int64),  # where its terms begin in ``terms``
        ("count", np.int64),
        ("awake", np.int64),  # so many of them, the first ones, are valued at each tick
        ("room", np.int64),
        ("own", np.int32),  # the instrument whose price they are functions of
        ("rate", np.int32),  # the instrument that converts them; their own where no other does
        ("converted", np.int8),
        ("rate_side", np.int8),
        ("at_bid", np.int8),
    ],
    align=True,
)
# Where a term is, while it moves about in its run, and the sums it is added to.
PLACE = np.dtype(
    [
        ("run", np.int32),
        ("at", np.int32),  # its place in the run
        ("sums", np.int32, (SUMS_OF_A_TERM_MAX,)),
        ("sum_count", np.int32),
    ],
    align=True,
)
# What a tick reads of a sum: 32 bytes. While the value is quiet (strictly within the bounds, within
# every extreme seen, not above the peak) there is nothing to do but to keep it.
SUM = np.dtype(
    [
        ("value", np.int64),
        ("quiet_low", np.int64),
        ("quiet_high", np.int64),
        ("slot", np.int32),
        ("unknown", np.int32),  # its terms without a value
    ],
    align=True,
)
# What is read only when a sum leaves its quiet.
GUARD = np.dtype(
    [
        ("base", np.int64),
        ("low", np.int64),
        ("high", np.int64),
        ("seen_low", np.int64),
        ("seen_high", np.int64),
        ("minute_low", np.int64),
        ("minute_high", np.int64),
        ("peak", np.int64),
        ("gap", np.int64),
        ("cap", np.int64),
        ("minutes", np.int8),  # NO_MINUTES, TOLD or KEPT
    ],
    align=True,
)
SLOT = np.dtype(
    [
        ("stamp", np.int64),  # the serial number of the tick that touched it last
        ("first_sum", np.int32),
        ("sum_count", np.int32),
        ("first_place", np.int32),
        ("place_count", np.int32),
        ("unknown", np.int32),  # its terms without a value
        ("open", np.int8),
        ("exposed", np.int8),
        ("turned", np.int8),  # a term became known or unknown since it was last tested
    ],
    align=True,
)
# Between which prices an instrument was in a minute that is over. As ``index_layout.BOX`` is, so
# that what is compiled for one is for both.
MINUTE_PRICES = np.dtype(
    [(name, np.int64) for name in ("bid_low", "bid_high", "ask_low", "ask_high")], align=True
)
# A term of what an account's equity was made of: its run, and its form.
FORM = np.dtype([(name, np.int64) for name in ("run", "a", "b", "d")])


class State(NamedTuple):
    """The kernel's arrays; the book owns them and replaces one when it has grown."""

    instruments: Rows
    runs_of: ShortInts
    """Per instrument the rows of the runs whose terms depend on it, one after the other."""
    runs: Rows
    terms: Rows
    places: Rows
    """Per slot a row for each of its terms, in their order."""
    sums: Rows
    guards: Rows
    """Row by row beside ``sums``."""
    slots: Rows
    touched: ShortInts
    """The slots the last tick touched; as long as ``slots``."""
    suspects: ShortInts
    """The sums to test at the end of a tick; room for every sum of every term."""
    serial: Ints
    """One number: how many ticks were judged."""
