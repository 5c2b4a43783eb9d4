"""The time line of an account as the desk reads it: every line a text, in pages.

It must not write, and shows who did what as the looking role sees him.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any
from uuid import UUID

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from propdesk.crm.accounts.models import AccountEvent, EventKind, TradingAccount
from propdesk.crm.accounts.time_line import TimeLinePage, time_line
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.notices.models import Notice
from propdesk.crm.people.masking import Field, shown
from propdesk.crm.people.models import Person
from propdesk.web.row_form import RowForm
from propdesk.web.templatetags.figures import words

MESSAGES_MAX = 200


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the time line with who did it, as the looking role sees him."""

    at: datetime
    recorded_at: datetime
    kind: str
    what: str
    actor: str
    person: UUID | None
    detail: SafeString

    @property
    def moment(self) -> str:
        return self.at.astimezone(UTC).isoformat()

    @property
    def clock(self) -> str:
        return f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


DRAWN = RowForm(
    "web/desk/time_line_row.html",
    values=("moment", "clock", "kind", "what", "actor", "detail"),
    ids=("person",),
    switches=("actor", "person", "detail"),
)


def lines(
    account: TradingAccount, before: int | None, roles: frozenset[str]
) -> tuple[Sequence[Line], int | None]:
    """A page of the time line, newest first, and where the next begins: what happened, and what
    the trader and the desk were told meanwhile."""
    page: TimeLinePage = time_line(account.pk, before)
    rows = _audit_rows(page.lines)
    people = Person.objects.in_bulk({each.person for each in rows.values() if each.person})
    kinds = {each.value: str(each.label) for each in EventKind}
    found = [
        _line(each, kinds[each.kind], rows.get(each.source), people, roles) for each in page.lines
    ]
    found += _told(account, before, page)
    return sorted(found, key=lambda each: each.recorded_at, reverse=True), page.before


def _line(
    event: AccountEvent,
    kind: str,
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
        kind,
        # Of an action its verb; whose it is, is nothing for the reader.
        words(event.word.rpartition(".")[2]),
        actor,
        None if person is None else person.pk,
        _detail(event.detail),
    )


def _told(account: TradingAccount, before: int | None, page: TimeLinePage) -> list[Line]:
    """The messages of the page's time: behind its oldest line, and up to the line it begins at, so
    that none is on two pages or on none."""
    found = Notice.objects.filter(account=account.engine_account)
    if before is not None:
        moments = AccountEvent.objects.filter(pk=before).values_list("recorded_at", flat=True)
        upto = next(iter(moments), None)
        found = found.filter(at__lte=upto) if upto is not None else found.none()
    if page.before is not None:
        found = found.filter(at__gt=page.lines[-1].recorded_at)
    return [
        Line(each.at, each.at, _("message"), words(each.kind), "", None, _detail(each.detail))
        for each in found.order_by("-at")[:MESSAGES_MAX]
    ]


def _audit_rows(events: Sequence[AccountEvent]) -> Mapping[str, AuditRow]:
    sources = {each.source for each in events if each.kind == EventKind.ACTION}
    if not sources:
        return {}
    return {str(each.pk): each for each in AuditRow.objects.filter(pk__in=sources)}


def _detail(said: Mapping[str, Any]) -> SafeString:
    """What the line says, without what is empty."""
    told = (
        (words(name), ", ".join(map(str, value)) if isinstance(value, list) else str(value))
        for name, value in said.items()
        if value not in (None, "", [])
    )
    pairs = (f"<dt>{escape(name)}</dt> <dd>{escape(value)}</dd>" for name, value in told)
    return SafeString("".join(pairs))
