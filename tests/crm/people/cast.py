"""The persons of the tests, by what they are. None of them is anybody."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from propdesk.crm.audit.actor import Actor, anonymous
from propdesk.crm.people.actions.register import Registration, register
from propdesk.crm.people.models import Person, RoleGrant, StaffRole
from propdesk.crm.uuid7 import uuid7

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PASSWORD = "four words nobody guesses"
_moments = (AT + timedelta(seconds=each) for each in count())


def moment() -> datetime:
    """A moment after every one before."""
    return next(_moments)


def registered(name: str = "trader", **said) -> Person:
    fields = {"email": f"{name}@example.org", "password": PASSWORD, "display_name": name, **said}
    return register(Registration(**fields), by=anonymous("203.0.113.7"), at=moment())


def staff(role: StaffRole | str, name: str = "") -> Person:
    """Somebody who has a role since before the test begins."""
    person = registered(name or str(role))
    at = moment()
    RoleGrant.objects.create(id=uuid7(at), person=person, role=role, granted_at=at)
    return person


def acting(person: Person | None, role: str) -> Actor:
    return Actor(None if person is None else person.id, role, address="203.0.113.7")


NOBODY = UUID(int=0)
