"""Paid orders: each is opened once, whoever is killed, and what cannot be is told."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection

from propdesk.boot import paid_orders
from propdesk.boot.firm_clock import FirmClock
from propdesk.boot.paid_orders import provision_paid
from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import Purpose, SoldAs, Visibility
from propdesk.crm.challenges.actions.provision import provision
from propdesk.crm.challenges.models import Enrolment, EnrolmentPhase
from propdesk.crm.purchases.actions.place_order import Placing, place_order
from propdesk.crm.purchases.models import Order, OrderTask
from propdesk.crm.refusal import ActionRefused
from tests.crm.challenges.enrolled import NOW, STAFF, Firm
from tests.crm.firm_cast import SIZE
from tests.crm.shop_cast import acting, buyer_of, ordered, wish_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(db: None) -> Firm:
    """A firm that gives its challenge away, so that an order is paid when it is placed."""
    firm = Firm()
    for purpose in (Purpose.PURCHASE, Purpose.RESET):
        set_prices(firm.programme, purpose, "USD", {SIZE: 0}, by=STAFF, at=NOW)
    offer = Offer(title="Two steps", visibility=Visibility.PUBLIC, sold_as=SoldAs.CHALLENGE)
    set_offer(firm.programme, offer, by=STAFF, at=NOW)
    firm.programme.refresh_from_db()
    return firm


def buy(firm: Firm, key: str = "form-1") -> Order:
    order = ordered(wish_of(firm.programme), firm.person, key)
    assert order.state == "paid"
    return order


def test_a_paid_order_becomes_an_enrolment_once(firm: Firm) -> None:
    orders = [buy(firm), buy(firm, "form-2")]
    clock = FirmClock(pytest.fail, lambda: NOW)
    while clock.step():
        pass
    firm.deliver()
    assert {each.order for each in Enrolment.objects.all()} == {each.pk for each in orders}
    assert [each.state for each in Order.objects.all()] == ["provisioned"] * 2
    assert provision_paid(NOW, pytest.fail) == 0
    assert len(firm.platform.held) == 2


class Killed(BaseException):
    """Nothing after it happens."""


def test_killed_at_any_statement_it_is_opened_once_all_the_same(firm: Firm) -> None:
    buy(firm)
    kills = 0
    for statement in range(1, 60, 4):
        left = statement

        def kill(execute: Any, sql: str, *rest: Any) -> Any:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return execute(sql, *rest)

        try:
            with connection.execute_wrapper(kill):
                provision_paid(NOW, pytest.fail)
        except Killed:
            kills += 1
    provision_paid(NOW, pytest.fail)
    firm.deliver()
    assert kills > 5
    assert (Enrolment.objects.count(), len(firm.platform.held)) == (1, 1)


def test_what_is_refused_is_told_and_tried_later_without_stopping_others(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = buy(firm), buy(firm, "form-2")

    def picky(bought: Any, **named: Any) -> Enrolment:
        if bought.order == first.pk:
            raise ActionRefused("no", "Not this one.")
        return provision(bought, **named)

    monkeypatch.setattr(paid_orders, "provision", picky)
    told: list[str] = []
    provision_paid(NOW, told.append)
    assert told == [f"order {first.reference} cannot be provisioned: Not this one."]
    assert [each.order for each in Enrolment.objects.all()] == [second.pk]
    task = OrderTask.objects.get(order=first)
    assert (task.attempts, task.last_error, task.done_at) == (1, "Not this one.", None)
    assert provision_paid(NOW, told.append) == 0
    monkeypatch.undo()
    provision_paid(task.next_try_at, pytest.fail)
    assert Enrolment.objects.count() == 2


def test_a_paid_reset_begins_its_phase_anew(firm: Firm) -> None:
    buy(firm)
    provision_paid(NOW, pytest.fail)
    firm.deliver()
    enrolment = Enrolment.objects.get()
    firm.say(enrolment, "breached")
    wish = replace(wish_of(firm.programme), purpose=Purpose.RESET)
    placing = Placing(key="reset-1", total_minor=0, enrolment=enrolment.pk)
    buyer, actor = buyer_of(firm.person), acting(firm.person)
    paid = place_order(wish, buyer, placing, by=actor, at=firm.now)
    provision_paid(firm.now, pytest.fail)
    assert EnrolmentPhase.objects.filter(order=paid.pk, attempt=2).exists()
    assert firm.state(enrolment) == "evaluating"
