"""A trader reads on his account's page what went wrong, what was decided and what was done."""

from decimal import Decimal

import pytest

from propdesk.crm.accounts.actions.close_case import close_case
from propdesk.crm.accounts.models import Case, Hold
from propdesk.crm.incidents.actions.approve_measure import approve_measure
from propdesk.crm.incidents.actions.decide_incident import decide_incident
from propdesk.crm.incidents.actions.propose_measure import propose_measure
from propdesk.crm.incidents.actions.publish_report import publish_report
from propdesk.crm.incidents.measures import MeasureWanted
from propdesk.crm.incidents.models import MeasureKind
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.platform import Rights
from tests.crm.challenges.enrolled import NOW, SECOND_STAFF, STAFF
from tests.crm.incidents.incident_cast import LATER, opened
from tests.crm.people.cast import registered
from tests.web.desk.desk_cast import DeskFirm, shown
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(secret_key: None) -> DeskFirm:
    return DeskFirm()


def test_an_incident_with_what_was_done_for_the_account_and_no_other(firm: DeskFirm) -> None:
    other = firm.enrolled()
    firm.say(other, "active")
    row = opened(firm, firm.enrolment)
    client, path = client_of(firm.person), f"/me/accounts/{firm.account.pk}/"
    page = shown(client, path)
    assert "Prices were wrong for half an hour." in page
    assert "We look into it" in page
    credit = MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal("250.00"), currency="USD")
    made = propose_measure(row.pk, credit, by=STAFF, at=LATER, reason="inner words")
    assert made.approval_id is not None
    approve_measure(made.approval_id, by=SECOND_STAFF, at=LATER)
    decide_incident(row.pk, by=STAFF, at=LATER, decision="Losses are credited.")
    publish_report(row.pk, "A vendor.", by=STAFF, at=LATER)
    page = shown(client, path)
    assert "Losses are credited." in page
    assert "250.00 USD were booked on your account." in page
    assert f"/incidents/{row.reference}/" in page
    assert "inner words" not in page
    assert "The firm booked 250.00 on your account." in shown(client, f"{path}history/")
    untouched = firm.running(other).account
    assert row.title not in shown(client, f"/me/accounts/{untouched.pk}/")
    assert client_of(registered()).get(path).status_code == 404


def test_a_breach_that_waits_is_no_breach_yet(firm: DeskFirm) -> None:
    firm.as_the_platform_names_it()
    Hold.objects.create(
        id=uuid7(NOW), account=firm.account, reason="rule_suspended", source="S/max_loss",
        rights=Rights.TRADE, set_at=NOW,
    )  # fmt: skip
    client, path = client_of(firm.person), f"/me/accounts/{firm.account.pk}/"
    assert "stopped new orders" not in shown(client, path), "a suspended rule takes nothing"
    firm.say(firm.enrolment, "breached")
    page = shown(client, path)
    assert "A person is looking into it." in page
    assert "See exactly why" not in page
    assert "nothing is done before a person has looked" in shown(client, f"{path}history/")


def test_a_decision_is_read_where_somebody_said_it(firm: DeskFirm) -> None:
    case = Case.objects.create(
        id=uuid7(NOW), account=firm.account, kind="corrected", source="V", opened_at=NOW
    )
    close_case(case.pk, by=STAFF, at=LATER, decision="inner words", told="Your pass stands.")
    page = shown(client_of(firm.person), f"/me/accounts/{firm.account.pk}/history/")
    assert "The firm decided: Your pass stands." in page
    assert "inner words" not in page
