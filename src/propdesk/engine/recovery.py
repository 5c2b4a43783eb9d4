"""A partition's state as the parts and blobs of a snapshot, and back.

The book is live at once; an account's evaluator is read when it is first asked. A state is read
only by the version that wrote it: another one's is left, and the log is replayed.
"""

import hashlib
import struct
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from importlib import resources
from typing import Any

import msgspec

from propdesk.domain.conditions import Conditions
from propdesk.domain.evaluator import FOREVER
from propdesk.domain.events import GroupFormed, InstrumentDefined, NewsScheduled
from propdesk.domain.instruments import Catalogue, instrument_of
from propdesk.domain.unattended import Arming, Unattended
from propdesk.engine.book import Book
from propdesk.engine.desk import Alarm, Desk
from propdesk.engine.evaluator_state import Shared, pack, unpack
from propdesk.engine.layout import LAYOUT_VERSION
from propdesk.engine.partition import Partition, Place
from propdesk.engine.rejudging_state import part_of
from propdesk.engine.rejudging_state import recall as recall_rejudging
from propdesk.engine.rulebooks import Rulebooks
from propdesk.engine.seats import Seat
from propdesk.engine.trigger_index import TriggerIndex
from propdesk.ports.snapshot_store import Snapshot
from propdesk.wire.log_codec import decode, encode
from propdesk.wire.log_records import AccountEnrolled, RulebookPublished
from propdesk.wire.rulebook_file import LoadedRulebook

BOOK = "book/"
DESK = "desk"
MINUTES = "minutes"
REJUDGING = "rejudging"
FORM = 6
"""Of the desk's part; a snapshot of another form is one of another version."""


class _SeatRow(msgspec.Struct, array_like=True):
    slot: int
    enrolled: AccountEnrolled  # not as the log has it: a start reads a hundred thousand of them
    said: int
    status: str
    wake: int
    looks: bool


class DeskHead(msgspec.Struct, array_like=True):
    """The desk's part without its accounts: where the snapshot is of, and what was known."""

    offset: int
    tick: int
    at: int
    ticked_at: int
    market: int
    instruments: dict[str, int]
    symbols: dict[int, tuple[str, int]]
    silent: list[str]
    general: list[bytes]
    rulebooks: list[bytes]
    owned: dict[str, list[str]]


class _DeskPart(DeskHead, array_like=True):
    seats: list[_SeatRow]


@dataclass(frozen=True, slots=True)
class Saved:
    """What a snapshot holds of a partition."""

    offset: int
    parts: Mapping[str, bytes]
    changed: Mapping[int, bytes]
    blob_count: int


@cache
def state_version() -> str:
    """Names every source a state depends on."""
    hashed = hashlib.sha256(struct.pack("<II", LAYOUT_VERSION, FORM))
    root = resources.files("propdesk.domain")
    for path in sorted(_sources(root), key=str):
        hashed.update(path.read_bytes())
    return hashed.hexdigest()[:32]


def _sources(folder: Any) -> Iterable[Any]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _sources(entry)
        elif entry.name.endswith(".py"):
            yield entry


def saved(partition: Partition, *, every: bool = False) -> Saved:
    """The state now; ``every`` account, or those changed since it was saved last."""
    desk = partition.desk
    desk.explain_all()
    place, instruments = partition.place, desk.instruments
    known: list[GroupFormed | NewsScheduled | InstrumentDefined] = [
        *desk.groups.values(), *desk.news.values(), *desk.defined.values(),
    ]  # fmt: skip
    rows, changed = [], {}
    for seat in desk.seats.values():
        if seat.changed or every:
            changed[seat.slot] = pack(seat.unattended, shared_of(seat.enrolled, desk))
            seat.changed = False
        wake = seat.arming.wake
        rows.append(_SeatRow(seat.slot, seat.enrolled, seat.said, seat.status, wake, seat.looks))
    part = _DeskPart(
        offset=place.offset,
        tick=place.tick,
        at=place.at,
        ticked_at=place.ticked_at,
        market=partition.market,
        instruments=instruments.prices.numbers,
        symbols=instruments.symbols,
        silent=sorted(instruments.market.silent),
        general=[encode(each) for each in known],
        rulebooks=[encode(each) for each in desk.rulebooks.published.values()],
        owned=desk.circles.together.owned,
        seats=rows,
    )
    parts = {BOOK + name: data for name, data in desk.book.to_parts().items()}
    parts[DESK] = msgspec.msgpack.encode(part)
    parts[REJUDGING] = part_of(partition.rejudging)
    parts[MINUTES] = desk.minutes.to_part()
    return Saved(place.offset, parts, changed, len(rows))


def restored(
    snapshot: Snapshot,
    stream: str,
    *,
    kernel: Any,
    catalogue: Catalogue,
    rulebooks: Callable[[AccountEnrolled], LoadedRulebook],
    conditions: Conditions | None,
    alarm: Alarm,
) -> Partition:
    """The partition of a snapshot of this version."""
    part = msgspec.msgpack.decode(snapshot.parts[DESK], type=_DeskPart)
    desk = Desk(book_of(snapshot, kernel), catalogue, rulebooks, conditions=conditions, alarm=alarm)
    published = (decode(each) for each in part.rulebooks)
    kept = [each for each in published if isinstance(each, RulebookPublished)]
    desk.rulebooks = Rulebooks(rulebooks, kept, alarm=alarm)
    recall_desk(desk, part)
    for row in part.seats:
        enrolled = row.enrolled
        seat = Seat(
            name=enrolled.account,
            slot=row.slot,
            enrolled=enrolled,
            awake=None,
            asleep=partial(read_state, snapshot, desk),
            arming=Arming(wake=min(row.wake, FOREVER)),
            said=row.said,
            status=row.status,
            changed=False,
            looks=row.looks,
        )
        desk.sit(seat)
    place = Place(part.offset, part.tick, part.at, part.ticked_at)
    partition = Partition(desk, stream, place)
    partition.market = part.market
    recall_rejudging(partition.rejudging, snapshot.parts[REJUDGING])
    desk.minutes.recall(snapshot.parts[MINUTES])
    desk.exposures.begin_anew()
    return partition


def head_of(snapshot: Snapshot) -> DeskHead:
    """Where a snapshot of this version is of, and what was known there."""
    return msgspec.msgpack.decode(snapshot.parts[DESK], type=DeskHead)


def book_of(snapshot: Snapshot, kernel: Any) -> Book:
    """A snapshot's book. Raises ``OtherLayout``."""
    parts = snapshot.parts.items()
    named = {n.removeprefix(BOOK): part for n, part in parts if n.startswith(BOOK)}
    return Book.from_parts(named, kernel, TriggerIndex(kernel))


def recall_desk(desk: Desk, part: DeskHead) -> None:
    """What everybody was told, and the instruments: as they were defined, then as numbered."""
    for body in part.general:
        match decode(body):
            case GroupFormed() as group:
                desk.circles.group(group)
            case NewsScheduled() as news:
                desk.news[news.id] = news
            case InstrumentDefined() as defined:
                desk.defined[defined.symbol] = defined
    catalogue = desk.instruments.catalogue
    # One after the other: a later definition is of what the earlier ones left.
    for defined in desk.defined.values():
        catalogue = catalogue.with_overrides([instrument_of(defined)])
    desk.instruments.catalogue = catalogue
    desk.instruments.recall(part.instruments, part.symbols, part.silent)
    desk.circles.together.owned.update(part.owned)


def read_state(snapshot: Snapshot, desk: Desk, seat: Seat) -> Unattended:
    """Raises ``SnapshotDamaged`` and ``StateRefused``: the caller starts from an older one."""
    state = unpack(snapshot.blobs[seat.slot], shared_of(seat.enrolled, desk))
    return desk.woken(seat, state)


def shared_of(enrolled: AccountEnrolled, desk: Desk) -> Shared:
    """What an account's state names instead of holding it."""
    key = (enrolled.sha256, enrolled.add_ons)
    kept = desk.shared.get(key)
    if kept is None:
        rulebook = desk.rulebooks.of(enrolled).rulebook
        named: dict[Hashable, object] = {
            "rulebook": rulebook,
            "catalogue": desk.instruments.catalogue,
            "market": desk.instruments.market,
            "prices": desk.instruments.prices,
            "silent": desk.instruments.market.silent,
            "together": desk.circles.together,
        }
        if desk.conditions is not None:
            named["conditions"] = desk.conditions
        for phase in rulebook.phases:
            named["phase", phase.name] = phase
            for place, terms in enumerate(phase.rules):
                named["terms", phase.name, place] = terms
        kept = desk.shared[key] = Shared(named)
    return kept
