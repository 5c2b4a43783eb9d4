"""Register a person: a new one, or a lead who now has a password."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.models import Consent, Person, PersonState, Purpose, StandingChange
from propdesk.crm.people.networks import network_of
from propdesk.crm.people.permissions import require
from propdesk.crm.people.standings import note_change
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "people.register"


@dataclass(frozen=True, slots=True)
class Registration:
    """What somebody said of himself, and where he came from."""

    email: str
    password: str = field(repr=False)
    display_name: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    first_source: str = ""
    first_campaign: str = ""
    first_seen_at: datetime | None = None
    brand: str = "default"
    consents: tuple[tuple[Purpose, bool], ...] = ()


@transaction.atomic
def register(said: Registration, *, by: Actor, at: datetime) -> Person:
    """The person, who cannot sign in before the address is verified. Raises ``ActionRefused``
    where somebody has registered with that address already."""
    require(by, ACTION)
    email = said.email.strip().lower()
    lead = Person.objects.select_for_update().filter(email=email).first()
    if lead is not None and lead.state != PersonState.LEAD:
        raise ActionRefused("email_taken", "Somebody has registered with this address.")
    # After this point the person must be registered.
    person = lead or _stranger(said, email, at)
    person.state = PersonState.REGISTERED
    person.display_name = said.display_name
    person.language = said.language
    person.time_zone = said.time_zone
    person.set_password(said.password)
    person.save()
    for purpose, is_given in said.consents:
        Consent.objects.create(
            id=uuid7(at),
            person=person,
            purpose=purpose,
            is_given=is_given,
            at=at,
            network=network_of(by.address),
        )
    _note(person, lead, by, at)
    return person


def _stranger(said: Registration, email: str, at: datetime) -> Person:
    return Person(
        id=uuid7(at),
        created_at=at,
        email=email,
        brand=said.brand,
        first_source=said.first_source[:80],
        first_campaign=said.first_campaign[:120],
        first_seen_at=said.first_seen_at,
    )


def _note(person: Person, lead: Person | None, by: Actor, at: datetime) -> StandingChange:
    old = "" if lead is None else PersonState.LEAD.value
    record(
        by=by,
        action=ACTION,
        object_type="person",
        object_id=person.id,
        at=at,
        before=None if lead is None else {"state": old},
        after={"state": person.state, "brand": person.brand, "source": person.first_source},
    )
    return note_change(person, old=old, new=person.state, by=by, at=at, reason="")
