"""Orders: killed at any statement, clicked twice at once, asked twice; it is done once or not."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, connections

from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon
from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.actions.set_firm import set_firm_terms
from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import (
    Acceptance,
    LegalKind,
    LegalText,
    Programme,
    Purpose,
    SoldAs,
    Visibility,
)
from propdesk.crm.ledger.balances import sums_by_currency, trial_balance
from propdesk.crm.ledger.models import Entry, Posting
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.purchases.actions.place_order import Placing, place_order
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.send_refund import due_refunds, send_refund
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.models import (
    Order,
    OrderChange,
    OrderTask,
    Payment,
    ProviderNotice,
    Refund,
)
from propdesk.ports.payments import NoticeKind
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.firm_cast import NOW, STAFF
from tests.crm.test_programmes_are_published_and_stay import refused

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(Exception):
    """The process is gone."""


@contextmanager
def killed_at(statement: int) -> Iterator[list[int]]:
    """Ends whatever is under way before that many statements have been sent."""
    sent = [0]

    def count(execute: Any, *said: Any) -> Any:
        sent[0] += 1
        if sent[0] > statement:
            raise Killed
        return execute(*said)

    with connection.execute_wrapper(count):
        yield sent


def tables() -> dict[str, list[Any]]:
    """All that money left behind, but for ids, numbers and times."""
    return {
        "orders": list(Order.objects.values_list("state", "total_minor")),
        "changes": list(OrderChange.objects.order_by("id").values_list("old", "new")),
        "payments": list(Payment.objects.values_list("state", "received_minor", "counts")),
        "notices": sorted(ProviderNotice.objects.values_list("kind", "state")),
        "refunds": list(Refund.objects.values_list("state", "amount_minor")),
        "tasks": sorted(OrderTask.objects.values_list("kind", "done_at")),
        "entries": sorted(Entry.objects.values_list("what", flat=True)),
        "postings": sorted(Posting.objects.values_list("account__kind", "amount_minor")),
        "acceptances": [Acceptance.objects.count()],
        "audit": sorted(AuditRow.objects.values_list("action", flat=True)),
    }


def life(programme: Programme, person: Person) -> list[Callable[[], object]]:
    """The steps of an order that is bought with a coupon and partly refunded; each may be done
    again."""
    wish = shop.wish_of(programme, coupon="SAVE20")
    texts = frozenset(each.id for each in texts_of())

    def place() -> None:
        buyer = replace(shop.buyer_of(person), accepted=texts)
        placing = Placing(key="form-1", total_minor=43_920)
        place_order(wish, buyer, placing, by=shop.acting(person), at=NOW)

    def pay() -> None:
        shop.paying(Order.objects.get())

    def told() -> None:
        for each in messages(Course.REPEATS, shop.begun(Payment.objects.get())):
            take_payment_notice("test", each, NOW)

    def refund() -> None:
        refund_order(Payment.objects.get(), 20_000, "goodwill", key="k", by=STAFF, at=NOW)

    def send() -> None:
        later[0] += cast.DAY  # what was claimed by who was killed is due again by then
        for task in due_refunds("test", later[0]):
            send_refund(task, shop.PROVIDER, later[0])

    later = [NOW]
    return [place, pay, told, refund, send]


def texts_of() -> list[LegalText]:
    return list(LegalText.objects.all())


def firm() -> tuple[Programme, Person]:
    programme, person = cast.on_sale(), cast.trader()
    from_now = NewCoupon(code="SAVE20", percent=Decimal(20), starts_at=NOW, limit_total=1)
    create_coupon(from_now, by=STAFF, at=NOW)
    text = NewText(kind=LegalKind.TERMS, version="1", title="Terms", body="Be fair.")
    publish_legal_text(text, by=STAFF, at=NOW)
    return programme, person


def test_killed_before_any_statement_of_any_step_it_goes_on_to_the_same_end() -> None:
    """Every step is killed at its first statement, its second … until it comes through; then the
    next one. What is left is what an undisturbed life leaves, and no statement was special."""
    programme, person = firm()
    audit_before = AuditRow.objects.count()
    deaths = 0
    for step in life(programme, person):
        for statement in range(400):
            before = tables()
            try:
                with killed_at(statement):
                    step()
            except Killed:
                deaths += 1
                assert set(sums_by_currency(trial_balance()).values()) <= {0}
                assert len(tables()["entries"]) >= len(before["entries"])
            else:
                break
        else:
            pytest.fail("the step never came through")
    assert deaths > 100
    left = tables()
    assert left["orders"] == [("paid", 43_920)]
    assert left["changes"] == [
        ("", "created"),
        ("created", "awaiting_payment"),
        ("awaiting_payment", "paid"),
    ]
    assert left["payments"] == [("succeeded", 43_920, True)]
    assert left["refunds"] == [("done", 20_000)]
    assert left["entries"] == ["provider_fee", "refund_asked", "refund_done", "sale"]
    assert [kind for kind, _ in left["tasks"]] == ["provision", "send_refund"]
    assert left["acceptances"] == [1]
    assert len(left["audit"]) - audit_before == 1 + 1 + 3 + 1 + 1


def at_once(count: int, work: Callable[[], object]) -> list[object]:
    """What each of several threads came to, all begun together."""
    gate, results = threading.Barrier(count), list[object]()

    def run() -> None:
        gate.wait(10)
        try:
            results.append(work())
        except Exception as fault:  # noqa: BLE001 - told to the test's own thread
            results.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return results


def ids(found: list[object]) -> set[UUID]:
    assert all(isinstance(each, Order | Payment | Refund) for each in found), found
    return {each.pk for each in found}  # type: ignore[attr-defined]


def test_a_double_click_places_one_order_and_begins_one_payment() -> None:
    wish, person = shop.wish_of(cast.on_sale()), cast.trader()
    assert len(ids(at_once(3, lambda: shop.ordered(wish, person)))) == 1
    order = Order.objects.get()
    assert len(ids(at_once(3, lambda: shop.paying(order)))) == 1
    assert Payment.objects.count() == 1
    notice = replace(
        shop.begun(Payment.objects.get()), id="paid", kind=NoticeKind.SUCCEEDED, fee_minor=5
    )
    told = at_once(4, lambda: take_payment_notice("test", notice, NOW))
    assert sorted(map(str, told)) == ["False", "False", "False", "True"]
    assert sorted(Entry.objects.values_list("what", flat=True)) == ["provider_fee", "sale"]
    assert OrderTask.objects.count() == 1


def test_two_refunds_at_once_give_back_no_more_than_was_paid() -> None:
    order = shop.ordered(shop.wish_of(cast.on_sale()), cast.trader())
    payment = shop.paying(order)
    paid = replace(shop.begun(payment), id="paid", kind=NoticeKind.SUCCEEDED)
    take_payment_notice("test", paid, NOW)
    keys = iter("abcd")

    def refund() -> Refund:
        return refund_order(payment, 40_000, "x", key=next(keys), by=STAFF, at=NOW)

    told = sorted(type(each).__name__ for each in at_once(2, refund))
    assert told == ["ActionRefused", "Refund"]


def test_a_coupon_for_one_is_taken_by_one_of_two_at_once() -> None:
    programme, person = firm()
    texts = frozenset(each.id for each in texts_of())
    buyers = iter([person, cast.trader("other@example.com")])
    wish = shop.wish_of(programme, coupon="SAVE20")

    def place() -> Order:
        who = next(buyers)
        placing = Placing(key="x", total_minor=43_920)
        return place_order(wish, shop.buyer_of(who, texts), placing, by=shop.acting(who), at=NOW)

    told = sorted(type(each).__name__ for each in at_once(2, place))
    assert told == ["ActionRefused", "Order"]


def test_the_same_key_with_another_wish_is_refused() -> None:
    programme, person = cast.on_sale(), cast.trader()
    shop.ordered(shop.wish_of(programme), person)
    with refused("key_used"):
        shop.ordered(shop.wish_of(programme, currency="EUR"), person)
    other = cast.trader("other@example.com")
    shop.ordered(shop.wish_of(programme), other)
    assert Order.objects.count() == 2


def test_an_order_says_all_that_was_agreed() -> None:
    programme, person = firm()
    publish_legal_text(
        NewText(kind=LegalKind.RISK, version="1", title="Risk", body="All can be lost."),
        by=STAFF,
        at=NOW,
    )
    wish = shop.wish_of(programme, coupon="SAVE20")
    texts = texts_of()
    placing = Placing(key="x", total_minor=43_920)
    with refused("not_accepted"):
        place_order(
            wish,
            shop.buyer_of(person, frozenset({texts[0].id})),
            placing,
            by=shop.acting(person),
            at=NOW,
        )
    accepted = frozenset(each.id for each in texts)
    order = place_order(
        wish, shop.buyer_of(person, accepted), placing, by=shop.acting(person), at=NOW
    )
    assert order.reference.startswith("O-2026-")
    assert [(line.kind, line.name, line.amount_minor) for line in order.lines.all()] == [
        ("list", "", 54_900),
        ("discount", "SAVE20", -10_980),
    ]
    found = Acceptance.objects.filter(about=order.reference, person=person)
    assert {(each.text_id, each.sha256, each.at, each.address) for each in found} == {
        (each.id, each.sha256, NOW, "192.0.2.9") for each in texts
    }


def test_who_may_not_buy() -> None:
    programme, person = cast.on_sale(), cast.trader()
    set_firm_terms(18, ("US",), by=STAFF, at=NOW)
    wish, placing = shop.wish_of(programme), Placing(key="x", total_minor=54_900)
    buyer = shop.buyer_of(person)

    def tried(code: str, *, total: int = 54_900, **said: Any) -> None:
        with refused(code):
            place_order(
                wish,
                replace(buyer, **said),
                replace(placing, total_minor=total),
                by=shop.acting(person),
                at=NOW,
            )

    tried("country_refused", country="US")
    tried("too_young", born_on=date(2008, 11, 24))
    tried("price_changed", total=54_899)
    with pytest.raises(NotPermitted):
        place_order(wish, buyer, placing, by=STAFF, at=NOW)
    stranger = shop.acting(cast.trader("other@example.com"))
    with pytest.raises(NotPermitted):
        place_order(wish, buyer, placing, by=stranger, at=NOW)
    Person.objects.filter(pk=person.pk).update(standing="suspended")
    tried("not_open")
    assert not Order.objects.exists()


def test_what_costs_nothing_is_paid_at_once_and_both_sides_are_seen() -> None:
    programme, person = cast.on_sale(), cast.trader()
    free = NewCoupon(code="FREE", percent=Decimal(100), starts_at=NOW)
    create_coupon(free, by=STAFF, at=NOW)
    order = shop.ordered(shop.wish_of(programme, coupon="FREE"), person)
    assert (order.state, order.total_minor) == ("paid", 0)
    assert {(b.kind.value, b.amount_minor) for b in trial_balance()} == {
        ("discounts", 54_900),
        ("fee_revenue", -54_900),
    }
    assert OrderTask.objects.get().kind == "provision"
    with refused("paid"):
        shop.paying(order)


def test_a_free_trial_is_had_once() -> None:
    programme, person = cast.on_sale(price=5_000), cast.trader()
    for currency in ("USD", "EUR"):
        set_prices(programme, Purpose.PURCHASE, currency, {cast.SIZE: 0}, by=STAFF, at=NOW)
    trial = Offer(title="T", visibility=Visibility.PUBLIC, sold_as=SoldAs.TRIAL, trial_days=14)
    set_offer(programme, trial, by=STAFF, at=NOW)
    programme.refresh_from_db()
    order = shop.ordered(shop.wish_of(programme), person)
    assert (order.state, Entry.objects.count()) == ("paid", 0)
    with refused("trial_used"):
        shop.ordered(shop.wish_of(programme), person, key="again")
    shop.ordered(shop.wish_of(programme), cast.trader("other@example.com"))
