"""The shop: what is listed, what a programme says, from the form to the paid order."""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon
from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.actions.set_add_on_price import set_add_on_price
from propdesk.crm.catalog.actions.set_firm import set_firm_terms
from propdesk.crm.catalog.models import Acceptance, LegalKind, LegalText, Programme
from propdesk.crm.ledger.balances import sums_by_currency, trial_balance
from propdesk.crm.people.models import Person, SessionEvent
from propdesk.crm.purchases.models import Order, Payment, ProviderNotice
from propdesk.web.payment_providers import installed_test_payments
from propdesk.web.received import received_at
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.firm_cast import STAFF
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
FIRM_OPENED = received_at() - cast.DAY


@pytest.fixture(autouse=True)
def open_firm(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The firm opened yesterday, and takes test payments."""
    settings.TEST_PAYMENTS = True
    monkeypatch.setattr(cast, "NOW", FIRM_OPENED)


@pytest.fixture
def person() -> Person:
    return cast.trader()


@pytest.fixture
def buyer(person: Person) -> Client:
    return client_of(person)


def page(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def fields(**more: object) -> dict[str, object]:
    base = {
        "key": "019a0000-0000-7000-8000-000000000001",
        "offer": "100000.00/USD",
        "coupon": "",
        "country": "de",
        "born_on": "1990-01-01",
    }
    return {**base, **more}


def test_an_empty_shop_says_so(client: Client) -> None:
    cast.published()
    assert "Nothing is on sale" in page(client, "/programmes/")
    page(client, "/programmes/two-step/", 404)


def test_what_is_sold_is_listed_and_told(client: Client) -> None:
    made = cast.on_sale()
    set_add_on_price(made, "more-split", "USD", percent=Decimal(20), by=STAFF, at=FIRM_OPENED)
    listed = page(client, "/programmes/")
    assert "Two steps" in listed
    assert "549.00 USD" in listed
    told = page(client, "/programmes/two-step/?size=100000")
    for words in ("549.00 USD", "499.00 EUR", "+20 %", "100,000 USD", "from 18 years on"):
        assert words in told
    assert made.versions.get().sha256 in told
    page(client, "/programmes/two-step/?size=7", 404)
    text = client.get("/programmes/two-step.yaml").content.decode()
    assert text == made.versions.get().rulebook


def test_what_only_a_link_shows_is_bought_by_the_link(client: Client, buyer: Client) -> None:
    made = cast.on_sale()
    Programme.objects.update(visibility="by_link")
    assert "Two steps" not in page(client, "/programmes/")
    page(client, "/programmes/two-step/", 404)
    found = page(client, f"/programmes/two-step/?link={made.link_key}")
    assert f"/programmes/two-step/buy?link={made.link_key}" in found
    page(buyer, "/programmes/two-step/buy", 404)
    page(buyer, f"/programmes/two-step/buy?link={made.link_key}")


def test_buying_from_the_form_to_the_paid_order(buyer: Client, person: Person) -> None:
    made = cast.on_sale()
    create_coupon(
        NewCoupon(code="SAVE20", percent=Decimal(20), starts_at=FIRM_OPENED),
        by=STAFF,
        at=FIRM_OPENED,
    )
    text = NewText(kind=LegalKind.TERMS, version="1", title="Terms", body="Be fair.")
    publish_legal_text(text, by=STAFF, at=FIRM_OPENED)
    set_add_on_price(made, "more-split", "USD", percent=Decimal(20), by=STAFF, at=FIRM_OPENED)
    address = "/programmes/two-step/buy"
    assert "Be fair." in page(buyer, address)
    said = fields(add_ons=["more-split"], coupon="save20")
    refused = buyer.post(address, said)
    assert refused.status_code == 422
    said[f"accept_{LegalText.objects.get().id}"] = "on"
    quoted = buyer.post(address, said).content.decode()
    assert not Order.objects.exists()
    total = re.search(r'name="total" value="(\d+)"', quoted)
    assert total is not None
    assert total[1] == "52704"
    ordered = buyer.post(address, {**said, "total": total[1]})
    again = buyer.post(address, {**said, "total": total[1]})
    order = Order.objects.get()
    assert ordered["Location"] == again["Location"] == f"/orders/{order.reference}/"
    assert Acceptance.objects.get().about == order.reference
    assert SessionEvent.objects.filter(kind="purchase", person=person).exists()
    shown = page(buyer, f"/orders/{order.reference}/")
    assert "Pay 527.04 USD" in shown
    assert order.reference in page(buyer, "/orders/")
    to_pay = buyer.post(f"/orders/{order.reference}/pay")["Location"]
    assert buyer.post(f"/orders/{order.reference}/pay")["Location"] == to_pay
    assert "527.04 USD" in page(buyer, to_pay)
    assert buyer.post(to_pay, {"course": "stolen"}).status_code == 200
    back = buyer.post(to_pay, {"course": "repeats"})
    assert back["Location"] == f"/orders/{order.reference}/"
    assert "the account is being opened" in page(buyer, back["Location"])
    assert (Order.objects.get().state, ProviderNotice.objects.count()) == ("paid", 3)
    assert sums_by_currency(trial_balance()) == {"USD": 0}
    assert buyer.post(f"/orders/{order.reference}/pay").status_code == 422


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"coupon": "nothing"}, "There is no such coupon."),
        ({"country": "US", "total": "54900"}, "This is not sold in your country."),
        ({"born_on": "2020-01-01", "total": "54900"}, "You are too young to buy this."),
        ({"total": "1"}, "The price has changed."),
        ({"total": "-54900"}, "The price has changed."),
        ({"offer": "7/USD"}, "7/USD is not one of the available choices"),
        ({"born_on": "0090-01-01"}, "Write the year in full."),
        ({"country": "U1"}, "Enter a valid value."),
    ],
)
def test_what_is_refused_is_said(buyer: Client, said: dict[str, str], sentence: str) -> None:
    cast.on_sale()
    set_firm_terms(18, ("US",), by=STAFF, at=FIRM_OPENED)
    answer = buyer.post("/programmes/two-step/buy", fields(**said))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Order.objects.exists()


def test_an_order_is_nobody_elses(buyer: Client, person: Person) -> None:
    order = shop.ordered(shop.wish_of(cast.on_sale()), person, at=received_at())
    stranger = client_of(cast.trader("other@example.com"))
    page(stranger, f"/orders/{order.reference}/", 404)
    assert stranger.post(f"/orders/{order.reference}/pay").status_code == 404
    assert order.reference not in page(stranger, "/orders/")
    to_pay = buyer.post(f"/orders/{order.reference}/pay")["Location"]
    page(stranger, to_pay, 404)
    assert stranger.post(to_pay, {"course": "pays"}).status_code == 404


def test_without_a_provider_nothing_can_be_paid(
    buyer: Client, person: Person, settings: Any
) -> None:
    order = shop.ordered(shop.wish_of(cast.on_sale()), person, at=received_at())
    to_pay = buyer.post(f"/orders/{order.reference}/pay")["Location"]
    settings.TEST_PAYMENTS = False
    answer = buyer.post(f"/orders/{order.reference}/pay")
    assert answer.status_code == 422
    assert "No payment provider is set up." in answer.content.decode()
    page(buyer, to_pay, 404)
    assert Client().post("/payments/test/notices", b"{}", "application/json").status_code == 404


def test_a_provider_is_believed_by_its_signature(buyer: Client, person: Person) -> None:
    order = shop.ordered(shop.wish_of(cast.on_sale()), person, at=received_at())
    buyer.post(f"/orders/{order.reference}/pay")
    told = shop.begun(Payment.objects.get())
    body, headers = installed_test_payments().signed(told, received_at())
    stranger = Client(enforce_csrf_checks=True)

    def post(content: bytes, **more: str) -> tuple[int, dict[str, object]]:
        answer = stranger.post(
            "/payments/test/notices", content, "application/json", headers={**headers, **more}
        )
        return answer.status_code, answer.json()

    assert post(body.replace(b"549", b"500"))[0] == 400
    assert post(body, **{"webhook-signature": "v1,none"})[0] == 400
    assert not ProviderNotice.objects.exists()
    assert post(body) == (200, {"new": True})
    assert post(body) == (200, {"new": False})
    other, headers = installed_test_payments().signed(replace(told, amount_minor=1), received_at())
    assert post(other)[0] == 400
