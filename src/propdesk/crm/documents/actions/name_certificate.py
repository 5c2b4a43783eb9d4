"""Choose which name a certificate bears, or none: the holder's own decision, at any time."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.challenges.models import Gate, GatePassed
from propdesk.crm.documents.locks import locked_certificate
from propdesk.crm.documents.models import Certificate, NameShown
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "documents.name_certificate"


def name_certificate(
    certificate: UUID, shown: NameShown, *, by: Actor, at: datetime
) -> Certificate:
    """The choice is the consent, and taken back the same way. The audit holds the choice and not
    the name. Raises ``ActionRefused`` (``no_certificate``, ``no_name``, ``not_verified``: a legal
    name is borne only where somebody has seen the papers)."""
    with transaction.atomic():
        row = locked_certificate(certificate)
        require(by, ACTION, of=row.person_id)
        holder = _name(row.person, shown)
        before = row.name_shown
        row.name_shown, row.holder = shown, holder
        row.save(update_fields=["name_shown", "holder"])
        record(
            by=by, action=ACTION, object_type="certificate", object_id=row.pk, at=at,
            before={"shown": before}, after={"shown": str(shown)},
        )  # fmt: skip
    return row


def _name(person: Person, shown: NameShown) -> str:
    if shown == NameShown.NONE:
        return ""
    if shown == NameShown.LEGAL:
        seen = GatePassed.objects.filter(enrolment__person=person, gate=Gate.KYC)
        if not seen.exists():
            raise ActionRefused(
                "not_verified", _("Your legal name can be shown once your papers were seen.")
            )
    name = person.legal_name if shown == NameShown.LEGAL else person.display_name
    if not name.strip():
        raise ActionRefused("no_name", _("Your profile does not say this name."))
    return name
