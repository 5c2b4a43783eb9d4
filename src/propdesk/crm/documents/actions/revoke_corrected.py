"""Revoke what certified a pass that does not hold any more, in the transaction that tells of it."""

from collections.abc import Sequence
from datetime import datetime

from propdesk.crm.accounts.actions.take_in_records import StatusRead
from propdesk.crm.accounts.models import Case, CaseKind
from propdesk.crm.audit.actor import system
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.documents.models import Certificate
from propdesk.crm.documents.revoking import revoked

ACTION = "documents.revoke_certificate"
BY = system("projector")
WHY = "the pass it stands on was corrected"


def revoke_corrected(_statuses: Sequence[StatusRead], at: datetime) -> None:
    """Look for the cases that this batch opened: a corrected pass takes with it the certificates
    of its phase and of every later one. A person may restore them once the case is decided."""
    opened = Case.objects.filter(
        closed_at=None, opened_at=at, kind__in=[CaseKind.CORRECTED, CaseKind.NEWLY_BREACHED]
    )
    accounts = list(opened.values_list("account", flat=True))
    if not accounts:
        return
    for phase in EnrolmentPhase.objects.filter(account__in=accounts):
        fallen = Certificate.objects.select_for_update(of=("self",)).filter(
            enrolment=phase.enrolment_id, phase_number__gte=phase.number, revoked_at=None
        )
        for each in fallen.select_related("account").order_by("pk"):
            revoked(each, ACTION, WHY, by=BY, at=at)
