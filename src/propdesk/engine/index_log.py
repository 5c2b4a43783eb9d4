"""The log of ticks: the prices since everybody was last brought up to date, in blocks of blocks.

Each block knows, for every instrument, between which prices it stood while the block lasted. It
must not know what a price is worth. Only prices that count are logged.
"""

from propdesk.engine.index_layout import LEVELS, Index
from propdesk.engine.layout import LEAST, MOST, Row, State


def stretch(box: Row, bid: int, ask: int) -> None:
    """Take a price into a block's box."""
    box["bid_low"] = min(box["bid_low"], bid)
    box["bid_high"] = max(box["bid_high"], bid)
    box["ask_low"] = min(box["ask_low"], ask)
    box["ask_high"] = max(box["ask_high"], ask)
    box["spread_low"] = min(box["spread_low"], ask - bid)
    box["spread_high"] = max(box["spread_high"], ask - bid)


def begin_block(state: State, index: Index, first: int) -> None:
    """A block begins at the prices that stand; an instrument without one has an empty box."""
    for number in range(len(state.instruments)):
        quote, box = state.instruments[number], index.spans[first + number]
        box["bid_low"] = box["ask_low"] = box["spread_low"] = MOST
        box["bid_high"] = box["ask_high"] = box["spread_high"] = LEAST
        if quote["known"]:
            stretch(box, quote["bid"], quote["ask"])


def keep_standing(state: State, index: Index, first: int) -> None:
    """Keep the prices before the first tick of a block of the lowest level."""
    for number in range(len(state.instruments)):
        quote, kept = state.instruments[number], index.standing[first + number]
        kept["bid"], kept["ask"], kept["known"] = quote["bid"], quote["ask"], quote["known"]


def first_span(head: Row, level: int, block: int) -> int:
    """Where the boxes of a block begin in ``spans``."""
    before = 0
    for lower in range(level):
        before += head["page"] >> (head["shift"] + lower * head["fan"])
    return int((before + block) * head["width"])


def note(state: State, index: Index, number: int, bid: int, ask: int) -> None:
    """Log a tick, before the instrument's row has its prices. The log has room for it."""
    head = index.head[0]
    tick, shift, before = head["ticks"], head["shift"], 0
    for level in range(LEVELS):
        block = tick >> shift
        first = (before + block) * head["width"]
        if tick == block << shift:
            begin_block(state, index, first)
            if level == 0:
                keep_standing(state, index, first)
        stretch(index.spans[first + number], bid, ask)
        before += head["page"] >> shift
        shift += head["fan"]
    logged = index.log[tick]
    logged["number"], logged["bid"], logged["ask"] = number, bid, ask
    head["ticks"] = tick + 1
