"""An event file as one account's log, read again whenever it is walked, so that memory is flat.

It must not hold the events of a file, which may be millions of quotes.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import AccountOpened, Deal, Event, Quote, TradeReported
from propdesk.wire.event_file import LINE_BYTES_MAX, read_event_file

_QUOTE = b'{"type":"quote"'


@dataclass(frozen=True, slots=True)
class EventSummary:
    """What is asked of an event file before it is judged."""

    opened: AccountOpened
    closed_trades: int
    symbols: tuple[str, ...]
    last_at: int


@dataclass(frozen=True, slots=True)
class EventLog:
    """One account's events and all market events of a file, in order, from its opening on."""

    source: Path | bytes
    name: str
    account: str

    def __iter__(self) -> Iterator[Event]:
        with _opened(self.source) as file:
            lines = iter(lambda: file.readline(LINE_BYTES_MAX + 1), b"")
            events = read_event_file(lines, self.name)
            for event in events:
                if isinstance(event, AccountOpened) and event.account == self.account:
                    yield event
                    break
            for event in events:
                if getattr(event, "account", self.account) == self.account:
                    yield event


def _opened(source: Path | bytes) -> BinaryIO:
    return source.open("rb") if isinstance(source, Path) else io.BytesIO(source)


def summary_of(source: Path | bytes, name: str, account: str | None) -> EventSummary:
    """A first walk that leaves the quotes unread; they are checked when the log is walked.

    Raises ``Unreadable`` where no account, or more than one, is to be judged.
    """
    accounts: dict[str, AccountOpened] = {}
    closed, last_at = 0, 0
    symbols: set[str] = set()
    quotes = _LastQuote()
    with _opened(source) as file:
        lines = iter(lambda: file.readline(LINE_BYTES_MAX + 1), b"")
        for event in read_event_file(quotes.blanked(lines), name):
            last_at = max(last_at, event.at)
            if isinstance(event, AccountOpened):
                accounts[event.account] = event
            elif isinstance(event, Deal | TradeReported) and event.account == (
                account or event.account
            ):
                symbols.add(event.symbol)
                closed += not (isinstance(event, Deal) and event.entry == "in")
    opened = _chosen(accounts, name, account)
    if quotes.line:
        quote = next(read_event_file([quotes.line], name))
        last_at = max(last_at, quote.at) if isinstance(quote, Quote) else last_at
    return EventSummary(opened, closed, tuple(sorted(symbols)), last_at)


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


def _chosen(accounts: dict[str, AccountOpened], name: str, account: str | None) -> AccountOpened:
    if account is not None:
        if account not in accounts:
            raise Unreadable(name, None, f"the file opens no account {account!r}")
        return accounts[account]
    if len(accounts) != 1:
        known = ", ".join(sorted(accounts)[:5]) or "none"
        raise Unreadable(
            name, None, f"one account has to be named; the file opens {len(accounts)}: {known}"
        )
    return next(iter(accounts.values()))
