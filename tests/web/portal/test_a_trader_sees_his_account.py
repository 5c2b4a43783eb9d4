"""What a trader reads of his own account, without a script."""

import re

import pytest

from propdesk.crm.accounts.models import Blocked
from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import HOUR, MINUTE, parse_instant
from propdesk.web.live import source
from propdesk.web.live.account_picture import points_of, series_of
from propdesk.wire.live_state import Curve, CurvePoint
from tests.crm.people.cast import registered
from tests.web.portal.portal_stage import Portal, text_of
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db
PAGES = (
    "", "events", "history/", "breach/", "breach/evidence.json", "trades.csv", "days.csv",
    "trade/", "limit/", "credentials/",
)  # fmt: skip
POSTS = ("trade/check", "trade/place", "trade/close", "trade/protect", "trade/cancel",
         "trade/change", "limit/", "credentials/")  # fmt: skip


def test_the_answer_comes_first(stage: Portal) -> None:
    stage.firm.stage.buy(stage.login, "10.00")
    stage.price("1.07900", "1.07910")
    text = text_of(stage.get())
    # 10 lots bought at 1.08010 with a commission of 30: 1,100 down, 30 paid.
    assert "3,870.00 USD may still be lost today" in text
    assert "Daily loss fails below equity 95,000.00." in text
    assert "That is EURUSD ≤ 1.07512." in text
    assert "ftmo" in text.lower() or "Two steps" in text


def test_tomorrows_floors_and_the_reset_are_told(stage: Portal) -> None:
    page = stage.get().content.decode()
    text = text_of(stage.get())
    assert "Your floors after it, if nothing changes until then" in text
    assert re.search(r'data-countdown="\d+"', page)
    assert "95,000.00 allowance 5,000.00" in text


def test_the_day_table_statistics_and_news_stand_on_the_page(stage: Portal) -> None:
    position = stage.firm.stage.buy(stage.login, "1.00")
    assert position is not None
    stage.price("1.08110", "1.08120")
    stage.firm.stage.close(stage.login, position)
    stage.firm.settle()
    text = text_of(stage.get())
    assert "Profit and loss by day" in text
    assert "Statistics" in text
    assert "+94.00" in text  # a hundred, less twice the commission of three


def test_an_overview_says_status_room_and_next_step(stage: Portal) -> None:
    text = text_of(stage.client.get("/me/accounts/"))
    assert "Active" in text
    assert "5,000.00 USD may still be lost today" in text
    assert "Next: Profit target: 0.00 of 10,000.00" in text


def test_an_overview_without_an_engine_says_so_and_shows_what_is_kept(stage: Portal) -> None:
    source.provide(source.NoEngine())
    text = text_of(stage.client.get("/me/accounts/"))
    assert "No engine answers" in text
    assert stage.login in text
    assert "may still be lost" not in text


def test_figures_that_are_remembered_are_shown_with_the_reason(stage: Portal) -> None:
    assert "5,000.00 USD may still be lost today" in text_of(stage.get())
    source.provide(source.NoEngine())
    text = text_of(stage.get())
    assert "5,000.00 USD may still be lost" in text
    assert "the engine is away: no engine is connected to these pages" in text
    assert stage.get("days.csv").status_code == 503


def test_nobody_finds_anybody_elses_account(stage: Portal) -> None:
    stage.firm.stage.buy(stage.login, "10.00")
    stage.price("1.07450", "1.07460")
    assert stage.account.blocked_by == Blocked.BREACHED
    other = client_of(registered("another"))
    for page in PAGES:
        found = stage.get(page, other)
        asks_again = page == "credentials/" and found.status_code == 302
        assert found.status_code == 404 or asks_again, page
        assert stage.login not in found.content.decode()
    for page in POSTS:
        answer = other.post(stage.base + page, {"position": "1", "order": "1"})
        asks_again = page == "credentials/" and answer.status_code == 302
        assert answer.status_code == 404 or asks_again, page
    assert stage.login not in other.get("/me/accounts/").content.decode()


def test_who_may_follow_an_account_is_told_its_topic(stage: Portal) -> None:
    found = stage.get("events")
    assert found.headers["X-Live-Topic"] == f"account={stage.account.engine_account}"


def test_a_breach_is_explained_with_its_figures_and_evidence(stage: Portal) -> None:
    assert stage.get("breach/").status_code == 404
    stage.firm.stage.buy(stage.login, "10.00")
    stage.price("1.07450", "1.07460")
    text = text_of(stage.get("breach/"))
    assert "Daily loss was broken" in text
    assert "94,370.00 was below the floor of 95,000.00." in text
    assert "Open positions at that moment" in text
    assert "EURUSD" in text
    told = stage.get("breach/evidence.json").json()
    assert (told["rule"], told["observed"], told["comparison"]) == (
        "daily_loss",
        "94370",
        "cross",
    )
    assert told["rulebook"]["sha256"] == stage.account.sha256
    overview = text_of(stage.client.get("/me/accounts/"))
    assert "A limit was broken." in overview
    assert "See exactly what happened." in overview
    assert "being opened" not in overview
    line = text_of(stage.get("history/"))
    assert "Daily loss was broken: 94,370.00 against 95,000.00." in line
    assert "Your positions are closed." in line


def test_the_minutes_around_a_breach_say_what_is_known_of_them(
    stage: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage.firm.stage.buy(stage.login, "10.00")
    stage.price("1.07450", "1.07460")
    at = parse_instant(stage.get("breach/evidence.json").json()["at"])
    minutes = [
        CurvePoint(at - 3 * MINUTE, "99000.00", "99970.00", None, None, equity="between"),
        CurvePoint(at - 2 * MINUTE, None, None, None, None, equity="unknown"),
        CurvePoint(at - MINUTE, "94370.00", "99500.00", None, None),
    ]
    curve = Curve(account="A", points=tuple(minutes))
    monkeypatch.setattr("propdesk.web.pages.portal.series_of", lambda _: series_of(curve))
    text = text_of(stage.get("breach/"))
    assert "99,000.00 99,970.00 between these at most" in text
    assert "not known" in text
    assert "94,370.00 99,500.00 just these" in text
    assert [point[5] for point in points_of(curve)] == ["between", "unknown", "exact"]


def test_trades_and_days_are_files(stage: Portal) -> None:
    position = stage.firm.stage.buy(stage.login, "1.00")
    assert position is not None
    stage.firm.stage.close(stage.login, position)
    stage.firm.settle()
    trades = stage.get("trades.csv").content.decode().splitlines()
    assert len(trades) == 2
    assert "EURUSD" in trades[1]
    days = stage.get("days.csv").content.decode().splitlines()
    assert days[0].startswith("day,start,end,start_balance")
    assert "95000.00" in days[1]


def test_a_news_window_names_what_is_held(stage: Portal) -> None:
    """Of this programme only the funded phase has windows: none is told, and none is made up."""
    at = stage.firm.stage.clock.now
    stage.firm.staged.write("news", NewsScheduled(at, "n1", at + HOUR, "Payrolls", ("USD",)))
    stage.firm.settle()
    assert "News windows ahead" not in text_of(stage.get())
