"""One text finds persons, accounts and orders: by parts and beginnings, and by no masked field."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from propdesk.crm.overview.searching import SHOWN_MAX, search
from propdesk.crm.people.models import Person
from propdesk.crm.support.actions.open_ticket import Question, open_ticket
from propdesk.crm.support.models import Category
from tests.crm import firm_cast as cast
from tests.crm import shop_cast as shop
from tests.crm.accounts.house_of_accounts import account
from tests.crm.people.cast import registered

pytestmark = pytest.mark.django_db
OWNER, RISK, FINANCE = frozenset({"owner"}), frozenset({"risk"}), frozenset({"finance"})
AUDITOR, TRADER = frozenset({"auditor"}), frozenset({"trader"})


def bought() -> tuple[Person, str]:
    person = registered("marigold")
    Person.objects.filter(pk=person.pk).update(legal_name="Mary Goldmann")
    order = shop.ordered(shop.wish_of(cast.on_sale()), person)
    return person, order.reference


def test_a_person_is_found_by_a_part_of_what_the_role_sees() -> None:
    person, _ = bought()
    for text, roles, finds in (
        ("arigo", OWNER, True),
        ("GOLDM", OWNER, True),
        ("marigold@ex", OWNER, True),
        ("goldm", RISK, True),
        ("marigold@ex", RISK, False),  # risk sees the name, not the address
        ("goldm", AUDITOR, False),
        ("goldm", TRADER, False),
        (str(person.id), AUDITOR, True),
        ("go", OWNER, False),  # too short
        ("", OWNER, False),
    ):
        assert (person in search(text, roles, cast.NOW).people) is finds, (text, roles)
    assert search("go", OWNER, cast.NOW).too_short


def test_an_account_is_found_by_the_beginning_of_its_login_or_an_id() -> None:
    for login in ("900017", "900018", "810001", "Ab-77"):
        account(login)
    held = account("910001")
    for text, logins in (
        ("9000", ["900017", "900018"]),
        ("900018", ["900018"]),
        ("ab-", ["Ab-77"]),
        ("00018", []),
        ("8", []),  # too short
        (str(held.pk), ["910001"]),
    ):
        hits = search(text, RISK, cast.NOW)
        assert [each.login for each in hits.accounts] == logins, text
    assert len(search(str(held.person), RISK, cast.NOW).accounts) == 5
    assert search("9000", TRADER, cast.NOW).accounts == []


def test_an_order_is_found_by_its_number_however_it_is_written() -> None:
    person, reference = bought()
    year, number = reference[2:6], int(reference[7:])
    for text in (reference, reference.lower(), reference[:9], f"{year}-{number}", str(number)):
        hits = search(text, FINANCE, cast.NOW)
        assert [each.reference for each in hits.orders] == [reference], text
        assert hits.holders == {person.id: person}
    assert search(str(number), RISK, cast.NOW).orders == [], "risk does not read orders"
    later = cast.NOW + timedelta(days=11 * 365)
    assert search(str(number), FINANCE, later).orders == [], "only of the last years"


def test_each_kind_is_shown_in_a_bounded_number_and_by_an_index() -> None:
    for number in range(SHOWN_MAX + 3):
        account(f"70{number:04d}")
    with connection.cursor() as cursor:
        # The planner knows nothing of tables this small.
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
    with CaptureQueriesContext(connection) as asked:
        assert len(search("70", OWNER, cast.NOW).accounts) == SHOWN_MAX
        search("O-2026-", OWNER, cast.NOW)
    plans = []
    with connection.cursor() as cursor:
        for each in asked.captured_queries:
            cursor.execute("EXPLAIN " + each["sql"])
            plans.append("\n".join(row[0] for row in cursor.fetchall()))
    assert any("overview_account_names" in each for each in plans)
    assert any("overview_order_names" in each for each in plans)


def test_a_ticket_is_found_by_its_number() -> None:
    person = registered("asking")
    question = Question(
        key="k", category=Category.RULES, subject="Where is it?", body="My account."
    )
    ticket = open_ticket(question, person=person.pk, by=shop.acting(person), at=cast.NOW)
    year, number = ticket.reference[2:6], int(ticket.reference[7:])
    for text in (ticket.reference, ticket.reference.lower(), f"{year}-{number}", f"T-{number}"):
        hits = search(text, AUDITOR, cast.NOW)
        assert [each.reference for each in hits.tickets] == [ticket.reference], text
        assert hits.holders == {person.pk: person}
    assert search(f"O-{number}", OWNER, cast.NOW).tickets == []
    assert search(ticket.reference, TRADER, cast.NOW).tickets == []
