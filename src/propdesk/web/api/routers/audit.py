"""The audit: what was done, by whom, to what."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.masking import Field as Masked
from propdesk.crm.people.masking import shown
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.words import SEEN, Id, Instant

router = Router()
Wanted = Annotated[str, StringConstraints(max_length=200, pattern=SEEN)]


class RowOut(Schema):
    """One thing that was done. ``hash`` chains it to the row before."""

    number: int = Field(examples=[4711])
    id: Id
    at: Instant
    person: Id | None
    role: str = Field(examples=["risk"])
    process: str
    address: str = Field(examples=["203.0.113.7"])
    action: str = Field(examples=["challenges.pause"])
    object_type: str = Field(examples=["enrolment"])
    object_id: str
    before: Any = None
    after: Any = None
    reason: str
    content_hash: str
    hash: str


@reading(router, "/audit", "audit_list", allowed(Scope.AUDIT_READ, "audit.read"), Page[RowOut])
def list_rows(
    request: HttpRequest,
    asked: PageAsked,
    person: UUID | None = None,
    action: Wanted = "",
    object_type: Wanted = "",
    object_id: Wanted = "",
) -> Page[RowOut]:
    """Rows of the audit, the newest first."""
    rows = AuditRow.objects.filter(number__isnull=False)
    if person is not None:
        rows = rows.filter(person=person)
    wanted = {"action": action, "object_type": object_type, "object_id": object_id}
    rows = rows.filter(**{name: value for name, value in wanted.items() if value})
    found, following = page(rows, ("number",), asked)
    roles = caller_of(request).roles
    return Page[RowOut](items=[_row(each, roles) for each in found], next=following)


def _row(row: AuditRow, roles: frozenset[str]) -> RowOut:
    return RowOut(
        number=row.number or 0,
        id=row.pk,
        at=row.at,
        person=row.person,
        role=row.role,
        process=row.process,
        address=shown(Masked.ADDRESS, row.address, roles),
        action=row.action,
        object_type=row.object_type,
        object_id=row.object_id,
        before=row.before,
        after=row.after,
        reason=row.reason,
        content_hash=row.content_hash,
        hash=row.hash,
    )
