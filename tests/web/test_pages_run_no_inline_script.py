"""Every answer forbids inline script and style, and no page holds any."""

import re

import pytest
from django.test import Client

from tests.web.conftest import Upload

pytestmark = pytest.mark.django_db


@pytest.fixture
def addresses(client: Client, upload: Upload) -> list[str]:
    judged = client.post("/judge", upload(quotes=("mt5-breaches-daily-loss.quotes.csv.gz",)))
    return ["/", judged["Location"], "/rulebooks/", "/rulebooks/ftmo-2-step/", "/live/", "/nowhere"]


def test_the_policy_and_the_pages_agree(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        answer = client.get(address)
        policy = answer["Content-Security-Policy"]
        assert "script-src 'self';" in policy
        assert "unsafe" not in policy
        page = answer.content.decode()
        scripts = re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", page)
        assert all('type="application/json"' in each for each in scripts)
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", page)
        sources = re.findall(r'(?:src=|<link[^>]*href=)"([^"]+)"', page)
        assert sources
        assert all(each.startswith("/static/") for each in sources)


def test_a_page_is_small_and_has_one_title(client: Client, addresses: list[str]) -> None:
    for address in addresses:
        answer = client.get(address, headers={"accept-encoding": "gzip"})
        assert len(answer.content) < 60_000
        assert answer["Content-Encoding"] == "gzip"
        plain = client.get(address).content.decode()
        assert len(re.findall(r"<h1", plain)) == 1
        assert '<html lang="en"' in plain


def test_static_files_are_served_packed(client: Client) -> None:
    answer = client.get("/static/vendor/tabler/tabler.min.css", headers={"accept-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer["Content-Encoding"] == "gzip"
    assert len(b"".join(answer)) < 90_000
    answer.close()
    for address in ("/static/web/propdesk.css", "/static/vendor/uplot/uPlot.iife.min.js"):
        answer = client.get(address, headers={"accept-encoding": "gzip"})
        assert answer["Content-Encoding"] == "gzip"
        answer.close()
    script = client.get("/static/vendor/uplot/uPlot.iife.min.js")
    assert b"uPlot" in b"".join(script)
    script.close()
