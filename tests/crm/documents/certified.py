"""A firm whose passes and funded accounts are certified."""

from datetime import timedelta

from propdesk.crm.challenges.actions.follow_statuses import follow_statuses
from propdesk.crm.challenges.actions.settle_gate import settle_gate
from propdesk.crm.challenges.models import Enrolment, Gate
from propdesk.crm.documents.actions.issue_certificates import issue_certificates
from propdesk.crm.documents.actions.revoke_corrected import revoke_corrected
from propdesk.crm.documents.models import Certificate, CertificateKind
from propdesk.wire.log_records import VerdictCorrected
from tests.crm.accounts.house_of_accounts import micros
from tests.crm.challenges.enrolled import STAFF, Firm


class CertifyingFirm(Firm):
    """The projector of this firm issues certificates, and takes them back."""

    def __init__(self) -> None:
        super().__init__()
        self.followers = (follow_statuses, issue_certificates, revoke_corrected)
        self.projector = self.new_projector()

    def passed(self) -> tuple[Enrolment, Certificate]:
        """An enrolment whose first phase is passed, and what certifies it."""
        made = self.enrolled()
        self.say(made, "active")
        self.say(made, "passed")
        return made, Certificate.objects.get(phase_number=1)

    def funded(self) -> tuple[Enrolment, Certificate]:
        """An enrolment that went on to its funded account."""
        made, _ = self.passed()
        self.say(made, "active")
        self.say(made, "passed")
        for gate in (Gate.KYC, Gate.CONTRACT):
            settle_gate(made.pk, gate, by=STAFF, at=self.now, reason="papers seen")
        self.deliver()
        self.say(made, "active")
        return made, Certificate.objects.get(kind=CertificateKind.FUNDED)

    def correct(self, login: str, outcome: str = "pass") -> None:
        """The engine takes a verdict back: nothing holds in its place."""
        self.now += timedelta(minutes=1)
        said = VerdictCorrected(
            id=f"verdict-{login}", account=login, phase="challenge", rule="phase",
            outcome=outcome, replaced_by=None, why="a late deal", because=9, at=micros(),
            observed="89999.99", limit="90000.00", offset=7, tick=9,
        )  # fmt: skip
        self.engine.say(f"corrected/{login}/{outcome}", said)
        self.project()
