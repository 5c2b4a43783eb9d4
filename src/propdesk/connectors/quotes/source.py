"""All files of quotes together: one stream for each symbol, in order of time.

It must not mix two brokers' prices of one symbol: files of a symbol follow one another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path

from propdesk.connectors.quotes.crossed import told
from propdesk.connectors.quotes.registry import opened
from propdesk.connectors.quotes.sides import paired
from propdesk.connectors.quotes.template import Known, QuoteFile, QuoteOptions
from propdesk.connectors.refusal import Unreadable
from propdesk.connectors.symbols import built_in_catalogue, naming_by
from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.events import Bar, Quote
from propdesk.domain.instruments import Catalogue

LATEST = 2**62
_NAMES = (".zip", ".csv", ".gz", ".txt", ".parquet")


@dataclass(frozen=True, slots=True)
class QuoteSource:
    """The files of quotes by the catalogue's symbol; ``stream`` may be called more than once."""

    files: dict[str, tuple[tuple[str, QuoteFile], ...]] = field(default_factory=dict)

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(sorted(self.files))

    def has_bars(self) -> bool:
        """Whether any file tells prices only by their extremes."""
        every = (file for files in self.files.values() for _, file in files)
        return any(file.span_us for file in every)

    def known(self, symbol: str) -> Known:
        """Which sides of the symbol's price are told at every moment."""
        sides = {file.known for _, file in self.files[symbol]} - {"both"}
        return sides.pop() if sides else "both"

    def stream(self, symbol: str, since: int = 0, until: int = LATEST) -> Iterator[Quote | Bar]:
        """The quotes of one symbol in ``[since, until]``; a crossed one is told as a span.

        Raises ``Unreadable``.
        """
        latest = since
        for printed, file in self.files.get(symbol, ()):
            renamed = printed != symbol
            for quote in file.walk(printed, since, until):
                if quote.at < latest:
                    raise Unreadable(
                        file.path.name, None, f"overlaps with another file of {symbol} quotes"
                    )
                latest = quote.at
                yield told(quote._replace(symbol=symbol) if renamed else quote)


def open_quotes(
    paths: Iterable[Path], zone: str | None = None, catalogue: Catalogue | None = None
) -> QuoteSource:
    """The quotes of files and folders. ``zone`` is the clock of times without one.

    Raises ``Unreadable`` for the first file that holds none.
    """
    known = built_in_catalogue() if catalogue is None else catalogue
    naming = naming_by(known)
    found: dict[str, list[tuple[str, QuoteFile]]] = {}
    for path in _every_file(paths):
        file = opened(path, QuoteOptions(zone=_zone(zone, path), catalogue=known))
        for printed in file.symbols:
            found.setdefault(naming(printed), []).append((printed, file))
    return QuoteSource(
        {
            symbol: tuple(sorted(paired(files), key=lambda one: one[1].first_at))
            for symbol, files in found.items()
        }
    )


def _zone(name: str | None, path: Path) -> tzinfo | None:
    if name is None:
        return None
    try:
        return zone_of(name)
    except UnknownZone as error:
        raise Unreadable(path.name, None, str(error)) from None


def _every_file(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in _NAMES)
        elif path.exists():
            yield path
        else:
            raise Unreadable(path.name, None, "there is no such file of quotes")
