"""Registering, inviting, suspending, banning, merging: who may, from where, and what stays."""

import threading
from contextlib import suppress
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connections, transaction

from propdesk.crm.audit.actor import anonymous, system
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.actions.change_profile import Profile, change_profile
from propdesk.crm.people.actions.create_owner import Owner, create_owner
from propdesk.crm.people.actions.grant_role import grant_role
from propdesk.crm.people.actions.invite_staff import invite_staff
from propdesk.crm.people.actions.register import Registration, register
from propdesk.crm.people.actions.resume_person import resume_person
from propdesk.crm.people.actions.revoke_role import revoke_role
from propdesk.crm.people.actions.suspend_person import suspend_person
from propdesk.crm.people.changing_standing import change_standing
from propdesk.crm.people.merging import merged
from propdesk.crm.people.models import (
    Consent,
    Person,
    PersonState,
    Purpose,
    RoleGrant,
    StaffRole,
    Standing,
    StandingChange,
    consents_of,
    has_owner,
    resolve,
    roles_of,
)
from propdesk.crm.people.permissions import PERMITTED, TRADER, NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from tests.crm.people.cast import AT, NOBODY, PASSWORD, acting, moment, registered, staff

pytestmark = pytest.mark.django_db


def last_row() -> AuditRow:
    return AuditRow.objects.latest("at", "id")


def test_who_registers_is_known_by_the_address_in_lower_case() -> None:
    person = registered("Ada", consents=((Purpose.DEVICE, True), (Purpose.NEWS, False)))
    assert person.email == "ada@example.org"
    assert person.check_password(PASSWORD)
    assert person.is_active
    assert consents_of(person.id) == {"device": True, "news": False}
    assert Consent.objects.filter(network="203.0.113.0/24").count() == 2
    row = last_row()
    assert (row.action, row.role, row.object_id) == ("people.register", "anonymous", str(person.id))
    assert "ada" not in str(row.after)
    assert person.changes.get().new == "registered"


def test_one_address_is_one_person() -> None:
    registered("ada")
    with pytest.raises(ActionRefused) as refused:
        registered("ADA")
    assert refused.value.code == "email_taken"
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.create(
            id=uuid7(AT), created_at=AT, email="Ada@example.org", state=PersonState.LEAD
        )


def test_a_lead_who_registers_keeps_where_it_came_from() -> None:
    lead = Person.objects.create(
        id=uuid7(AT),
        created_at=AT,
        email="ada@example.org",
        state=PersonState.LEAD,
        first_source="podcast",
        first_campaign="spring",
    )
    assert not lead.is_active
    person = registered("ada", first_source="search")
    assert person.id == lead.id
    assert (person.first_source, person.first_campaign) == ("podcast", "spring")
    assert person.is_active
    assert last_row().before == {"state": "lead"}


def test_the_first_owner_is_made_once() -> None:
    assert not has_owner()
    owner = create_owner(Owner("Own@example.org", PASSWORD), by=system("test"), at=moment())
    assert roles_of(owner.id) == {"owner"}
    assert has_owner()
    with pytest.raises(ActionRefused) as refused:
        create_owner(Owner("b@example.org", PASSWORD), by=system("test"), at=moment())
    assert refused.value.code == "has_owner"
    assert not Person.objects.filter(email="b@example.org").exists()


def test_nobody_but_the_program_makes_the_first_owner() -> None:
    with pytest.raises(NotPermitted):
        create_owner(Owner("a@example.org", PASSWORD), by=anonymous(), at=moment())


@pytest.mark.django_db(transaction=True)
def test_two_who_would_be_the_first_owner_at_once() -> None:
    begun = threading.Barrier(2)

    def claim(name: str) -> None:
        begun.wait()
        with suppress(ActionRefused):
            create_owner(Owner(f"{name}@example.org", PASSWORD), by=system("test"), at=AT)
        connections.close_all()

    threads = [threading.Thread(target=claim, args=(name,)) for name in "ab"]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    assert RoleGrant.objects.count() == 1
    assert Person.objects.count() == 1


def test_an_invited_person_has_the_role_and_no_password() -> None:
    owner = staff("owner")
    person = invite_staff(
        "Risk@example.org", StaffRole.RISK, by=acting(owner, "owner"), at=moment()
    )
    assert roles_of(person.id) == {"risk"}
    assert not person.has_usable_password()
    assert person.email == "risk@example.org"
    with pytest.raises(ActionRefused) as refused:
        invite_staff("risk@example.org", StaffRole.RISK, by=acting(owner, "owner"), at=moment())
    assert refused.value.code == "email_taken"


@pytest.mark.parametrize(
    ("by", "role", "code"),
    [
        ("owner", "owner", None),
        ("owner", "admin", None),
        ("owner", "auditor", None),
        ("admin", "risk", None),
        ("admin", "admin", "owners_only"),
        ("admin", "owner", "owners_only"),
        ("risk", "support", "not_permitted"),
        ("auditor", "auditor", "not_permitted"),
        ("trader", "support", "not_permitted"),
        ("anonymous", "support", "not_permitted"),
    ],
)
def test_who_may_grant_and_revoke_what(by: str, role: str, code: str | None) -> None:
    granter, whom = registered("granter"), registered("whom")
    staff("owner", "another")  # so that no owner is the last
    who = acting(granter, by)
    if code is None:
        grant_role(whom.id, StaffRole(role), reason="helps out", by=who, at=moment())
        assert roles_of(whom.id) == {role}
        assert last_row().after == {"roles": [role]}
        revoke_role(whom.id, StaffRole(role), reason="left", by=who, at=moment())
        assert roles_of(whom.id) == set()
        assert last_row().before == {"roles": [role]}
        assert RoleGrant.objects.get(person=whom).revoked_by == granter.id
        return
    for act in (grant_role, revoke_role):
        with pytest.raises(ActionRefused) as refused:
            act(whom.id, StaffRole(role), reason="", by=who, at=moment())
        assert refused.value.code == code
    assert not RoleGrant.objects.filter(person=whom).exists()


def test_nobody_grants_himself_a_role_nor_twice_nor_to_who_is_barred() -> None:
    owner, whom = staff("owner"), staff("risk")
    by = acting(owner, "owner")
    cases = [(owner, "risk", "oneself"), (whom, "risk", "has_role")]
    suspended = registered("suspended")
    suspend_person(suspended.id, reason="x", by=by, at=moment())
    cases.append((suspended, "risk", "not_active"))
    for person, role, code in cases:
        with pytest.raises(ActionRefused) as refused:
            grant_role(person.id, StaffRole(role), reason="", by=by, at=moment())
        assert refused.value.code == code
    with pytest.raises(ActionRefused) as refused:
        grant_role(NOBODY, StaffRole.RISK, reason="", by=by, at=moment())
    assert refused.value.code == "unknown_person"


def test_the_last_owner_stays() -> None:
    owner = staff("owner")
    by = acting(owner, "owner")
    with pytest.raises(ActionRefused) as refused:
        revoke_role(owner.id, StaffRole.OWNER, reason="", by=by, at=moment())
    assert refused.value.code == "last_owner"
    staff("owner", "second")
    revoke_role(owner.id, StaffRole.OWNER, reason="", by=by, at=moment())
    assert roles_of(owner.id) == set()


# Two persons decide it (``challenges/actions/ban.py``); here is what it does to the person.
ban_person = partial(change_standing, "people.ban_person")
STANDINGS = [
    # standing, action, becomes (None: refused)
    ("open", suspend_person, "suspended"),
    ("open", resume_person, None),
    ("open", ban_person, "banned"),
    ("suspended", suspend_person, None),
    ("suspended", resume_person, "open"),
    ("suspended", ban_person, "banned"),
    ("banned", suspend_person, None),
    ("banned", resume_person, None),
    ("banned", ban_person, None),
]


@pytest.mark.parametrize(("standing", "act", "becomes"), STANDINGS)
def test_how_a_standing_changes(standing, act, becomes) -> None:
    risk, person = staff("risk"), registered()
    Person.objects.filter(pk=person.pk).update(standing=standing)
    by = acting(risk, "risk")
    if becomes is None:
        with pytest.raises(ActionRefused) as refused:
            act(person.id, reason="evidence 7", by=by, at=moment())
        assert refused.value.code == "wrong_standing"
        return
    changed = act(person.id, reason="evidence 7", by=by, at=moment())
    assert changed.standing == becomes
    assert changed.is_active == (becomes == "open")
    change = StandingChange.objects.latest("at")
    assert (change.old, change.new, change.by) == (standing, becomes, risk.id)
    row = last_row()
    assert (row.before, row.after) == ({"standing": standing}, {"standing": becomes})
    assert row.reason == "evidence 7"


@pytest.mark.parametrize(
    ("role", "whose", "reason", "code"),
    [
        ("support", "trader", "x", None),
        ("finance", "trader", "x", "not_permitted"),
        ("auditor", "trader", "x", "not_permitted"),
        ("trader", "trader", "x", "not_permitted"),
        ("risk", "trader", "  ", "no_reason"),
        ("risk", "support", "x", "staff"),
        ("admin", "risk", "x", "staff"),
        ("owner", "risk", "x", None),
        ("owner", "owner", "x", "owner"),
    ],
)
def test_who_may_suspend_whom(role: str, whose: str, reason: str, code: str | None) -> None:
    acts = registered("acts")
    person = registered("whom") if whose == "trader" else staff(whose)
    by = acting(acts, role)
    if code is None:
        assert suspend_person(person.id, reason=reason, by=by, at=moment()).standing == "suspended"
        return
    with pytest.raises(ActionRefused) as refused:
        suspend_person(person.id, reason=reason, by=by, at=moment())
    assert refused.value.code == code
    person.refresh_from_db()
    assert person.standing == "open"


def test_nobody_suspends_himself() -> None:
    owner = staff("risk")
    with pytest.raises(ActionRefused) as refused:
        suspend_person(owner.id, reason="x", by=acting(owner, "owner"), at=moment())
    assert refused.value.code == "oneself"


def test_both_ids_lead_to_who_remains() -> None:
    first, second, third = registered("first"), registered("second"), registered("third")
    by = acting(staff("support"), "support")
    merged(first.id, second.id, reason="one passport", by=by, at=moment())
    merged(second.id, third.id, reason="one passport", by=by, at=moment())
    assert {resolve(each.id) for each in (first, second, third)} == {third.id}
    first.refresh_from_db()
    assert (first.standing, first.merged_into_id, first.is_active) == ("merged", third.id, False)
    for one, other in ((first, third), (third, first), (third, third)):
        with pytest.raises(ActionRefused):
            merged(one.id, other.id, reason="x", by=by, at=moment())
    with pytest.raises(Person.DoesNotExist):
        resolve(NOBODY)


@pytest.mark.parametrize(
    ("gone", "stays", "after"),
    [
        ("open", "open", "open"),
        ("banned", "open", "banned"),
        ("suspended", "open", "suspended"),
        ("suspended", "banned", "banned"),
        ("banned", "suspended", "banned"),
        ("open", "suspended", "suspended"),
    ],
)
def test_who_was_barred_under_one_name_is_barred(gone: str, stays: str, after: str) -> None:
    one, other = registered("one"), registered("other")
    Person.objects.filter(pk=one.pk).update(standing=gone)
    Person.objects.filter(pk=other.pk).update(standing=stays)
    by = acting(staff("support"), "support")
    assert merged(one.id, other.id, reason="x", by=by, at=moment()).standing == after
    other.refresh_from_db()
    assert other.standing == after


def test_roles_are_not_inherited_by_a_merge() -> None:
    risk, person = staff("risk"), registered()
    by = acting(registered("acts"), "admin")
    for one, other in ((risk, person), (person, risk)):
        with pytest.raises(ActionRefused) as refused:
            merged(one.id, other.id, reason="x", by=by, at=moment())
        assert refused.value.code == "staff"


def test_a_merge_has_a_reason() -> None:
    one, other = registered("one"), registered("other")
    with pytest.raises(ActionRefused) as refused:
        merged(one.id, other.id, reason=" ", by=acting(one, "support"), at=moment())
    assert refused.value.code == "no_reason"


PROFILE = Profile("Ada", "Ada Example", "+1 555 0100", "CH", "de", "Europe/Zurich", None)


def test_a_profile_is_changed_by_oneself_alone() -> None:
    person, other = registered("one"), registered("other")
    changed = change_profile(
        person.id,
        PROFILE,
        {Purpose.NEWS: True, Purpose.DEVICE: False},
        by=acting(person, TRADER),
        at=moment(),
    )
    assert (changed.legal_name, changed.time_zone) == ("Ada Example", "Europe/Zurich")
    assert consents_of(person.id) == {"news": True}
    row = last_row()
    assert row.before == {"country": "", "language": "en", "time_zone": "UTC"}
    assert row.after is not None
    assert row.after["country"] == "CH"
    assert row.after["consents"] == {"news": True}
    assert "Ada" not in str(row.after)
    assert "0100" not in str(row.after)
    for role in (TRADER, "owner", "support"):
        with pytest.raises(NotPermitted):
            change_profile(person.id, PROFILE, {}, by=acting(other, role), at=moment())


def test_a_profile_that_stays_the_same_leaves_no_row() -> None:
    person = registered()
    by = acting(person, TRADER)
    change_profile(person.id, PROFILE, {Purpose.NEWS: True}, by=by, at=moment())
    rows = AuditRow.objects.count()
    change_profile(person.id, PROFILE, {Purpose.NEWS: True}, by=by, at=moment())
    assert AuditRow.objects.count() == rows
    assert Consent.objects.count() == 1
    change_profile(person.id, PROFILE, {Purpose.NEWS: False}, by=by, at=moment())
    assert consents_of(person.id) == {"news": False}


def test_a_refused_registration_leaves_nothing() -> None:
    with pytest.raises(NotPermitted):
        register(
            Registration("a@example.org", PASSWORD), by=acting(None, "owner"), at=AT + timedelta(1)
        )
    assert not Person.objects.exists()
    assert not AuditRow.objects.exists()


def test_every_action_of_the_house_is_in_the_table_and_every_role_is_known() -> None:
    known = {*StaffRole.values, TRADER, "anonymous", "system"}
    assert all(roles and roles <= known for roles in PERMITTED.values())
    for standing in Standing.values:
        assert Person(state=PersonState.CUSTOMER, standing=standing).is_active == (
            standing == "open"
        )
