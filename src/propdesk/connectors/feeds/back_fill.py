"""Ticks of gaps that come after all: into the market as such, and the gaps that are whole by them.

They are held to the same policy as all quotes, at their own place in time. It must not put one
among the ticks that are judged in the order of the log.
"""

from collections import Counter
from collections.abc import Callable

from propdesk.connectors.feeds.deliveries import BackFillCame
from propdesk.connectors.feeds.draft import Draft
from propdesk.connectors.feeds.fillable import Place
from propdesk.connectors.feeds.lines import Line
from propdesk.connectors.feeds.quote_policy import AHEAD_US_MAX, Fault, Outcome, fault_of
from propdesk.connectors.feeds.refusals import Refusals
from propdesk.domain.events import GapClosed
from propdesk.ports.intake import Accepted, FeedQuote

NAME_LENGTH_MAX = 64
PointsOf = Callable[[Draft, Line, FeedQuote], tuple[int, int] | Fault]


def back_fill(
    draft: Draft,
    came: BackFillCame,
    lines: Callable[[str], Line | None],
    points_of: PointsOf,
    refused: Counter[tuple[str, Fault]],
) -> Accepted:
    """Take what is missing. ``lines`` finds a symbol of the feed by the name it prints."""
    refusals = Refusals()
    for quote in came.quotes:
        line = lines(quote.symbol)
        why = "no gap" if line is None else _take(draft, came, line, quote, points_of, refused)
        if why:
            refusals.add(f"quote {quote.sequence} of {quote.symbol[:NAME_LENGTH_MAX]}: {why}")
    for symbol, until in came.whole:
        line = lines(symbol)
        if line is None or until > came.arrival + AHEAD_US_MAX:
            refusals.add(f"{symbol[:NAME_LENGTH_MAX]}: nothing is known of it up to {until}", 0)
        else:
            _close(draft, came, line, until)
    return Accepted(quotes=len(came.quotes) - refusals.count, refused=refusals.named())


def _take(
    draft: Draft,
    came: BackFillCame,
    line: Line,
    quote: FeedQuote,
    points_of: PointsOf,
    refused: Counter[tuple[str, Fault]],
) -> str:
    """Why a quote is refused; empty: it is in the log, now or since before."""
    place, number = line.fillable.place_of(quote.at, quote.sequence)
    if place is Place.KNOWN:
        return ""
    if place is Place.OUTSIDE:
        return "it lies in no gap"
    last_at = line.fillable.gaps[number].reached
    fault = fault_of(quote, last_at=last_at, digits=line.points.digits, arrival=came.arrival)
    if fault is None or line.policy.outcome(fault) is Outcome.ACCEPT:
        points = points_of(draft, line, quote)
        if not isinstance(points, Fault):
            line.fillable.take(number, quote.at, quote.sequence)
            row = (line.number, quote.at, *points)
            draft.add_tick(came.feed, quote.sequence, row, late=True)
            return ""
        fault = points
    refused[line.printed, fault] += 1
    return fault


def _close(draft: Draft, came: BackFillCame, line: Line, until: int) -> None:
    for gap, was_open in line.fillable.fill(until):
        if was_open:  # nothing came behind it yet, and all before this moment is known
            line.listening.hear(gap.until, came.arrival)
        draft.fill_gap(came.feed, GapClosed(gap.until, line.symbol, back_filled=True), gap.since)
