"""Issue what passes and funded accounts are certified by, in the transaction that tells of them.

One achievement is one certificate, however often it is told.
"""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime

from propdesk.crm.accounts.actions.take_in_records import StatusRead
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.audit.actor import system
from propdesk.crm.audit.record import record
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.documents.models import Certificate, CertificateKind
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.people.permissions import require
from propdesk.crm.references import next_reference
from propdesk.crm.uuid7 import uuid7

ACTION = "documents.issue_certificate"
BY = system("projector")
SEQUENCE = "documents_certificate_number"
CODE_BYTES = 16


def issue_certificates(statuses: Sequence[StatusRead], at: datetime) -> None:
    """Certify each evaluation phase that was passed and each first funded account."""
    require(BY, ACTION)
    told = {each.account.pk: each for each in statuses if _is_achieved(each)}
    if not told:
        return
    phases = EnrolmentPhase.objects.filter(account__in=told).select_related(
        "enrolment__person", "enrolment__version__programme__brand"
    )
    due = {_achievement(each): each for each in phases.order_by("pk")}
    for known in _known(due):
        del due[known]
    for achievement, phase in due.items():
        _issue(achievement, phase, told[phase.account_id], at)


def _is_achieved(read: StatusRead) -> bool:
    """Whether a status certifies something. A funded account is certified once it is judged, not
    when the platform is asked for it."""
    account = read.account
    return account.status == ("active" if account.stage == "funded" else "passed")


def _achievement(phase: EnrolmentPhase) -> str:
    if phase.stage == "funded":
        return f"funded/{phase.enrolment_id}"
    return f"passed/{phase.enrolment_id}/{phase.number}"


def _known(achievements: Iterable[str]) -> list[str]:
    found = Certificate.objects.filter(achievement__in=list(achievements))
    return list(found.values_list("achievement", flat=True))


def _issue(achievement: str, phase: EnrolmentPhase, read: StatusRead, at: datetime) -> None:
    enrolment = phase.enrolment
    kind = CertificateKind.FUNDED if phase.stage == "funded" else CertificateKind.PASSED
    programme = enrolment.version.programme
    made = Certificate.objects.create(
        id=uuid7(at), code=secrets.token_urlsafe(CODE_BYTES),
        reference=next_reference("C", SEQUENCE, at), achievement=achievement, kind=kind,
        person_id=enrolment.person_id, account=read.account, enrolment=enrolment.pk,
        phase_number=phase.number, phase=phase.name, programme=programme.title,
        size=enrolment.size, currency=read.account.currency, brand=programme.brand_id,
        brand_name=programme.brand.name, accent=programme.brand.accent,
        language=enrolment.person.language, achieved_at=read.at, issued_at=at,
    )  # fmt: skip
    record(
        by=BY, action=ACTION, object_type="certificate", object_id=made.pk, at=at,
        after={"reference": made.reference, "achievement": achievement},
    )  # fmt: skip
    key = key_of(read.account.engine_account, "notice", "certificate_issued", achievement)
    said = {"certificate": made.reference, "kind": made.kind, "phase": made.phase}
    enqueue_messages([notice_message(read.account, "certificate_issued", said, key)], at)
