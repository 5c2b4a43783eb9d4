"""The financial overview: each figure by its formula, and the same from orders and refunds."""

from dataclasses import replace
from datetime import timedelta

import pytest

from propdesk.crm.ledger.models import Posting
from propdesk.crm.overview.money import Earned, earned, earned_by_programme
from propdesk.crm.overview.periods import Period, days_before
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Order, Payment, Refund
from propdesk.ports.payments import NoticeKind
from tests.crm import shop_cast as shop
from tests.crm.firm_cast import DAY, NOW, STAFF
from tests.crm.overview.bought import PRICE, SellingFirm

pytestmark = pytest.mark.django_db
TODAY = Period(NOW.date(), NOW.date())


def lived() -> None:
    """Three sales in dollars and one in euros, a refund, a dispute lost and one still open."""
    firm = SellingFirm()
    first = firm.paid(fee=300)
    disputed, held = firm.paid(fee=300), firm.paid()
    firm.paid(currency="EUR")
    refund_order(first, 4_900, "goodwill", key="r", by=STAFF, at=NOW)
    for payment, kinds in (
        (disputed, (NoticeKind.DISPUTE_OPENED, NoticeKind.DISPUTE_LOST)),
        (held, (NoticeKind.DISPUTE_OPENED,)),
    ):
        for kind in kinds:
            told = replace(shop.begun(payment), id=f"{payment.pk}-{kind}", kind=kind)
            told = replace(told, of=f"d-{payment.pk}", at=NOW)
            take_payment_notice("test", told, NOW)


def of(currency: str) -> Earned:
    (found,) = (each for each in earned(TODAY) if each.currency == currency)
    return found


def test_each_figure_is_what_orders_and_refunds_say_too() -> None:
    lived()
    usd = of("USD")
    orders = Order.objects.filter(currency="USD", payments__counts=True)
    assert usd.sales == sum(each.list_minor + each.add_ons_minor for each in orders) == 3 * PRICE
    assert usd.discounts == sum(each.discount_minor for each in orders)
    assert usd.refunds == sum(each.amount_minor for each in Refund.objects.all()) == 4_900
    assert usd.disputes_lost == PRICE
    assert usd.net == 3 * PRICE - 4_900 - PRICE
    payments = Payment.objects.filter(currency="USD")
    assert usd.provider_fees == sum(each.fee_minor for each in payments) == 600
    assert usd.result == usd.net - 600
    assert usd.held_back == PRICE, "one is open, one was decided"
    assert usd.cash == sum(each.received_minor for each in payments) - 600 - 2 * PRICE
    assert of("EUR").net == PRICE - 5_000


def test_the_programmes_add_up_to_the_firm() -> None:
    lived()
    parts = earned_by_programme(TODAY)
    assert {each.programme for each in parts} == {"Two steps"}
    for whole in earned(TODAY):
        of_it = [each for each in parts if each.currency == whole.currency]
        for kind, total in whole.postings.items():
            assert sum(each.postings.get(kind, 0) for each in of_it) == total
    assert sum(sum(each.postings.values()) for each in earned(TODAY)) == 0, "debits are credits"
    assert Posting.objects.count() > 0


def test_what_is_booked_counts_for_its_moment() -> None:
    lived()
    day = NOW.date()
    yesterday = Period(day - timedelta(days=1), day - timedelta(days=1))
    assert earned(yesterday) == ()
    assert earned(days_before(NOW + DAY, 1)) == ()
    assert earned(days_before(NOW + DAY, 2)) == earned(TODAY)
