"""Bars of the bid and bars of the ask as one: both sides of the same minutes.

It must not keep a bar that only one side has: what the other did in it is not known.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from propdesk.connectors.quotes.template import Price, QuoteFile
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Bar
from propdesk.domain.instants import format_instant


def paired(files: Sequence[tuple[str, QuoteFile]]) -> list[tuple[str, QuoteFile]]:
    """The files of one symbol, those of single sides as one file of both where both are there."""
    whole = [(printed, file) for printed, file in files if file.known == "both"]
    bids = [(printed, file) for printed, file in files if file.known == "bid"]
    asks = [(printed, file) for printed, file in files if file.known == "ask"]
    if not bids or not asks:
        return [*whole, *bids, *asks]
    return [*whole, _pair(bids, asks)]


def _pair(
    bids: Sequence[tuple[str, QuoteFile]], asks: Sequence[tuple[str, QuoteFile]]
) -> tuple[str, QuoteFile]:
    printed, first = min(bids, key=lambda one: one[1].first_at)
    spans = {file.span_us for _, file in (*bids, *asks)}
    if len(spans) != 1:
        raise Unreadable(first.path.name, None, "the bars of bid and ask are not of one length")

    def walk(_symbol: str, since: int, until: int) -> Iterator[Price]:
        both = zip_longest(_chain(bids, since, until), _chain(asks, since, until))
        for bid, ask in both:
            if bid is None or ask is None or bid.at != ask.at:
                at = min(each.at for each in (bid, ask) if each is not None)
                raise Unreadable(
                    first.path.name,
                    None,
                    f"of bid and ask only one has a bar at {format_instant(at)}",
                )
            yield Bar(*bid[:7], *ask[7:])

    return printed, QuoteFile(
        path=first.path,
        symbols=first.symbols,
        first_at=first.first_at,
        walk=walk,
        span_us=first.span_us,
    )


def _chain(files: Sequence[tuple[str, QuoteFile]], since: int, until: int) -> Iterator[Bar]:
    for printed, file in sorted(files, key=lambda one: one[1].first_at):
        for price in file.walk(printed, since, until):
            if isinstance(price, Bar):  # files of one side hold nothing else
                yield price
