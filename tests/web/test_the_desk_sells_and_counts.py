"""The desk: a programme from preset to sale, its errors by line, orders, refunds, the ledger."""

import re
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from propdesk.crm.catalog.models import AddOnPrice, Coupon, Price, Programme, ProgrammeVersion
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Order, OrderTask, Payment, Refund
from propdesk.crm.purchases.revenue import Revenue, revenue_by_programme
from propdesk.ports.payments import NoticeKind
from propdesk.web import payment_providers
from propdesk.web.received import received_at
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.people.cast import staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
FIRM_OPENED = received_at() - cast.DAY


@pytest.fixture(autouse=True)
def open_firm(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The firm opened yesterday, and takes test payments."""
    settings.TEST_PAYMENTS = True
    monkeypatch.setattr(cast, "NOW", FIRM_OPENED)


@pytest.fixture
def desk() -> Client:
    return client_of(staff("admin"), with_factor=True)


def said(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


NEW = {"preset": "funderpro-2-step", "slug": "two-step", "title": "Two steps"}
OFFER = {"title": "Two", "visibility": "public", "sold_as": "challenge", "free_retries": "1"}
ADDRESS = "/staff/programmes/two-step/"


def test_a_programme_from_preset_to_sale(desk: Client) -> None:
    assert "no programme yet" in said(desk.get("/staff/programmes/"))
    made = desk.post("/staff/programmes/create", NEW)
    assert made["Location"] == ADDRESS
    assert "name already" in said(desk.post("/staff/programmes/create", NEW), 422)
    assert "Lower-case words" in said(
        desk.post("/staff/programmes/create", {**NEW, "slug": "Two Steps"}), 422
    )
    editor = said(desk.get(f"{ADDRESS}draft"))
    sha256 = re.search(r'name="sha256" value="(\w+)"', editor)
    assert sha256 is not None
    assert "The first version" in editor
    assert "published already" not in said(desk.post(f"{ADDRESS}publish", {"sha256": "x"}), 422)
    desk.post(f"{ADDRESS}publish", {"sha256": sha256[1]})
    assert ProgrammeVersion.objects.get().state == "published"
    price = {"purpose": "purchase", "size": "100000", "currency": "usd", "amount": "549.00"}
    desk.post(f"{ADDRESS}prices", price)
    assert Price.objects.get().amount_minor == 54_900
    for wrong, told in (
        ({"amount": "5.001"}, "finer than USD is booked"),
        ({"size": "7"}, "offers no account of this size"),
        ({"currency": "zzz"}, "is not a currency"),
    ):
        assert told in said(desk.post(f"{ADDRESS}prices", {**price, **wrong}), 422)
    add_on = {"add_on": "more-split", "currency": "USD", "percent": "20"}
    desk.post(f"{ADDRESS}add-on-price", add_on)
    assert AddOnPrice.objects.get().percent == 20
    desk.post(f"{ADDRESS}offer", {**OFFER, "tags": "new, fast", "refused_countries": "us"})
    programme = Programme.objects.get()
    assert (programme.tags, programme.refused_countries) == (["new", "fast"], ["US"])
    page = said(desk.get(ADDRESS))
    assert "549.00 USD" in page
    assert "more-split (USD): 20 %" in page
    assert "549.00 USD" in said(Client().get("/programmes/"))
    assert "Name the groups" in said(
        desk.post(f"{ADDRESS}offer", {**OFFER, "visibility": "groups"}), 422
    )


def test_a_draft_with_errors_keeps_the_text_and_says_each_line(desk: Client) -> None:
    made = cast.published()
    text = made.versions.get().rulebook
    broken = text.replace("currency: USD", "currency: dollars")
    page = said(desk.post(f"{ADDRESS}draft", {"text": broken}), 422)
    line = broken.splitlines().index("currency: dollars") + 1
    assert f"rulebook.yaml:{line}: currency:" in page
    assert "currency: dollars" in page
    assert made.versions.count() == 1


def test_a_draft_shows_what_it_changes_and_is_published(desk: Client) -> None:
    made = cast.published()
    text = made.versions.get().rulebook.replace('version: "1"', 'version: "2"')
    changed = text.replace("percent: 10}", "percent: 11}", 1)
    assert changed != text
    saved = desk.post(f"{ADDRESS}draft", {"text": changed.replace("\n", "\r\n")}, follow=True)
    page = said(saved)
    assert "What changes since 1" in page
    assert "11 %" in page
    draft = made.versions.get(state="draft")
    assert draft.rulebook == changed
    desk.post(f"{ADDRESS}publish", {"sha256": draft.sha256})
    assert made.versions.filter(state="published").count() == 2
    withdrawn = {"version": str(draft.pk), "reason": "a mistake"}
    desk.post(f"{ADDRESS}withdraw", withdrawn)
    assert "not on sale" in said(desk.post(f"{ADDRESS}withdraw", withdrawn), 422)
    assert made.versions.get(number=2).state == "withdrawn"


def test_a_copy_has_a_page_of_its_own(desk: Client) -> None:
    cast.published()
    copied = desk.post(f"{ADDRESS}duplicate", {"slug": "copy", "title": "Copy"})
    assert copied["Location"] == "/staff/programmes/copy/"
    assert desk.get("/staff/programmes/none/").status_code == 404


def test_coupons_are_created_listed_and_ended(desk: Client) -> None:
    assert "no coupon yet" in said(desk.get("/staff/coupons/"))
    desk.post("/staff/coupons/create", {"code": "save20", "percent": "20", "limit_total": "5"})
    coupon = Coupon.objects.get()
    page = said(desk.get("/staff/coupons/"))
    assert "SAVE20" in page
    assert "0 / 5" in page
    both = {"code": "x", "percent": "1", "amount": "5", "currency": "usd"}
    assert "not both" in said(desk.post("/staff/coupons/create", both), 422)
    desk.post(f"/staff/coupons/{coupon.pk}/end")
    assert "ended already" in said(desk.post(f"/staff/coupons/{coupon.pk}/end"), 422)


def bought() -> Order:
    order = shop.ordered(shop.wish_of(cast.on_sale()), cast.trader(), at=received_at())
    payment = shop.paying(order, received_at())
    told = replace(shop.begun(payment), id="paid", kind=NoticeKind.SUCCEEDED, fee_minor=1_672)
    take_payment_notice("test", told, received_at())
    return Order.objects.get()


def refund_form(page: str) -> dict[str, str]:
    found = re.findall(r'name="(payment|key|amount)" value="([^"]+)"', page)
    return {**dict(found), "reason": "goodwill"}


def test_an_order_is_found_and_refunded_once(desk: Client) -> None:
    order = bought()
    address = f"/staff/orders/{order.reference}/"
    assert order.reference in said(desk.get("/staff/orders/?state=paid"))
    assert order.reference not in said(desk.get("/staff/orders/?state=failed"))
    assert order.reference in said(desk.get(f"/staff/orders/?q={order.reference[-4:]}"))
    assert order.reference not in said(desk.get(f"/staff/orders/?after={order.pk}"))
    assert desk.get("/staff/orders/?after=x").status_code == 404
    page = said(desk.get(address))
    assert "Fees earned" in page
    form = refund_form(page)
    assert form["amount"] == "549.00"
    for change, told in (
        ({"amount": "550"}, "More cannot be given back"),
        ({"amount": "five"}, "is not a decimal number"),
        ({"reason": ""}, "Say the amount and the reason."),
    ):
        assert told in said(desk.post(f"{address}refund", {**form, **change}), 422)
    wanted = {**form, "amount": "100"}
    desk.post(f"{address}refund", wanted)
    desk.post(f"{address}refund", wanted)
    assert Refund.objects.get().state == "done"
    assert refund_form(said(desk.get(address)))["amount"] == "449.00"


def test_a_refund_that_is_not_sent_waits(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    order = bought()
    address = f"/staff/orders/{order.reference}/"
    form = refund_form(said(desk.get(address)))
    monkeypatch.setattr("propdesk.web.pages.orders.providers", dict)
    page = said(desk.post(f"{address}refund", form, follow=True))
    assert "the provider has not answered yet" in page
    assert OrderTask.objects.get(kind="send_refund").done_at is None
    monkeypatch.setattr("propdesk.web.pages.orders.providers", payment_providers.providers)
    desk.post(f"{address}refund", form)
    assert Refund.objects.get().state == "done"


def test_finance_shows_sums_that_add_up_and_their_formula(desk: Client) -> None:
    assert "Nothing was sold yet" in said(desk.get("/staff/finance/"))
    order = bought()
    page = said(desk.get(f"/staff/orders/{order.reference}/"))
    form = {**refund_form(page), "amount": "100"}
    desk.post(f"/staff/orders/{order.reference}/refund", form)
    assert revenue_by_programme() == (
        Revenue(programme="Two steps", currency="USD", fees_minor=54_900, refunds_minor=10_000),
    )
    shown = said(desk.get("/staff/finance/"))
    for words in ("449.00 USD", "Net = fees − discounts", "debits and credits are equal"):
        assert words in shown


def test_a_payment_that_pays_no_order_is_shown_as_owed(desk: Client) -> None:
    order = shop.ordered(shop.wish_of(cast.on_sale()), cast.trader(), at=received_at())
    payment = shop.paying(order, received_at())
    told = replace(shop.begun(payment), id="x", kind=NoticeKind.SUCCEEDED, amount_minor=1)
    take_payment_notice("test", told, received_at())
    assert not Payment.objects.get().counts
    assert "no: owed to the customer" in said(desk.get(f"/staff/orders/{order.reference}/"))
    assert revenue_by_programme() == ()
