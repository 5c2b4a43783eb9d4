"""Revoke a key: from now on it opens nothing."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.api_keys.models import ApiKey
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "api_keys.revoke_key"


def revoke_key(key: UUID, *, by: Actor, at: datetime) -> ApiKey:
    """Raises ``ActionRefused`` (``revoked``), and ``ApiKey.DoesNotExist``."""
    with transaction.atomic():
        row = ApiKey.objects.select_for_update().get(pk=key)
        require(by, ACTION, of=row.person_id)
        if row.revoked_at is not None:
            raise ActionRefused("revoked", _("The key is revoked already."))
        # After this point the key must be revoked.
        row.revoked_at = at
        row.save(update_fields=["revoked_at"])
        record(
            by=by,
            action=ACTION,
            object_type="api_key",
            object_id=row.pk,
            at=at,
            after={"name": row.name},
        )
    return row
