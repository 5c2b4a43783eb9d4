"""The page by which a certificate is verified, the holder's documents, and the desk's list."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from propdesk.crm.documents.actions.revoke_certificate import revoke_certificate
from propdesk.crm.documents.models import Certificate
from tests.crm.challenges.enrolled import NOW, STAFF
from tests.crm.documents.certified import CertifyingFirm
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Certificate:
    _, certificate = CertifyingFirm().passed()
    return certificate


def page_of(certificate: Certificate) -> str:
    address = reverse("certificate", kwargs={"code": certificate.code})
    return Client().get(address).content.decode()


def test_anybody_who_has_the_address_sees_that_it_holds_and_nothing_that_names(
    made: Certificate,
) -> None:
    page = page_of(made)
    assert "This certificate is valid." in page
    assert "chosen not to be named" in page
    assert "Two steps" in page
    assert "100,000 USD" in page
    for secret in (made.person.email, str(made.person_id), made.account.login, str(made.pk)):
        assert secret not in page


def test_nobody_finds_one_by_its_number_or_id(made: Certificate) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", made.code)
    for guess in (made.reference, str(made.pk), made.code[:-1], made.code.swapcase()):
        assert Client().get(reverse("certificate", kwargs={"code": guess})).status_code == 404


def test_a_revoked_one_says_so_and_is_drawn_no_more(made: Certificate) -> None:
    own = client_of(made.person)
    address = reverse("certificate-pdf", kwargs={"id": made.pk})
    assert own.get(address).status_code == 200
    revoke_certificate(made.pk, by=STAFF, at=NOW, reason="a copied strategy")
    page = page_of(made)
    assert "revoked on" in page
    assert "copied" not in page, "the reason is between the firm and its trader"
    assert "is valid" not in page
    assert own.get(address).status_code == 404
    assert "a copied strategy" in own.get(reverse("own-documents")).content.decode()


def test_documents_are_the_holders_own_and_the_staffs(made: Certificate) -> None:
    for name, media in (("certificate-pdf", "application/pdf"), ("certificate-png", "image/png")):
        address = reverse(name, kwargs={"id": made.pk})
        mine = client_of(made.person).get(address)
        assert mine.headers["Content-Type"] == media
        assert made.reference in mine.headers["Content-Disposition"]
        assert client_of(registered(f"other-{media[:3]}")).get(address).status_code == 404
        desk = client_of(staff("support", f"desk-{media[:3]}"), with_factor=True)
        assert desk.get(address).content == mine.content


def test_the_holder_chooses_the_name_and_takes_it_back(made: Certificate) -> None:
    made.person.display_name = "quiet fox"
    made.person.save()
    own, address = client_of(made.person), reverse("certificate-name", kwargs={"id": made.pk})
    assert own.post(address, {"name": "display"}).status_code == 302
    assert "quiet fox" in page_of(made)
    assert own.post(address, {"name": ""}).status_code == 302
    assert "quiet fox" not in page_of(made)
    assert own.post(address, {"name": "invented"}).status_code == 422
    assert client_of(registered("other")).post(address, {"name": "display"}).status_code == 404


def test_the_desk_lists_finds_revokes_and_restores(made: Certificate) -> None:
    desk = client_of(staff("risk"), with_factor=True)
    listed = reverse("staff-certificates")
    assert made.reference in desk.get(listed).content.decode()
    assert made.reference in desk.get(listed, {"q": made.account.login}).content.decode()
    assert made.reference not in desk.get(listed, {"state": "revoked"}).content.decode()
    revoke = reverse("certificate-revoke", kwargs={"id": made.pk})
    assert desk.post(revoke, {"reason": " "}).status_code == 422
    assert desk.post(revoke, {"reason": "a mistake"}).status_code == 302
    assert "a mistake" in desk.get(listed, {"state": "revoked"}).content.decode()
    restore = reverse("certificate-restore", kwargs={"id": made.pk})
    assert desk.post(restore, {"reason": "none"}).status_code == 302
    assert "This certificate is valid." in page_of(made)
