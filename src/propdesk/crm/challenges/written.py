"""The audit row of an action about an enrolment, and its line on the account's time line."""

from collections.abc import Mapping
from datetime import datetime

from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.challenges.locks import Standing
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages

NOTICES: Mapping[str, str] = {
    "challenges.pause": "paused",
    "challenges.resume": "resumed",
    "challenges.reinstate": "reinstated",
    "challenges.reset": "reset",
    "challenges.suspend": "suspended",
    "challenges.lift_suspension": "suspension_lifted",
    "challenges.terminate": "terminated",
    "challenges.enforce": "breach_enforced",
    "challenges.release_held": "held_released",
}
"""What the trader is told of what was done."""


def written(
    action: str, standing: Standing, before: str, *, by: Actor, at: datetime, reason: str = "",
    after: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Record ``action``; ``before`` is the state the enrolment had. In the caller's transaction."""
    told = {"state": standing.enrolment.state, **(after or {})}
    row = record(
        by=by, action=action, object_type="enrolment", object_id=standing.enrolment.pk, at=at,
        before={"state": before}, after=told, reason=reason,
    )  # fmt: skip
    note_action(standing.account, action, at, row.pk, {**told, "reason": reason})
    if action in NOTICES:
        key = key_of(standing.account.engine_account, "notice", NOTICES[action], str(row.pk))
        notice = notice_message(standing.account, NOTICES[action], {"reason": reason}, key)
        enqueue_messages([notice], at)
