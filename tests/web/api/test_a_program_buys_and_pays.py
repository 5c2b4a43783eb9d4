"""A program does what a visitor of the shop does: by the same actions, each once."""

import pytest

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.people.models import SessionEvent
from propdesk.crm.purchases.models import Order, Payment
from tests.crm.firm_cast import on_sale
from tests.crm.people.cast import registered
from tests.web.api.calling import Program, program_of

pytestmark = pytest.mark.django_db

WISH = {"programme": "two-step", "size": "100000", "currency": "USD"}
ORDER = {**WISH, "total": "549.00", "key": "basket-1", "country": "DE", "born_on": "1990-01-01"}


def test_a_stranger_reads_what_is_sold_and_what_it_costs() -> None:
    on_sale()
    stranger = Program()
    (sold,) = stranger.get("/programmes").json()["items"]
    assert (sold["slug"], sold["minimum_age"]) == ("two-step", 18)
    assert sold["prices"][1] == {
        "size": {"amount": "100000", "currency": "USD"},
        "price": {"amount": "549.00", "currency": "USD"},
    }
    assert "phases:" in stranger.get("/programmes/two-step").json()["rulebook"]
    quoted = stranger.post("/quotes", WISH).json()
    assert quoted["total"] == {"amount": "549.00", "currency": "USD"}
    assert stranger.get("/programmes/none").status_code == 404
    refused = stranger.post("/quotes", {**WISH, "coupon": "none"})
    assert (refused.status_code, refused.json()["code"]) == (422, "coupon_unknown")
    assert stranger.post("/orders", ORDER).status_code == 401


def test_an_order_is_placed_once_and_paid_once() -> None:
    on_sale()
    buyer = registered("ada")
    program, other = program_of(buyer), program_of(registered("other"))
    placed = program.post("/orders", ORDER, Idempotency_Key="k1")
    assert placed.status_code == 200, placed.content
    reference = placed.json()["reference"]
    again = program.post("/orders", ORDER, Idempotency_Key="k1")
    assert (again.content, again["Idempotency-Replayed"]) == (placed.content, "true")
    assert Order.objects.count() == 1
    assert SessionEvent.objects.filter(person=buyer, kind="purchase").count() == 1
    row = AuditRow.objects.get(action="purchases.place_order")
    assert (row.person, row.role) == (buyer.pk, "trader")
    begun = program.post(f"/orders/{reference}/payments", Idempotency_Key="k2")
    assert (begun.status_code, begun.json()["state"]) == (200, "asked")
    assert begun.json()["address"]
    same = program.post(f"/orders/{reference}/payments", Idempotency_Key="k3")
    assert same.json()["id"] == begun.json()["id"]
    assert program.post(f"/orders/{reference}/payments", Idempotency_Key="k2").json() == (
        begun.json()
    )
    assert Payment.objects.count() == 1
    told = program.get(f"/orders/{reference}").json()
    assert [each["new"] for each in told["changes"]] == ["created", "awaiting_payment"]
    assert told["size"] == {"amount": "100000", "currency": "USD"}
    assert other.get(f"/orders/{reference}").status_code == 404
    assert other.get("/orders").json()["items"] == []
    assert other.post(f"/orders/{reference}/payments").status_code == 404


def test_what_the_shop_refuses_is_refused_with_its_code() -> None:
    on_sale()
    program = program_of(registered("ada"))
    cases = [
        ({"total": "1.00"}, 422, "price_changed"),
        ({"born_on": "2020-01-01"}, 422, "too_young"),
        ({"born_on": "1800-01-01"}, 422, "no_birth"),
        ({"total": "549.001"}, 422, "no_amount"),
        ({"country": "de"}, 400, "invalid"),
        ({"size": "7"}, 422, "no_price"),
        ({"programme": "none"}, 404, "not_found"),
    ]
    for said, status, code in cases:
        refused = program.post("/orders", {**ORDER, **said})
        assert (refused.status_code, refused.json()["code"]) == (status, code), said
        assert refused["Content-Type"] == "application/problem+json"
    assert not Order.objects.exists()
