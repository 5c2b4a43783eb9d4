"""The catalogue lists programmes by firm; filters are addresses; figures come from the data."""

import re
from html import unescape

import pytest
from django.test import Client

from propdesk.web.rulebook_catalogue import KINDS, MARKETS, OWN, STEPS, programmes, split_short
from propdesk.web.rulebook_library import shelf
from propdesk.wire.rulebook_file import presets

pytestmark = pytest.mark.django_db


def listed(client: Client, query: str = "") -> list[str]:
    page = client.get(f"/rulebooks/{query}").content.decode()
    return re.findall(r'<th scope="row"><a href="/rulebooks/([^/]+)/"', page)


def row(client: Client, name: str) -> list[str]:
    """The cells of one programme as a person reads them."""
    page = client.get(f"/rulebooks/?q={name}").content.decode()
    found = re.search(rf'href="/rulebooks/{name}/".*?</tr>', page, re.DOTALL)
    assert found is not None
    return [
        unescape(re.sub(r"<[^>]+>", "", cell)).strip()
        for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[0], re.DOTALL)
    ]


def test_every_programme_is_listed_once_under_its_firm(client: Client) -> None:
    assert sorted(listed(client)) == presets()
    page = unescape(client.get("/rulebooks/").content.decode())
    for firm in {each.rulebook.style_of or OWN for each in shelf()}:
        assert page.count(f'<th scope="rowgroup" colspan="9">{firm}</th>') == 1


@pytest.mark.parametrize(
    ("name", "cells"),
    [  # evaluation, market, target, daily loss, overall loss, floor, days, split
        ("ftmo-2-step", ["2 steps", "CFD", "10 % + 5 %", "5 %", "10 %", "fixed", "4", "80 %"]),
        ("topstep-express", ["instant", "futures", "–", "–", "3,000", "trails the day's end"]),
        ("apex-4-intraday", ["1 step", "futures", "3,000", "–", "2,500", "trails at once"]),
        ("breakout-1-step", ["1 step", "crypto", "10 %", "4 %", "6 %", "fixed"]),
    ],
)
def test_the_figures_a_trader_looks_for(client: Client, name: str, cells: list[str]) -> None:
    assert row(client, name)[: len(cells)] == cells


def test_a_soft_daily_limit_is_marked(client: Client) -> None:
    assert "soft" in row(client, "apteros")[3]
    assert "soft" not in row(client, "ftmo-2-step")[3]


@pytest.mark.parametrize(
    ("query", "some", "none"),
    [
        ("?q=ftmo", "ftmo-1-step", "topstep-combine"),
        ("?q=TOPSTEP+combine", "topstep-combine", "topstep-express"),
        ("?firm=Topstep", "topstep-express", "ftmo-1-step"),
        ("?steps=instant", "topstep-express", "ftmo-1-step"),
        ("?steps=2", "ftmo-2-step", "ftmo-1-step"),
        ("?kind=static", "ftmo-2-step", "ftmo-1-step"),
        ("?kind=trailing-eod", "topstep-combine", "apex-4-intraday"),
        ("?kind=trailing-live", "apex-4-intraday", "ftmo-2-step"),
        ("?kind=other", "mubite-smart", "ftmo-2-step"),
        ("?market=futures", "topstep-combine", "ftmo-2-step"),
        ("?market=crypto", "hyrotrader-2-step", "ftmo-2-step"),
        ("?market=cfd&steps=2&kind=static", "ftmo-2-step", "breakout-2-step"),
    ],
)
def test_a_filter_is_an_address(client: Client, query: str, some: str, none: str) -> None:
    found = listed(client, query)
    assert some in found
    assert none not in found


def test_the_form_keeps_what_was_asked(client: Client) -> None:
    page = client.get("/rulebooks/?q=2-step&market=crypto").content.decode()
    assert 'name="q" value="2-step"' in page
    assert '<option value="crypto" selected>' in page
    assert 'href="/rulebooks/">Clear</a>' in page


def test_every_value_of_a_filter_finds_something() -> None:
    every = programmes()
    assert {each.kind for each in every} == KINDS.keys()
    assert {market for each in every for market in each.markets} == MARKETS.keys()
    assert {each.steps for each in every} <= STEPS.keys()


def test_nothing_found_is_a_page_with_a_way_on(client: Client) -> None:
    page = client.get("/rulebooks/?q=%3Cscript%3E").content.decode()
    assert "No programme is like that" in page
    assert "<script>" not in page.replace("<script src", "")
    assert 'href="/rulebooks/">Show every programme</a>' in page


def test_the_page_of_all_is_small(client: Client) -> None:
    answer = client.get("/rulebooks/", headers={"accept-encoding": "gzip"})
    assert len(answer.content) < 40_000


def test_a_split_by_tiers_is_a_span() -> None:
    (apex,) = (each.rulebook for each in shelf() if each.rulebook.name == "apex-legacy")
    paying = next(each.payout for each in apex.phases if each.payout is not None)
    assert split_short(paying.split) == "90–100 %"
