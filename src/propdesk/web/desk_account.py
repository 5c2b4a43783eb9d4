"""What the desk shows of one account beside its live figures: facts, people, what may be done.

It must not decide: what is offered here is asked again by the action.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.utils.translation import gettext as _

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
from propdesk.crm.notices.models import Notice
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import TRADER, permitting_role
from propdesk.crm.purchases.models import Order
from propdesk.web.desk_verbs import VERBS, Subject, Verb
from propdesk.web.visitor import Visitor

VERDICTS_SHOWN = 20
MESSAGES_MAX = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the time line with who did it, as the looking role sees him."""

    at: datetime
    recorded_at: datetime
    kind: str
    word: str
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
    account: TradingAccount, before: int | None, roles: frozenset[str]
) -> tuple[Sequence[Line], int | None]:
    """A page of the time line, newest first, and where the next begins: what happened, and what
    the trader and the desk were told meanwhile."""
    page: TimeLinePage = time_line(account.pk, before)
    rows = _audit_rows(page.lines)
    people = Person.objects.in_bulk([each.person for each in rows.values() if each.person])
    found = [_line(each, rows.get(each.source), people, roles) for each in page.lines]
    found += _told(account, before, page)
    return sorted(found, key=lambda each: each.recorded_at, reverse=True), page.before


def _line(
    event: AccountEvent,
    row: AuditRow | None,
    people: Mapping[UUID, Person],
    roles: frozenset[str],
) -> Line:
    person = None if row is None or row.person is None else people.get(row.person)
    actor = "" if row is None else (row.process or row.role)
    if person is not None:
        actor = shown(Field.NAME, person.display_name, roles) or str(person.pk)
    return Line(
        event.at,
        event.recorded_at,
        event.get_kind_display(),
        # Of an action its verb; whose it is, is nothing for the reader.
        event.word.rpartition(".")[2],
        actor,
        None if person is None else person.pk,
        _detail(event.detail),
    )


def _told(account: TradingAccount, before: int | None, page: TimeLinePage) -> list[Line]:
    """The messages of the page's time: behind its oldest line, and up to the line it begins at, so
    that none is on two pages or on none."""
    found = Notice.objects.filter(account=account.engine_account)
    if before is not None:
        upto = AccountEvent.objects.filter(pk=before).values_list("recorded_at", flat=True).first()
        found = found.filter(at__lte=upto) if upto is not None else found.none()
    if page.before is not None:
        found = found.filter(at__gt=page.lines[-1].recorded_at)
    return [
        Line(each.at, each.at, _("message"), each.kind, "", None, _detail(each.detail))
        for each in found.order_by("-at")[:MESSAGES_MAX]
    ]


def _audit_rows(events: Sequence[AccountEvent]) -> Mapping[str, AuditRow]:
    sources = {each.source for each in events if each.kind == EventKind.ACTION}
    return {str(each.pk): each for each in AuditRow.objects.filter(pk__in=sources)}


def _detail(said: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What the line says, without what is empty."""
    return [
        (name, ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in said.items()
        if value not in (None, "", [])
    ]
