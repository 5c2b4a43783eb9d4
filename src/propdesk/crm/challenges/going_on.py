"""How an enrolment goes on after a pass: to the next account, or to wait at a gate.

Rows of the caller's transaction; it must not decide whether a phase is passed.
"""

from datetime import datetime
from decimal import Decimal

from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.accounts.models import Blocked, TradingAccount
from propdesk.crm.challenges.gates import WAITS_IN, first_shut, gates_before, state_in
from propdesk.crm.challenges.models import (
    Enrolment,
    EnrolmentPhase,
    Gate,
    GatePassed,
    GateTerms,
)
from propdesk.crm.challenges.phase_opening import open_phase, phase_at, terms_of
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.domain.rulebook import Phase
from propdesk.domain.stages import StageAccount, start_balance
from propdesk.domain.statuses import Lifecycle, lifecycle_changed

STATES: dict[str, Lifecycle] = {
    "customer": "customer",
    "evaluating": "evaluating",
    "passed": "passed",
    "awaiting_kyc": "awaiting_kyc",
    "awaiting_contract": "awaiting_contract",
    "funded": "funded",
    "suspended": "suspended",
    "terminated": "terminated",
}


def move(enrolment: Enrolment, state: Lifecycle, at: datetime) -> None:
    """Write a state. Raises ``ForbiddenTransition`` for one that cannot follow."""
    if enrolment.state == state:
        return
    enrolment.state = lifecycle_changed(STATES[enrolment.state], state)
    enrolment.state_at = at
    enrolment.save(update_fields=["state", "state_at", "suspended_from"])


def shut_gate(enrolment: Enrolment, phase: EnrolmentPhase, left: Phase, following: Phase) -> str:
    """The gate before the next phase that is to be settled first; empty: the way is free."""
    programme = enrolment.version.programme
    terms = GateTerms.objects.filter(programme=programme).first()
    asked = gates_before(terms, left, following, pays_on_pass=programme.on_pass_days is not None)
    settled = GatePassed.objects.filter(enrolment=enrolment)
    passed = [
        each.gate for each in settled if each.gate != Gate.REVIEW or each.phase_id == phase.pk
    ]
    return first_shut(asked, passed) or ""


def go_on(
    enrolment: Enrolment, phase: EnrolmentPhase, account: TradingAccount, at: datetime
) -> EnrolmentPhase | None:
    """From a passed phase: to the next one, or to the gate before it (None then)."""
    left, following = terms_of(phase), phase_at(enrolment, phase.number + 1)
    if enrolment.state == "evaluating":
        move(enrolment, "passed", at)
    if following is None:
        return None
    gate = shut_gate(enrolment, phase, left, following)
    if gate:
        move(enrolment, WAITS_IN[gate], at)
        account.blocked_why = gate
        account.save(update_fields=["blocked_why"])
        _tell(account, "gate", str(phase.pk), gate, at)
        return None
    balance = _balance(enrolment, account, left)
    opened = open_phase(enrolment, phase.number + 1, balance=balance, at=at)
    move(enrolment, state_in(following.stage), at)
    account.blocked_by, account.blocked_why = Blocked.SUCCEEDED, ""
    account.save(update_fields=["blocked_by", "blocked_why"])
    _tell(account, "next_phase", str(phase.pk), following.name, at)
    return opened


def _balance(enrolment: Enrolment, account: TradingAccount, left: Phase) -> Decimal:
    """What the next account starts with, as the rulebook's promotion says."""
    passed = account.verdicts.filter(outcome="pass").order_by("-at").first()
    held = [] if passed is None else [StageAccount(account.size, Decimal(passed.observed))]
    return start_balance(left.promotion.next_balance, held, enrolment.size)


def _tell(account: TradingAccount, notice: str, source: str, what: str, at: datetime) -> None:
    key = key_of(account.engine_account, "notice", notice, source, what)
    enqueue_messages([notice_message(account, notice, {notice: what}, key)], at)
