"""A trader asks, the firm answers: whose turn it is, who sees what, and how long it took."""

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.models import AuditRow
from propdesk.crm.notices.told import told_in
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import NotPermitted
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.actions.answer_ticket import answer_ticket
from propdesk.crm.support.actions.assign_ticket import assign_ticket
from propdesk.crm.support.actions.keep_canned_answer import keep_canned_answer
from propdesk.crm.support.actions.note_ticket import note_ticket
from propdesk.crm.support.actions.open_ticket import Question, open_ticket
from propdesk.crm.support.actions.reply import reply
from propdesk.crm.support.models import CannedAnswer, Category, Message, Ticket
from propdesk.crm.uuid7 import uuid7
from tests.crm.accounts.house_of_accounts import account
from tests.crm.firm_cast import NOW, STAFF, trader
from tests.crm.people.cast import staff

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=7)
AUDITOR = Actor(uuid7(NOW), "auditor", "192.0.2.4")


def own(person: Person) -> Actor:
    return Actor(person.pk, "trader", "192.0.2.9")


def asked(person: Person, key: str = "form-1", **said: object) -> Ticket:
    fields = {"key": key, "category": Category.RULES, "subject": "News", "body": "May I hold?"}
    question = Question(**{**fields, **said})  # type: ignore[arg-type]
    return open_ticket(question, person=person.pk, by=own(person), at=NOW)


def told() -> list[tuple[str, list[str]]]:
    rows = OutboxRow.objects.filter(destination="notice").order_by("id")
    return [(each.command, json.loads(bytes(each.body))["to"]) for each in rows]


def test_a_question_goes_to_and_fro_until_it_is_solved_and_may_come_again() -> None:
    person = trader()
    ticket = asked(person)
    turns = [ticket.state]
    for step in (
        lambda: answer_ticket(ticket.pk, "Not over the release.", by=STAFF, at=LATER),
        lambda: reply(ticket.pk, "And after?", by=own(person), at=LATER),
        lambda: answer_ticket(ticket.pk, "After it, yes.", by=STAFF, at=LATER, solves=True),
        lambda: reply(ticket.pk, "One more.", by=own(person), at=LATER),
    ):
        step()
        turns.append(Ticket.objects.get().state)
    assert turns == ["open", "waiting", "open", "solved", "open"]
    assert Ticket.objects.get().answered_at == LATER, "the first answer is the one that counts"
    assert [each.new for each in ticket.changes.order_by("id")] == turns[1:]
    assert told()[:2] == [
        ("ticket_opened", ["support.answer_ticket"]),
        ("ticket_answered", ["trader"]),
    ]


def test_what_is_told_of_a_ticket_can_be_read_by_whoever_words_it() -> None:
    person = trader()
    ticket = asked(person)
    answer_ticket(ticket.pk, "No.", by=STAFF, at=LATER)
    read = [told_in(each) for each in OutboxRow.objects.filter(destination="notice")]
    assert {each.person for each in read} == {person.pk}
    assert {each.word("ticket") for each in read} == {ticket.reference}


def test_a_form_sent_twice_is_one_ticket() -> None:
    person = trader()
    assert asked(person) == asked(person)
    assert Message.objects.count() == 1


def test_a_note_is_the_staffs_own_tells_nobody_and_changes_no_turn() -> None:
    person = trader()
    ticket = asked(person)
    before = told()
    made = note_ticket(ticket.pk, "He asked before.", by=STAFF, at=LATER)
    assert made.is_note
    assert told() == before
    assert Ticket.objects.get().state == "open"
    assert Ticket.objects.get().answered_at is None
    with pytest.raises(NotPermitted):
        note_ticket(ticket.pk, "mine", by=own(person), at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=made.pk).update(is_staff=False)


def test_nobody_writes_on_anothers_ticket_and_the_auditor_only_looks() -> None:
    ticket, other = asked(trader()), trader("other@example.com")
    with pytest.raises(NotPermitted):
        reply(ticket.pk, "me too", by=own(other), at=LATER)
    with pytest.raises(NotPermitted):
        answer_ticket(ticket.pk, "hm", by=AUDITOR, at=LATER)
    with pytest.raises(ActionRefused, match="none of your accounts"):
        asked(other, "form-2", account=account("A1").pk)


def test_one_is_assigned_to_who_may_answer() -> None:
    ticket, helper, auditor = asked(trader()), staff("support"), staff("auditor")
    assert assign_ticket(ticket.pk, helper.pk, by=STAFF, at=LATER).assigned_to == helper.pk
    with pytest.raises(ActionRefused, match="may not answer"):
        assign_ticket(ticket.pk, auditor.pk, by=STAFF, at=LATER)
    rows = AuditRow.objects.filter(action="support.assign_ticket").count()
    assign_ticket(ticket.pk, helper.pk, by=STAFF, at=LATER)
    assert AuditRow.objects.filter(action="support.assign_ticket").count() == rows
    assert assign_ticket(ticket.pk, None, by=STAFF, at=LATER).assigned_to is None


def test_an_answer_is_kept_ready_replaced_and_taken_away() -> None:
    keep_canned_answer("Hello", "Good day.", by=STAFF, at=NOW)
    keep_canned_answer("Hello", "Good morning.", by=STAFF, at=LATER)
    assert [each.body for each in CannedAnswer.objects.filter(retired_at=None)] == ["Good morning."]
    assert keep_canned_answer("Hello", "", by=STAFF, at=LATER) is None
    assert not CannedAnswer.objects.filter(retired_at=None).exists()
    with pytest.raises(NotPermitted):
        keep_canned_answer("Hello", "x", by=AUDITOR, at=NOW)


@pytest.mark.parametrize("body", ["", "  ", "x" * 10_001], ids=["none", "blank", "too long"])
def test_nothing_and_too_much_are_refused(body: str) -> None:
    person = trader()
    ticket = asked(person)
    for act in (
        lambda: asked(person, "form-2", body=body),
        lambda: reply(ticket.pk, body, by=own(person), at=LATER),
        lambda: answer_ticket(ticket.pk, body, by=STAFF, at=LATER),
        lambda: note_ticket(ticket.pk, body, by=STAFF, at=LATER),
    ):
        with pytest.raises(ActionRefused):
            act()
    assert Message.objects.count() == 1
