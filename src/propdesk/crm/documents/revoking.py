"""What revoking a certificate comes to: rows of the caller's transaction."""

from datetime import datetime

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.documents.models import Certificate
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages


def revoked(certificate: Certificate, action: str, why: str, *, by: Actor, at: datetime) -> None:
    """Mark it, record it and tell its holder. The caller holds its lock, and has made sure that
    it is valid."""
    certificate.revoked_at, certificate.revoked_by = at, by.person
    certificate.revoked_why = why
    certificate.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
    record(
        by=by, action=action, object_type="certificate", object_id=certificate.pk, at=at,
        before={"valid": True}, after={"valid": False}, reason=why,
    )  # fmt: skip
    account = certificate.account
    key = key_of(account.engine_account, "notice", "certificate_revoked",
                 certificate.reference, at.isoformat())  # fmt: skip
    said = {"certificate": certificate.reference, "reason": why}
    enqueue_messages([notice_message(account, "certificate_revoked", said, key)], at)
