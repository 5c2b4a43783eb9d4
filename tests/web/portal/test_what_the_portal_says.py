"""The portal's words and files, line by line: the time line, what blocks, news, minutes, days."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from propdesk.crm.accounts.models import AccountEvent, Blocked, TradingAccount
from propdesk.domain.instants import MINUTE, SECOND, format_instant, parse_instant
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live.words import allowance_left
from propdesk.web.portal_accounts import blocking_words, enrolment_words, next_step
from propdesk.web.portal_figures import days_csv, minutes_around, shown
from propdesk.web.portal_words import line_of
from propdesk.wire.account_figures import AccountFigures, ComingNews

AT = parse_instant("2026-03-02T12:00:00Z")


@pytest.mark.parametrize(
    ("kind", "word", "detail", "says"),
    [
        ("verdict", "fail", {"rule": "max_loss", "observed": "89999.99", "limit": "90000"},
         "Max loss was broken: 89,999.99 against 90,000.00."),
        ("verdict", "fail", {"rule": "hedging"}, "Hedging was broken."),
        ("verdict", "pass", {"rule": "phase"}, "Every objective is met: the phase is passed."),
        ("verdict", "warn", {"rule": "daily_loss", "observed": "96500", "limit": "95000"},
         "A warning of Daily loss: 96,500.00, the limit is 95,000.00."),
        ("verdict", "strike", {"rule": "news"}, "News says: strike."),
        ("status", "paused", {}, "The account is now: paused."),
        ("correction", "fail", {},
         "A verdict was corrected: late or mended prices were judged again."),
        ("dead_letter", "x", {},
         "Something of the platform could not be read; a person looks at it."),
        ("command", "close_all", {}, "The platform was told to close your positions."),
        ("command", "wipe", {}, "The platform was told: wipe."),
        ("answer", "done", {"price": "1.08010"}, "The platform filled it at 1.08010."),
        ("answer", "done", {}, "The platform did it."),
        ("answer", "close_all", {}, "Your positions are closed."),
        ("answer", "close_all", {"reason": "market_closed"},
         "The platform refused: market closed."),
        ("notice", "breach", {}, "You were told: breach."),
        ("action", "own_limits.set_daily_limit", {"amount": "750"},
         "You set your own daily limit to 750.00."),
        ("action", "own_limits.set_daily_limit", {"amount": None},
         "You set your own daily limit to none."),
        ("action", "challenges.reset", {}, "The firm did this: reset."),
    ],
)  # fmt: skip
def test_a_line_is_a_plain_sentence(
    kind: str, word: str, detail: dict[str, Any], says: str
) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    line = line_of(AccountEvent(kind=kind, word=word, detail=detail, at=at), "USD")
    assert line.says == says
    assert line.is_breach is (kind == "verdict" and word == "fail")


def test_every_reason_that_blocks_has_its_own_words() -> None:
    reasons = [each for each in Blocked if each is not Blocked.NOTHING]
    said = [blocking_words(TradingAccount(blocked_by=each.value)) for each in reasons]
    assert len(set(said)) == len(reasons)
    assert all(each.endswith(".") for each in said)


@pytest.mark.parametrize(
    ("left", "says"),
    [
        (None, "not known of the allowance left"),
        ("99.999", "100.00 % of the allowance left"),
        ("100", "100.00 % of the allowance left"),
        ("282.4", "more than the whole allowance left"),
    ],
)
def test_more_than_an_allowance_is_no_share_of_it(left: str | None, says: str) -> None:
    assert allowance_left(None if left is None else Decimal(left)) == says


@pytest.mark.parametrize(("open_positions", "says"), [(2, "close what is open"), (0, "by itself")])
def test_nothing_is_to_be_closed_where_nothing_is_open(open_positions: int, says: str) -> None:
    live = MadeUpAccounts(1, at=AT).account("A001")
    assert live is not None
    met = [msgspec.structs.replace(each, met=True) for each in live.objectives]
    row = msgspec.structs.replace(live.row, open_positions=open_positions)
    live = msgspec.structs.replace(live, objectives=met, row=row)
    assert says in next_step(TradingAccount(blocked_by=Blocked.NOTHING), None, live)


def test_the_next_step_follows_what_blocks() -> None:
    assert next_step(TradingAccount(blocked_by="breached"), None, None).startswith("See exactly")
    assert next_step(TradingAccount(blocked_by="suspended"), None, None) == ""
    assert "identity" in enrolment_words("awaiting_kyc")


def figures(**more: Any) -> AccountFigures:
    result: dict[str, Any] = {"objectives": [], "days": [], "trades": []}
    told = {"result": result, "zone": "UTC", "resets_at": AT, "coming": (), "news": (),
            "prices": {}, "at": AT - 90 * MINUTE}  # fmt: skip
    return AccountFigures(**{**told, **more})


def test_news_says_when_it_begins_or_that_it_has() -> None:
    def window(begins: int) -> ComingNews:
        return ComingNews(title="Payrolls", release_at=begins + MINUTE, begins=begins,
                          ends=begins + 2 * MINUTE, rule="news", restricts=("open",),
                          symbols=("EURUSD",))  # fmt: skip

    now = AT - 90 * MINUTE
    page = shown(figures(news=(window(now + 10 * MINUTE), window(now - MINUTE))))
    assert [(each.in_words, each.has_begun) for each in page.news] == [
        ("10 min", False),
        ("1 min", True),
    ]
    assert (page.resets_in, page.resets_in_s) == ("1 h 30 min", 5400)


def test_the_minutes_around_a_breach_mark_it() -> None:
    def minute(number: int) -> dict[str, Any]:
        at = format_instant(AT + number * MINUTE)
        known = {"equity_low": "95000.00", "equity_high": "95100.00", "daily_floor": "95000.00"}
        return {"at": at, **known, "overall_floor": None}

    series = [minute(number) for number in range(-40, 3)]
    found = minutes_around(series, format_instant(AT + 5 * SECOND), "95000.00")
    marked = [row["at"] for row in found.rows if row["is_breach"]]
    assert marked == [format_instant(AT)]
    assert len(found.rows) == 32  # thirty before, its own, and those after it
    assert found.drawing is not None
    assert found.drawing.breach is not None
    assert minutes_around([], format_instant(AT), "1").rows == []


def test_what_a_day_does_not_know_is_empty_in_the_file() -> None:
    day = dict.fromkeys(
        ("start", "end", "start_balance", "start_equity", "end_balance", "end_equity",
         "min_equity", "max_equity", "daily_floor", "overall_floor", "profit"), "1.00"
    )  # fmt: skip
    told = days_csv({"days": [{**day, "day": "2026-03-02", "counted": True, "min_equity": None}]})
    assert (
        told.splitlines()[1] == "2026-03-02,1.00,1.00,1.00,1.00,1.00,1.00,,1.00,1.00,1.00,1.00,True"
    )
