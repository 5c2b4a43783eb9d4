"""Restore a revoked certificate: what it certifies holds after all."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.documents.locks import locked_certificate
from propdesk.crm.documents.models import Certificate
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "documents.restore_certificate"


def restore_certificate(certificate: UUID, *, by: Actor, at: datetime, reason: str) -> Certificate:
    """Raises ``ActionRefused`` (``no_reason``, ``no_certificate``, ``valid``)."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", _("Say why."))
    with transaction.atomic():
        row = locked_certificate(certificate)
        if row.is_valid:
            raise ActionRefused("valid", _("The certificate is valid."))
        why = row.revoked_why
        row.revoked_at, row.revoked_by, row.revoked_why = None, None, ""
        row.save(update_fields=["revoked_at", "revoked_by", "revoked_why"])
        record(
            by=by, action=ACTION, object_type="certificate", object_id=row.pk, at=at,
            before={"valid": False, "why": why}, after={"valid": True}, reason=reason,
        )  # fmt: skip
    return row
