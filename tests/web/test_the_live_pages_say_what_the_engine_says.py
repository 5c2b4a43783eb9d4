"""The board and an account's live page, as they are read without a script."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from typing import Any

import msgspec
import pytest
from django.test import Client

from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live import source
from propdesk.web.live.age import age_of
from propdesk.web.live.remembered import Remembered
from propdesk.web.live.words import as_of
from propdesk.web.pages import live
from propdesk.web.received import received_at

pytestmark = pytest.mark.django_db
SECOND = 1_000_000
HOUR = 3_600 * SECOND
LATE = 10 * SECOND


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[MadeUpAccounts]:
    now = micros_of(received_at())
    accounts = MadeUpAccounts(60, at=now - 180 * SECOND)
    accounts.move(now - 100 * SECOND, ticks=30)
    accounts.move(now, ticks=30)
    monkeypatch.setattr(live, "_remembered", Remembered())
    source.provide(accounts)
    yield accounts
    source.provide(source.NoEngine())


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])).split())


def shown(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def told(engine: MadeUpAccounts, name: str) -> Any:
    return engine.account(name)


def breach(engine: MadeUpAccounts) -> Any:
    """The newest of the accounts that end when one reaches the price at which it fails."""
    held = told(engine, "A001").positions[0]
    engine.quote(held.symbol, Decimal(held.failing_price), micros_of(received_at()))
    return told(engine, engine.board().latest[0].account)


def test_the_board_lists_accounts_nearest_to_a_breach_first(client, engine):
    page = shown(client, "/live/")
    names = re.findall(r'<tr id="row-(\w+)"', page)
    assert names == [row.account for row in engine.board().rows]
    assert len(names) == 50
    row = engine.board().rows[0]
    line = text_of("<main" + page.partition(f'id="row-{row.account}"')[2].partition("</tr>")[0])
    for figure in (row.equity, row.nearest.room):
        assert f"{Decimal(figure):,}" in line
    assert f"{row.nearest.room_percent} %" in line
    assert "Active" in line
    assert row.programme in line
    used = 100 - Decimal(row.nearest.room_percent)
    assert f'data-width="{row.account}.used" width="{used:.2f}"' in page


def test_pages_follow_one_another_without_a_hole(client, engine):
    page = shown(client, "/live/")
    following = re.search(r'rel="next" href="([^"]+)"', page)
    assert following is not None
    second = shown(client, unescape(following[1]))
    names = re.findall(r'<tr id="row-(\w+)"', page + second)
    assert names == [row.account for row in engine.board(limit=60).rows]
    assert 'rel="next"' not in second


def test_a_search_finds_accounts_and_what_it_does_not_find_is_said(client, engine):
    page = shown(client, "/live/?q=a00")
    assert len(re.findall(r'<tr id="row-', page)) == 9
    assert "/live/events?q=a00" in page
    none = shown(client, "/live/?q=nobody")
    assert "No account is like that" in none
    assert "<table" not in none


def test_an_account_says_first_what_may_still_be_lost(client, engine):
    account = told(engine, "A001")
    text = text_of(shown(client, "/live/A001/"))
    nearest = account.row.nearest
    assert f"{Decimal(nearest.room):,} USD may still be lost" in text
    assert f"fails at equity {Decimal(nearest.floor):,} or below" in text
    for held in account.positions:
        sign = "≤" if held.side == "buy" else "≥"
        assert f"{sign} {held.failing_price}" in text
        assert held.price in text
    floating = sum(Decimal(each.floating) for each in account.positions)
    assert f"{abs(floating):,}" in text
    for limit in account.limits:
        assert f"{Decimal(limit.room):,} may still be lost" in text
    assert "Profit target" in text
    assert "None yet." in text


def test_the_curve_is_drawn_without_a_script(client, engine):
    page = shown(client, "/live/A001/")
    for line in ("equity_low", "daily_floor", "overall_floor"):
        assert f'<path class="line {line}"' in page
    assert 'id="live-points"' in page


def test_a_breach_is_a_banner_a_coloured_row_and_words(client, engine):
    account = breach(engine)
    name = account.row.account
    (verdict,) = account.verdicts
    rule = {"daily_loss": "Daily loss", "overall_loss": "Overall loss"}[verdict["rule"]]
    words = f"{name} is breached: {rule}, equity {Decimal(verdict['observed']):,} ≤"
    board = shown(client, f"/live/?q={name}")
    assert words in text_of(board)
    assert f'class="live-row" data-state="{name}.status" data-now="breached"' in board
    assert re.search(r'<ul class="live-alarms"[^>]*aria-live="polite"', board)
    page = shown(client, f"/live/{name}/")
    assert words in text_of(page)
    assert "The phase is over" in page
    assert "Breached The phase is over" in " ".join(text_of(page).split())
    assert "No position is open" in page


def test_every_page_of_the_board_tells_a_breach(client, engine):
    name = breach(engine).row.account
    assert f"{name} is breached" in text_of(shown(client, "/live/?q=no-such-account"))


def test_while_the_engine_is_away_the_last_figures_stay_and_say_how_old_they_are(client, engine):
    last = engine.board().rows[0]
    shown(client, "/live/")
    shown(client, "/live/A001/")
    engine.away = "it reads its snapshot"
    board = shown(client, "/live/")
    assert "the engine is away: it reads its snapshot" in text_of(board)
    assert f"{Decimal(last.equity):,}" in board
    assert re.search(r'data-now="away" data-age-ms="\d+"', board)
    assert "the engine is away" in text_of(shown(client, "/live/A001/"))
    assert "nothing is known of this account here" in shown(client, "/live/A002/")
    assert "No engine answers" in shown(client, "/live/?q=never-asked")


def test_without_an_engine_the_page_says_how_to_start_one(client):
    text = text_of(shown(client, "/live/"))
    assert "No engine answers" in text
    assert "propdesk replay" in text


def test_an_engine_without_accounts_says_how_to_get_some(client, engine):
    source.provide(MadeUpAccounts(0))
    text = text_of(shown(client, "/live/"))
    assert "The engine holds no account yet" in text
    assert "propdesk replay" in text


def test_an_account_that_is_not_there_is_no_page(client, engine):
    shown(client, "/live/nobody/", 404)


def test_an_account_may_have_any_name(client, engine):
    engine._accounts["A/1 ä"] = engine._accounts["A001"]
    engine._accounts["A/1 ä"].name = "A/1 ä"
    link = re.search(r'href="(/live/A/1[^"]*)"', shown(client, "/live/?q=A/1"))
    assert link is not None
    assert "A/1 ä" in text_of(shown(client, link[1]))


def test_margin_and_exposure_are_shown_with_their_minute_and_of_trades(client, engine):
    account = told(engine, "A001")
    held, minute = account.positions[0], account.minute
    text = text_of(shown(client, "/live/A001/"))
    used, worth = f"{Decimal(account.margin_used):,}", f"{Decimal(account.exposure):,}"
    low, high = (f"{Decimal(each):,}" for each in (minute.margin_low, minute.margin_high))
    assert f"Margin used {used} this minute {low} to {high}" in text
    low, high = (f"{Decimal(each):,}" for each in (minute.exposure_low, minute.exposure_high))
    assert f"Exposure {worth} this minute {low} to {high}" in text
    assert f"{Decimal(held.margin):,} {Decimal(held.peak_margin):,}" in text
    assert "2 Mar 2026, 08:00:00.000 UTC EURUSD buy 0.50 −12.50 540.00" in text


def test_the_board_tells_a_whole_name_and_a_curve_from_when_it_is_kept(client, engine):
    assert '<a href="/live/A001/" title="A001">A001</a>' in shown(client, "/live/?q=A001")
    curve = engine.curve("A001")
    assert f"Minutes are kept from {as_of(curve.since)} on." in text_of(
        shown(client, "/live/A001/")
    )


def test_what_is_not_known_is_never_a_zero(client, engine, monkeypatch):
    account = told(engine, "A001")
    held = msgspec.structs.replace(account.positions[0], floating=None, failing_price=None)
    limit = msgspec.structs.replace(account.limits[0], room=None)
    unknown = msgspec.structs.replace(
        account,
        row=msgspec.structs.replace(account.row, equity=None, nearest=None, status="unknown"),
        positions=(held,),
        limits=(limit,),
        margin_level=None,
        exposure=None,
        minute=None,
        trades=(msgspec.structs.replace(account.trades[0], peak_margin=None),),
    )
    monkeypatch.setattr(engine, "account", lambda _name: unknown)
    text = text_of(shown(client, "/live/A001/"))
    assert "Equity —" in text
    assert "Floating —" in text
    assert "Margin level —" in text
    assert "Exposure —" in text
    assert "this minute" not in text
    assert "Buy 0.50 −12.50 —" in text or "buy 0.50 −12.50 —" in text
    assert "Room not known" in text
    assert "No limit is measured now." in text


def test_navigation_leads_there(client, engine):
    assert '<a href="/live/" aria-current="page">Live</a>' in shown(client, "/live/")
    assert '<a href="/live/" aria-current="page">Live</a>' in shown(client, "/live/A001/")
    assert '<a href="/live/">Live</a>' in shown(client, "/rulebooks/")


@pytest.mark.parametrize(
    ("at", "now", "moved", "micros", "recorded"),
    [
        (HOUR, HOUR + 200_000, 0, 200_000, None),
        (HOUR, HOUR - 5, 0, 0, None),
        (HOUR, 2 * HOUR - 1, 0, HOUR - 1, None),
        (HOUR, HOUR + LATE, HOUR + LATE - 7, 7, "prices and events come 10 s late"),
        (HOUR, HOUR + LATE - 1, HOUR + LATE - 8, LATE - 1, None),
        (HOUR, HOUR + LATE, HOUR, LATE, None),
        (
            HOUR,
            HOUR + 540 * SECOND,
            HOUR + 531 * SECOND,
            9 * SECOND,
            "prices and events come 9 min late",
        ),
        (HOUR, 2 * HOUR, 2 * HOUR - 3, 3, "a recorded market, 1 h behind the clock"),
        (3 * HOUR, HOUR, HOUR - 4, 4, "a recorded market, 2 h ahead of the clock"),
    ],
    ids=[
        "live",
        "ahead by a hair",
        "behind",
        "late",
        "not late yet",
        "nothing comes",
        "a fast replay",
        "a recording",
        "of the future",
    ],
)
def test_an_age_is_by_the_clock_unless_the_market_is_a_recording(at, now, moved, micros, recorded):
    age = age_of(at, now, moved)
    assert (age.micros, age.recorded) == (micros, recorded)


def test_a_corrected_verdict_is_struck_through_with_its_reason(client, engine):
    name = breach(engine).row.account
    for address in ("/live/", f"/live/{name}/"):
        assert "<s>" not in shown(client, address).partition("<main")[2]
    engine.correct(name, "the ticks of a gap were back-filled")
    board, page = shown(client, "/live/"), shown(client, f"/live/{name}/")
    for each in (board, page):
        assert re.search(r"<s><b>is breached:</b>.*?</s> corrected: the ticks of a gap", each)
    row = re.search(r'<tr id="verdict-1" class="corrected">.*?</tr>', page)
    assert row is not None
    assert "<s>Fail" in row.group()
    assert "corrected: the ticks of a gap were back-filled" in row.group()
