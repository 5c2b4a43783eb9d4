"""Who dealt in a window, and who held a position in it, from the event log alone.

Everything behind the window's beginning is read: what was open in it was either closed later, or
is open now, which the engine says. It must not be asked inside a transaction.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import Final

from propdesk.crm.incidents.finding import DEAL, POSITION
from propdesk.domain.events import Deal, Micros
from propdesk.ports.event_log import Reader
from propdesk.wire.log_codec import LogCodecError, decode
from propdesk.wire.log_records import Moment, events_of

RECORDS_MAX: Final = 200_000
"""Of one partition, that one look reads; some ten seconds."""
READ_BYTES_MAX: Final = 4_194_304
AHEAD_US: Final = int(timedelta(seconds=2).total_seconds()) * 1_000_000
"""So far an event's time may be before that of its arrival's clock."""


class TooMuch(Exception):
    """The log behind the window's beginning is longer than one look reads."""


def traded(
    reader: Reader,
    partitions: Iterable[int],
    began_at: Micros,
    last: Micros,
    symbol: str,
    *,
    open_now: Iterable[tuple[str, str]] = (),
) -> Mapping[str, AbstractSet[str]]:
    """By account, whether it had a deal in the window and whether a position of it was open there.
    ``open_now``: accounts with the positions they hold (of the symbol, where one is named). Raises
    ``TooMuch``, and what the log raises."""
    found: dict[str, set[str]] = defaultdict(set)
    opened: set[tuple[str, str]] = set()
    for partition in partitions:
        for deal in _deals(reader, events_of(partition), began_at):
            if deal.at < began_at or (symbol and deal.symbol != symbol):
                continue
            position = (deal.account, deal.position)
            if deal.at <= last:
                found[deal.account] |= {DEAL, POSITION}
            elif deal.entry == "in":
                opened.add(position)  # behind the window: its end is nothing to it
            elif position not in opened:
                found[deal.account].add(POSITION)
    for account, held in open_now:
        if (account, held) not in opened:
            found[account].add(POSITION)
    return found


def _deals(reader: Reader, stream: str, began_at: Micros) -> Iterator[Deal]:
    after, read = _before(reader, stream, began_at), 0
    while True:
        records = reader.read(stream, after, bytes_max=READ_BYTES_MAX)
        if not records:
            return
        after, read = records[-1].offset, read + len(records)
        if read > RECORDS_MAX:
            raise TooMuch
        for record in records:
            try:
                said = decode(record.body)
            except LogCodecError:
                continue  # a later release's word: it is no deal that this one could judge
            if isinstance(said, Moment):
                yield from (each for each in said.events if isinstance(each, Deal))


def _before(reader: Reader, stream: str, began_at: Micros) -> int:
    """The offset behind which everything lies that arrived since a moment."""
    low, high = max(reader.first(stream) - 1, 0), reader.last(stream)
    while low < high:
        middle = (low + high) // 2
        record = reader.read(stream, middle, bytes_max=1)
        if record and record[0].appended_at < began_at - AHEAD_US:
            low = middle + 1
        else:
            high = middle
    return low
