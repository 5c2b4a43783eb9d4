"""Follow what the engine said of accounts: phases end, and passed ones lead on.

Called in the transaction in which the statuses were read. A thousand failures cost a few
statements; the log is their proof, so that only a promotion is in the audit.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from propdesk.crm.accounts.actions.take_in_records import StatusRead
from propdesk.crm.accounts.holding import note_action
from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.audit.actor import system
from propdesk.crm.audit.record import record
from propdesk.crm.challenges.going_on import go_on
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase, Outcome

ACTION = "challenges.promote"
BY = system("projector")
_OUTCOME: Mapping[str, Outcome] = {
    "passed": Outcome.PASSED,
    "breached": Outcome.FAILED,
    "expired": Outcome.EXPIRED,
}


def follow_statuses(statuses: Sequence[StatusRead], at: datetime) -> None:
    """End the phases of accounts that are over; open what follows from a pass, or wait."""
    over = {each.account.pk: each.account for each in statuses if each.account.status in _OUTCOME}
    phases = list(
        EnrolmentPhase.objects.filter(account__in=over, outcome=Outcome.RUNS).order_by("enrolment")
    )
    if not phases:
        return
    enrolments = _locked([each.enrolment_id for each in phases])
    failed: list[UUID] = []
    for outcome in _OUTCOME.values():
        ended = [each for each in phases if _OUTCOME[over[each.account_id].status] == outcome]
        EnrolmentPhase.objects.filter(pk__in=[each.pk for each in ended]).update(
            outcome=outcome, ended_at=at
        )
        if outcome == Outcome.PASSED:
            for each in ended:
                _pass(enrolments[each.enrolment_id], each, over[each.account_id], at)
        else:
            failed += [each.enrolment_id for each in ended]
    # A suspended one stays so, and returns to nothing.
    Enrolment.objects.filter(pk__in=failed, state__in=["evaluating", "funded"]).update(
        state="customer", state_at=at
    )
    Enrolment.objects.filter(pk__in=failed, state="suspended").update(suspended_from="customer")


def _pass(
    enrolment: Enrolment, phase: EnrolmentPhase, account: TradingAccount, at: datetime
) -> None:
    if enrolment.state == "suspended":  # the pass stands, and waits for the suspension's end
        enrolment.suspended_from = "passed"
        enrolment.save(update_fields=["suspended_from"])
        return
    opened = go_on(enrolment, phase, account, at)
    after = {"state": enrolment.state}
    if opened is not None:
        after["account"] = opened.account.engine_account
    row = record(
        by=BY, action=ACTION, object_type="enrolment", object_id=enrolment.pk, at=at,
        before={"phase": phase.name}, after=after,
    )  # fmt: skip
    note_action(account, ACTION, at, row.pk, after)


def _locked(ids: Sequence[UUID]) -> dict[UUID, Enrolment]:
    rows = Enrolment.objects.filter(pk__in=ids).select_related("version__programme", "bound_to")
    return {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("id")}
