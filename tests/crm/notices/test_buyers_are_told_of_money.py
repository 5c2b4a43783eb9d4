"""Purchases, refunds and credentials: told once, with what was paid."""

from dataclasses import replace

import pytest

from propdesk.crm.notices.models import InboxMessage
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.send_refund import due_refunds, send_refund
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import Payment
from propdesk.ports.payments import NoticeKind
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.notices.post_office import PostOffice

pytestmark = pytest.mark.django_db


def test_a_payment_told_five_times_is_one_message_and_a_refund_another() -> None:
    order = shop.ordered(shop.wish_of(cast.on_sale()), cast.trader())
    told = replace(shop.begun(shop.paying(order)), kind=NoticeKind.SUCCEEDED)
    for _ in range(5):
        take_payment_notice("test", told, cast.NOW)
    office = PostOffice()
    office.deliver()
    assert office.mails("trader@example.com") == [f"Your order {order.reference} is paid"]
    text = office.channels["mail"].taken[0].text
    assert "549.00 USD for Two steps" in text
    assert InboxMessage.objects.get().link == f"/orders/{order.reference}/"
    refund_order(Payment.objects.get(), 10_000, "goodwill", key="k", by=cast.STAFF, at=cast.NOW)
    assert OutboxRow.objects.filter(command="refund").count() == 0, "asked is not given back"
    for task in due_refunds("test", cast.NOW):
        send_refund(task, shop.PROVIDER, cast.NOW)
    office.deliver()
    assert office.mails("trader@example.com")[1:] == [f"Your refund for order {order.reference}"]
    assert "100.00 USD" in office.channels["mail"].taken[1].text
