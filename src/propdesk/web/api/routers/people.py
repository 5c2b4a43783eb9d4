"""Persons, masked by the caller's role, and what the desk does to their standing."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.accounts.actions.propose_merge import propose_merge
from propdesk.crm.api_keys.models import Scope
from propdesk.crm.challenges.actions.propose_ban import propose_ban
from propdesk.crm.people.actions.grant_role import grant_role
from propdesk.crm.people.actions.resume_person import resume_person
from propdesk.crm.people.actions.revoke_role import revoke_role
from propdesk.crm.people.actions.suspend_person import suspend_person
from propdesk.crm.people.masking import Field as Masked
from propdesk.crm.people.masking import shown
from propdesk.crm.people.models import Person, StaffRole, Standing
from propdesk.crm.people.searching import found
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import doing, reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound
from propdesk.web.api.routers.approvals import ApprovalOut, approval_out
from propdesk.web.api.routers.challenges import WhyAndPositions
from propdesk.web.api.words import EXAMPLE_ID, SEEN, Id, Instant, Why
from propdesk.web.received import received_at

router = Router()
READ, WRITE = Scope.PEOPLE_READ, Scope.PEOPLE_WRITE
ONE = "/people/{uuid:id}"
Text = Annotated[str, StringConstraints(max_length=100, pattern=SEEN)]


class PersonOut(Schema):
    """A person as the caller's role sees him: the rest is masked."""

    id: Id
    email: str = Field(examples=["a•••@e•••.org"])
    display_name: str = Field(examples=["A•••"])
    legal_name: str
    phone: str
    country: str = Field(examples=["CH"])
    born_on: str = Field(examples=["1990-••-••"])
    state: str = Field(examples=["customer"])
    standing: str = Field(examples=["open"])
    merged_into: Id | None
    roles: list[str] = Field(examples=[[]])
    created_at: Instant


class MergeSaid(Why):
    """Who the duplicate really is."""

    into: UUID = Field(examples=[EXAMPLE_ID])


class RoleSaid(Why):
    """Which role, and why."""

    role: StaffRole = Field(examples=["support"])


@reading(router, "/people", "people_list", allowed(READ, "people.read"), Page[PersonOut])
def list_people(
    request: HttpRequest, asked: PageAsked, q: Text = "", standing: Standing | None = None
) -> Page[PersonOut]:
    """Persons, newest first; ``q`` is not looked for in what the role sees masked."""
    people = Person.objects.prefetch_related("grants")
    if standing is not None:
        people = people.filter(standing=standing)
    if q.strip():
        people = found(people, q.strip(), caller_of(request).roles)
    rows, following = page(people, ("id",), asked)
    return Page[PersonOut](items=[person_out(request, each) for each in rows], next=following)


@reading(router, ONE, "people_read", allowed(READ, "people.read"), PersonOut)
def read_person(request: HttpRequest, id: UUID) -> PersonOut:  # noqa: A002
    """One person."""
    return person_out(request, _found(id))


@doing(
    router, f"{ONE}/suspend", "people_suspend", allowed(WRITE, "people.suspend_person"), PersonOut
)
def suspend(request: HttpRequest, id: UUID, said: Why) -> PersonOut:  # noqa: A002
    """Suspend a person: he cannot sign in, nor can his keys."""
    return _done(request, id, suspend_person, "people.suspend_person", said)


@doing(router, f"{ONE}/resume", "people_resume", allowed(WRITE, "people.resume_person"), PersonOut)
def resume(request: HttpRequest, id: UUID, said: Why) -> PersonOut:  # noqa: A002
    """End a suspension."""
    return _done(request, id, resume_person, "people.resume_person", said)


@doing(
    router, f"{ONE}/propose-ban", "people_propose_ban", allowed(WRITE, "challenges.propose_ban"),
    ApprovalOut,
)  # fmt: skip
def ask_for_ban(
    request: HttpRequest,
    id: UUID,  # noqa: A002
    said: WhyAndPositions,
) -> ApprovalOut:
    """Propose to ban a person and to end his challenges; another person approves it."""
    by = caller_of(request).acting("challenges.propose_ban")
    made = propose_ban(
        _found(id).pk, by=by, at=received_at(), reason=said.reason, positions=said.positions
    )
    return approval_out(made)


@doing(
    router, f"{ONE}/propose-merge", "people_propose_merge", allowed(WRITE, "people.propose_merge"),
    ApprovalOut,
)  # fmt: skip
def ask_for_merge(request: HttpRequest, id: UUID, said: MergeSaid) -> ApprovalOut:  # noqa: A002
    """Propose that a person is a duplicate of another one; a third person approves it."""
    by = caller_of(request).acting("people.propose_merge")
    made = propose_merge(_found(id).pk, said.into, reason=said.reason, by=by, at=received_at())
    return approval_out(made)


@doing(router, f"{ONE}/grant-role", "people_grant", allowed(WRITE, "people.grant_role"), PersonOut)
def grant(request: HttpRequest, id: UUID, said: RoleSaid) -> PersonOut:  # noqa: A002
    """Grant a role of the staff."""
    by = caller_of(request).acting("people.grant_role")
    grant_role(_found(id).pk, said.role, reason=said.reason, by=by, at=received_at())
    return person_out(request, _found(id))


@doing(
    router, f"{ONE}/revoke-role", "people_revoke", allowed(WRITE, "people.revoke_role"), PersonOut
)
def revoke(request: HttpRequest, id: UUID, said: RoleSaid) -> PersonOut:  # noqa: A002
    """Take a role of the staff back."""
    by = caller_of(request).acting("people.revoke_role")
    revoke_role(_found(id).pk, said.role, reason=said.reason, by=by, at=received_at())
    return person_out(request, _found(id))


def _done(
    request: HttpRequest, person: UUID, act: Callable[..., Person], action: str, said: Why
) -> PersonOut:
    by = caller_of(request).acting(action)
    act(_found(person).pk, reason=said.reason, by=by, at=received_at())
    return person_out(request, _found(person))


def _found(person: UUID) -> Person:
    found_one = Person.objects.prefetch_related("grants").filter(pk=person).first()
    if found_one is None:
        raise NotFound
    return found_one


def person_out(request: HttpRequest, row: Person) -> PersonOut:
    roles = caller_of(request).roles
    sees_roles = caller_of(request).may("people.read_roles")
    held = [each.role for each in row.grants.all() if each.revoked_at is None]
    born = "" if row.born_on is None else row.born_on.isoformat()
    return PersonOut(
        id=row.pk,
        email=shown(Masked.EMAIL, row.email, roles),
        display_name=shown(Masked.NAME, row.display_name, roles),
        legal_name=shown(Masked.NAME, row.legal_name, roles),
        phone=shown(Masked.PHONE, row.phone, roles),
        country=row.country,
        born_on=shown(Masked.BIRTH, born, roles),
        state=row.state,
        standing=row.standing,
        merged_into=row.merged_into_id,
        roles=sorted(held) if sees_roles else [],
        created_at=row.created_at,
    )
