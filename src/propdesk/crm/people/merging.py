"""The merging of a duplicate into who it really is: one human being, both ids still lead there.

Rows of the caller's transaction; it must not be called but by an action that two persons decided.
"""

from datetime import datetime
from uuid import UUID

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.locks import locked
from propdesk.crm.people.models import Person, Standing, roles_of
from propdesk.crm.people.permissions import require
from propdesk.crm.people.standings import note_change, refuse_unless_leads
from propdesk.crm.refusal import ActionRefused

ACTION = "people.merge_persons"


def mergeable(duplicate: UUID, into: UUID, *, reason: str) -> tuple[Person, Person]:
    """The duplicate and who remains, locked. Raises ``ActionRefused`` where either is merged
    already, where they are one, for staff, and without a reason."""
    if duplicate == into:
        raise ActionRefused("one_person", "These are one and the same person already.")
    if not reason.strip():
        raise ActionRefused("no_reason", "Say the reason: what shows that they are one.")
    gone, stays = locked(duplicate, into)
    refuse_unless_leads(ACTION, gone)
    if stays.standing == Standing.MERGED:
        raise ActionRefused("wrong_standing", "That person is merged into another one.")
    if roles_of(gone.id) or roles_of(stays.id):
        raise ActionRefused("staff", "Revoke the roles first: nobody inherits them.")
    return gone, stays


def merged(duplicate: UUID, into: UUID, *, reason: str, by: Actor, at: datetime) -> Person:
    """The person that remains. What was the duplicate's keeps its id, and ``resolve`` leads on.

    A ban of the duplicate bans who remains: it was always the same human being. Raises
    ``ActionRefused``.
    """
    require(by, ACTION)
    gone, stays = mergeable(duplicate, into, reason=reason)
    # After this point the persons must be merged.
    old = {"standing": gone.standing, "stays": stays.standing}
    Person.objects.filter(merged_into=gone).update(merged_into=stays)
    _keep_the_worse(stays, gone, by, at, reason)
    note_change(gone, old=gone.standing, new=Standing.MERGED, by=by, at=at, reason=reason)
    gone.standing = Standing.MERGED
    gone.merged_into = stays
    gone.save(update_fields=["standing", "merged_into"])
    record(
        by=by,
        action=ACTION,
        object_type="person",
        object_id=gone.id,
        at=at,
        before=old,
        after={"standing": gone.standing, "stays": stays.standing, "into": str(stays.id)},
        reason=reason,
    )
    return stays


def _keep_the_worse(stays: Person, gone: Person, by: Actor, at: datetime, reason: str) -> None:
    """Who was barred under one name is barred under the other."""
    severity = (Standing.OPEN, Standing.SUSPENDED, Standing.BANNED)
    if severity.index(Standing(gone.standing)) > severity.index(Standing(stays.standing)):
        note_change(stays, old=stays.standing, new=gone.standing, by=by, at=at, reason=reason)
        stays.standing = gone.standing
        stays.save(update_fields=["standing"])
