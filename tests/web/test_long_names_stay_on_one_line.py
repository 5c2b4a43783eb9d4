"""A long name of an account makes its row of the board no higher; its title is the whole name."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from propdesk import web

pytestmark = pytest.mark.browser
LONG = "CHALLENGE-2026-11-000123456789-" * 3
STYLE = Path(web.__file__).parent / "static" / "web" / "live.css"


def row(name: str) -> str:
    cells = "<td>1.00</td>" * 8
    return f'<tr class="live-row"><th scope="row"><a title="{name}">{name}</a></th>{cells}</tr>'


@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_name_makes_its_row_no_higher(browser_page: Page, width: int) -> None:
    browser_page.set_viewport_size({"width": width, "height": 800})
    head = "<tr>" + "<th>x</th>" * 9 + "</tr>"
    browser_page.set_content(
        f"<style>{STYLE.read_text()}</style><table class='live-board' style='width: 100%'>"
        f"<thead>{head}</thead><tbody>{row('A1')}{row(LONG)}</tbody></table>"
    )
    short, long = (
        each.evaluate("each => [each.offsetHeight, each.scrollWidth]")
        for each in browser_page.locator("tbody tr").all()
    )
    assert long[0] == short[0] > 10
    assert long[1] <= width, "nothing is pushed out of the page"
