"""The platform's password: shown once, and only to who has just proved who he is."""

import pytest
from django.test import Client

from tests.crm.people.cast import PASSWORD, registered
from tests.web.portal.portal_stage import Portal
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


def proved(stage: Portal) -> Client:
    """A browser in which the trader has just given his password."""
    stage.person.set_password(PASSWORD)
    stage.person.save()
    client = client_of(stage.person)
    answer = client.post("/me/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302
    return client


def test_who_did_not_prove_himself_lately_is_asked_first(stage: Portal) -> None:
    answer = stage.get("credentials/")
    assert answer.status_code == 302
    assert "reauthenticate" in answer.headers["Location"]


def test_the_password_is_shown_once_with_the_login(stage: Portal) -> None:
    client = proved(stage)
    page = client.get(stage.base + "credentials/").content.decode()
    assert stage.login in page
    assert "Show the password" in page
    shown = client.post(stage.base + "credentials/").content.decode()
    assert "Write both down now" in shown
    again = client.post(stage.base + "credentials/")
    assert again.status_code == 409
    assert "was shown" in again.content.decode()
    assert "Show the password" not in again.content.decode()


def test_nobody_is_shown_anybody_elses(stage: Portal) -> None:
    other = registered("another")
    client = client_of(other)
    client.post("/me/reauthenticate/", {"password": PASSWORD})
    assert client.get(stage.base + "credentials/").status_code == 404
    assert client.post(stage.base + "credentials/").status_code == 404
