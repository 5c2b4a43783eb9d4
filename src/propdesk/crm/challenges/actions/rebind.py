"""Bind an enrolment to another published version, by a second person.

The engine judges an account to its end by what it was enrolled with. So the account that runs stays
as it is, and the next one is judged by the new version; where the proposal names a balance, the
phase begins anew in that next account at once.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from propdesk.crm.accounts.approvals import approved
from propdesk.crm.accounts.keys import key_of
from propdesk.crm.accounts.messages import notice_message
from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.actions.propose_rebinding import KIND
from propdesk.crm.challenges.beginning_anew import begin_anew
from propdesk.crm.challenges.binding import Binding, bindable
from propdesk.crm.challenges.locks import Standing, locked_standing
from propdesk.crm.challenges.models import Enrolment
from propdesk.crm.challenges.phase_opening import rulebook_of
from propdesk.crm.challenges.written import written
from propdesk.crm.outbox.actions.enqueue_messages import enqueue_messages
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "challenges.rebind"


def rebind(approval: UUID, *, by: Actor, at: datetime) -> Enrolment:
    """Approve the proposal and do it; the trader is told. Raises ``ActionRefused`` for who proposed
    it, where another phase began since, and where the version was withdrawn meanwhile."""
    require(by, ACTION)
    with transaction.atomic():
        subject = Approval.objects.filter(pk=approval).values_list("subject", flat=True).first()
        if subject is None:
            raise ActionRefused("no_proposal", "There is no such proposal.")
        standing = locked_standing(subject)
        row = approved(approval, KIND, by=by, at=at)
        told = row.proposal
        if told["phase"] != str(standing.phase.pk):
            raise ActionRefused("changed", "Another phase began since it was proposed.")
        binding = Binding(
            version=UUID(told["version"]), add_ons=tuple(told["add_ons"]),
            balance=Decimal(told["balance"]) if told["balance"] else None,
        )  # fmt: skip
        _bind(standing, binding, row, by=by, at=at)
    return standing.enrolment


def _bind(
    standing: Standing, binding: Binding, approval: Approval, *, by: Actor, at: datetime
) -> None:
    enrolment = standing.enrolment
    version, _ = bindable(enrolment, standing.phase, binding)
    before, old = enrolment.state, rulebook_of(enrolment)
    # After this point the enrolment is bound to it.
    enrolment.bound_to, enrolment.bound_add_ons = version, list(binding.add_ons)
    enrolment.save(update_fields=["bound_to", "bound_add_ons"])
    after = {"version": version.name, "approval": str(approval.pk)}
    if binding.balance is not None:
        opened = begin_anew(standing, at, balance=binding.balance)
        after["account"] = opened.account.engine_account
    written(
        ACTION, standing, before, by=by, at=at, reason=approval.reason,
        after={**after, "old": old.rulebook.version},
    )  # fmt: skip
    detail = {"old": old.rulebook.version, "new": version.name, "reason": approval.reason,
              "account_anew": after.get("account", "")}  # fmt: skip
    key = key_of(standing.account.engine_account, "notice", "rulebook_changed", str(approval.pk))
    enqueue_messages([notice_message(standing.account, "rulebook_changed", detail, key)], at)
