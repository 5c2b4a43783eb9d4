"""The economic calendar: releases and their versions, the map, and files taken in."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.calendar.actions.add_release import ACTION as ADD
from propdesk.crm.calendar.actions.add_release import add_release
from propdesk.crm.calendar.actions.change_release import ACTION as CHANGE
from propdesk.crm.calendar.actions.change_release import change_release
from propdesk.crm.calendar.actions.import_releases import ACTION as IMPORT
from propdesk.crm.calendar.actions.import_releases import import_releases
from propdesk.crm.calendar.actions.set_map import ACTION as SET_MAP
from propdesk.crm.calendar.actions.set_map import add_map_entry, end_map_entry
from propdesk.crm.calendar.actions.set_terms import ACTION as SET_TERMS
from propdesk.crm.calendar.actions.set_terms import set_terms
from propdesk.crm.calendar.actions.withdraw_release import ACTION as WITHDRAW
from propdesk.crm.calendar.actions.withdraw_release import withdraw_release
from propdesk.crm.calendar.known import map_in_force, reach, terms
from propdesk.crm.calendar.models import Impact, MapEntry, ReleaseVersion
from propdesk.crm.calendar.writing import Said
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import doing, reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import Refused
from propdesk.web.api.words import SOMETHING, GivenInstant, Id, Instant, Line, Reason, Sha256, Why
from propdesk.web.calendar_import import Looked, look_at
from propdesk.web.received import received_at
from propdesk.web.uploads import clean_name
from propdesk.wire.unreadable import Unreadable

router = Router()
READ, WRITE = Scope.DESK_READ, Scope.DESK_WRITE
TEXT_LENGTH_MAX = 400_000
LISTED_MAX = 60
EXAMPLE_FILE = (
    '[{"title":"Payrolls","country":"USD","date":"2026-12-04T08:30:00-05:00","impact":"High",'
    '"forecast":"","previous":""}]'
)
CurrencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["USD"])]
Symbol = Annotated[
    str, StringConstraints(max_length=60, pattern=r"^[A-Za-z0-9][\w.#&/+-]*$"),
    Field(examples=["XAUUSD"]),
]  # fmt: skip
Title = Annotated[
    str, StringConstraints(max_length=200, pattern=SOMETHING), Field(examples=["Payrolls"])
]


class ReleaseSaid(Schema):
    """A release as somebody says it."""

    release_at: GivenInstant
    title: Title
    currencies: list[CurrencyCode] = Field(max_length=LISTED_MAX)
    impact: Impact = Field(examples=["high"])
    symbols: list[Symbol] = Field(default=[], max_length=LISTED_MAX)
    sudden: bool = Field(
        default=False,
        description="It may be less than 15 minutes ahead: accounts may be judged by it at once.",
    )

    def said(self) -> Said:
        return Said(
            release_at=self.release_at, title=self.title, currencies=tuple(self.currencies),
            impact=self.impact.value, symbols=tuple(self.symbols),
        )  # fmt: skip


class ReleaseChanged(ReleaseSaid):
    """A release as it is from now on."""

    after: int = Field(
        ge=1, le=1_000_000, examples=[1], description="The version that was looked at."
    )
    reason: Reason


class ReleaseOut(Schema):
    """The newest version of a release."""

    id: Id
    version: int = Field(examples=[1])
    received_at: Instant
    release_at: Instant
    title: str = Field(examples=["Payrolls"])
    currencies: list[str] = Field(examples=[["USD"]])
    impact: str = Field(examples=["high"])
    symbols: list[str] = Field(examples=[["XAUUSD"]])
    mapped: list[str] = Field(description="Symbols that the map added.", examples=[["US30"]])
    withdrawn: bool
    source: str = Field(examples=["desk"])


class CalendarReachOut(Schema):
    """How far the calendar reaches, and its terms."""

    last: Instant | None
    days_left: int = Field(examples=[6])
    is_dry: bool
    zone: str = Field(examples=["Europe/London"])
    closing_minutes: int = Field(examples=[60])
    ending_days: list[int] = Field(examples=[[7, 3, 1]])
    dry_days: int = Field(examples=[3])


class CalendarTermsSaid(Schema):
    """The firm's clock, and how long before something ends it is told."""

    zone: Line = Field(examples=["Europe/London"])
    closing_minutes: int = Field(ge=5, le=1440, examples=[60])
    ending_days: list[Annotated[int, Field(ge=1, le=30, examples=[7])]] = Field(max_length=5)
    dry_days: int = Field(ge=1, le=30, examples=[3])


class CalendarMapSaid(Schema):
    """Symbols by a currency or by words of the title: one of both."""

    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3})?$")] = Field(
        default="", examples=["USD"]
    )
    words: Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")] = (
        Field(default="", examples=[""])
    )
    symbols: list[Symbol] = Field(min_length=1, max_length=LISTED_MAX)


class CalendarMapOut(Schema):
    """An entry of the map that is in force."""

    id: Id
    currency: str = Field(examples=["USD"])
    words: str = Field(examples=[""])
    symbols: list[str] = Field(examples=[["US30"]])


class CalendarFileSaid(Schema):
    """A calendar's file, in any of its formats."""

    name: Annotated[str, StringConstraints(max_length=100, pattern=SOMETHING)] = Field(
        examples=["week.json"]
    )
    text: Annotated[str, StringConstraints(min_length=1, max_length=TEXT_LENGTH_MAX)] = Field(
        examples=[EXAMPLE_FILE]
    )
    zone: Line = Field(
        default="", examples=["Europe/London"], description="Of times that name no zone."
    )


class CalendarFileSeen(CalendarFileSaid):
    """The file, and the mark of what the preview said of it."""

    seen: Sha256


class CalendarPreviewOut(Schema):
    """What a file would change; it is taken in with this ``seen``."""

    seen: str = Field(examples=["0" * 64])
    listed: int = Field(examples=[120])
    changes: int = Field(examples=[14])
    added: int = Field(examples=[12])
    withdrawn: int = Field(examples=[1])
    untimed: int = Field(examples=[3])
    past: int = Field(examples=[40], description="New but over: left out.")
    notes: list[str] = Field(examples=[[]])


class CalendarTakenIn(Schema):
    """How many releases got a version."""

    releases: int = Field(examples=[14])


@reading(
    router, "/calendar/releases", "calendar_releases", allowed(READ, "calendar.read"),
    Page[ReleaseOut],
)  # fmt: skip
def list_releases(
    request: HttpRequest,
    asked: PageAsked,
    since: GivenInstant | None = None,
    until: GivenInstant | None = None,
) -> Page[ReleaseOut]:
    """The newest version of each release, the latest release first."""
    del request
    found = ReleaseVersion.objects.filter(is_newest=True)
    if since is not None:
        found = found.filter(release_at__gte=since)
    if until is not None:
        found = found.filter(release_at__lt=until)
    rows, following = page(found, ("release_at", "id"), asked)
    return Page[ReleaseOut](items=[_release(each) for each in rows], next=following)


@reading(router, "/calendar", "calendar_reach", allowed(READ, "calendar.read"), CalendarReachOut)
def read_reach(request: HttpRequest) -> CalendarReachOut:
    """How far the calendar reaches, and its terms."""
    del request
    return _reach(received_at())


@doing(router, "/calendar/releases", "calendar_add_release", allowed(WRITE, ADD), ReleaseOut)
def add(request: HttpRequest, said: ReleaseSaid) -> ReleaseOut:
    """Add a release; it judges from now on."""
    by = caller_of(request).acting(ADD)
    return _release(add_release(said.said(), sudden=said.sudden, by=by, at=received_at()))


@doing(
    router, "/calendar/releases/{uuid:id}/change", "calendar_change_release",
    allowed(WRITE, CHANGE), ReleaseOut,
)  # fmt: skip
def change(request: HttpRequest, id: UUID, said: ReleaseChanged) -> ReleaseOut:  # noqa: A002
    """Write the next version of a release; what was judged by the ones before stands."""
    made = change_release(
        id, said.said(), after=said.after, sudden=said.sudden,
        by=caller_of(request).acting(CHANGE), at=received_at(), reason=said.reason,
    )  # fmt: skip
    return _release(made)


@doing(
    router, "/calendar/releases/{uuid:id}/withdraw", "calendar_withdraw_release",
    allowed(WRITE, WITHDRAW), ReleaseOut,
)  # fmt: skip
def withdraw(request: HttpRequest, id: UUID, said: Why) -> ReleaseOut:  # noqa: A002
    """Withdraw a release; its window restricts nothing from now on."""
    by = caller_of(request).acting(WITHDRAW)
    return _release(withdraw_release(id, by=by, at=received_at(), reason=said.reason))


@doing(router, "/calendar/preview", "calendar_preview", allowed(WRITE, IMPORT), CalendarPreviewOut)
def preview(request: HttpRequest, said: CalendarFileSaid) -> CalendarPreviewOut:
    """Say what a file would change; nothing is."""
    del request
    looked = _looked(said, received_at())
    return CalendarPreviewOut(
        seen=looked.seen,
        listed=looked.file.listed,
        changes=len(looked.changes),
        added=sum(each.after == 0 for each in looked.changes),
        withdrawn=sum(each.said.withdrawn for each in looked.changes),
        untimed=looked.file.untimed,
        past=looked.file.past,
        notes=list(looked.file.notes),
    )


@doing(router, "/calendar/import", "calendar_import", allowed(WRITE, IMPORT), CalendarTakenIn)
def take_in(request: HttpRequest, said: CalendarFileSeen) -> CalendarTakenIn:
    """Take in a file, as the preview said it."""
    at = received_at()
    looked = _looked(said, at)
    if looked.seen != said.seen:
        sentence = "The calendar changed since the preview. Look at it again."
        raise Refused(422, "changed_since", sentence)
    by = caller_of(request).acting(IMPORT)
    made = import_releases(looked.changes, source=clean_name(said.name), by=by, at=at)
    return CalendarTakenIn(releases=len(made))


@reading(
    router, "/calendar/map", "calendar_map", allowed(READ, "calendar.read"), list[CalendarMapOut]
)
def read_map(request: HttpRequest) -> list[CalendarMapOut]:
    """The entries of the map that are in force, the oldest first."""
    del request
    return [_entry(each) for each in map_in_force()]


@doing(router, "/calendar/map", "calendar_add_map_entry", allowed(WRITE, SET_MAP), CalendarMapOut)
def add_entry(request: HttpRequest, said: CalendarMapSaid) -> CalendarMapOut:
    """Add symbols to a currency's releases, or to those with words in their title."""
    made = add_map_entry(
        said.symbols, currency=said.currency, words=said.words,
        by=caller_of(request).acting(SET_MAP), at=received_at(),
    )  # fmt: skip
    return _entry(made)


@doing(
    router, "/calendar/map/{uuid:id}/end", "calendar_end_map_entry", allowed(WRITE, SET_MAP),
    CalendarMapOut,
)  # fmt: skip
def end_entry(request: HttpRequest, id: UUID) -> CalendarMapOut:  # noqa: A002
    """End an entry of the map."""
    return _entry(end_map_entry(id, by=caller_of(request).acting(SET_MAP), at=received_at()))


@doing(
    router, "/calendar/terms", "calendar_set_terms", allowed(WRITE, SET_TERMS), CalendarReachOut,
    method="PUT",
)  # fmt: skip
def change_terms(request: HttpRequest, said: CalendarTermsSaid) -> CalendarReachOut:
    """Set the firm's clock, and how long before something ends it is told."""
    by, at = caller_of(request).acting(SET_TERMS), received_at()
    set_terms(said.zone, said.closing_minutes, said.ending_days, said.dry_days, by=by, at=at)
    return _reach(at)


def _looked(said: CalendarFileSaid, at: datetime) -> Looked:
    try:
        return look_at(said.text.encode("utf-8", "replace"), clean_name(said.name), said.zone, at)
    except Unreadable as error:
        raise Refused(422, "unreadable", str(error)) from None


def _reach(at: datetime) -> CalendarReachOut:
    found, said = reach(at), terms()
    return CalendarReachOut(
        last=found.last,
        days_left=found.days_left,
        is_dry=found.is_dry,
        zone=said.zone,
        closing_minutes=int(said.closing.total_seconds()) // 60,
        ending_days=[each.days for each in said.ending],
        dry_days=said.dry.days,
    )


def _release(version: ReleaseVersion) -> ReleaseOut:
    return ReleaseOut(
        id=version.release_id,
        version=version.number,
        received_at=version.received_at,
        release_at=version.release_at,
        title=version.title,
        currencies=list(version.currencies),
        impact=version.impact,
        symbols=list(version.symbols),
        mapped=list(version.mapped),
        withdrawn=version.withdrawn,
        source=version.source,
    )


def _entry(entry: MapEntry) -> CalendarMapOut:
    return CalendarMapOut(
        id=entry.pk, currency=entry.currency, words=entry.words, symbols=list(entry.symbols)
    )
