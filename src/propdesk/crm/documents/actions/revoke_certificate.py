"""Revoke a certificate by hand."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.documents.locks import locked_certificate
from propdesk.crm.documents.models import Certificate
from propdesk.crm.documents.revoking import revoked
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "documents.revoke_certificate"


def revoke_certificate(certificate: UUID, *, by: Actor, at: datetime, reason: str) -> Certificate:
    """Raises ``ActionRefused`` (``no_reason``, ``no_certificate``, ``revoked``)."""
    require(by, ACTION)
    if not reason.strip():
        raise ActionRefused("no_reason", _("Say why."))
    with transaction.atomic():
        row = locked_certificate(certificate)
        if not row.is_valid:
            raise ActionRefused("revoked", _("The certificate is revoked already."))
        revoked(row, ACTION, reason.strip(), by=by, at=at)
    return row
