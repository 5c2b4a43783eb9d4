"""Two hundred follow their accounts, two of them in a browser: what they see is at most a second
old. A drill: it measures, so nothing else may run."""

import asyncio
import json
import threading
import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, expect

from propdesk.storage.embedded_postgres import EmbeddedPostgres
from tests.live.firm.customers import Customer
from tests.live.firm.installation import SECRET, firm_on, peopled, tended

TRADERS, CLIENTS = 20, 198
LASTS_S = 30.0
OLD_S_MAX = 1.0
CHANGES = """
window.changes = [];
window.states = new Set();
let shown = "";
setInterval(() => {
  window.states.add(document.querySelector("[data-live-age]").dataset.now);
  const cells = [...document.querySelectorAll("[data-cell]")].map((each) => each.textContent);
  if (cells.join() !== shown) window.changes.push(performance.now());
  shown = cells.join();
}, 20);
"""
"""The price moves four times a second, and with it what the account is worth."""


async def oldest_seen(client: httpx.AsyncClient, address: str, session: str) -> float:
    """How old, in seconds, what one client had of an account was at most."""
    worst, until, last = 0.0, time.monotonic() + LASTS_S, None
    cookies = {"cookie": f"sessionid={session}"}
    async with client.stream("GET", f"{address}events", headers=cookies, timeout=20) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            if not line.startswith("data: "):
                continue
            now, told = time.monotonic(), json.loads(line.removeprefix("data: "))
            assert told["away"] is None, told
            if last is not None:
                worst = max(worst, now - last)
            last = now - told["age_ms"] / 1000
            if now > until:
                return worst
    raise AssertionError("the stream ended by itself")


async def followed(site: str, pages: list[tuple[str, str]]) -> list[float]:
    """The greatest age that each of the clients saw."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    async with httpx.AsyncClient(base_url=site, limits=limits) as client:
        every = [pages[number % len(pages)] for number in range(CLIENTS)]
        return await asyncio.gather(*(oldest_seen(client, *each) for each in every))


@pytest.mark.drill
@pytest.mark.browser
def test_what_two_hundred_see_is_a_second_old_at_most(
    drill_database: EmbeddedPostgres, kernels: Path, browser: Browser
) -> None:
    with firm_on(drill_database, kernels) as (firm, site):
        people = peopled(firm, TRADERS)
        with tended(firm):
            pages = []
            for number, (key, session) in enumerate(people):
                customer = Customer(number, key, site, firm.home, SECRET, True, 120)
                pages.append((customer.hold(Decimal("0.10")), session))
            watched = []
            for address, session in pages[:2]:
                context = browser.new_context(base_url=site)
                cookie = {"name": "sessionid", "value": session, "url": site}
                context.add_cookies([cookie])  # type: ignore[list-item]
                page = context.new_page()
                page.goto(address)
                expect(page.locator("[data-live-age]")).to_have_attribute("data-now", "fresh")
                page.evaluate(CHANGES)
                watched.append(page)
            ages: list[float] = []
            follows = threading.Thread(
                target=lambda: ages.extend(asyncio.run(followed(site, pages)))
            )
            follows.start()
            while follows.is_alive():
                watched[0].wait_for_timeout(200)
            for page in watched:
                assert page.evaluate("[...window.states]") == ["fresh"]
                changes = page.evaluate("window.changes")
                assert len(changes) > LASTS_S
                assert max(b - a for a, b in pairwise(changes)) <= OLD_S_MAX * 1000
                page.context.close()
            assert len(ages) == CLIENTS
            assert max(ages) <= OLD_S_MAX, sorted(ages)[-5:]
