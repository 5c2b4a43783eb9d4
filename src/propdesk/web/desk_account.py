"""What the desk shows of one account beside its live figures: facts, people, what may be done.

It must not decide: what is offered here is asked again by the action.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from propdesk.crm.accounts.models import (
    AccountEvent,
    AccountVerdict,
    Approval,
    Case,
    EventKind,
    Hold,
    TradingAccount,
)
from propdesk.crm.accounts.time_line import TimeLinePage, time_line
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.challenges.models import EnrolmentPhase
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import TRADER, permitting_role
from propdesk.crm.purchases.models import Order
from propdesk.web.desk_verbs import VERBS, Subject, Verb
from propdesk.web.visitor import Visitor

VERDICTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the time line with who did it, as the looking role sees him."""

    event: AccountEvent
    actor: str
    person: UUID | None
    detail: Sequence[tuple[str, str]]


def account_of(account: UUID) -> TradingAccount:
    """Raises ``Http404``."""
    found = TradingAccount.objects.filter(pk=account).first()
    if found is None:
        raise Http404
    return found


def subject_of(account: TradingAccount) -> Subject | None:
    """The account with its enrolment; None for one that belongs to none."""
    phase = (
        EnrolmentPhase.objects.select_related(
            "enrolment__version__programme", "enrolment__bound_to", "version", "account"
        )
        .filter(account=account)
        .first()
    )
    if phase is None:
        return None
    newest = phase.enrolment.phases.order_by("-started_at", "-id").values_list("id", flat=True)
    return Subject(phase.enrolment, phase, account, newest.first() == phase.pk)


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
    person = Person.objects.filter(pk=account.person).first()
    return {
        "account": account,
        "on": on,
        "person_name": "" if person is None else shown(Field.NAME, person.display_name, roles),
        "holds": Hold.objects.filter(account=account, lifted_at=None).order_by("set_at"),
        "cases": Case.objects.filter(account=account).order_by("-opened_at")[:VERDICTS_SHOWN],
        "verdicts": AccountVerdict.objects.filter(account=account)
        .defer("evidence")
        .order_by("-at")[:VERDICTS_SHOWN],
        "order_reference": "" if on is None else _reference(on.enrolment.order),
        "proposals": ()
        if on is None
        else Approval.objects.filter(subject=on.enrolment.pk, decision=""),
        "attempts": ()
        if on is None
        else on.enrolment.phases.select_related("account").order_by("started_at"),
    }


def _reference(order: UUID) -> str:
    found = Order.objects.filter(pk=order).values_list("reference", flat=True).first()
    return found or ""


def lines(
    account: UUID, before: int | None, roles: frozenset[str]
) -> tuple[Sequence[Line], int | None]:
    """A page of the time line, newest first, and where the next begins."""
    page: TimeLinePage = time_line(account, before)
    rows = _audit_rows(page.lines)
    people = Person.objects.in_bulk([each.person for each in rows.values() if each.person])
    found = []
    for event in page.lines:
        row = rows.get(event.source)
        person = None if row is None or row.person is None else people.get(row.person)
        actor = "" if row is None else (row.process or row.role)
        if person is not None:
            actor = shown(Field.NAME, person.display_name, roles) or str(person.pk)
        found.append(Line(event, actor, None if person is None else person.pk, _detail(event)))
    return found, page.before


def _audit_rows(events: Sequence[AccountEvent]) -> Mapping[str, AuditRow]:
    sources = {each.source for each in events if each.kind == EventKind.ACTION}
    return {str(each.pk): each for each in AuditRow.objects.filter(pk__in=sources)}


def _detail(event: AccountEvent) -> list[tuple[str, str]]:
    """What the line says, without what is empty."""
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in event.detail.items()
        if value not in (None, "", [])
    ]
