"""What was recorded, in order of time: ticks of every format that is read, and event files.

May be walked more than once. It must not tell bars as ticks: the order inside a bar is not known.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from propdesk.connectors.quotes.source import LATEST, open_quotes
from propdesk.connectors.quotes.template import QuoteFile
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Bar, Event, Quote
from propdesk.wire.event_file import read_event_file

_NO_TICKS = "holds bars, whose prices have no known order; only ticks can be streamed"


@dataclass(frozen=True, slots=True)
class Recording:
    """Files of quotes and of events together."""

    quotes: tuple[tuple[str, str, QuoteFile], ...]
    """The catalogue's symbol, the printed one, and the file."""
    events: tuple[Path, ...]

    def __iter__(self) -> Iterator[Event]:
        """Everything, by time; an event before quotes of its own stamp. Raises ``Unreadable``."""
        streams: list[Iterator[Event]] = [read_event_file(path) for path in self.events]
        streams += [_ticks(symbol, printed, file) for symbol, printed, file in self.quotes]
        return heapq.merge(*streams, key=lambda event: event.at)

    def span(self) -> tuple[int, int]:
        """The first and the last moment; everything is read once. Raises ``Unreadable``."""
        first = last = None
        for event in self:
            first = event.at if first is None else first
            last = event.at
        if first is None or last is None:
            raise Unreadable("the recording", None, "holds nothing")
        return first, last


def recording_of(paths: Sequence[Path], zone: str | None = None) -> Recording:
    """The recording in files and folders. Raises ``Unreadable``."""
    events = tuple(path for path in paths if path.is_file() and _begins_as_events(path))
    source = open_quotes([path for path in paths if path not in events], zone)
    found = [
        (symbol, printed, file)
        for symbol in source.symbols
        for printed, file in source.files[symbol]
    ]
    for _, _, file in found:
        if file.span_us is not None:
            raise Unreadable(file.path.name, None, _NO_TICKS)
    return Recording(tuple(found), events)


def own_recording() -> Path:
    """Ten minutes around an invented release of payrolls, made from a seed."""
    return Path(str(files("propdesk.connectors.replay").joinpath("recordings", "payrolls.csv.gz")))


def _begins_as_events(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"{")


def _ticks(symbol: str, printed: str, file: QuoteFile) -> Iterator[Quote]:
    for price in file.walk(printed, 0, LATEST):
        if isinstance(price, Bar):
            raise Unreadable(file.path.name, None, _NO_TICKS)
        # As recorded, crossed quotes too: what becomes of them is the live policy's to say.
        yield price._replace(symbol=symbol) if printed != symbol else price
