"""The first steps of a firm: each derived from what there is, and undone where it is gone."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.actions.set_firm import Look, set_brand, set_firm_terms
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import LegalKind, Programme, Purpose
from propdesk.web.first_steps import first_steps
from propdesk.web.received import received_at
from tests.crm import firm_cast as cast
from tests.crm.people.cast import staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def switched_off(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TEST_PAYMENTS = settings.SIMULATED_PLATFORM = False
    monkeypatch.setattr(cast, "NOW", received_at() - cast.DAY)


def done() -> str:
    return "".join("+" if each.is_done else "-" for each in first_steps())


def test_each_step_is_done_by_what_it_asks_for(settings: Any) -> None:
    by, at = cast.STAFF, cast.NOW
    assert done() == "--------"
    cast.published()
    assert done() == "---+----", "a brand nobody named is no name"
    set_brand("default", Look(name="A firm", accent="#1f5fae"), by=by, at=at)
    set_firm_terms(18, ("KP",), by=by, at=at)
    assert done() == "++-+----"
    text = NewText(kind=LegalKind.TERMS, version="1", title="Terms", body="Be fair.")
    publish_legal_text(text, by=by, at=at)
    assert done() == "++++----"
    programme = Programme.objects.get()
    set_prices(programme, Purpose.PURCHASE, "USD", {cast.SIZE: 100}, by=by, at=at)
    assert done() == "+++++---"
    cast.on_sale("other")
    assert done() == "++++++--"
    settings.TEST_PAYMENTS = settings.SIMULATED_PLATFORM = True
    assert done() == "++++++++"
    set_prices(programme, Purpose.PURCHASE, "USD", {cast.SIZE: None}, by=by, at=at)
    Programme.objects.filter(slug="other").update(visibility="private")
    assert done() == "+++++-++"


def test_who_sets_the_firm_up_is_led_there_until_it_can_sell(settings: Any) -> None:
    owner = client_of(staff("owner"), with_factor=True)
    assert owner.get(reverse("welcome"))["Location"] == reverse("first-steps")
    page = owner.get(reverse("first-steps")).content.decode()
    assert "0 of 8 steps are done." in page
    assert "Next: Name the firm." in page
    for name in ("firm", "staff-texts", "staff-programmes"):
        assert f'href="{reverse(name)}"' in page
    support = client_of(staff("support"), with_factor=True)
    assert support.get(reverse("welcome"))["Location"] != reverse("first-steps")
    settings.TEST_PAYMENTS = settings.SIMULATED_PLATFORM = True
    set_brand("default", Look(name="A firm", accent="#1f5fae"), by=cast.STAFF, at=cast.NOW)
    set_firm_terms(18, (), by=cast.STAFF, at=cast.NOW)
    text = NewText(kind=LegalKind.TERMS, version="1", title="Terms", body="Be fair.")
    publish_legal_text(text, by=cast.STAFF, at=cast.NOW)
    cast.on_sale()
    assert owner.get(reverse("welcome"))["Location"] != reverse("first-steps")
    page = owner.get(reverse("first-steps")).content.decode()
    assert "Visitors can register, buy and trade." in page
    assert "Test payments are on: no money moves." in page


def test_nobody_else_sees_them() -> None:
    assert Client().get(reverse("first-steps")).status_code == 302
