"""Oneself: the profile, and one's keys."""

from datetime import date
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.api_keys.actions.revoke_key import revoke_key
from propdesk.crm.api_keys.models import ApiKey, Scope
from propdesk.crm.people.actions.change_profile import Profile, change_profile
from propdesk.crm.people.models import Person, Purpose, consents_of
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import doing, reading
from propdesk.web.api.entry import own
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound, Refused
from propdesk.web.api.words import SEEN, SOMETHING, Id, Instant
from propdesk.web.people_forms import OLDEST
from propdesk.web.received import received_at

router = Router()


class ProfileSaid(Schema):
    """What a person says of himself. All of it is replaced."""

    display_name: Annotated[str, StringConstraints(max_length=80, pattern=SOMETHING)] = Field(
        examples=["Ada"]
    )
    legal_name: Annotated[str, StringConstraints(max_length=160, pattern=SEEN)] = Field(
        default="", examples=["Ada Example"]
    )
    phone: Annotated[str, StringConstraints(pattern=r"^(\+?[0-9 ().-]{5,30})?$")] = Field(
        default="", examples=["+41 44 555 01 00"]
    )
    country: Annotated[str, StringConstraints(pattern=r"^([A-Z]{2})?$")] = Field(
        default="", examples=["CH"]
    )
    language: Annotated[str, StringConstraints(max_length=16, pattern=SEEN)] = Field(
        default="en", examples=["en"]
    )
    time_zone: Annotated[str, StringConstraints(max_length=64, pattern=SEEN)] = Field(
        default="UTC", examples=["Europe/Zurich"]
    )
    born_on: date | None = Field(default=None, examples=["1990-12-31"])
    agrees_to_device: bool = False
    agrees_to_news: bool = False


class Me(Schema):
    """Whoever calls, in full: it is one's own."""

    id: Id
    email: str = Field(examples=["ada@example.org"])
    state: str = Field(examples=["customer"])
    roles: list[str] = Field(examples=[["trader"]])
    scopes: list[str] = Field(examples=[["accounts:read"]])
    display_name: str
    legal_name: str
    phone: str
    country: str
    language: str
    time_zone: str
    born_on: date | None
    agrees_to_device: bool
    agrees_to_news: bool


class Key(Schema):
    """A key, without what it is: that was shown once."""

    id: Id
    name: str = Field(examples=["Spreadsheet"])
    beginning: str = Field(examples=["pdk_Zr1xQp"])
    scopes: list[str] = Field(examples=[["accounts:read"]])
    with_staff_roles: bool
    created_at: Instant
    expires_at: Instant
    last_used_at: Instant | None
    revoked_at: Instant | None


@reading(router, "/me", "me_read", own(Scope.PROFILE_READ), Me)
def read_me(request: HttpRequest) -> Me:
    """Who calls: the profile, the roles in effect, the scopes of the key."""
    return _me(request, caller_of(request).known)


@doing(router, "/me", "me_change", own(Scope.PROFILE_WRITE), Me, method="PUT")
def change_me(request: HttpRequest, said: ProfileSaid) -> Me:
    """Change one's profile."""
    _guard(said)
    caller = caller_of(request)
    consents = {Purpose.DEVICE: said.agrees_to_device, Purpose.NEWS: said.agrees_to_news}
    profile = Profile(
        display_name=said.display_name,
        legal_name=said.legal_name,
        phone=said.phone,
        country=said.country,
        language=said.language,
        time_zone=said.time_zone,
        born_on=said.born_on,
    )
    by = caller.acting("people.change_profile")
    return _me(request, change_profile(caller.known.pk, profile, consents, by=by, at=received_at()))


@reading(router, "/me/keys", "me_keys", own(Scope.KEYS_READ), Page[Key])
def list_keys(request: HttpRequest, asked: PageAsked) -> Page[Key]:
    """One's keys, the newest first."""
    rows, following = page(ApiKey.objects.filter(person=caller_of(request).known), ("id",), asked)
    return Page[Key](items=[_key(each) for each in rows], next=following)


@doing(router, "/me/keys/{uuid:id}/revoke", "me_revoke_key", own(Scope.KEYS_WRITE), Key)
def revoke(request: HttpRequest, id: UUID) -> Key:  # noqa: A002
    """Revoke one of one's keys; the one that is used, too."""
    caller = caller_of(request)
    if not ApiKey.objects.filter(pk=id, person=caller.known).exists():
        raise NotFound
    return _key(revoke_key(id, by=caller.acting("api_keys.revoke_key"), at=received_at()))


def _guard(said: ProfileSaid) -> None:
    if said.time_zone not in available_timezones():
        raise Refused(422, "no_time_zone", "There is no such time zone.")
    if said.language not in dict(settings.LANGUAGES):
        raise Refused(422, "no_language", "The pages do not have this language.")
    if said.born_on is not None and not OLDEST <= said.born_on <= received_at().date():
        raise Refused(422, "no_birth", "Nobody was born on that day.")


def _me(request: HttpRequest, person: Person) -> Me:
    caller, consents = caller_of(request), consents_of(person.pk)
    return Me(
        id=person.pk,
        email=person.email,
        state=person.state,
        roles=sorted(caller.roles),
        scopes=Scope.values if caller.key is None else caller.key.scopes,
        display_name=person.display_name,
        legal_name=person.legal_name,
        phone=person.phone,
        country=person.country,
        language=person.language,
        time_zone=person.time_zone,
        born_on=person.born_on,
        agrees_to_device=consents.get(Purpose.DEVICE, False),
        agrees_to_news=consents.get(Purpose.NEWS, False),
    )


def _key(row: ApiKey) -> Key:
    return Key(
        id=row.pk,
        name=row.name,
        beginning=row.beginning,
        scopes=row.scopes,
        with_staff_roles=row.with_staff_roles,
        created_at=row.created_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
