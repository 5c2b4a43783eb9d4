"""From the first page to the funded account, and to the breach: in a browser, with a whole firm.

Every process of an installation runs, on a market that only rises: who buys passes, who sells
loses. Marked as a drill: it takes minutes, since its phases are judged by the real clock.
"""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.web.life.house import SYMBOL, House, running_house

pytestmark = [pytest.mark.browser, pytest.mark.drill]
PASSWORD = "a few words that nobody guesses"
SLOW_MS = 60_000
OWN = re.compile(r"/me/accounts/[0-9a-f-]{36}/")
WON = re.compile(r"Floating\s*\+[1-9],\d{3}")
"""More than the thousand that the target asks."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with running_house(tmp_path_factory.mktemp("life")) as running:
        yield running


@pytest.fixture
def page(browser: Browser, house: House) -> Iterator[Page]:
    context = browser.new_context(base_url=house.address)
    context.set_default_timeout(SLOW_MS)
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    yield opened
    context.close()
    assert not errors


def register(page: Page, house: House, email: str) -> None:
    page.goto("/programmes/?utm_source=podcast")
    page.goto("/me/signup/")
    for name, value in (
        ("email", email), ("display_name", "Ada"), ("password1", PASSWORD),
        ("time_zone", "Europe/Zurich"),
    ):  # fmt: skip
        page.fill(f"[name={name}]", value)
    page.click("main button[type=submit]")
    link = re.search(r"https?://[^/\s]+(/me/confirm-email/\S+)", house.mail(email, "confirm"))
    assert link is not None
    page.goto(link[1])
    page.click("main form button")
    page.goto("/me/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")


def buy(page: Page) -> None:
    """By a coupon, paid by a test payment; until the account is open."""
    page.goto("/programmes/two-minutes/")
    page.goto("/programmes/two-minutes/buy")
    for name, value in (("coupon", "SAVE20"), ("country", "CH"), ("born_on", "1990-01-01")):
        page.fill(f"[name={name}]", value)
    page.check("[name^=accept_]")
    page.get_by_role("button", name="Show the price").click()
    expect(page.get_by_role("main")).to_contain_text("439.20 USD")
    page.get_by_role("button", name="Order at this price").click()
    page.get_by_role("button", name="Pay 439.20 USD").click()
    page.get_by_role("button", name="Go on").click()
    soon(page, lambda: expect(page.get_by_role("main")).to_contain_text("account opened"))


def soon(page: Page, holds: Callable[[], object], *, most_s: float = 60) -> None:
    """Look at the page again and again until it says so."""
    until = time.monotonic() + most_s
    while True:
        try:
            holds()
        except AssertionError:
            if time.monotonic() > until:
                raise
        else:
            return
        page.wait_for_timeout(500)
        page.reload()


def accounts_of(page: Page) -> list[str]:
    """The addresses of one's own accounts, newest first."""
    page.goto("/me/accounts/")
    found = [each.get_attribute("href") or "" for each in page.locator("main a").all()]
    return list(dict.fromkeys(each for each in found if OWN.fullmatch(each)))


def newest(page: Page, count: int, status: str) -> str:
    """The newest account's address, as soon as there are so many and it has this status."""

    def holds() -> None:
        assert len(accounts_of(page)) == count
        expect(page.get_by_role("main")).to_contain_text(status, timeout=100)

    soon(page, holds)
    account = accounts_of(page)[0]
    page.goto(account)
    soon(page, lambda: expect(page.get_by_role("main")).to_contain_text(status, timeout=100))
    return account


def trade(page: Page, account: str, side: str) -> None:
    """Ten lots at the market, checked before they are sent."""
    page.goto(f"{account}trade/")
    page.select_option("[name=symbol]", SYMBOL)
    page.check(f"[name=side][value={side}]")
    page.check("[name=kind][value=market]")
    page.fill("[name=lots]", "10")
    page.get_by_role("button", name="Check it").click()
    expect(page.get_by_role("main")).to_contain_text("Without a stop the loss has no bound")
    page.check("#accepted")
    page.get_by_role("button", name="Send the order").click()
    expect(page.get_by_role("main")).to_contain_text("Done at")


def win(page: Page, account: str) -> None:
    """Buy, wait until more than the target is won, and close."""
    trade(page, account, "buy")
    page.goto(account)
    soon(page, lambda: expect(page.get_by_role("main")).to_contain_text(WON, timeout=100))
    page.goto(f"{account}trade/")
    page.get_by_role("button", name="Close").click()
    expect(page.get_by_role("main")).to_contain_text("No position is open")


def desk(browser: Browser, house: House, role: str) -> Page:
    """A page of somebody of the staff."""
    context = browser.new_context(base_url=house.address)
    context.set_default_timeout(SLOW_MS)
    session = house.sessions[role]
    context.add_cookies([{"name": "sessionid", "value": session, "url": house.address}])
    return context.new_page()


def settle_gates(page: Page, *gates: str) -> None:
    """Settle what stands before the funded phase, from the queue."""
    for gate in gates:
        page.goto("/staff/queue/")
        page.get_by_role("link", name="Settle").first.click()
        page.select_option("[name=gate]", gate)
        page.fill("[name=reason]", "the papers were seen")
        page.locator("main form button[type=submit]").first.click()
        expect(page.get_by_role("main")).to_contain_text("Done, and recorded")


def test_who_buys_the_market_is_funded(page: Page, browser: Browser, house: House) -> None:
    email = "ada@example.org"
    register(page, house, email)
    buy(page)
    win(page, newest(page, 1, "Active"))
    win(page, newest(page, 2, "Active"))
    newest(page, 2, "Passed")
    risk = desk(browser, house, "risk")
    settle_gates(risk, "kyc", "contract")
    newest(page, 3, "Active")
    page.goto("/me/accounts/")
    expect(page.get_by_role("main")).to_contain_text("Funded")
    for about in ("is paid", "is open", "Passed: phase-1", "You go on: funded", "certificate"):
        house.mail(email, about)
    risk.context.close()


def test_who_sells_the_market_is_stopped_and_reinstated(browser: Browser, house: House) -> None:
    """On a phone."""
    email = "bob@example.org"
    context = browser.new_context(
        base_url=house.address, viewport={"width": 360, "height": 740}, has_touch=True
    )
    context.set_default_timeout(SLOW_MS)
    page = context.new_page()
    register(page, house, email)
    buy(page)
    account = newest(page, 1, "Active")
    trade(page, account, "sell")
    page.goto(account)
    soon(page, lambda: expect(page.get_by_role("main")).to_contain_text("Breached", timeout=100))
    warned = [each for each in house.mails(email) if "warning" in str(each["Subject"])]
    assert len(warned) == 3, "at half, at seven tenths and at nine tenths"
    told = house.mail(email, "is breached")
    for word in ("daily loss", "Floor: 95000", "Equity: ", "Basis: ticks", f"{account}breach/"):
        assert word in told
    house.mail("risk@firm.example", "Breach:")
    page.goto(f"{account}breach/")
    expect(page.get_by_role("main")).to_contain_text("Daily loss was broken")
    page.get_by_role("link", name="Dispute this verdict").click()
    page.fill("main textarea", "The price of that minute was not the market.")
    page.get_by_role("button", name="Dispute it").click()
    expect(page.get_by_role("main")).to_contain_text("Being looked at")
    _reinstate(browser, house)
    newest(page, 2, "Active")
    house.mail(email, "You are reinstated")
    context.close()


def _reinstate(browser: Browser, house: House) -> None:
    """One looks at the dispute and proposes, another approves."""
    support, risk = desk(browser, house, "support"), desk(browser, house, "risk")
    support.goto("/staff/disputes/")
    support.get_by_role("link", name=re.compile("D-2")).first.click()
    dispute = support.url
    support.get_by_text("Judge it again from the log").first.click()
    expect(support.get_by_role("main")).to_contain_text("Equal: the same verdict")
    support.goto(dispute)
    support.fill("[name=reason]", "The price was off.")
    support.get_by_role("button", name="Propose it").click()
    expect(support.get_by_role("main")).to_contain_text("a second person decides")
    risk.goto("/staff/approvals/")
    risk.get_by_role("button", name="Approve and do it").click()
    expect(risk.get_by_role("main")).to_contain_text("Approved and done")
    support.context.close()
    risk.context.close()
