"""Rows of text as prices: refused with their number, never out of order, cut to a span.

It must not know a format; each row is made a price by the format's own function.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import TypeAlias

from propdesk.connectors.quotes.packed import lines_of
from propdesk.connectors.quotes.template import Price
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Bar

Make: TypeAlias = Callable[[str], Price | None]
"""A row's text to its price; None for a row that tells none yet. Raises ``ValueError``."""

_LOOKED_AT = 2000


def prices_of(path: Path, make: Make, headers: int = 0) -> Iterator[Price]:
    """Every price of a file's rows below its ``headers``. Raises ``Unreadable`` with the row."""
    latest: int | None = None
    for row, line in enumerate(lines_of(path), start=1):
        text = line.rstrip("\r")
        if row <= headers or not text:
            continue
        try:
            price = make(text)
            if price is None:
                continue
            if latest is not None and price.at < latest:
                raise ValueError("time goes backwards")  # noqa: TRY301
        except IndexError:
            raise Unreadable(path.name, row, "the row has too few columns") from None
        except ValueError as error:
            raise Unreadable(path.name, row, str(error)) from None
        latest = price.at
        yield price


def within(prices: Iterable[Price], symbol: str, since: int, until: int) -> Iterator[Price]:
    """The prices of one symbol in ``[since, until]``; nothing behind it is read."""
    for price in prices:
        if price.at > until:
            return
        if price.at >= since and price.symbol == symbol:
            yield price


def first_of(prices: Iterator[Price], name: str) -> Price:
    """The first price. Raises ``Unreadable`` where there is none."""
    found = next(prices, None)
    if found is None:
        raise Unreadable(name, None, "the table holds no quotes")
    return found


def span_of(shown: Iterable[int], name: str) -> int:
    """The length of a bar: the shortest step between the first rows of it.

    Raises ``Unreadable`` where there is but one row, or a step that is no multiple of it.
    """
    looked_at = list(islice(shown, _LOOKED_AT))
    steps = [later - earlier for earlier, later in pairwise(looked_at) if later != earlier]
    if not steps:
        raise Unreadable(name, None, "one bar alone does not tell how long it is")
    span = min(steps)
    if span < 0 or any(step % span for step in steps):
        raise Unreadable(name, None, "its rows are no bars of one length")
    return span


def checked_bar(bar: Bar) -> Bar:
    """The bar, if its extremes are; raises ``ValueError``."""
    for low, high, between in (
        (bar.bid_low, bar.bid_high, (bar.bid_open, bar.bid_close)),
        (bar.ask_low, bar.ask_high, (bar.ask_open, bar.ask_close)),
    ):
        if not all(low <= price <= high for price in between):
            raise ValueError(f"a bar from {low} to {high} does not hold its own open and close")
    return bar
