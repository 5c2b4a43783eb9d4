"""What the desk shows of one account beside its live figures: facts, people, what may be done.

It must not decide: what is offered here is asked again by the action.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404

from propdesk.crm.accounts.models import (
    AccountVerdict,
    Approval,
    Case,
    Hold,
    TradingAccount,
)
from propdesk.crm.audit.actor import Actor
from propdesk.crm.challenges.account_facts import standing
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.permissions import TRADER, permitting_role
from propdesk.web.desk_verbs import VERBS, Attempt, Subject, Verb
from propdesk.web.visitor import Visitor

VERDICTS_SHOWN = 20


def account_of(account: UUID) -> TradingAccount:
    """Raises ``Http404``."""
    found = TradingAccount.objects.filter(pk=account).first()
    if found is None:
        raise Http404
    return found


def subject_of(account: TradingAccount) -> Subject | None:
    """The account with its enrolment; None for one that belongs to none."""
    # Of a version of its own, and of one it is bound to, few accounts have any: asked for alone.
    found = EnrolmentPhase.objects.select_related("enrolment__version__programme")
    phase = next(iter(found.filter(account=account)[:1]), None)
    if phase is None:
        return None
    phase.account = account
    return Subject(phase.enrolment, phase, account, _attempts(phase))


def _attempts(phase: EnrolmentPhase) -> tuple[Attempt, ...]:
    rows = EnrolmentPhase.objects.filter(enrolment=phase.enrolment_id)
    fields = ("id", "account_id", "name", "attempt", "outcome")
    told = rows.order_by("started_at", "id").values_list(*fields)
    return tuple(Attempt(*each) for each in told)


def offered(on: Subject | None, who: Visitor) -> list[tuple[str, Verb]]:
    """What this visitor may do to the account now."""
    if on is None:
        return []
    return [
        (name, verb)
        for name, verb in VERBS.items()
        if permitting_role(verb.action, who.roles - {TRADER}) and verb.offered(on)
    ]


def acting(who: Visitor, action: str) -> Actor:
    """Who acts as one of the staff: what a trader may do to his own is not done in his role."""
    role = permitting_role(action, who.roles - {TRADER}) or TRADER
    return Actor(None if who.person is None else who.person.id, role, address=who.address)


def facts(account: TradingAccount, on: Subject | None, roles: frozenset[str]) -> dict[str, Any]:
    """Whose it is, what stands before its next step, and what waits for a person."""
    enrolment = None if on is None else on.enrolment
    stands = standing(
        account.pk,
        account.person,
        None if enrolment is None else enrolment.pk,
        None if enrolment is None else enrolment.order,
    )
    holds = Hold.objects.filter(account=account, lifted_at=None).order_by("set_at")
    cases = Case.objects.filter(account=account).order_by("-opened_at")
    verdicts = AccountVerdict.objects.filter(account=account).defer("evidence").order_by("-at")
    return {
        "account": account,
        "on": on,
        "person_name": shown(Field.NAME, stands.person_name, roles),
        "holds": list(holds) if stands.holds else (),
        "cases": list(cases[:VERDICTS_SHOWN]) if stands.cases else (),
        "verdicts": list(verdicts[:VERDICTS_SHOWN]) if stands.verdicts else (),
        "order_reference": stands.order_reference,
        "proposals": () if enrolment is None or not stands.proposals else _proposals(enrolment.pk),
    }


def _proposals(enrolment: UUID) -> Sequence[Approval]:
    return list(Approval.objects.filter(subject=enrolment, decision=""))
