"""Every page, light and dark, wide and narrow: no violation of WCAG A or AA, and under 200 KB.

The checks are axe-core's; what it cannot decide by itself is not asked here.
"""

import hashlib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from propdesk.crm.judgements.actions.follow_judging import begin_judging, refuse_judging
from propdesk.crm.judgements.models import Judging
from propdesk.crm.uuid7 import uuid7
from propdesk.web.received import received_at
from propdesk.web.samples import DIRECTORY, samples
from propdesk.web.unfinished import SILENT_MAX
from tests.web.test_a_form_may_bring_its_own_files import TWO_ACCOUNTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
VENDOR = Path(__file__).parent / "vendor"
AXE = (VENDOR / "axe-core" / "axe.min.js").read_text("utf-8")
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CHECK = """async levels => (await axe.run(document, {runOnly: {type: "tag", values: levels},
    resultTypes: ["violations"]})).violations.map(
        each => [each.id, each.nodes.slice(0, 3).map(node => node.html + " " +
            node.any.concat(node.all, node.none).map(one => one.message).join("; "))])"""
BYTES_MAX = 200_000


@pytest.fixture
def pages(client: Client) -> dict[str, str]:
    """The address of every page there is, by what it shows."""
    found = {
        "first": "/",
        "nowhere": "/nowhere",
        "rulebooks": "/rulebooks/",
        "rulebook": "/rulebooks/ftmo-2-step/",
        "futures rulebook": "/rulebooks/topstep-combine/",
        "no rulebooks": "/rulebooks/?q=nobody-has-this",
        "live without an engine": "/live/",
        "difference": "/rulebooks/ftmo-2-step/difference?with=ftmo-1-step",
    }
    for sample in samples():
        found[sample.name] = client.post(f"/samples/{sample.name}/judge")["Location"]
    unknown = client.post(f"/samples/{samples()[0].name}/judge", {"without_quotes": "1"})
    found["unknown"] = unknown["Location"]
    found["funded"] = funded(client)
    breached = found["mt5-breaches-daily-loss"]
    found["trades"] = f"{breached}trades/"
    found["sorted trades"] = f"{breached}trades/?sort=-net"
    found["no trades"] = f"{breached}trades/?symbol=XAUUSD"
    found["day"] = f"{breached}days/2026-03-11/"
    terms = {"terms": ["ftmo-1-step/challenge", "ftmo-2-step/verification"]}
    found["comparison"] = client.post(f"{breached}compare/", terms)["Location"]
    return {**found, **followed()}


def followed() -> dict[str, str]:
    """The page of a judging in each of its states."""
    now = received_at()
    silent = now - SILENT_MAX * 2
    states = {"judging": (True, now), "queued": (False, now), "interrupted": (True, silent)}
    made = {name: uuid7(now) for name in (*states, "refused judging")}
    for name, (running, at) in states.items():
        begin_judging(made[name], "long.html", {}, at, running=running)
    begin_judging(made["refused judging"], "odd.html", {}, now, running=True)
    Judging.objects.filter(pk=made["interrupted"]).update(attempts=2)
    refuse_judging(made["refused judging"], 1, "odd.html:7: this is no number", now)
    return {name: f"/judging/{judging}/" for name, judging in made.items()}


def funded(client: Client) -> str:
    """A funded account, with its payout."""
    fields = {
        "statement": SimpleUploadedFile(
            "passes.html", (DIRECTORY / "mt5-passes-challenge.html").read_bytes()
        ),
        "terms": "ftmo-1-step/funded",
        "source_zone": "server",
    }
    return str(client.post("/judge", fields)["Location"])


def violations(page: Page) -> list[Any]:
    page.evaluate(AXE)
    return list(page.evaluate(CHECK, LEVELS))


@pytest.fixture(params=[("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)])
def shown(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    theme, width = request.param
    context = browser.new_context(
        color_scheme=theme, viewport={"width": width, "height": 800}, reduced_motion="reduce"
    )
    yield context.new_page()
    context.close()


def test_no_page_violates_what_can_be_checked(
    live_server: LiveServer, shown: Page, pages: dict[str, str]
) -> None:
    found = []
    for name, address in pages.items():
        shown.goto(live_server.url + address)
        for details in shown.locator("details").all():
            details.evaluate("each => { each.open = true; }")
        found += [f"{name}: {rule}: {where}" for rule, where in violations(shown)]
    assert not found, "\n".join(found)


def test_the_check_finds_what_is_wrong(shown: Page) -> None:
    shown.set_content("<html><body><img src='x'><input></body></html>")
    assert {"image-alt", "label", "html-has-lang"} <= {name for name, _ in violations(shown)}


def test_a_refused_upload_is_accessible(live_server: LiveServer, shown: Page) -> None:
    shown.goto(live_server.url)
    empty = {"name": "empty.html", "mimeType": "text/html", "buffer": b""}
    shown.get_by_label("Statement", exact=True).set_input_files(empty)  # type: ignore[arg-type]
    shown.get_by_role("button", name="Judge", exact=True).click()
    shown.get_by_text("empty.html: the file is empty").wait_for()
    assert violations(shown) == []


def test_the_choice_of_an_account_is_accessible(live_server: LiveServer, shown: Page) -> None:
    shown.goto(live_server.url)
    two = {"name": "two.jsonl", "mimeType": "application/json", "buffer": TWO_ACCOUNTS}
    shown.get_by_label("Statement", exact=True).set_input_files(two)  # type: ignore[arg-type]
    shown.get_by_role("button", name="Judge", exact=True).click()
    shown.get_by_role("heading", name="Which account is to be judged?").wait_for()
    assert violations(shown) == []
    shown.get_by_role("button", name="Judge", exact=True).click()
    shown.get_by_role("heading", name="The form is not complete").wait_for()
    assert violations(shown) == []


def test_the_choice_after_a_long_reading_is_accessible(
    live_server: LiveServer, shown: Page, settings: Any
) -> None:
    settings.JUDGING_WAIT_S = 0
    shown.goto(live_server.url)
    two = {"name": "two.jsonl", "mimeType": "application/json", "buffer": TWO_ACCOUNTS}
    shown.get_by_label("Statement", exact=True).set_input_files(two)  # type: ignore[arg-type]
    shown.get_by_role("button", name="Judge", exact=True).click()
    chosen = shown.get_by_role("link", name="Choose the account")
    chosen.wait_for()
    assert violations(shown) == []
    chosen.click()
    shown.get_by_label("Account", exact=True).select_option("B2")
    assert violations(shown) == []
    shown.get_by_role("button", name="Judge this account").click()
    shown.wait_for_url("**/judgements/*/")


def test_no_page_weighs_more_than_a_slow_line_carries(
    client: Client, live_server: LiveServer, browser_page: Page, pages: dict[str, str]
) -> None:
    """All that the browser loads, charts included, as the pages' own server packs it."""
    loaded: list[str] = []
    browser_page.on("request", lambda request: loaded.append(urlsplit(request.url).path))
    for name, address in pages.items():
        if name in {"nowhere", "refused judging"}:
            continue  # their statuses are errors to the browser's console; they are the smallest
        loaded.clear()
        browser_page.goto(live_server.url + address)
        sizes = {path: packed(client, path) for path in dict.fromkeys([address, *loaded])}
        assert "/static/vendor/tabler/tabler.min.css" in sizes
        assert sum(sizes.values()) < BYTES_MAX, (name, sizes)


def packed(client: Client, path: str) -> int:
    answer = client.get(path, headers={"accept-encoding": "gzip"})
    body = b"".join(answer) if answer.streaming else answer.content
    answer.close()
    return len(body)


def test_what_the_tests_use_is_what_it_claims() -> None:
    (package,) = tomllib.loads((VENDOR / "VENDORED.toml").read_text("utf-8"))["package"]
    there = {
        path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "VENDORED.toml"
    }
    assert there == package["sha256"]
    notice = (Path(__file__).resolve().parents[2] / "NOTICE").read_text("utf-8")
    assert f"{package['name']} {package['version']}" in notice
    assert "Mozilla Public License" in (VENDOR / "axe-core" / "LICENSE").read_text("utf-8")
