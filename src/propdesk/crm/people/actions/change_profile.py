"""Change what a person says of himself."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.locks import locked
from propdesk.crm.people.models import Consent, Person, Purpose, consents_of
from propdesk.crm.people.networks import network_of
from propdesk.crm.people.permissions import require
from propdesk.crm.uuid7 import uuid7

ACTION = "people.change_profile"
# What says who somebody is stays out of the audit: only that it changed is recorded.
_OPEN_FIELDS = ("language", "time_zone", "country")


@dataclass(frozen=True, slots=True)
class Profile:
    """What a person says of himself, and agrees to."""

    display_name: str
    legal_name: str
    phone: str
    country: str
    language: str
    time_zone: str
    born_on: date | None


@transaction.atomic
def change_profile(
    person: UUID, said: Profile, consents: dict[Purpose, bool], *, by: Actor, at: datetime
) -> Person:
    """The person as changed; nothing is recorded where nothing changes."""
    require(by, ACTION, of=person)
    (whom,) = locked(person)
    values = asdict(said)
    changed = sorted(name for name, value in values.items() if getattr(whom, name) != value)
    before = {name: getattr(whom, name) for name in changed if name in _OPEN_FIELDS}
    given = consents_of(person)
    answers = {each: yes for each, yes in consents.items() if given.get(each, False) != yes}
    if not changed and not answers:
        return whom
    # After this point the profile must change.
    for name in changed:
        setattr(whom, name, values[name])
    if changed:
        whom.save(update_fields=changed)
    for purpose, is_given in answers.items():
        Consent.objects.create(
            id=uuid7(at),
            person=whom,
            purpose=purpose,
            is_given=is_given,
            at=at,
            network=network_of(by.address),
        )
    record(
        by=by,
        action=ACTION,
        object_type="person",
        object_id=whom.id,
        at=at,
        before=before,
        after={
            **{name: values[name] for name in before},
            "changed": changed,
            "consents": {each.value: yes for each, yes in answers.items()},
        },
    )
    return whom
