"""What suspending, resuming and banning share: the guards, the row, the record.

It must not be called but by an action, in its transaction.
"""

from datetime import datetime
from uuid import UUID

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.locks import locked
from propdesk.crm.people.models import Person, roles_of
from propdesk.crm.people.permissions import OWNER, require
from propdesk.crm.people.standings import EDGES, note_change, refuse_unless_leads
from propdesk.crm.refusal import ActionRefused


def change_standing(action: str, person: UUID, *, reason: str, by: Actor, at: datetime) -> Person:
    """Lead a person along the edge of ``action``. Raises ``ActionRefused``."""
    require(by, action)
    whom = refuse_unless_changeable(action, person, by=by, reason=reason)
    # After this point the standing must change.
    old, (_, new) = whom.standing, EDGES[action]
    whom.standing = new
    whom.save(update_fields=["standing"])
    note_change(whom, old=old, new=new, by=by, at=at, reason=reason)
    record(
        by=by,
        action=action,
        object_type="person",
        object_id=whom.id,
        at=at,
        before={"standing": old},
        after={"standing": new},
        reason=reason,
    )
    return whom


def refuse_unless_changeable(action: str, person: UUID, *, by: Actor, reason: str) -> Person:
    """The person, locked, whom ``action`` may lead on. Raises ``ActionRefused``: from another
    standing, without a reason, for oneself, for an owner, and for staff unless an owner does it."""
    if not reason.strip():
        raise ActionRefused("no_reason", "Say the reason: the person may ask for it.")
    (whom,) = locked(person)
    refuse_unless_leads(action, whom)
    if whom.id == by.person:
        raise ActionRefused("oneself", "Nobody does this to himself.")
    if by.role != OWNER and roles_of(whom.id):
        raise ActionRefused("staff", "Only an owner does this to somebody of the staff.")
    if OWNER in roles_of(whom.id):
        raise ActionRefused("owner", "Revoke the role of owner first.")
    return whom
