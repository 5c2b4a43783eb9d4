"""In a real browser, without scripts: the catalogue is filtered by keyboard, examples unfold."""

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_keyboard_and_no_script_are_enough(live_server: LiveServer, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/rulebooks/")
    page.get_by_label("Search").focus()
    page.keyboard.type("ftmo 2-step")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 programme.")
    assert "q=ftmo+2-step" in page.url
    link = page.get_by_role("link", name="FTMO-style 2-step")
    link.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("FTMO-style 2-step")
    example = page.get_by_text("Worked example", exact=True).first
    example.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("XAUUSD stands at 3,982.01").first).to_be_visible()
    page.get_by_role("link", name="50,000", exact=True).click()
    expect(page.get_by_text("(2,500.00)").first).to_be_visible()
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "address",
    [
        "/rulebooks/",
        "/rulebooks/e8-one/",
        "/rulebooks/ftmo-2-step/difference?with=topstep-combine",
    ],
)
def test_no_page_is_wider_than_its_screen(
    live_server: LiveServer, browser_page: Page, address: str, width: int
) -> None:
    page = browser_page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server.url}{address}")
    for each in page.locator("details summary").all()[:4]:
        each.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
