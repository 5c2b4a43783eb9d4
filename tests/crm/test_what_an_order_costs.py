"""The price of an order: whole minor units, rounded where a share is taken, never below zero."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon
from propdesk.crm.catalog.actions.set_add_on_price import set_add_on_price
from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import Programme, Purpose, SoldAs, Visibility
from propdesk.crm.purchases import quoting
from propdesk.crm.purchases.models import Order
from propdesk.crm.purchases.pricing import QuoteLine, ShareOrAmount, quote
from propdesk.crm.purchases.quoting import quote_price
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.firm_cast import DAY, NOW, SIZE, STAFF
from tests.crm.test_programmes_are_published_and_stay import refused


def share(percent: str) -> ShareOrAmount:
    return ShareOrAmount(Decimal(percent), None)


def amount(minor: int) -> ShareOrAmount:
    return ShareOrAmount(None, minor)


@pytest.mark.parametrize(
    ("list_minor", "add_ons", "coupon", "parts", "total"),
    [
        (54_900, {}, None, (54_900, 0, 0), 54_900),
        (54_900, {"a": share("20")}, None, (54_900, 10_980, 0), 65_880),
        (54_900, {"a": share("20"), "b": amount(100)}, None, (54_900, 11_080, 0), 65_980),
        (54_900, {"a": share("20")}, share("10"), (54_900, 10_980, 6_588), 59_292),
        (54_900, {}, amount(5_000), (54_900, 0, 5_000), 49_900),
        (54_900, {}, amount(60_000), (54_900, 0, 54_900), 0),
        (54_900, {}, share("100"), (54_900, 0, 54_900), 0),
        (1, {}, share("50"), (1, 0, 1), 0),  # half a cent goes away from zero
        (1, {}, share("49.9999"), (1, 0, 0), 1),
        (3, {}, share("50"), (3, 0, 2), 1),
        (0, {}, share("10"), (0, 0, 0), 0),
    ],
)
def test_what_it_comes_to(
    list_minor: int,
    add_ons: dict[str, ShareOrAmount],
    coupon: ShareOrAmount | None,
    parts: tuple[int, int, int],
    total: int,
) -> None:
    off = None if coupon is None else ("CODE", coupon)
    made = quote("USD", list_minor, tuple(add_ons), add_ons, off)
    assert (made.list_minor, made.add_ons_minor, made.discount_minor) == parts
    assert (made.tax_minor, made.total_minor) == (0, total)
    assert sum(line.amount_minor for line in made.lines) == total


def test_the_lines_say_what_each_is() -> None:
    made = quote("USD", 100, ("a",), {"a": amount(5)}, ("CODE", amount(7)), on_pass_minor=40)
    assert made.lines == (
        QuoteLine("list", "", 100),
        QuoteLine("add_on", "a", 5),
        QuoteLine("discount", "CODE", -7),
    )
    assert made.on_pass_minor == 40


@pytest.mark.django_db
def test_a_price_is_of_the_catalogue() -> None:
    made = cast.on_sale()
    set_add_on_price(made, "more-split", "USD", percent=Decimal(20), by=STAFF, at=NOW)
    found = quote_price(shop.wish_of(made, add_ons=("more-split",)), None, NOW)
    assert found.quote.total_minor == 54_900 + 10_980
    assert found.version.name == "1"
    euros = quote_price(shop.wish_of(made, currency="EUR"), None, NOW)
    assert (euros.quote.currency, euros.quote.total_minor) == ("EUR", 49_900)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"size": Decimal(50_000)}, "no_price"),
        ({"currency": "GBP"}, "no_price"),
        ({"purpose": Purpose.RESET}, "no_price"),
        ({"add_ons": ("more-split",)}, "no_add_on"),
        ({"coupon": "nothing"}, "coupon_unknown"),
    ],
)
def test_what_has_no_price_is_not_sold(said: dict[str, Any], code: str) -> None:
    with refused(code):
        quote_price(shop.wish_of(cast.on_sale(), **said), None, NOW)


@pytest.mark.django_db
def test_an_add_on_is_bought_once_and_only_in_its_currency() -> None:
    made = cast.on_sale()
    set_add_on_price(made, "more-split", "USD", percent=Decimal(20), by=STAFF, at=NOW)
    with refused("no_add_on"):
        quote_price(shop.wish_of(made, add_ons=("more-split",) * 2), None, NOW)
    with refused("no_add_on"):
        quote_price(shop.wish_of(made, add_ons=("more-split",), currency="EUR"), None, NOW)


@pytest.mark.django_db
def test_a_price_without_add_ons_reads_no_rulebook(monkeypatch: pytest.MonkeyPatch) -> None:
    wish = shop.wish_of(cast.on_sale())
    monkeypatch.setattr(quoting, "with_add_ons", lambda *_: pytest.fail("read"))
    assert quote_price(wish, None, NOW).quote.total_minor == 54_900


@pytest.mark.django_db
def test_nothing_is_sold_before_it_is_in_force() -> None:
    made = cast.on_sale()
    with refused("not_on_sale"):
        quote_price(shop.wish_of(made), None, NOW - DAY)


@pytest.mark.django_db
def test_pay_after_pass_says_the_rest() -> None:
    made = cast.on_sale()
    offer = Offer(
        title="T", visibility=Visibility.PUBLIC, sold_as=SoldAs.CHALLENGE, on_pass_days=14
    )
    set_offer(made, offer, by=STAFF, at=NOW)
    set_prices(Programme.objects.get(), Purpose.ON_PASS, "USD", {SIZE: 30_000}, by=STAFF, at=NOW)
    found = quote_price(shop.wish_of(made), None, NOW).quote
    assert (found.total_minor, found.on_pass_minor) == (54_900, 30_000)


def coupon(**said: Any) -> None:
    base: dict[str, Any] = {"code": "SAVE20", "percent": Decimal(20), "starts_at": NOW}
    create_coupon(NewCoupon(**{**base, **said}), by=STAFF, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "at", "code"),
    [
        ({}, NOW, None),
        ({"starts_at": NOW + DAY}, NOW, "coupon_not_yet"),
        ({"ends_at": NOW + DAY}, NOW + DAY, "coupon_over"),
        ({"ends_at": NOW + DAY}, NOW + DAY / 2, None),
        ({"programmes": ("two-step",)}, NOW, None),
        ({"programmes": ("another",)}, NOW, "coupon_other_programme"),
        ({"percent": None, "amount_minor": 5, "currency": "EUR"}, NOW, "coupon_other_currency"),
        ({"percent": None, "amount_minor": 5, "currency": "USD"}, NOW, None),
    ],
)
def test_when_a_coupon_is_taken(said: dict[str, Any], at: datetime, code: str | None) -> None:
    made = cast.on_sale()
    cast.programme("another")
    coupon(**said)
    wish = shop.wish_of(made, coupon=" save20 ")
    if code is None:
        assert quote_price(wish, None, at).quote.discount_minor in {10_980, 5}
    else:
        with refused(code):
            quote_price(wish, None, at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "own", "other"),
    [
        ({}, None, None),
        ({"limit_total": 1}, "coupon_used_up", "coupon_used_up"),
        ({"limit_total": 2}, None, None),
        ({"limit_per_person": 1}, "coupon_used_by_you", None),
        ({"limit_per_person": 2}, None, None),
        ({"first_purchase_only": True}, "coupon_first_purchase", None),
    ],
)
def test_how_often_a_coupon_is_taken(
    said: dict[str, Any], own: str | None, other: str | None
) -> None:
    made = cast.on_sale()
    coupon(**said)
    buyer, stranger = cast.trader(), cast.trader("other@example.com")
    wish = shop.wish_of(made, coupon="SAVE20")
    first = shop.ordered(wish, buyer)
    assert (first.discount_minor, first.total_minor) == (10_980, 43_920)
    for person, code in ((buyer, own), (stranger, other)):
        if code is None:
            assert quote_price(wish, person.id, NOW).coupon == first.coupon
        else:
            with refused(code):
                quote_price(wish, person.id, NOW)
    Order.objects.update(state="expired")
    assert quote_price(wish, buyer.id, NOW).coupon == first.coupon


@pytest.mark.django_db
def test_a_coupon_for_the_first_purchase_is_not_for_a_second() -> None:
    made, buyer = cast.on_sale(), cast.trader()
    coupon(first_purchase_only=True)
    shop.ordered(shop.wish_of(made), buyer)
    wish = shop.wish_of(made, coupon="SAVE20")
    assert quote_price(wish, buyer.id, NOW).coupon is not None  # not paid: nothing was bought
    Order.objects.update(state="awaiting_payment")
    Order.objects.update(state="paid")
    with refused("coupon_first_purchase"):
        quote_price(wish, buyer.id, NOW)
