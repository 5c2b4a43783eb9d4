"""The pages of incidents and cases, light and dark, wide and narrow: no violation of WCAG A or AA,
and nothing wider than the window."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from propdesk.crm.accounts.models import Case, Hold
from propdesk.crm.incidents.actions.approve_measure import approve_measure
from propdesk.crm.incidents.actions.decide_incident import decide_incident
from propdesk.crm.incidents.actions.propose_measure import propose_measure
from propdesk.crm.incidents.actions.publish_report import publish_report
from propdesk.crm.incidents.actions.take_measure import take_measure
from propdesk.crm.incidents.measures import MeasureWanted
from propdesk.crm.incidents.models import MeasureKind
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.platform import Rights
from tests.crm.challenges.enrolled import NOW, SECOND_STAFF, STAFF
from tests.crm.incidents.incident_cast import LATER, opened
from tests.web.desk.desk_cast import DeskFirm, desk
from tests.web.desk.test_the_desk_is_accessible import signed_in
from tests.web.sessions import client_of
from tests.web.test_every_page_is_accessible_and_light import violations
from tests.web.test_the_shop_and_its_desk_are_accessible import WIDER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PRICES = MeasureWanted(kind=MeasureKind.SUSPEND_RULES, rules=("price_rules",))
CREDIT = MeasureWanted(kind=MeasureKind.CREDIT, amount=Decimal("250.00"), currency="USD")
NOTIFY = MeasureWanted(kind=MeasureKind.NOTIFY)


@pytest.fixture
def pages(secret_key: None) -> list[tuple[Client, str]]:
    """Whoever looks, and at what: an incident in full flow, and a breach that waits."""
    firm = DeskFirm()
    firm.as_the_platform_names_it()
    Hold.objects.create(
        id=uuid7(NOW), account=firm.account, reason="rule_suspended", source="S/max_loss",
        rights=Rights.TRADE, set_at=NOW,
    )  # fmt: skip
    row = opened(firm, firm.enrolment)
    done = propose_measure(row.pk, PRICES, by=STAFF, at=LATER, reason="quotes are off")
    assert done.approval_id is not None
    approve_measure(done.approval_id, by=SECOND_STAFF, at=LATER)
    take_measure(row.pk, NOTIFY, by=STAFF, at=LATER, reason="they ask")
    propose_measure(row.pk, CREDIT, by=STAFF, at=LATER, reason="our vendor's fault")
    decide_incident(row.pk, by=STAFF, at=LATER, decision="Losses are credited.")
    publish_report(row.pk, "A vendor sent wrong prices.\nThey are mended.", by=STAFF, at=LATER)
    firm.say(firm.enrolment, "breached")
    case = Case.objects.get()
    owner, trader = desk("owner"), client_of(firm.person)
    at = f"/staff/incidents/{row.pk}/"
    staff = ["/staff/incidents/", "/staff/incidents/new", at, f"{at}change",
             f"{at}measures/suspend_rules", f"{at}measures/credit", f"/staff/cases/{case.pk}/",
             "/staff/queue/", "/staff/approvals/"]  # fmt: skip
    own = [f"/me/accounts/{firm.account.pk}/", f"/incidents/{row.reference}/"]
    return [*((owner, each) for each in staff), *((trader, each) for each in own)]


@pytest.fixture(params=[("light", 1280), ("dark", 360)])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    theme, width = request.param
    opened_one = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    yield opened_one
    opened_one.close()


def test_no_page_violates_what_can_be_checked(
    live_server: LiveServer, context: BrowserContext, pages: list[tuple[Client, str]]
) -> None:
    shown, found, who = context.new_page(), [], None
    for client, address in pages:
        if client is not who:
            context.clear_cookies()
            signed_in(context, live_server, client)
            who = client
        answer = shown.goto(live_server.url + address)
        assert answer is not None
        assert answer.status == 200, address
        for details in shown.locator("details:not(.own-menu)").all():
            details.evaluate("each => { each.open = true; }")
        found += [f"{address}: {rule}: {where}" for rule, where in violations(shown)]
        wider = shown.evaluate(WIDER)
        if wider > 0:
            found.append(f"{address}: {wider} px wider than the window")
    assert not found, "\n".join(found)
