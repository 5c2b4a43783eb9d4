"""The log of ticks: a ring of the latest prices, in blocks of blocks that are rings as well.

Each block knows, for every instrument, between which prices it stood while the block lasted. It
must not know what a price is worth. Only prices that count are logged; a tick keeps its number for
good, and stands in the ring until one of a number higher by ``page`` takes its place.
"""

from propdesk.engine.index_layout import LEVELS, Index
from propdesk.engine.layout import LEAST, MOST, Row


def empty(box: Row) -> None:
    """Nothing was seen."""
    box["bid_low"] = box["ask_low"] = box["spread_low"] = MOST
    box["bid_high"] = box["ask_high"] = box["spread_high"] = LEAST


def stretch(box: Row, bid: int, ask: int) -> None:
    """Take a price into a block's box."""
    box["bid_low"] = min(box["bid_low"], bid)
    box["bid_high"] = max(box["bid_high"], bid)
    box["ask_low"] = min(box["ask_low"], ask)
    box["ask_high"] = max(box["ask_high"], ask)
    box["spread_low"] = min(box["spread_low"], ask - bid)
    box["spread_high"] = max(box["spread_high"], ask - bid)


def begin_block(index: Index, first: int) -> None:
    """A block begins at the latest prices; an instrument without one has an empty box."""
    latest, spans = index.latest, index.spans
    for number in range(len(latest)):
        quote, box = latest[number], spans[first + number]
        empty(box)
        if quote["known"]:
            stretch(box, quote["bid"], quote["ask"])


def keep_standing(index: Index, first: int) -> None:
    """Keep the prices before the first tick of a block of the lowest level."""
    latest, standing = index.latest, index.standing
    for number in range(len(latest)):
        quote, kept = latest[number], standing[first + number]
        kept["bid"], kept["ask"], kept["known"] = quote["bid"], quote["ask"], quote["known"]


def first_span(head: Row, level: int, block: int) -> int:
    """Where the boxes of a block begin in ``spans``."""
    before = 0
    for lower in range(level):
        before += head["page"] >> (head["shift"] + lower * head["fan"])
    blocks = head["page"] >> (head["shift"] + level * head["fan"])
    return int((before + (block & (blocks - 1))) * head["width"])


def first_standing(head: Row, block: int) -> int:
    """Where the prices before a block of the lowest level begin in ``standing``."""
    return int((block & ((head["page"] >> head["shift"]) - 1)) * head["width"])


def top_shift(head: Row) -> int:
    """A block of the highest level holds two to the power of this ticks."""
    return int(head["shift"] + (LEVELS - 1) * head["fan"])


def note(index: Index, number: int, bid: int, ask: int) -> None:
    """Log a tick of an instrument, over the oldest one where the ring is full."""
    head = index.head[0]
    tick = head["ticks"]
    for level in range(LEVELS):
        shift = head["shift"] + level * head["fan"]
        first = first_span(head, level, tick >> shift)
        if tick & ((1 << shift) - 1) == 0:
            begin_block(index, first)
            if level == 0:
                keep_standing(index, first_standing(head, tick >> shift))
        if number >= 0:
            stretch(index.spans[first + number], bid, ask)
        else:
            empty(index.spans[first - 1 - number])
    logged = index.log[tick & (head["page"] - 1)]
    logged["number"], logged["bid"], logged["ask"] = number, bid, ask
    quote = index.latest[number if number >= 0 else -1 - number]
    quote["bid"], quote["ask"], quote["known"] = bid, ask, number >= 0
    head["ticks"] = tick + 1


def note_again(index: Index, until: int) -> None:
    """Make the boxes again of the ticks that are in the ring, from the one the head is at."""
    head, log = index.head[0], index.log
    while head["ticks"] < until:
        logged = log[head["ticks"] & (head["page"] - 1)]
        note(index, logged["number"], logged["bid"], logged["ask"])
