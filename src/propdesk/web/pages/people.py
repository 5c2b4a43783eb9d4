"""The staff's pages about persons: the list, one person, and who holds which role."""

from uuid import UUID

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.accounts.models import Approval, TradingAccount
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.models import (
    Person,
    RoleGrant,
    SessionEvent,
    StaffRole,
    Standing,
    StandingChange,
    consents_of,
)
from propdesk.crm.people.permissions import PERMITTED, STAFF, permitting_role
from propdesk.crm.people.searching import found
from propdesk.crm.people.standings import EDGES
from propdesk.web.access import allowed
from propdesk.web.people_forms import BanForm, GrantForm, InviteForm, MergeForm, ReasonForm
from propdesk.web.visitor import Visitor, visitor

ROWS = 50
BY_ONE = ("people.suspend_person", "people.resume_person")
"""What one person does alone; a ban and a merge are proposed to another."""
BANNABLE = EDGES["people.ban_person"][0]
TEXT_LENGTH_MAX = 100


@require_safe
@never_cache
@allowed("people.read")
def people(request: HttpRequest) -> HttpResponse:
    wanted = {
        name: request.GET.get(name, "").strip()[:TEXT_LENGTH_MAX]
        for name in ("q", "standing", "role", "after")
    }
    listed = list(_listed(wanted, visitor(request))[: ROWS + 1])
    more = listed[ROWS - 1].id if len(listed) > ROWS else None
    context = {
        "people": listed[:ROWS],
        "wanted": wanted,
        "following": more,
        "standings": Standing.choices,
        "roles": StaffRole.choices,
        "invite": InviteForm(),
        "may_invite": _may("people.invite_staff", visitor(request)),
    }
    return render(request, "web/people/list.html", context)


def _listed(wanted: dict[str, str], who: Visitor) -> QuerySet[Person]:
    """Whom the list shows, newest first."""
    people = Person.objects.prefetch_related("grants").order_by("-id")
    if wanted["standing"]:
        people = people.filter(standing=wanted["standing"])
    if wanted["role"]:
        people = people.filter(grants__role=wanted["role"], grants__revoked_at__isnull=True)
    if wanted["after"]:
        people = people.filter(id__lt=_id(wanted["after"]))
    return found(people, wanted["q"], who.roles) if wanted["q"] else people


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


@require_safe
@never_cache
@allowed("people.read")
def person(request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002 (the address names it so)
    return person_page(request, id)


def person_page(
    request: HttpRequest, whom: UUID, *, refused: str = "", status: int = 200
) -> HttpResponse:
    """The page of one person; with a refusal, above it, after an action that was not done."""
    shown = Person.objects.select_related("merged_into").filter(pk=whom).first()
    if shown is None:
        raise Http404
    who = visitor(request)
    ids = [shown.id, *shown.merged_from.values_list("id", flat=True)]
    sees_audit = _may("audit.read", who)
    context = {
        "person": shown,
        "grants": _grants(shown),
        "merged_from": ids[1:],
        "consents": consents_of(shown.id),
        "changes": StandingChange.objects.filter(person_id__in=ids).order_by("-at")[:ROWS],
        "events": SessionEvent.objects.filter(person_id__in=ids).order_by("-at")[:ROWS],
        "sessions": UserSession.objects.filter(user_id__in=ids).order_by("-last_seen_at")[:ROWS],
        "sees_audit": sees_audit,
        "rows": _rows(ids) if sees_audit else (),
        "moves": _moves(shown, who),
        "may_merge": _may("people.propose_merge", who) and shown.standing != Standing.MERGED,
        "may_grant": _may("people.grant_role", who) and shown.is_active,
        "grant_form": GrantForm(),
        "merge_form": MergeForm(),
        "may_ban": _may("challenges.propose_ban", who) and shown.standing in BANNABLE,
        "ban_form": BanForm(auto_id="ban-%s"),
        "may_view_as": _may("people.view_as", who) and not _grants(shown).exists(),
        "accounts": TradingAccount.objects.filter(person__in=ids).order_by("-created_at")[:ROWS],
        "proposals": Approval.objects.filter(subject__in=ids, decision=""),
        "reason_form": ReasonForm(),
        "refused": refused,
    }
    return render(request, "web/people/person.html", context, status=status)


def _grants(whom: Person) -> QuerySet[RoleGrant]:
    return whom.grants.filter(revoked_at__isnull=True).order_by("role")


def _rows(ids: list[UUID]) -> QuerySet[AuditRow]:
    texts = [str(each) for each in ids]
    rows = AuditRow.objects.filter(object_type="person", object_id__in=texts)
    return rows.order_by("-number")[:ROWS]


def _moves(whom: Person, who: Visitor) -> list[str]:
    """What can be done to the person's standing by this visitor, as the addresses name it."""
    return [
        action.removeprefix("people.").removesuffix("_person")
        for action, (old, _new) in EDGES.items()
        if action in BY_ONE and whom.standing in old and _may(action, who)
    ]


def _may(action: str, who: Visitor) -> bool:
    return permitting_role(action, who.roles) is not None


@require_safe
@never_cache
@allowed("people.read_roles")
def roles(request: HttpRequest) -> HttpResponse:
    """Who holds which role, and what each role may do."""
    held = RoleGrant.objects.filter(revoked_at__isnull=True).select_related("person")
    context = {
        "grants": held.order_by("role", "granted_at"),
        "roles": StaffRole.choices,
        "table": [
            (action, [role in permitted for role, _ in StaffRole.choices])
            for action, permitted in sorted(PERMITTED.items())
            if permitted & STAFF
        ],
    }
    return render(request, "web/people/roles.html", context)


def back_to(whom: UUID) -> HttpResponse:
    return redirect("person", id=whom)
