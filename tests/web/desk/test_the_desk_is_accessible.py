"""The desk's pages, light and dark, wide and narrow: no violation of WCAG A or AA, nothing wider
than the window, and the board goes on by itself."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext
from pytest_django.live_server_helper import LiveServer

from propdesk.crm.accounts.actions.propose_kill_switch import Wanted, propose_kill_switch
from propdesk.crm.accounts.actions.set_kill_switch import set_kill_switch
from propdesk.crm.accounts.models import AccountVerdict, Case, CaseKind
from propdesk.crm.challenges.actions.propose_ban import propose_ban
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live import source
from propdesk.web.received import received_at
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.challenges.enrolled import STAFF
from tests.web.desk.desk_cast import DeskFirm, desk, made_up
from tests.web.test_every_page_is_accessible_and_light import violations
from tests.web.test_the_shop_and_its_desk_are_accessible import WIDER

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def engine() -> Iterator[MadeUpAccounts]:
    accounts = made_up()
    source.provide(accounts)
    yield accounts
    source.provide(source.NoEngine())


@pytest.fixture
def pages(engine: MadeUpAccounts, secret_key: None) -> tuple[Client, dict[str, str]]:
    """An owner at a desk with something in every list, and the address of every page."""
    firm, client, now = DeskFirm(), desk("owner"), received_at()
    case = {"account": firm.account, "opened_at": NOW, "source": "V1"}
    Case.objects.create(id=uuid7(NOW), kind=CaseKind.REVIEW, detail={"rule": "grid"}, **case)
    AccountVerdict.objects.create(
        id="V1", account=firm.account, phase="challenge", rule="max_loss", outcome="warn", at=NOW,
        observed="91234.50", limit="90000.00", comparison="touch", basis="ticks", evidence={},
        offset=1, tick=1,
    )  # fmt: skip
    minutes = now - NOW
    set_kill_switch(
        Wanted(scope="group", target="main", action="cancel", lasts=minutes), by=STAFF, at=now,
        reason="quotes of a broken feed",
    )  # fmt: skip
    propose_kill_switch(
        Wanted(scope="firm", action="close", lasts=minutes), by=STAFF, at=now, reason="a fire"
    )
    propose_ban(firm.person.pk, by=STAFF, at=now, reason="two passports", positions="close")
    account = f"/staff/accounts/{firm.account.pk}/"
    return client, {
        "board": "/staff/board/",
        "narrowed": "/staff/board/?status=active&band=watch",
        "over": "/staff/board/?status=breached",
        "account": account,
        "suspend": f"{account}suspend",
        "rebind": f"{account}rebind",
        "queue": "/staff/queue/",
        "approvals": "/staff/approvals/",
        "kill switches": "/staff/kill-switches/",
        "preview": "/staff/kill-switches/?scope=symbol&target=EURUSD&action=close&minutes=30",
        "person": f"/staff/people/{firm.person.pk}/",
    }


@pytest.fixture(params=[("light", 1280), ("dark", 360)])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    theme, width = request.param
    opened = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    yield opened
    opened.close()


def signed_in(context: BrowserContext, live_server: LiveServer, client: Client) -> None:
    host = urlsplit(live_server.url).hostname or ""
    context.add_cookies(
        [
            {"name": name, "value": each.value, "domain": host, "path": "/"}
            for name, each in client.cookies.items()
        ]
    )


def test_no_page_violates_what_can_be_checked(
    live_server: LiveServer, context: BrowserContext, pages: tuple[Client, dict[str, str]]
) -> None:
    client, addresses = pages
    signed_in(context, live_server, client)
    shown, found = context.new_page(), []
    for name, address in addresses.items():
        answer = shown.goto(live_server.url + address)
        assert answer is not None
        assert answer.status == 200, name
        for details in shown.locator("details:not(.own-menu)").all():
            details.evaluate("each => { each.open = true; }")
        found += [f"{name}: {rule}: {where}" for rule, where in violations(shown)]
        wider = shown.evaluate(WIDER)
        if wider > 0:
            found.append(f"{name}: {wider} px wider than the window")
    assert not found, "\n".join(found)


def test_the_board_goes_on_by_itself(
    live_server: LiveServer,
    browser: Browser,
    pages: tuple[Client, dict[str, str]],
    engine: MadeUpAccounts,
) -> None:
    context = browser.new_context()
    signed_in(context, live_server, pages[0])
    shown = context.new_page()
    shown.goto(f"{live_server.url}/staff/board/?q=A001")
    row = shown.locator("tbody tr")
    before = row.locator("td[data-label=Equity]").inner_text()
    engine.move(micros_of(received_at()), ticks=200)
    told = engine.account("A001")
    assert told is not None
    after = f"{float(told.row.equity or 0):,.2f}"
    assert after != before
    shown.wait_for_function(
        "text => document.querySelector('td[data-label=Equity]').textContent === text", arg=after
    )
    context.close()
