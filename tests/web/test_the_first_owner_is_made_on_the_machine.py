"""The page of the first run: from the machine itself or with the token, until there is an owner."""

import pytest
from django.conf import settings
from django.test import Client

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.models import Person, has_owner, roles_of
from propdesk.crm.people.owner_token import owner_token
from tests.crm.people.cast import PASSWORD, staff

pytestmark = pytest.mark.django_db
FORM = {"email": "own@example.org", "display_name": "Own", "password": PASSWORD}
ELSEWHERE = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture(autouse=True)
def names(settings) -> None:
    settings.ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1", "[::1]", "desk.example"]


@pytest.mark.parametrize(
    ("request_made", "opens"),
    [
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost:8000"}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost"}, True),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000"}, True),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]:8000"}, True),
        ({"REMOTE_ADDR": "::1", "HTTP_HOST": "[::1]"}, True),
        # A proxy on the machine, and a name that leads here from another page.
        (
            {
                "REMOTE_ADDR": "127.0.0.1",
                "HTTP_HOST": "localhost",
                "HTTP_X_FORWARDED_FOR": "203.0.113.9",
            },
            False,
        ),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "desk.example"}, False),
        ({"REMOTE_ADDR": "203.0.113.9", "HTTP_HOST": "localhost"}, False),
        ({"REMOTE_ADDR": "", "HTTP_HOST": "localhost"}, False),
    ],
)
def test_from_where_it_opens(client: Client, request_made: dict[str, str], opens: bool) -> None:
    answer = client.get("/first-owner/", **request_made)  # type: ignore[arg-type]
    assert answer.status_code == (200 if opens else 403)
    client.post("/first-owner/", FORM, **request_made)  # type: ignore[arg-type]
    assert has_owner() == opens


def test_the_token_opens_it_from_anywhere(client: Client) -> None:
    token = owner_token(settings.SECRET_KEY)
    for wrong in ("", "0" * 32, token[:-1], token.upper()):
        assert client.get(f"/first-owner/?token={wrong}", **ELSEWHERE).status_code == 403  # type: ignore[arg-type]
    page = client.get(f"/first-owner/?token={token}", **ELSEWHERE)  # type: ignore[arg-type]
    assert token in page.content.decode()
    client.post("/first-owner/", {**FORM, "token": token}, **ELSEWHERE)  # type: ignore[arg-type]
    assert has_owner()


def test_the_owner_signs_in_and_the_page_is_gone(client: Client) -> None:
    weak = client.post("/first-owner/", {**FORM, "password": "short"}, HTTP_HOST="localhost")
    assert weak.status_code == 400
    assert "at least 12" in weak.content.decode()
    made = client.post("/first-owner/", FORM, HTTP_HOST="localhost")
    assert made["Location"] == "/me/login/"
    owner = Person.objects.get()
    assert roles_of(owner.id) == {"owner"}
    row = AuditRow.objects.get(action="people.create_owner")
    assert (row.role, row.process, row.address) == ("system", "first-owner page", "127.0.0.1")
    signed = client.post("/me/login/", {"login": FORM["email"], "password": PASSWORD})
    assert signed["Location"] == "/welcome/"
    assert client.get("/first-owner/", HTTP_HOST="localhost").status_code == 404


def test_an_address_that_is_taken_and_an_owner_that_is_there(client: Client) -> None:
    staff("risk", "own")
    taken = client.post("/first-owner/", FORM, HTTP_HOST="localhost")
    assert taken.status_code == 400
    assert "Somebody has registered" in taken.content.decode()
    staff("owner")
    assert client.post("/first-owner/", FORM, HTTP_HOST="localhost").status_code == 404
