"""Locks of enrolments and their accounts: the account first, as the projector does it."""

from dataclasses import dataclass
from uuid import UUID

from propdesk.crm.accounts.locks import locked_ids
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Outcome
from propdesk.crm.refusal import ActionRefused


@dataclass(frozen=True, slots=True)
class Standing:
    """An enrolment, its last phase and that phase's account, locked until the transaction ends."""

    enrolment: Enrolment
    phase: EnrolmentPhase
    account: TradingAccount

    @property
    def runs(self) -> bool:
        return self.phase.outcome == Outcome.RUNS


def locked_standing(enrolment: UUID) -> Standing:
    """Raises ``ActionRefused`` where it changed while it was waited for, and
    ``EnrolmentPhase.DoesNotExist`` where there is none."""
    newest = EnrolmentPhase.objects.filter(enrolment=enrolment).order_by("-started_at", "-id")
    before = newest.values_list("account", flat=True).first()
    accounts = {row.pk: row for row in locked_ids([before])}
    row = locked_enrolment(enrolment)
    phase = newest.first()
    if phase is None:
        raise EnrolmentPhase.DoesNotExist
    if phase.account_id not in accounts:
        raise ActionRefused("changed", "Another phase began meanwhile; look again.")
    return Standing(row, phase, accounts[phase.account_id])


def locked_enrolment(enrolment: UUID) -> Enrolment:
    """The enrolment, locked. Raises ``Enrolment.DoesNotExist``."""
    rows = Enrolment.objects.select_related("version__programme", "bound_to", "person")
    return rows.select_for_update(of=("self",)).get(pk=enrolment)
