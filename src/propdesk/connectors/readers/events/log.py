"""An event file as its accounts' logs, read again whenever one is walked, so memory is flat.

It must not hold the events of a file, which may be millions of quotes.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO

from propdesk.connectors.readers.template import Options
from propdesk.connectors.sheet import Sheet
from propdesk.connectors.statement import Accounts, Log
from propdesk.domain.events import AccountOpened, Bar, Deal, Event, Quote, TradeReported
from propdesk.wire.event_file import LINE_BYTES_MAX, read_event_file

_QUOTE = b'{"type":"quote"'


@dataclass(frozen=True, slots=True)
class EventLog:
    """The events of a file as one account's log, in order; quotes from its opening on.

    Other accounts' events stay in it, for rules about several accounts; the evaluator leaves
    alone what it is not asked to look at.
    """

    source: Path | bytes
    name: str
    account: str

    def __iter__(self) -> Iterator[Event]:
        with _opened(self.source) as file:
            lines = iter(lambda: file.readline(LINE_BYTES_MAX + 1), b"")
            events = read_event_file(lines, self.name)
            for event in events:
                if isinstance(event, Quote | Bar):
                    continue
                yield event
                if isinstance(event, AccountOpened) and event.account == self.account:
                    break
            yield from events


def _opened(source: Path | bytes) -> BinaryIO:
    return source.open("rb") if isinstance(source, Path) else io.BytesIO(source)


@dataclass(slots=True)
class _Seen:
    """What the first walk counts of one account. Mutable: it walks."""

    opened: AccountOpened
    closed: int = 0
    symbols: set[str] = field(default_factory=set)


def read_event_log(sheet: Sheet, _options: Options) -> Accounts:
    """A first walk that leaves the quotes unread; they are checked when a log is walked.

    Raises ``Unreadable``.
    """
    accounts: dict[str, _Seen] = {}
    last_at = 0
    quotes = _LastQuote()
    with _opened(sheet.source) as file:
        lines = iter(lambda: file.readline(LINE_BYTES_MAX + 1), b"")
        for event in read_event_file(quotes.blanked(lines), sheet.name):
            last_at = max(last_at, event.at)
            if isinstance(event, AccountOpened):
                accounts[event.account] = _Seen(event)
            elif isinstance(event, Deal | TradeReported):
                seen = accounts[event.account]  # the file's reader refuses one that is not open
                seen.symbols.add(event.symbol)
                seen.closed += not (isinstance(event, Deal) and event.entry == "in")
    if not accounts:
        raise sheet.refuse(None, "the file opens no account")
    if quotes.line:
        quote = next(read_event_file([quotes.line], sheet.name))
        last_at = max(last_at, quote.at) if isinstance(quote, Quote) else last_at
    return {name: partial(_log, sheet, seen, last_at) for name, seen in accounts.items()}


def _log(sheet: Sheet, seen: _Seen, last_at: int) -> Log:
    return Log(
        opened=seen.opened,
        events=EventLog(sheet.source, sheet.name, seen.opened.account),
        closed_trades=seen.closed,
        symbols=tuple(sorted(seen.symbols)),
        last_at=last_at,
    )


class _LastQuote:
    """Blanks the lines of quotes and remembers the last; rows keep their numbers."""

    def __init__(self) -> None:
        self.line = b""

    def blanked(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        for line in lines:
            if line.startswith(_QUOTE):
                self.line = line
                yield b"\n"
            else:
                yield line
