"""Withdraw a published version: it is sold no more; who bought it keeps it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.models import ProgrammeVersion, VersionState
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused


def withdraw_version(version: ProgrammeVersion, *, reason: str, by: Actor, at: datetime) -> None:
    """Raises ``ActionRefused`` (``not_published``, ``no_reason``)."""
    require(by, "catalog.withdraw_version")
    if not reason.strip():
        raise ActionRefused("no_reason", _("Say why it is withdrawn."))
    with transaction.atomic():
        published = ProgrammeVersion.objects.filter(pk=version.pk, state=VersionState.PUBLISHED)
        if not published.update(state=VersionState.WITHDRAWN, withdrawn_at=at):
            raise ActionRefused("not_published", _("This version is not on sale."))
        record(
            by=by,
            action="catalog.withdraw_version",
            object_type="programme_version",
            object_id=version.pk,
            at=at,
            before={"state": VersionState.PUBLISHED.value},
            after={"state": VersionState.WITHDRAWN.value},
            reason=reason,
        )
