"""From `propdesk up` and `propdesk replay` to a verdict: real processes, as a person starts."""

import signal
import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from propdesk.storage.tick_archive import FileTickArchive
from propdesk.wire.figures_json import exact
from propdesk.wire.live_state import Board
from propdesk.wire.log_records import MARKET
from tests.boot.live_house import board_where, judged_by_reference, log_of, replay, said, ticks_of
from tests.boot.test_up import STOP_S_MAX, home, port, running
from tests.soon import SOON

__all__ = ["home", "port"]


NOTE_BREACHES = """
window.seen = {};
new MutationObserver(() => {
  for (const cell of document.querySelectorAll("[data-cell$='.word']")) {
    const name = cell.dataset.cell.replace(/[.]word$/, "");
    if (cell.textContent === "Breached" && !(name in window.seen)) window.seen[name] = Date.now();
  }
}).observe(document, {subtree: true, childList: true, characterData: true});
"""


def breached(board: Board) -> set[str]:
    return {row.account for row in board.rows if row.status == "breached"}


def test_what_is_said_live_is_what_the_evaluator_says_and_a_restart_shows_it_again(
    home: Path, port: int
) -> None:
    with running(home, port) as house:
        played = replay(home, "--speed", "max")
        told, _ = played.communicate(timeout=120)
        assert played.returncode == 0, told
        assert "12 accounts enrolled" in told
        with log_of(house.pid) as reader:
            last, ticks = reader.last(MARKET), len(ticks_of(reader))
            assert ticks > 8000
            reference = judged_by_reference(reader)
            expected = {
                (v.id, account, v.rule, v.outcome, v.at, exact(v.observed), exact(v.limit))
                for account, result in reference.items()
                for v in result.verdicts
            }
            fallen = {name for name, each in reference.items() if each.status == "breached"}
            before = board_where(home, lambda board: breached(board) == fallen)
            found = [verdict for verdict, _ in said(reader)]
        assert len(reference) == 12
        assert len(fallen) >= 3
        assert len(found) == len(expected)
        assert {
            (v.id, v.account, v.rule, v.outcome, v.at, v.observed, v.limit) for v in found
        } == expected
        for row in before.rows:
            result = reference[row.account]
            assert (row.status, row.balance) == (result.status, f"{result.balance:.2f}")
            assert result.equity is not None
            assert row.equity == f"{result.equity.low:.2f}"
        house.send_signal(signal.SIGTERM)
        assert house.wait(STOP_S_MAX) == 0
    kept = FileTickArchive(home, pytest.fail).kept()
    assert (kept.offset, kept.tick) == (last, ticks)
    with running(home, port):
        after = board_where(home, lambda board: len(board.rows) == 12)
    assert after.rows == before.rows


@pytest.mark.browser
@pytest.mark.parametrize("within_s", SOON)
def test_a_breach_is_on_the_page_within_a_second_of_its_verdict(
    home: Path, port: int, browser_page: Page, within_s: float
) -> None:
    page = browser_page
    with running(home, port) as house:
        page.add_init_script(NOTE_BREACHES)  # the page is loaded anew when there is a first row
        page.goto(f"http://localhost:{port}/live/")
        expect(page.get_by_text("propdesk replay")).to_be_visible()
        played = replay(home, "--speed", "30")
        told: list[str] = []
        ended = threading.Thread(target=lambda: told.append(played.communicate(timeout=120)[0]))
        ended.start()
        expect(page.locator("tr.live-row")).to_have_count(12, timeout=30_000)
        expect(page.locator(".live-status", has_text="Breached")).not_to_have_count(
            0, timeout=60_000
        )
        while ended.is_alive():
            page.wait_for_timeout(100)
        assert played.returncode == 0, told
        with log_of(house.pid) as reader:
            fell = {v.account: at / 1_000_000 for v, at in said(reader) if v.outcome == "fail"}
        assert len(fell) >= 3
        expect(page.locator(".live-status", has_text="Breached")).to_have_count(len(fell))
        seen = {name: at / 1_000 for name, at in page.evaluate("window.seen").items()}
        page.goto("about:blank")  # a stream that ends with the house is an error of its console
        late = {name: seen[name] - at for name, at in fell.items()}
        assert max(late.values()) < within_s, late
