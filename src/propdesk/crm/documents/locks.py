"""The lock of a certificate. Whoever needs an account's too takes that first."""

from uuid import UUID

from django.utils.translation import gettext as _

from propdesk.crm.documents.models import Certificate
from propdesk.crm.refusal import ActionRefused


def locked_certificate(certificate: UUID) -> Certificate:
    """The row as it is now. Raises ``ActionRefused`` where there is none."""
    rows = Certificate.objects.select_for_update(of=("self",)).select_related("account", "person")
    found = rows.filter(pk=certificate).first()
    if found is None:
        raise ActionRefused("no_certificate", _("There is no such certificate."))
    return found
