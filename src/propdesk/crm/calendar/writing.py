"""Writing a version and putting it on its way to the engine, in the caller's transaction.

The caller holds the calendar's lock. It must not decide who may, nor whether a change makes sense.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from propdesk.crm.calendar.known import event_of, mapped_symbols
from propdesk.crm.calendar.models import MapEntry, Release, ReleaseVersion
from propdesk.crm.outbox.actions.enqueue import enqueue
from propdesk.crm.uuid7 import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of a release."""

    release_at: datetime
    title: str
    currencies: tuple[str, ...]
    impact: str
    symbols: tuple[str, ...] = ()
    withdrawn: bool = False


def said_of(version: ReleaseVersion) -> Said:
    """What a version says, without what the map added."""
    return Said(
        release_at=version.release_at,
        title=version.title,
        currencies=tuple(version.currencies),
        impact=version.impact,
        symbols=tuple(version.symbols),
        withdrawn=version.withdrawn,
    )


def write_version(
    release: Release,
    before: ReleaseVersion | None,
    said: Said,
    entries: Sequence[MapEntry],
    *,
    source: str,
    person: UUID | None,
    at: datetime,
) -> ReleaseVersion:
    """The next version of a release, as a command to the engine under the version's own key: it
    is in the log once, however often it is carried. Raises what the outbox raises."""
    number = 1 if before is None else before.number + 1
    if before is not None:
        ReleaseVersion.objects.filter(pk=before.pk).update(is_newest=False)
        at = max(at, before.received_at)  # clocks of two machines: versions never go back
    made = ReleaseVersion.objects.create(
        id=uuid7(at), release=release, number=number, received_at=at, source=source, person=person,
        release_at=said.release_at, title=said.title, currencies=list(said.currencies),
        impact=said.impact, symbols=list(said.symbols),
        mapped=mapped_symbols(said.title, said.currencies, entries), withdrawn=said.withdrawn,
    )  # fmt: skip
    enqueue(event_of(made), at, key=made.pk)
    return made


def told(version: ReleaseVersion) -> Mapping[str, object]:
    """A version as the audit keeps it."""
    return {
        "release_at": version.release_at.isoformat(), "title": version.title,
        "currencies": list(version.currencies), "impact": version.impact,
        "symbols": list(version.symbols), "mapped": list(version.mapped),
        "withdrawn": version.withdrawn, "version": version.number,
    }  # fmt: skip
