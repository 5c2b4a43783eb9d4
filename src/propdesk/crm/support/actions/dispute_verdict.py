"""Dispute a verdict that ended an account: its trader says why, and the evidence is held."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.models import AccountVerdict
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.references import next_reference
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.models import Category, Dispute, Ticket
from propdesk.crm.support.writing import BODY_LENGTH_MAX, tell, write
from propdesk.crm.uuid7 import uuid7

ACTION = "support.dispute_verdict"
ENDING: Final = frozenset({"fail", "fail_but_payable"})
DISPUTED_WITHIN = timedelta(days=30)
"""Of the verdict."""
DECIDED_WITHIN = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Held:
    """The evidence file as bytes; without one, ``lacks`` says why."""

    body: bytes | None = None
    lacks: str = ""


def dispute_verdict(
    verdict: str, reason: str, evidence: Held, *, by: Actor, at: datetime
) -> Dispute:
    """The dispute, or the one there is: a verdict is disputed once.

    Raises ``ActionRefused`` (``no_verdict``, ``not_ended``, ``too_late``, ``no_words``).
    """
    with transaction.atomic():
        rows = AccountVerdict.objects.select_related("account").select_for_update(of=("self",))
        row = rows.filter(pk=verdict).first()
        if row is None:
            raise ActionRefused("no_verdict", _("There is no such verdict."))
        require(by, ACTION, of=row.account.person)
        known = Dispute.objects.filter(verdict=row).first()
        if known is not None:
            return known
        _guard(row, reason, at)
        # After this point the dispute must be opened.
        made = _opened(row, reason.strip(), evidence, at)
        audit = record(
            by=by, action=ACTION, object_type="dispute", object_id=made.pk, at=at,
            after={"verdict": row.pk, "reference": made.reference},
        )  # fmt: skip
        note_action(row.account, ACTION, at, audit.pk, {"dispute": made.reference})
    return made


def _guard(verdict: AccountVerdict, reason: str, at: datetime) -> None:
    if verdict.outcome not in ENDING:
        raise ActionRefused("not_ended", _("This verdict did not end the account."))
    if at > verdict.at + DISPUTED_WITHIN:
        raise ActionRefused("too_late", _("A verdict can be disputed for 30 days."))
    if not reason.strip() or len(reason) > BODY_LENGTH_MAX:
        raise ActionRefused("no_words", _("Say what is wrong with the verdict."))


def _opened(verdict: AccountVerdict, reason: str, evidence: Held, at: datetime) -> Dispute:
    account = verdict.account
    reference = next_reference("D", "support_dispute_number", at)
    ticket = Ticket.objects.create(
        id=uuid7(at), reference=next_reference("T", "support_ticket_number", at),
        key=f"dispute/{reference}", person_id=account.person, category=Category.DISPUTE,
        subject=f"{reference}: {account.login}", account=account, verdict=verdict,
        opened_at=at, waits_since=at,
    )  # fmt: skip
    write(ticket, reason, (), author=account.person, at=at)
    body = evidence.body
    made = Dispute.objects.create(
        id=uuid7(at), reference=reference, ticket=ticket, verdict=verdict, reason=reason,
        opened_at=at, due_at=at + DECIDED_WITHIN,
        evidence=None if body is None else gzip.compress(body, mtime=0),
        evidence_sha256="" if body is None else hashlib.sha256(body).hexdigest(),
        evidence_lacks=evidence.lacks if body is None else "",
    )  # fmt: skip
    tell(ticket, "dispute_opened", ["trader", "risk"], at, dispute=reference)
    return made
