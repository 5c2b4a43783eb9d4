"""The pages of the shop and of its desk, light and dark, wide and narrow: no violation of WCAG A
or AA, and nothing wider than the window."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.models import LegalKind
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Payment
from propdesk.ports.payments import NoticeKind
from propdesk.web.received import received_at
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.people.cast import staff
from tests.crm.test_what_an_order_costs import coupon
from tests.web.sessions import client_of
from tests.web.test_every_page_is_accessible_and_light import violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def pages(settings: Any, monkeypatch: pytest.MonkeyPatch) -> tuple[Client, dict[str, str]]:
    """An owner who also buys, and the address of every page by what it shows."""
    settings.TEST_PAYMENTS = True
    opened = received_at() - cast.DAY
    monkeypatch.setattr(cast, "NOW", opened)
    owner = staff("owner")
    made = cast.on_sale()
    paid = shop.ordered(shop.wish_of(made), owner, at=received_at())
    told = replace(shop.begun(shop.paying(paid, received_at())), kind=NoticeKind.SUCCEEDED)
    take_payment_notice("test", told, received_at())
    by = cast.STAFF
    refund_order(Payment.objects.get(), 100, "goodwill", key="k", by=by, at=received_at())
    waiting = shop.ordered(shop.wish_of(made), owner, key="2", at=received_at())
    payment = shop.paying(waiting, received_at())
    coupon()
    cast.programme("drafted", "propdesk-showcase")
    text = NewText(kind=LegalKind.TERMS, version="1", title="Terms", body="Be fair.")
    publish_legal_text(text, by=by, at=opened)
    return client_of(owner, with_factor=True), {
        "shop": "/programmes/",
        "programme": "/programmes/two-step/",
        "checkout": "/programmes/two-step/buy",
        "own orders": "/orders/",
        "order to pay": f"/orders/{waiting.reference}/",
        "paid order": f"/orders/{paid.reference}/",
        "test payment": payment.address,
        "desk": "/staff/programmes/",
        "programme at the desk": "/staff/programmes/two-step/",
        "draft": "/staff/programmes/drafted/draft",
        "coupons": "/staff/coupons/",
        "orders": "/staff/orders/",
        "order at the desk": f"/staff/orders/{paid.reference}/",
        "finance": "/staff/finance/",
    }


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    theme, width = request.param
    opened = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    yield opened
    opened.close()


def test_no_page_violates_what_can_be_checked(
    live_server: LiveServer, context: BrowserContext, pages: tuple[Client, dict[str, str]]
) -> None:
    client, addresses = pages
    host = urlsplit(live_server.url).hostname or ""
    context.add_cookies(
        [
            {"name": name, "value": each.value, "domain": host, "path": "/"}
            for name, each in client.cookies.items()
        ]
    )
    shown, found = context.new_page(), []
    for name, address in addresses.items():
        answer = shown.goto(live_server.url + address)
        assert answer is not None
        assert answer.status == 200, name
        for details in shown.locator("details:not(.own-menu)").all():
            details.evaluate("each => { each.open = true; }")
        found += [f"{name}: {rule}: {where}" for rule, where in violations(shown)]
        wider = shown.evaluate(WIDER)
        if wider > 0:
            found.append(f"{name}: {wider} px wider than the window")
    assert not found, "\n".join(found)
