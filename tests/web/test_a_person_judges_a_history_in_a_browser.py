"""In a real browser: upload, verdict, evidence, and `propdesk verify` holds."""

import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from propdesk.web.samples import DIRECTORY

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
STATEMENT = DIRECTORY / "mt5-breaches-daily-loss.html"
QUOTES = DIRECTORY / "mt5-breaches-daily-loss.quotes.csv.gz"


def judge_the_breach(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_label("Statement", exact=True).set_input_files(STATEMENT)
    page.get_by_label("Quotes of those days").set_input_files(QUOTES)
    page.get_by_label("Account size").fill("100000")
    page.get_by_role("button", name="Judge", exact=True).click()


def test_upload_verdict_evidence_verify(
    live_server: LiveServer, browser_page: Page, tmp_path: Path
) -> None:
    page = browser_page
    judge_the_breach(page, live_server.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daily loss broken on 11 Mar 2026")
    expect(page.locator("[data-chart] canvas")).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download the evidence").click()
    evidence = tmp_path / "evidence.json"
    started.value.save_as(evidence)
    verified = subprocess.run(
        [sys.executable, "-m", "propdesk.boot.cli", "verify", str(evidence)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "HOLDS" in verified.stdout
    assert "breached" in verified.stdout


def test_the_pages_read_without_a_script(live_server: LiveServer, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    judge_the_breach(page, live_server.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daily loss broken")
    expect(page.locator("[data-chart] svg path.equity_low")).to_be_visible()
    expect(page.get_by_role("table")).not_to_have_count(0)
    context.close()


def test_light_and_dark_follow_the_system_and_the_switch(
    live_server: LiveServer, browser: Browser
) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(live_server.url)
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "dark")
    page.get_by_role("button", name="Switch between light and dark").click()
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.goto(f"{live_server.url}/rulebooks/")
    expect(root).to_have_attribute("data-bs-theme", "light")
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_screen(
    live_server: LiveServer, browser_page: Page, width: int
) -> None:
    page = browser_page
    page.set_viewport_size({"width": width, "height": 800})
    judge_the_breach(page, live_server.url)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Daily loss broken")
    for address in (page.url, "/", "/rulebooks/", "/rulebooks/ftmo-2-step/"):
        page.goto(address if address.startswith("http") else live_server.url + address)
        widest = page.evaluate("document.documentElement.scrollWidth")
        assert widest <= width, address


def test_a_keyboard_reaches_what_a_mouse_does(live_server: LiveServer, browser_page: Page) -> None:
    page = browser_page
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    seen = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.add(page.evaluate("document.activeElement.name || document.activeElement.innerText"))
    assert {"statement", "quotes", "terms", "size", "source_zone", "Judge"} <= seen
