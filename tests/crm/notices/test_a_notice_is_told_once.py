"""From the outbox to the channels: once for one event, whoever dies when."""

from datetime import timedelta

import pytest
from django.db import transaction

from propdesk.boot.courier_of_notices import HOLD
from propdesk.crm.notices.actions.replay_delivery import replay_delivery
from propdesk.crm.notices.actions.settle_delivery import WAITS_S
from propdesk.crm.notices.actions.take_out_notices import take_out_notices
from propdesk.crm.notices.models import Alert, Attempt, Delivery, InboxMessage, Notice, Outlet
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.models import Person, Standing
from propdesk.crm.refusal import ActionRefused
from propdesk.ports.messengers import NotSent, Refused, Uncertain
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.notices.outlets import webhook
from tests.crm.notices.post_office import (
    BREACH,
    Killed,
    PostOffice,
    account_of,
    put,
    states,
)
from tests.crm.people.cast import acting, registered, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> PostOffice:
    return PostOffice()


def test_a_breach_is_told_with_basis_floor_equity_time_and_link(office: PostOffice) -> None:
    trader = registered("ada", time_zone="Europe/Zurich")
    whose = account_of(trader)
    put("breach", whose, **BREACH)
    office.deliver()
    (mail,) = office.channels["mail"].taken
    assert mail.to == "ada@example.org"
    assert mail.subject == "Account 1001: max loss is breached"
    for figure in (
        "Equity: 89999.99 USD", "Floor: 90000.00 USD", "Basis: equity", "Verdict: V1",
        "2026-11-23 13:00:00 CET", f"/me/accounts/{whose.pk}/",
    ):  # fmt: skip
        assert figure in mail.text
    assert "89999.99" in mail.html
    (message,) = InboxMessage.objects.all()
    assert (message.person, message.subject) == (trader.id, mail.subject)
    assert message.link == f"/me/accounts/{whose.pk}/breach/"
    office.deliver()
    assert len(office.channels["mail"].taken) == 1
    assert states() == ["mail sent"]
    assert OutboxRow.objects.get(destination="notice").delivered_at == NOW


def test_the_same_event_put_in_twice_is_one_notice(office: PostOffice) -> None:
    whose = account_of(registered())
    for _ in range(2):
        put("passed", whose)
        office.deliver()
    assert (Notice.objects.count(), InboxMessage.objects.count(), states()) == (
        1, 1, ["mail sent"],
    )  # fmt: skip


def test_taking_out_falls_with_its_transaction(office: PostOffice) -> None:
    put("passed", account_of(registered()))
    with transaction.atomic():
        take_out_notices(NOW, office.alarms.append)
        transaction.set_rollback(True)
    assert (Notice.objects.count(), Delivery.objects.count()) == (0, 0)
    office.deliver()
    assert states() == ["mail sent"]


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_mail_whose_sender_died_is_put_aside_and_never_sent_a_second_time(
    office: PostOffice, moment: str
) -> None:
    put("passed", account_of(registered()))
    setattr(office.channels["mail"], moment, Killed())
    office.dies_delivering()
    setattr(office.channels["mail"], moment, None)
    sent = len(office.channels["mail"].taken)
    office.deliver()
    assert states() == ["mail sending"], "another's claim is left alone"
    office.later(seconds=HOLD.total_seconds())
    office.deliver()
    assert states()[0] == "mail uncertain"
    assert len(office.channels["mail"].taken) == sent
    assert Alert.objects.get().key == "delivery//mail", "a person is told"


def test_a_webhook_whose_sender_died_is_sent_again_under_its_id(office: PostOffice) -> None:
    webhook("passed")
    put("passed", account_of(registered()))
    office.channels["mail"].before = Refused("no such address")
    office.channels["webhook"].after = Killed()
    office.dies_delivering()
    office.channels["webhook"].after = None
    office.later(seconds=HOLD.total_seconds())
    office.deliver()
    keys = [each.key for each in office.channels["webhook"].taken]
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert Delivery.objects.get(channel="webhook").state == "sent"


def test_what_was_not_taken_is_tried_later_and_later_and_given_up(office: PostOffice) -> None:
    put("passed", account_of(registered()))
    office.channels["mail"].before = NotSent("no connection")
    waits = []
    for _ in range(len(WAITS_S) + 1):
        office.deliver()
        row = Delivery.objects.get(channel="mail")
        waits.append((row.next_try_at - office.now).total_seconds())
        office.now = max(row.next_try_at, office.now)
    assert waits[:-1] == list(WAITS_S)
    assert Delivery.objects.get(channel="mail").state == "failed"
    assert Attempt.objects.filter(outcome="again").count() == len(WAITS_S)
    office.deliver()
    assert Alert.objects.get().kind == "alert_delivery"


@pytest.mark.parametrize(
    ("error", "state"), [(Refused("no such box"), "failed"), (Uncertain("silence"), "uncertain")]
)
def test_what_an_answer_makes_of_a_mail(office: PostOffice, error: Exception, state: str) -> None:
    put("passed", account_of(registered()))
    office.channels["mail"].before = error
    office.deliver()
    office.later(days=2)
    office.deliver()
    row = Delivery.objects.get(channel="mail")
    assert (row.state, row.attempts, row.last_error) == (state, 1, str(error))


def test_a_receiver_who_asks_to_wait_is_waited_for(office: PostOffice) -> None:
    put("passed", account_of(registered()))
    office.channels["mail"].before = NotSent("later", timedelta(minutes=9))
    office.deliver()
    assert Delivery.objects.get(channel="mail").next_try_at == NOW + timedelta(minutes=9)


def test_a_messenger_that_fails_by_itself_stops_nobody(office: PostOffice) -> None:
    webhook()
    put("passed", account_of(registered()))
    office.channels["mail"].before = RuntimeError("a fault of ours")
    office.deliver()
    assert sorted(states()) == ["mail uncertain", "webhook sent", "webhook sent"]


def test_a_notice_nobody_can_read_is_given_up_and_stops_no_other(office: PostOffice) -> None:
    whose = account_of(registered())
    put("breach", whose, **BREACH)
    OutboxRow.objects.filter(destination="notice").update(body=b"no json")
    put("passed", whose)
    office.deliver()
    assert [each.given_up_at for each in OutboxRow.objects.order_by("id")] == [NOW, None]
    assert states() == ["mail sent"]
    assert "not readable" in office.alarms[0]


def test_texts_no_database_holds_and_endless_names_stop_nobody(office: PostOffice) -> None:
    put("moon_landing", account_of(registered()), rocket="a\0b")
    office.deliver()
    assert "rocket: a b" in InboxMessage.objects.get().text
    whose = account_of(registered("two"), "1002")
    whose.engine_account = "y" * 100 + "/" * 100
    whose.save(update_fields=["engine_account"])
    put("case", whose, kind="review")
    office.deliver()
    assert Alert.objects.get().link == "/staff/alerts/"
    assert office.alarms == []


def test_who_trades_and_rules_is_told_as_both(office: PostOffice) -> None:
    owner = staff("owner", "olga")
    put("breach", account_of(owner), **BREACH)
    office.deliver()
    assert sorted(office.mails("olga@example.org")) == [
        "Account 1001: max loss is breached", "Breach: 1001, max loss",
    ]  # fmt: skip


def test_a_kind_of_a_later_day_is_told_in_plain_words(office: PostOffice) -> None:
    put("moon_landing", account_of(registered()), rocket="big\nred")
    office.deliver()
    (mail,) = office.channels["mail"].taken
    assert mail.subject == "About your account 1001: moon landing"
    assert "rocket: big red" in mail.text


def test_a_notice_to_a_duplicate_reaches_who_he_really_is(office: PostOffice) -> None:
    first, second = registered("one"), registered("two")
    whose = account_of(first)
    merged = {"standing": Standing.MERGED, "merged_into": second}
    Person.objects.filter(pk=first.id).update(**merged)
    put("passed", whose)
    office.deliver()
    assert InboxMessage.objects.get().person == second.id
    assert office.mails("two@example.org")


def test_a_replay_is_a_delivery_of_its_own_by_a_person(office: PostOffice) -> None:
    webhook()
    put("passed", account_of(registered()))
    office.deliver()
    first = Delivery.objects.get(channel="webhook")
    by = acting(staff("support"), "support")
    again = replay_delivery(first.pk, by=by, at=office.now)
    with pytest.raises(ActionRefused, match="on its way"):
        replay_delivery(first.pk, by=by, at=office.now)
    office.deliver()
    one, two = office.channels["webhook"].taken
    assert (one.key, two.key) == (str(first.pk), str(again.pk))
    assert f'"replay_of":"{first.pk}"' in two.text
    with pytest.raises(ActionRefused, match="not permitted"):
        replay_delivery(first.pk, by=acting(staff("risk"), "risk"), at=office.now)


def test_what_waits_for_an_outlet_that_is_off_is_dropped(office: PostOffice) -> None:
    outlet = webhook()
    put("passed", account_of(registered()))
    take_out_notices(NOW, office.alarms.append)
    Outlet.objects.filter(pk=outlet.pk).update(is_on=False)
    office.deliver()
    assert Delivery.objects.get(channel="webhook").state == "dropped"
    assert office.channels["webhook"].taken == []
