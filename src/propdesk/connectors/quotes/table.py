"""Quotes in a CSV table with a header: a time, a symbol, bid and ask, in any order of columns.

It must not read a table without a header, nor times without a zone unless one was named.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from propdesk.connectors.quotes.packed import lines_of
from propdesk.connectors.quotes.prices import Prices
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Quote
from propdesk.domain.instants import micros_of, parse_instant
from propdesk.domain.instruments import Catalogue

_TIMES = ("time", "timestamp", "at", "datetime", "date")
_SYMBOLS = ("symbol", "instrument", "ticker", "pair")
_NEEDED = ("bid", "ask")


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table of quotes of one symbol or more, all walked over once to know which and when."""

    path: Path
    symbols: tuple[str, ...]
    first_at: int
    zone: tzinfo | None

    def read(self, symbol: str, since: int, until: int) -> Iterator[Quote]:
        """The quotes of one symbol in ``[since, until]``. Raises ``Unreadable`` with the row."""
        alone = self.symbols[0] if len(self.symbols) == 1 else ""
        for quote in _quotes(self.path, self.zone, alone):
            if quote.at > until:
                return
            if quote.symbol == symbol and quote.at >= since:
                yield quote


def table_file(path: Path, zone: tzinfo | None, catalogue: Catalogue) -> TableFile:
    """The table, after a first walk over all of it. Raises ``Unreadable``."""
    symbols: dict[str, None] = {}
    first_at: int | None = None
    alone = _symbol_in(path.name, catalogue)
    for quote in _quotes(path, zone, alone):
        symbols[quote.symbol] = None
        first_at = quote.at if first_at is None else first_at
    if first_at is None:
        raise Unreadable(path.name, None, "the table holds no quotes")
    return TableFile(path, tuple(symbols), first_at, zone)


def _symbol_in(name: str, catalogue: Catalogue) -> str:
    """The one instrument a file is named after, for a table without a column of symbols."""
    words = re.split(r"[^A-Za-z0-9]+", name)
    known = {found.symbol for word in words if (found := catalogue.find(word)) is not None}
    return known.pop() if len(known) == 1 else ""


def _quotes(path: Path, zone: tzinfo | None, alone: str) -> Iterator[Quote]:
    lines = enumerate(lines_of(path), start=1)
    _, head = next(lines, (0, ""))
    try:
        delimiter, places = _columns(head)
    except ValueError as error:
        raise Unreadable(path.name, 1, str(error)) from None
    when, which, bid, ask = places
    prices, latest = Prices(), None
    for row, line in lines:
        try:
            cells = line.rstrip("\r").split(delimiter)
            if cells == [""]:
                continue
            at = _moment(cells[when], zone)
            if latest is not None and at < latest:
                raise ValueError("time goes backwards")  # noqa: TRY301
            latest = at
            symbol = cells[which].strip() if which is not None else alone
            if not symbol:
                raise ValueError("neither the row nor the file's name names a symbol")  # noqa: TRY301
            quote = Quote(at, symbol, prices[cells[bid]], prices[cells[ask]])
        except IndexError:
            raise Unreadable(path.name, row, "the row has too few columns") from None
        except ValueError as error:
            raise Unreadable(path.name, row, str(error)) from None
        yield quote


def _columns(head: str) -> tuple[str, tuple[int, int | None, int, int]]:
    text = head.strip().lower()
    delimiter = max(",;\t", key=text.count)
    names = [name.strip().strip('"') for name in text.split(delimiter)]
    when = next((names.index(name) for name in _TIMES if name in names), None)
    which = next((names.index(name) for name in _SYMBOLS if name in names), None)
    if when is None or any(name not in names for name in _NEEDED):
        raise ValueError(
            "a file of quotes is a Lean zip or a table whose first line names time, bid and ask"
        )
    return delimiter, (when, which, names.index("bid"), names.index("ask"))


def _moment(text: str, zone: tzinfo | None) -> int:
    if zone is None:
        return parse_instant(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not an ISO 8601 time") from None
    return micros_of(moment if moment.tzinfo else moment.replace(tzinfo=zone))
