"""The staff's pages about people: found, masked by role, ruled by actions; and the audit's page."""

import json
import re

import pytest
from django.core import mail
from django.test import Client

from propdesk.crm.accounts.models import Approval
from propdesk.crm.audit.chain import walk
from propdesk.crm.audit.content import FIRST, chained_hash
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.models import Person, RoleGrant, roles_of
from tests.crm.people.cast import PASSWORD, registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> Person:
    person = registered("ada.l", display_name="Ada Lark")
    person.phone, person.legal_name = "+41 44 555 01 00", "Ada Lark Example"
    person.save()
    return person


def desk(role: str) -> Client:
    return client_of(staff(role), with_factor=True)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "sees", "hidden"),
    [
        ("owner", ["ada.l@example.org", "Ada Lark", "+41 44 555 01 00"], []),
        ("support", ["ada.l@example.org", "Ada Lark", "+41 44 555 01 00"], []),
        ("risk", ["Ada Lark", "a•••@e•••.org", "••••00"], ["ada.l@", "555 01"]),
        ("finance", ["Ada Lark", "a•••@e•••.org"], ["ada.l@", "555 01"]),
        ("auditor", ["A••• L•••", "a•••@e•••.org"], ["Lark", "ada.l@", "555 01"]),
    ],
)
def test_a_page_shows_what_the_role_sees(
    ada: Person, role: str, sees: list[str], hidden: list[str]
) -> None:
    page = shown(desk(role), f"/staff/people/{ada.id}/")
    listed = shown(desk_again(role), "/staff/people/")
    assert all(each in page for each in sees)
    assert not any(each in page or each in listed for each in hidden)


def desk_again(role: str) -> Client:
    return client_of(Person.objects.get(email=f"{role}@example.org"), with_factor=True)


@pytest.mark.parametrize(
    ("role", "text", "found"),
    [
        ("support", "da.l@exa", True),
        ("support", "LARK", True),
        ("support", "nobody", False),
        ("risk", "lark", True),
        ("risk", "ada.l@", False),
        ("auditor", "lark", False),
        ("auditor", "ada", False),
    ],
)
def test_a_search_finds_by_what_the_role_sees_alone(
    ada: Person, role: str, text: str, found: bool
) -> None:
    page = shown(desk(role), f"/staff/people/?q={text}")
    assert (f"/staff/people/{ada.id}/" in page) == found
    assert ("Nobody is like that" in page) == (not found)


def test_an_id_finds_whoever_may_look(ada: Person) -> None:
    assert f"/staff/people/{ada.id}/" in shown(desk("auditor"), f"/staff/people/?q={ada.id}")


def test_pages_of_the_list_follow_one_another_without_a_hole() -> None:
    client = desk("owner")
    for number in range(55):
        registered(f"n{number:02d}")
    first = shown(client, "/staff/people/?q=n")
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following is not None
    second = shown(client, following[1].replace("&amp;", "&"))
    names = re.findall(r">(n\d\d)</a>", first + second)
    assert len(names) == len(set(names)) == 55
    assert client.get("/staff/people/?after=none").status_code == 404


def test_filters_by_standing_and_role(ada: Person) -> None:
    client = desk("owner")
    staff("risk")
    Person.objects.filter(pk=ada.pk).update(standing="suspended")
    assert re.findall(
        r"<th scope=\"row\"><a[^>]*>([^<]+)", shown(client, "/staff/people/?standing=suspended")
    ) == ["Ada Lark"]
    assert re.findall(
        r"<th scope=\"row\"><a[^>]*>([^<]+)", shown(client, "/staff/people/?role=risk")
    ) == ["risk"]


def test_a_person_is_suspended_from_its_page_and_its_sessions_end(ada: Person) -> None:
    inside, client = client_of(ada), desk("support")
    refused = client.post(f"/staff/people/{ada.id}/suspend", {"reason": ""})
    assert refused.status_code == 422
    assert "Say the reason" in refused.content.decode()
    done = client.post(f"/staff/people/{ada.id}/suspend", {"reason": "two accounts"}, follow=True)
    assert "Done, and recorded." in done.content.decode()
    assert "two accounts" in done.content.decode()
    assert inside.get("/me/profile/").status_code == 302
    again = client.post(f"/staff/people/{ada.id}/suspend", {"reason": "again"})
    assert again.status_code == 422
    row = AuditRow.objects.get(action="people.suspend_person")
    assert (row.role, row.reason, row.address) == ("support", "two accounts", "127.0.0.1")


def test_a_person_is_resumed_and_a_merge_proposed(ada: Person) -> None:
    client, other = desk("owner"), registered("other")
    for verb, standing in (("suspend", "suspended"), ("resume", "open")):
        client.post(f"/staff/people/{ada.id}/{verb}", {"reason": "x"})
        ada.refresh_from_db()
        assert ada.standing == standing
    client.post(f"/staff/people/{ada.id}/merge", {"into": "none", "reason": "x"})
    assert not Approval.objects.exists()
    client.post(f"/staff/people/{ada.id}/merge", {"into": other.id, "reason": "one passport"})
    ada.refresh_from_db()
    assert ada.standing == "open"
    asked = Approval.objects.get(kind="merge")
    client_of(staff("admin"), with_factor=True).post(f"/staff/approvals/{asked.pk}/approve")
    page = shown(client, f"/staff/people/{ada.id}/")
    assert f'href="/staff/people/{other.id}/"' in page
    assert str(ada.id) in shown(client, f"/staff/people/{other.id}/")


def test_roles_are_granted_and_revoked_from_the_page(ada: Person) -> None:
    client = desk("owner")
    client.post(f"/staff/people/{ada.id}/grant", {"role": "risk", "reason": "hired"})
    assert roles_of(ada.id) == {"risk"}
    assert "Ada Lark" in shown(client, "/staff/roles/")
    assert client.post(f"/staff/people/{ada.id}/grant", {"role": "king"}).status_code == 422
    client.post(f"/staff/people/{ada.id}/revoke", {"role": "risk", "reason": "left"})
    assert roles_of(ada.id) == set()
    own = RoleGrant.objects.get(role="owner").person_id
    refused = client.post(f"/staff/people/{own}/revoke", {"role": "owner", "reason": "x"})
    assert "The last owner stays" in refused.content.decode()


def test_an_administrator_makes_no_administrator(ada: Person) -> None:
    refused = desk("admin").post(f"/staff/people/{ada.id}/grant", {"role": "admin", "reason": "x"})
    assert refused.status_code == 422
    assert "Only an owner" in refused.content.decode()


def test_an_invited_person_chooses_a_password_and_signs_in() -> None:
    client = desk("owner")
    asked = {"email": "New@example.org", "display_name": "New", "role": "risk"}
    client.post("/staff/people/invite", asked)
    person = Person.objects.get(email="new@example.org")
    assert roles_of(person.id) == {"risk"}
    message = mail.outbox[-1]
    assert message.to == ["new@example.org"]
    address = re.search(r"http://[^/]+(/\S+)", str(message.body))
    assert address is not None
    browser = Client()
    form = browser.get(address[1], follow=True).redirect_chain[-1][0]
    browser.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    browser.post("/me/login/", {"login": "new@example.org", "password": PASSWORD})
    assert browser.get("/welcome/")["Location"] == "/me/second-factor/"
    twice = client.post("/staff/people/invite", asked, follow=True).content.decode()
    assert "Somebody has registered with this address" in twice


def test_nobody_is_not_found() -> None:
    client = desk("owner")
    assert client.get("/staff/people/00000000-0000-0000-0000-000000000000/").status_code == 404


def test_the_audit_is_filtered_by_person_action_and_object(ada: Person) -> None:
    client = desk("owner")
    own = RoleGrant.objects.get(role="owner").person_id
    client.post(f"/staff/people/{ada.id}/suspend", {"reason": "two passports"})
    for query, expected in (
        (f"person={own}", True),
        (f"person={ada.id}", False),
        ("person=nobody", False),
        ("action=people.suspend_person", True),
        ("action=people.ban_person", False),
        (f"object_type=person&object_id={ada.id}", True),
        (f"object_type=person&object_id={own}", False),
    ):
        page = shown_chained(client, f"/staff/audit/?{query}")
        assert ("two passports" in page) == expected, query
    assert client.get("/staff/audit/?before=x").status_code == 404


def shown_chained(client: Client, address: str) -> str:
    """Rows get their numbers when a transaction ends; a test's never does."""
    chain()
    return shown(client, address)


def chain() -> None:
    from django.db import connection  # noqa: PLC0415

    connection.check_constraints()


def test_an_export_can_be_verified_by_whoever_has_it(ada: Person) -> None:
    client = desk("auditor")
    chain()
    answer = client.get("/staff/audit.jsonl")
    chain()
    rows = [json.loads(line) for line in b"".join(answer).splitlines()]
    assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
    previous = FIRST
    for row in rows:
        previous = chained_hash(previous, row["number"], row["content_hash"])
        assert row["hash"] == previous
    taken = AuditRow.objects.latest("number")
    assert (taken.action, taken.role) == ("audit.export", "auditor")
    assert walk().fault == ""
    some = client.get("/staff/audit.jsonl?action=people.register")
    kept = {json.loads(line)["action"] for line in b"".join(some).splitlines()}
    assert kept == {"people.register"}


def test_a_page_of_the_audit_leads_to_older_rows() -> None:
    client = desk("owner")
    for number in range(60):
        registered(f"n{number}")
    page = shown_chained(client, "/staff/audit/")
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    older = shown(client, following[1].replace("&amp;", "&"))
    numbers = [int(each) for each in re.findall(r'<td class="num">(\d+)</td>', page + older)]
    assert numbers == list(range(max(numbers), 0, -1))
