"""The rulebook pages are made from the rulebooks: every sentence and source of them is there."""

from datetime import time
from decimal import Decimal
from html import unescape

import pytest
from django.test import Client

from propdesk.domain.terms import Amount, Effect
from propdesk.web.rulebook_cards import sentence_for
from propdesk.web.rulebook_library import shelf, usual_size
from propdesk.wire.rulebook_file import LoadedRulebook, presets
from propdesk.wire.rulebook_words import spoken

pytestmark = pytest.mark.django_db


def test_the_list_leads_to_every_preset(client: Client) -> None:
    page = client.get("/rulebooks/").content.decode()
    for name in presets():
        assert f'href="/rulebooks/{name}/"' in page


@pytest.mark.parametrize("loaded", shelf(), ids=lambda each: each.rulebook.name)
def test_a_page_holds_every_rule(client: Client, loaded: LoadedRulebook) -> None:
    answer = client.get(f"/rulebooks/{loaded.rulebook.name}/")
    assert answer.status_code == 200
    page = unescape(answer.content.decode())
    assert loaded.sha256 in page
    for phase in loaded.rulebook.phases:
        assert f'id="{phase.name}"' in page
        for rule in phase.rules:
            assert sentence_for(rule, usual_size(loaded.rulebook)) in page
            assert rule.formula() in page
            assert rule.source in page
    for program in ("Decimal(", "Amount(", "Effect(", "datetime.", "<property"):
        assert program not in page


def test_only_a_page_is_linked_as_a_source(client: Client) -> None:
    read = client.get("/rulebooks/ftmo-2-step/").content.decode()
    assert '<p class="source">Read 2026-11: <a href="https://' in read
    ours = client.get("/rulebooks/propdesk-ladder/").content.decode()
    told = "Decided 2026-11, of no firm; what it means: <code>docs/reference/scaling.md</code></p>"
    assert told in ours
    assert 'href="docs/' not in ours


def test_the_price_of_the_size_is_said_where_there_is_one(client: Client) -> None:
    ours = client.get("/rulebooks/propdesk-ladder/?size=25000").content.decode()
    assert "<dt>Price</dt><dd>199</dd>" in ours
    assert ours.count("<dt>Price</dt>") == 1
    assert "<dt>Price</dt>" not in client.get("/rulebooks/ftmo-2-step/").content.decode()


def test_the_boundary_is_said(client: Client) -> None:
    assert "only crossing breaks" in client.get("/rulebooks/ftmo-2-step/").content.decode()
    assert "touch breaks" in client.get("/rulebooks/topstep-combine/").content.decode()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "none"),
        ((), "none"),
        ({}, "none"),
        (True, "yes"),
        (Decimal(100000), "100,000"),
        (time(17, 0), "17:00"),
        (("open", "pending_fill"), "open, pending fill"),
        ({Decimal(50000): Decimal(2000)}, "50,000: 2,000"),
        (Amount(percent=Decimal(5), of="start_of_day_profit"), "5 % of start of day profit"),
        (Amount(by_size={Decimal(50000): Decimal(2000)}), "by size: 50,000: 2,000"),
        (Effect(kind="fail"), "fail"),
        (Effect(kind="pause_until", until="next_day"), "pause until (until next day)"),
    ],
    ids=str,
)
def test_a_value_in_words(value: object, said: str) -> None:
    assert spoken(value) == said


def test_an_unknown_rulebook(client: Client) -> None:
    assert client.get("/rulebooks/nobody-2-step/").status_code == 404
