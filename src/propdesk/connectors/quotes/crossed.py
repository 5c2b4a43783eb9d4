"""What a crossed quote proves: that the price lay somewhere between its two sides, no more.

Where the bid is above the ask one of them is stale, and nobody can tell which. So both sides are
told as a span from the ask to the bid: a loss is proven only where it is one at either end, and
a target is met only where it is met at either end. It must not drop the quote or choose a side.
"""

from propdesk.connectors.quotes.template import Price
from propdesk.domain.events import Bar, Quote


def told(price: Price) -> Price:
    """The price as it is, or as the span that a crossed one proves."""
    if isinstance(price, Quote):
        at, symbol, bid, ask = price
        if bid <= ask:
            return price
        return Bar(at, symbol, 0, bid, bid, ask, ask, ask, bid, ask, bid)
    if not _is_crossed(price):
        return price
    low, high = min(price.bid_low, price.ask_low), max(price.bid_high, price.ask_high)
    return price._replace(bid_low=low, bid_high=high, ask_low=low, ask_high=high)


def _is_crossed(bar: Bar) -> bool:
    """Whether the sides were crossed at a moment of the bar: at its ends or at an extreme."""
    return (
        bar.bid_open > bar.ask_open
        or bar.bid_close > bar.ask_close
        or bar.bid_high > bar.ask_high
        or bar.bid_low > bar.ask_low
    )
