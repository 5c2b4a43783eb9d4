"""Orders and their money: whatever a provider tells, however often and in whatever order."""

import itertools
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from propdesk.connectors.test_payments.courses import Course, messages
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.crm.ledger.balances import balance_of, sums_by_currency, trial_balance
from propdesk.crm.ledger.models import Entry
from propdesk.crm.purchases.actions.close_dispute import close_dispute
from propdesk.crm.purchases.actions.expire_orders import expire_orders
from propdesk.crm.purchases.actions.open_dispute import open_dispute
from propdesk.crm.purchases.actions.refund_order import refund_order
from propdesk.crm.purchases.actions.send_refund import due_refunds, send_refund
from propdesk.crm.purchases.actions.take_payment_notice import take_payment_notice
from propdesk.crm.purchases.disputing import Contested
from propdesk.crm.purchases.models import (
    Order,
    OrderTask,
    Payment,
    ProviderNotice,
    Refund,
)
from propdesk.crm.purchases.order_states import TRANSITIONS, OrderState
from propdesk.crm.purchases.provisioning import (
    claim_provision,
    mark_provisioned,
    waiting_provisions,
)
from propdesk.ports.payments import (
    NoticeKind,
    NoticeRefused,
    PaymentNotice,
    ProviderAway,
    ProviderRefuses,
)
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.firm_cast import DAY, NOW, STAFF
from tests.crm.test_programmes_are_published_and_stay import refused

pytestmark = pytest.mark.django_db
TOTAL, FEE = 54_900, 1_672
CASH = AccountKind.CASH_AT_PROVIDER


@pytest.fixture
def payment() -> Payment:
    return shop.paying(shop.ordered(shop.wish_of(cast.on_sale()), cast.trader()))


def tell(*told: PaymentNotice) -> None:
    for each in told:
        take_payment_notice("test", each, NOW)


def said(payment: Payment, kind: NoticeKind, **more: Any) -> PaymentNotice:
    begun = shop.begun(payment)
    name = f"{payment.provider_id}-{kind}-{more.get('of', '')}"
    return replace(begun, id=name, kind=kind, **more)


def paid(payment: Payment, **more: Any) -> PaymentNotice:
    return said(payment, NoticeKind.SUCCEEDED, fee_minor=FEE, **more)


def order() -> Order:
    return Order.objects.get()


def balances() -> dict[str, int]:
    return {each.kind.value: each.amount_minor for each in trial_balance() if each.amount_minor}


def whole() -> None:
    """What the end of the transaction would ask, asked now."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert set(sums_by_currency(trial_balance()).values()) <= {0}


SALE = {"cash_at_provider": TOTAL - FEE, "fee_revenue": -TOTAL, "provider_fees": FEE}
COURSES = [
    (Course.PAYS, "paid", SALE),
    (Course.DECLINES, "failed", {}),
    (Course.DELAYS, "awaiting_payment", {}),
    (Course.REPEATS, "paid", SALE),
    (
        Course.DISPUTES,
        "disputed",
        {
            "cash_at_provider": -FEE - 1_500,
            "disputed": TOTAL,
            "fee_revenue": -TOTAL,
            "provider_fees": FEE + 1_500,
        },
    ),
    (
        Course.WINS_DISPUTE,
        "paid",
        {
            "cash_at_provider": TOTAL - FEE - 1_500,
            "fee_revenue": -TOTAL,
            "provider_fees": FEE + 1_500,
        },
    ),
    (
        Course.LOSES_DISPUTE,
        "disputed",
        {
            "cash_at_provider": -FEE - 1_500,
            "chargebacks": TOTAL,
            "fee_revenue": -TOTAL,
            "provider_fees": FEE + 1_500,
        },
    ),
]


@pytest.mark.parametrize(("course", "state", "booked"), COURSES)
def test_every_order_of_arrival_ends_alike(
    payment: Payment, course: Course, state: str, booked: dict[str, int]
) -> None:
    told = dict.fromkeys(messages(course, shop.begun(payment)))
    for arrival in itertools.permutations(told):
        mark = transaction.savepoint()
        tell(*arrival, *arrival)
        whole()
        assert (order().state, balances()) == (state, booked)
        assert ProviderNotice.objects.count() == len(told)
        transaction.savepoint_rollback(mark)


def refunds(payment: Payment) -> list[PaymentNotice]:
    return [
        said(payment, NoticeKind.REFUNDED, of="r1", amount_minor=20_000),
        said(payment, NoticeKind.REFUNDED, of="r2", amount_minor=TOTAL - 20_000),
    ]


def everything(payment: Payment) -> list[PaymentNotice]:
    return [
        shop.begun(payment),
        said(payment, NoticeKind.FAILED),
        paid(payment),
        *refunds(payment),
        said(payment, NoticeKind.DISPUTE_OPENED, of="d1", amount_minor=TOTAL, fee_minor=1_500),
        said(payment, NoticeKind.DISPUTE_WON, of="d1", amount_minor=TOTAL),
        said(payment, NoticeKind.DISPUTE_OPENED, of="d2", amount_minor=900),
        said(payment, NoticeKind.DISPUTE_LOST, of="d2", amount_minor=900),
    ]


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_part_of_all_in_any_order_with_repeats_adds_up(payment: Payment, data: Any) -> None:
    """The ledger is that of the set of what was told; the order's state is that of its facts."""
    every = everything(payment)
    arrival = data.draw(st.lists(st.sampled_from(every), max_size=24))
    mark = transaction.savepoint()
    for each in arrival:
        tell(each)
        whole()
    kinds = {(each.kind, each.of) for each in arrival}
    received = (NoticeKind.SUCCEEDED, "") in kinds
    given_back = sum(
        each.amount_minor for each in {*arrival} if each.kind == NoticeKind.REFUNDED and received
    )
    opened = {of for kind, of in kinds if kind == NoticeKind.DISPUTE_OPENED and received}
    won = {of for kind, of in kinds if kind == NoticeKind.DISPUTE_WON} & opened
    lost = {of for kind, of in kinds if kind == NoticeKind.DISPUTE_LOST} & opened
    if received:
        state = "disputed" if opened - won else "refunded" if given_back == TOTAL else "paid"
    else:
        failed = (NoticeKind.FAILED, "") in kinds
        state = "failed" if failed else "awaiting_payment"
    assert order().state == state
    assert balance_of(AccountKind.FEE_REVENUE, "USD") == -TOTAL * received
    assert balance_of(AccountKind.REFUNDS, "USD") == given_back
    held = {"d1": TOTAL, "d2": 900}
    assert balance_of(AccountKind.DISPUTED, "USD", "test") == sum(
        held[of] for of in opened - won - lost
    )
    assert balance_of(AccountKind.CHARGEBACKS, "USD") == sum(held[of] for of in lost)
    tasks = OrderTask.objects.filter(kind="provision")
    assert tasks.count() == received
    changes = [(each.old, each.new) for each in order().changes.order_by("id")]
    assert all(new == then for (_, new), (then, _) in itertools.pairwise(changes))
    assert all(pair in TRANSITIONS for pair in changes[1:])
    transaction.savepoint_rollback(mark)


def test_a_notice_that_says_something_else_under_one_id_is_refused(payment: Payment) -> None:
    tell(paid(payment))
    with pytest.raises(NoticeRefused, match="something else"):
        tell(replace(paid(payment), amount_minor=1))
    later = replace(paid(payment), at=NOW + DAY)
    assert take_payment_notice("test", later, NOW) is False


def test_a_notice_of_no_payment_of_ours_is_refused(payment: Payment) -> None:
    for key in ("no uuid", "00000000-0000-7000-8000-000000000000"):
        with pytest.raises(NoticeRefused, match="no payment of ours"):
            tell(replace(paid(payment), payment="tp_else", key=key))
    with pytest.raises(NoticeRefused):
        take_payment_notice("another", paid(payment), NOW)
    assert not ProviderNotice.objects.exists()


def test_a_notice_that_overtakes_the_answer_is_known_by_our_key(payment: Payment) -> None:
    """Killed between the provider's answer and writing it down."""
    notice = paid(payment)
    Payment.objects.update(provider_id=None)
    tell(notice)
    assert (order().state, Payment.objects.get().provider_id) == ("paid", payment.provider_id)


@pytest.mark.parametrize("amount", [TOTAL - 1, TOTAL + 1])
def test_another_amount_pays_no_order_and_is_owed(payment: Payment, amount: int) -> None:
    tell(paid(payment, amount_minor=amount))
    whole()
    assert order().state == "awaiting_payment"
    assert balances() == {
        "cash_at_provider": amount - FEE,
        "owed_to_customers": -amount,
        "provider_fees": FEE,
    }
    paid_back = refund_order(
        Payment.objects.get(), amount, "wrong amount", key="k", by=STAFF, at=NOW
    )
    send_refund(OrderTask.objects.get(refund=paid_back), shop.PROVIDER, NOW)
    assert balances() == {"cash_at_provider": -FEE, "provider_fees": FEE}
    assert order().state == "awaiting_payment"


def test_another_currency_cannot_be_true(payment: Payment) -> None:
    tell(paid(payment, currency="EUR"))
    notice = ProviderNotice.objects.get()
    assert (notice.state, "another currency" in notice.note) == ("refused", True)
    assert balances() == {}


def test_an_order_that_is_paid_twice_owes_the_second(payment: Payment) -> None:
    tell(said(payment, NoticeKind.FAILED))
    second = shop.paying(order())
    assert second.pk != payment.pk
    tell(paid(second), paid(payment))
    whole()
    assert order().state == "paid"
    assert balance_of(AccountKind.FEE_REVENUE, "USD") == -TOTAL
    assert balance_of(AccountKind.OWED_TO_CUSTOMERS, "USD") == -TOTAL
    assert balance_of(CASH, "USD", "test") == 2 * (TOTAL - FEE)
    assert OrderTask.objects.count() == 1


def test_an_unpaid_order_expires_and_late_money_still_buys(payment: Payment) -> None:
    late = order().expires_at
    assert expire_orders(late - timedelta(microseconds=1)) == 0
    assert expire_orders(late) == 1
    assert expire_orders(late) == 0
    assert order().state == "expired"
    with refused("paid"):
        shop.paying(order(), late)
    tell(paid(payment))
    assert order().state == "paid"


def test_an_order_whose_payment_is_not_confirmed_waits(payment: Payment) -> None:
    tell(shop.begun(payment))
    assert expire_orders(NOW + DAY * 9) == 0
    tell(said(payment, NoticeKind.FAILED))
    assert expire_orders(NOW + DAY * 9) == 1


def test_too_late_to_pay_is_said_before_the_round_has_come() -> None:
    made = shop.ordered(shop.wish_of(cast.on_sale()), cast.trader())
    with refused("expired"):
        shop.paying(made, made.expires_at)


def test_a_refund_is_decided_sent_and_booked_once(payment: Payment) -> None:
    tell(paid(payment))
    first = refund_order(payment, 20_000, "goodwill", key="k", by=STAFF, at=NOW)
    assert refund_order(payment, 20_000, "goodwill", key="k", by=STAFF, at=NOW) == first
    assert balances()["refunds_under_way"] == -20_000
    (task,) = due_refunds("test", NOW)
    assert due_refunds("another", NOW) == []
    assert send_refund(task, shop.PROVIDER, NOW)
    assert not send_refund(task, shop.PROVIDER, NOW)
    whole()
    assert balances() == {
        "cash_at_provider": TOTAL - FEE - 20_000,
        "fee_revenue": -TOTAL,
        "provider_fees": FEE,
        "refunds": 20_000,
    }
    assert (order().state, Refund.objects.get().state) == ("paid", "done")
    rest = refund_order(payment, TOTAL - 20_000, "all of it", key="k2", by=STAFF, at=NOW)
    send_refund(OrderTask.objects.get(refund=rest), shop.PROVIDER, NOW)
    assert order().state == "refunded"
    assert waiting_provisions(NOW) == []
    told = said(payment, NoticeKind.REFUNDED, of=rest.provider_id, amount_minor=rest.amount_minor)
    tell(replace(told, of=Refund.objects.get(pk=rest.pk).provider_id or ""))
    assert balances()["refunds"] == TOTAL


def test_what_may_not_be_refunded(payment: Payment) -> None:
    with refused("nothing_received"):
        refund_order(payment, 1, "x", key="k", by=STAFF, at=NOW)
    tell(paid(payment))
    with refused("no_reason"):
        refund_order(payment, 1, " ", key="k", by=STAFF, at=NOW)
    for amount in (0, -1, TOTAL + 1):
        with refused("too_much"):
            refund_order(payment, amount, "x", key="k", by=STAFF, at=NOW)
    refund_order(payment, TOTAL - 1, "x", key="k", by=STAFF, at=NOW)
    with refused("too_much"):
        refund_order(payment, 2, "x", key="k2", by=STAFF, at=NOW)
    with refused("key_used"):
        refund_order(payment, 1, "x", key="k", by=STAFF, at=NOW)
    tell(said(payment, NoticeKind.DISPUTE_OPENED, of="d", amount_minor=5))
    with refused("disputed"):
        refund_order(payment, 1, "x", key="k2", by=STAFF, at=NOW)


class Away(type(shop.PROVIDER)):  # type: ignore[misc]
    """Does not answer, although it may have heard."""

    def refund(self, asked: Any, at: Any) -> Any:
        del asked, at
        raise ProviderAway("no answer in 10 s")


class Refusing(Away):
    """Will not give the money back."""

    def refund(self, asked: Any, at: Any) -> Any:
        del asked, at
        raise ProviderRefuses("the card is closed")


def test_a_provider_that_does_not_answer_is_asked_again(payment: Payment) -> None:
    tell(paid(payment))
    refund_order(payment, 100, "x", key="k", by=STAFF, at=NOW)
    (task,) = due_refunds("test", NOW)
    assert not send_refund(task, Away(b"x"), NOW)
    assert due_refunds("test", NOW) == []
    (again,) = due_refunds("test", NOW + timedelta(minutes=1))
    assert (again.attempts, again.last_error) == (1, "no answer in 10 s")
    assert send_refund(again, shop.PROVIDER, NOW + timedelta(minutes=1))
    assert balances()["refunds"] == 100


def test_a_refund_that_is_refused_is_posted_back(payment: Payment) -> None:
    tell(paid(payment))
    refund_order(payment, 100, "x", key="k", by=STAFF, at=NOW)
    (task,) = due_refunds("test", NOW)
    assert send_refund(task, Refusing(b"x"), NOW)
    whole()
    assert balances() == SALE
    assert Refund.objects.get().state == "failed"
    assert OrderTask.objects.get(kind="send_refund").last_error == "the card is closed"
    refund_order(payment, TOTAL, "again", key="k2", by=STAFF, at=NOW)


def test_a_refusal_that_is_overtaken_by_the_refund_changes_nothing(payment: Payment) -> None:
    tell(paid(payment))
    refund = refund_order(payment, 100, "x", key="k", by=STAFF, at=NOW)
    done = said(payment, NoticeKind.REFUNDED, of="r", of_key=str(refund.id), amount_minor=100)
    failed = replace(done, id="f", kind=NoticeKind.REFUND_FAILED)
    for told in ((done, failed), (failed, done)):
        mark = transaction.savepoint()
        tell(*told)
        whole()
        assert balances()["refunds"] == 100
        assert "refunds_under_way" not in balances()
        transaction.savepoint_rollback(mark)


def test_more_than_was_received_is_not_believed(payment: Payment) -> None:
    tell(paid(payment), said(payment, NoticeKind.REFUNDED, of="r", amount_minor=TOTAL + 1))
    tell(said(payment, NoticeKind.REFUND_FAILED, of="nobody", amount_minor=1))
    notes = ProviderNotice.objects.filter(state="refused").values_list("note", flat=True)
    assert set(notes) == {
        "more would be given back than was received",
        "nobody asked for this refund",
    }
    assert balances() == SALE


def test_a_dispute_by_hand_is_the_one_the_provider_tells(payment: Payment) -> None:
    with refused("nothing_received"):
        open_dispute(payment, Contested("d1", 1), "a letter", by=STAFF, at=NOW)
    tell(paid(payment))
    with refused("no_reason"):
        open_dispute(payment, Contested("d1", 1), "", by=STAFF, at=NOW)
    for amount in (0, TOTAL + 1):
        with refused("no_amount"):
            open_dispute(payment, Contested("d1", amount), "a letter", by=STAFF, at=NOW)
    made = open_dispute(payment, Contested("d1", TOTAL), "a letter", by=STAFF, at=NOW)
    assert order().state == "disputed"
    tell(said(payment, NoticeKind.DISPUTE_OPENED, of="d1", amount_minor=TOTAL))
    assert balance_of(AccountKind.DISPUTED, "USD", "test") == TOTAL
    with refused("no_reason"):
        close_dispute(made, "", won=True, by=STAFF, at=NOW)
    close_dispute(made, "a letter", won=True, by=STAFF, at=NOW)
    with refused("closed"):
        close_dispute(made, "a letter", won=False, by=STAFF, at=NOW)
    tell(said(payment, NoticeKind.DISPUTE_LOST, of="d1", amount_minor=TOTAL))
    whole()
    assert (order().state, balances()) == ("paid", SALE)
    assert AuditRow.objects.filter(action="purchases.close_dispute").count() == 1


def test_what_is_paid_waits_to_be_opened_once(payment: Payment) -> None:
    tell(paid(payment))
    (task,) = waiting_provisions(NOW)
    found = claim_provision(task)
    assert found is not None
    mark_provisioned(found, None, NOW)
    assert (order().state, waiting_provisions(NOW), claim_provision(task)) == (
        "provisioned",
        [],
        None,
    )
    tell(said(payment, NoticeKind.DISPUTE_OPENED, of="d", amount_minor=1))
    tell(said(payment, NoticeKind.DISPUTE_WON, of="d", amount_minor=1))
    assert order().state == "provisioned"


def test_what_was_disputed_before_it_was_opened_is_not_opened(payment: Payment) -> None:
    tell(paid(payment))
    (task,) = waiting_provisions(NOW)
    tell(said(payment, NoticeKind.DISPUTE_OPENED, of="d", amount_minor=1))
    assert (waiting_provisions(NOW), claim_provision(task)) == ([], None)
    tell(said(payment, NoticeKind.DISPUTE_WON, of="d", amount_minor=1))
    assert waiting_provisions(NOW) == [task]


@pytest.mark.parametrize("old", list(OrderState))
def test_the_database_knows_the_same_edges(payment: Payment, old: OrderState) -> None:
    assert payment.order == order()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE purchases_order DISABLE TRIGGER USER")
        cursor.execute("UPDATE purchases_order SET state = %s, provisioned_at = now()", [old])
        cursor.execute("ALTER TABLE purchases_order ENABLE TRIGGER USER")
    refusals: dict[OrderState, str] = {}
    for new in OrderState:
        try:
            with transaction.atomic():
                Order.objects.update(state=new)
                transaction.set_rollback(True)
        except DatabaseError as error:
            refusals[new] = str(error)
    assert all("Invalid transition" in said for said in refusals.values())
    allowed = set(OrderState) - refusals.keys()
    assert allowed - {old} == {new for then, new in TRANSITIONS if then == old}


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"total_minor": 1}, "terms of an order stay"),
        ({"person_id": None}, "terms of an order stay"),
        ({"size": 1}, "terms of an order stay"),
        ({"provisioned_at": None, "state": "provisioned"}, "provisioned_says_when|transition"),
    ],
)
def test_the_terms_of_an_order_stay(payment: Payment, change: dict[str, Any], guard: str) -> None:
    assert payment.order == order()
    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        Order.objects.update(**change)


def test_an_order_is_not_deleted(payment: Payment) -> None:
    assert payment.order == order()
    with pytest.raises(IntegrityError, match="an order stays"), transaction.atomic():
        Order.objects.all()._raw_delete(Order.objects.db)


def rewritten(made: Order, **change: Any) -> None:
    for name, value in {"id": STAFF.person, "reference": "O-x", "key": "x", **change}.items():
        setattr(made, name, value)
    made.save(force_insert=True)


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"key": "form-1"}, "order_key_is_one"),
        ({"total_minor": 1}, "order_adds_up"),
        ({"discount_minor": -1, "total_minor": TOTAL + 1}, "order_adds_up"),
        ({"state": "lost"}, "order_state_is_known"),
        ({"purpose": "reset"}, "order_purpose_says_whose"),
        ({"enrolment": STAFF.person}, "order_purpose_says_whose"),
        ({"state": "provisioned"}, "order_provisioned_says_when"),
    ],
)
def test_the_database_refuses_such_an_order(
    payment: Payment, change: dict[str, Any], guard: str
) -> None:
    assert payment.order == order()
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        rewritten(order(), **change)


@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"state": "succeeded"}, "payment_received_says_when"),
        ({"received_minor": 1}, "payment_received_says_when"),
        ({"counts": True}, "payment_received_says_when"),
        ({"state": "stolen"}, "payment_state_is_known"),
        ({"amount_minor": 0}, "payment_asks_for_money"),
    ],
)
def test_the_database_refuses_such_a_payment(
    payment: Payment, change: dict[str, Any], guard: str
) -> None:
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        Payment.objects.filter(pk=payment.pk).update(**change)


def another(payment: Payment, **change: Any) -> None:
    for name, value in {"id": STAFF.person, "provider_id": "x", **change}.items():
        setattr(payment, name, value)
    payment.save(force_insert=True)


def test_one_payment_is_under_way_and_one_counts(payment: Payment) -> None:
    with pytest.raises(IntegrityError, match="under_way_is_one"), transaction.atomic():
        another(Payment.objects.get())
    tell(paid(payment))
    with pytest.raises(IntegrityError, match="payment_counts_once"), transaction.atomic():
        another(Payment.objects.get())
    with pytest.raises(IntegrityError, match="provider_id_is_one"), transaction.atomic():
        another(Payment.objects.get(), provider_id=payment.provider_id, counts=False)


def test_an_entry_for_each_thing_that_happened(payment: Payment) -> None:
    tell(*everything(payment), *everything(payment))
    about = order().reference
    found = sorted(Entry.objects.filter(about=about).values_list("what", flat=True))
    assert found == [
        "dispute_fee",
        "dispute_lost",
        "dispute_opened",
        "dispute_opened",
        "dispute_won",
        "provider_fee",
        "refund_done",
        "refund_done",
        "sale",
    ]
