"""Quotes in the Lean format: one zip a day and symbol, milliseconds since a local midnight.

``YYYYMMDD_symbol_tick_quote.csv`` holds ``ms,bid,ask``; ``…_minute_quote.csv`` holds eleven
columns of bid and ask extremes. The format does not name its zone: it is that of the broker.
FXCM's files run on New York winter time the year round; every other broker's seen are UTC.
The format must not reorder: a line that goes back in time is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from pathlib import Path

from propdesk.connectors.quotes.packed import lines_of
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.quotes.template import Glimpse, QuoteFile, QuoteFormat, QuoteOptions
from propdesk.connectors.quotes.wall_clock import FIXED_EST
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.clock import zone_of
from propdesk.domain.events import Bar, Quote
from propdesk.domain.instants import DAY, MINUTE, SECOND, micros_of

_MEMBER = re.compile(r"(\d{8})_([a-z0-9]+)_(tick|second|minute)_quote(?:_[a-z]+)?\.csv")
_SPANS = {"second": SECOND, "minute": MINUTE}
_TICK, _BAR = 3, 11


@dataclass(frozen=True, slots=True)
class _Day:
    """One day of one symbol."""

    path: Path
    symbol: str
    first_at: int
    span_us: int | None
    """The length of a bar; None for ticks."""

    def walk(self, _symbol: str, since: int, until: int) -> Iterator[Quote | Bar]:
        """The quotes of ``[since, until]`` in order. Raises ``Unreadable`` with the row."""
        make = _tick if self.span_us is None else _bar
        prices, midnight, latest = Prices(), self.first_at, -1
        if midnight > until or midnight + 2 * DAY < since:
            return
        for row, line in enumerate(lines_of(self.path), start=1):
            try:
                cells = line.rstrip().split(",")
                offset = _offset(cells[0])
                if offset < latest:
                    raise ValueError("time goes backwards")  # noqa: TRY301
                latest = offset
                at = midnight + offset
                if at < since:
                    continue
                if at > until:
                    return
                yield make(at, self, cells, prices)
            except ValueError as error:
                raise Unreadable(self.path.name, row, str(error)) from None


def _offset(text: str) -> int:
    """Microseconds of ``"27000123"`` or ``"79200579.427"`` milliseconds; below one is cut off."""
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or not (part or "0").isdigit():
        raise ValueError(f"{text[:40]!r} is not a number of milliseconds")
    offset = int(whole) * 1000 + int(f"{part[:3]:0<3}")
    if offset >= DAY + SECOND:
        raise ValueError(f"{text[:40]!r} milliseconds are more than a day")
    return offset


def _tick(at: int, file: _Day, cells: list[str], prices: Prices) -> Quote:
    if len(cells) != _TICK:
        raise ValueError(f"a tick has {_TICK} columns, not {len(cells)}")
    return Quote(at, file.symbol, prices[cells[1]], prices[cells[2]])


def _bar(at: int, file: _Day, cells: list[str], prices: Prices) -> Bar:
    if len(cells) != _BAR:
        raise ValueError(f"a bar has {_BAR} columns, not {len(cells)}")
    bid, ask = cells[1:5], cells[6:10]
    return Bar(at, file.symbol, file.span_us or 0, *(prices[cell] for cell in (*bid, *ask)))


def _knows(glimpse: Glimpse) -> bool:
    return glimpse.head.startswith(b"PK") and _MEMBER.fullmatch(glimpse.inner) is not None


def _open(glimpse: Glimpse, options: QuoteOptions) -> QuoteFile:
    path, found = glimpse.path, _MEMBER.fullmatch(glimpse.inner)
    assert found is not None  # noqa: S101 - known by this name
    try:
        day = datetime.strptime(found.group(1), "%Y%m%d").replace(tzinfo=UTC).date()
    except ValueError:
        raise Unreadable(path.name, None, f"{glimpse.inner!r} names no day") from None
    midnight = _midnight(day, options.zone or _broker_zone(path))
    file = _Day(path, found.group(2).upper(), midnight, _SPANS.get(found.group(3)))
    return QuoteFile(
        path=path,
        symbols=(file.symbol,),
        first_at=midnight,
        walk=file.walk,
        span_us=file.span_us,
    )


def _midnight(day: date, zone: tzinfo) -> int:
    return micros_of(datetime.combine(day, time(), tzinfo=zone))


def _broker_zone(path: Path) -> tzinfo:
    """The broker is a folder of Lean's tree (``forex/fxcm/tick/eurusd``)."""
    parts = " ".join(path.parts[:-1]).lower()
    return FIXED_EST if "fxcm" in parts else zone_of("UTC")


FORMAT = QuoteFormat(
    name="lean",
    title="Lean ticks or bars (a zip a day)",
    zone="UTC, but fixed UTC-05:00 in a folder of FXCM, unless a clock was named",
    knows=_knows,
    open=_open,
)
