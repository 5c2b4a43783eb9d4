"""A delivery's events as records: those of one account and stamp are one moment.

What cannot be a record is refused by itself, with its account's name; the rest of the delivery
stands. The parts of a delivery are always the same and in the same order, so that sending it again
is safe. It must not change an event.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from propdesk.domain.events import (
    Bar,
    GapClosed,
    GapOpened,
    GroupFormed,
    InstrumentDefined,
    NewsScheduled,
    Quote,
    TimePassed,
)
from propdesk.wire.log_codec import LogCodecError, encode
from propdesk.wire.log_records import (
    AccountEnrolled,
    Delivered,
    Mark,
    Moment,
    PartitionRecord,
    RulebookPublished,
)

_General: TypeAlias = (
    TimePassed | InstrumentDefined | NewsScheduled | GroupFormed | GapOpened | GapClosed
)


@dataclass(frozen=True, slots=True)
class Part:
    """One record of a delivery, written; of every partition where ``account`` is None.

    ``refusal`` says why it is not to be appended; ``events`` is how many events it is.
    """

    body: bytes
    account: str | None
    events: int
    refusal: str = ""


def parts_of(events: Sequence[Delivered], latest: int) -> list[Part]:
    """The parts of a delivery; what is of a time behind ``latest`` is refused."""
    found: list[PartitionRecord | Quote | Bar] = []
    place: dict[str, int] = {}
    for event in events:
        if isinstance(event, AccountEnrolled | RulebookPublished | Quote | Bar | _General):
            # What follows it is not judged before it.
            place.clear()
            found.append(event)
            continue
        before = place.get(event.account)
        moment = None if before is None else found[before]
        if before is not None and isinstance(moment, Moment) and moment.events[0].at == event.at:
            found[before] = Moment(event.account, (*moment.events, event))
        else:
            place[event.account] = len(found)
            found.append(Moment(event.account, (event,)))
    return [_part(each, latest) for each in found]


def _part(record: PartitionRecord | Quote | Bar, latest: int) -> Part:
    if isinstance(record, Quote | Bar):
        return Part(b"", None, 1, f"a price of {record.symbol[:64]} is no event of a platform")
    account = record.account if isinstance(record, Moment | AccountEnrolled) else None
    count = len(record.events) if isinstance(record, Moment) else 1
    whose = type(record).__name__ if account is None else f"account {account[:64]}"
    at = _time_of(record)
    if at is not None and at > latest:
        late = f"{whose}: {at} is more than two seconds ahead of its arrival"
        return Part(b"", account, count, late)
    try:
        return Part(encode(record), account, count)
    except LogCodecError as error:
        return Part(b"", account, count, f"{whose}: {error}")


def _time_of(record: PartitionRecord) -> int | None:
    match record:
        case Moment():
            return record.events[0].at
        case AccountEnrolled() | Mark():
            return None
        case _:
            return record.at
