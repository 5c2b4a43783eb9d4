"""The pages of the overviews: what they show, to whom, and what they say where nothing is."""

from typing import Any

import pytest
from django.test import Client

from propdesk.crm.support.actions.open_ticket import Question, open_ticket
from propdesk.crm.support.models import Category
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live import source
from propdesk.web.received import received_at
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.accounts import house_of_accounts
from tests.crm.accounts.house_of_accounts import account
from tests.crm.challenges import enrolled
from tests.crm.overview import bought
from tests.crm.overview.bought import SellingFirm
from tests.crm.people.cast import registered, staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
NOW = received_at()


@pytest.fixture(autouse=True)
def open_firm(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The firm is of today: pages read the clock."""
    settings.TEST_PAYMENTS = True
    for module in (cast, house_of_accounts, enrolled, bought):
        monkeypatch.setattr(module, "NOW", NOW)


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def desk(role: str = "admin") -> Client:
    return client_of(staff(role), with_factor=True)


def test_a_search_shows_each_kind_and_masks_by_role() -> None:
    person = registered("marigold")
    held = account("771234")
    held.person = person.pk
    held.save()
    page = said(desk().get("/staff/search/", {"q": "marig"}))
    assert "marigold@example.org" in page
    assert f"/staff/people/{person.pk}/" in page
    by_login = said(desk("risk").get("/staff/search/", {"q": "7712"}))
    assert "771234" in by_login
    assert "marigold" in by_login
    hidden = said(desk("auditor").get("/staff/search/", {"q": "7712"}))
    assert "771234" in hidden
    assert "marigold" not in hidden
    assert "Nothing is called that" in said(desk("finance").get("/staff/search/", {"q": "zzzzz"}))
    assert "three characters" in said(desk("support").get("/staff/search/", {"q": "ma"}))


def test_the_box_is_on_every_page_of_the_staff_and_on_no_other() -> None:
    assert "data-search-box" in said(desk().get("/staff/people/"))
    assert "search_key.js" in said(desk("risk").get("/live/"))
    for client in (Client(), client_of(registered())):
        assert "data-search-box" not in said(client.get("/rulebooks/"))


def test_the_funnel_of_today() -> None:
    firm = SellingFirm()
    firm.paid()
    made = firm.enrolled_by(firm.paid())
    firm.say(made, "passed")
    firm.ordered()
    page = said(desk("finance").get("/staff/funnel/"))
    assert "Two steps" in page
    assert "66.7 % of the orders, by 1 person" in page
    assert "1. challenge" in page
    assert "Nothing was ordered" in said(
        desk("risk").get("/staff/funnel/", {"from": "2020-01-01", "to": "2020-01-31"})
    )
    refused = said(desk("owner").get("/staff/funnel/", {"from": "2020-01-01", "to": "x"}))
    assert "366 days at most" in refused
    assert "Two steps" in refused, "the usual period is shown"


def test_the_money_of_today_with_its_formulas() -> None:
    firm = SellingFirm()
    firm.paid(fee=300)
    page = said(desk("finance").get("/staff/money/"))
    assert "549.00 USD" in page
    assert "546.00 USD" in page
    assert "sales − discounts − refunds − disputes lost" in page
    assert "Two steps" in page
    empty = desk("auditor").get("/staff/money/", {"from": "2020-01-01", "to": "2020-01-31"})
    assert "Nothing was booked" in said(empty)


def test_today_begins_with_what_waits() -> None:
    firm = SellingFirm()
    firm.paid(fee=300)
    person = registered("asking")
    question = Question(key="k", category=Category.RULES, subject="News", body="May I hold?")
    open_ticket(question, person=person.pk, by=shop.acting(person), at=NOW)
    page = said(desk("finance").get("/staff/"))
    assert "<b>1</b> <span>Tickets</span>" in page
    assert page.index("What needs somebody now") < page.index("Nearest to a breach")
    assert "no engine is connected" in page
    assert "549.00 USD" in page
    assert "Of these paid" in page
    assert "549.00 USD" not in said(desk("support").get("/staff/")), "the ledger is not theirs"


def test_today_says_that_nothing_waits_and_who_is_near() -> None:
    source.provide(MadeUpAccounts(12, at=1_700_000_000_000_000))
    try:
        page = said(desk("risk").get("/staff/"))
    finally:
        source.provide(source.NoEngine())
    assert "Nothing waits." in page
    assert page.count('class="desk-band-') == 8
