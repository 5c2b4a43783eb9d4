"""The one table of how a person's standing changes, and the row that each change leaves.

A merged duplicate stays one: nothing leads out of it.
"""

from collections.abc import Mapping
from datetime import datetime

from propdesk.crm.audit.actor import Actor
from propdesk.crm.people.models import Person, Standing, StandingChange
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

EDGES: Mapping[str, tuple[frozenset[str], str]] = {
    "people.suspend_person": (frozenset({Standing.OPEN}), Standing.SUSPENDED),
    "people.resume_person": (frozenset({Standing.SUSPENDED}), Standing.OPEN),
    "people.ban_person": (frozenset({Standing.OPEN, Standing.SUSPENDED}), Standing.BANNED),
    "people.merge_persons": (
        frozenset({Standing.OPEN, Standing.SUSPENDED, Standing.BANNED}),
        Standing.MERGED,
    ),
}
"""An action's name: from which standings it leads, and to which."""


def refuse_unless_leads(action: str, person: Person) -> None:
    """Raise ``ActionRefused`` where ``action`` does not lead from the person's standing."""
    old, new = EDGES[action]
    if person.standing not in old:
        raise ActionRefused(
            "wrong_standing", f"A person who is {person.standing} cannot become {new}."
        )


def note_change(
    person: Person, *, old: str, new: str, by: Actor, at: datetime, reason: str
) -> StandingChange:
    """The row of a change that was just made."""
    return StandingChange.objects.create(
        id=uuid7(at), person=person, at=at, old=old, new=new, reason=reason, by=by.person
    )
