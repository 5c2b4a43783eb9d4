"""Headline, meters and drawing of a result: what is known, what is not, and nothing made up."""

from decimal import Decimal
from typing import Any

import pytest

from propdesk.web.result_page import page_of
from propdesk.web.templatetags.figures import clock, gain, moment, money, tone

DAY = {
    "day": "2026-03-09",
    "start": "2026-03-08T23:00:00Z",
    "daily_floor": "95000.00",
}


def limit(**changes: Any) -> dict[str, Any]:
    line = {
        "rule": "daily_loss",
        "base": "100000.00",
        "allowance": "5000.00",
        "floor": "95000.00",
        "floor_exact": "95000",
        "room": "5000.00",
        "comparison": "cross",
        "locked": False,
        "peak": None,
    }
    return {**line, **changes}


def result(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "status": "active",
        "phase": "challenge",
        "currency": "USD",
        "verdicts": [],
        "days": [DAY],
        "objectives": [],
        "limits": [],
        "coverage": {"basis": "ticks", "gaps": []},
        "paused_until": None,
        "series": [],
    }
    return {**told, **changes}


@pytest.mark.parametrize(
    ("room", "used", "band"),
    [
        ("5200.00", "0", "safe"),
        ("2500.01", "49.9998", "safe"),
        ("2500.00", "50", "watch"),
        ("1500.01", "69.9998", "watch"),
        ("1500.00", "70", "caution"),
        ("500.01", "89.9998", "caution"),
        ("500.00", "90", "critical"),
        ("-20.00", "100.4", "critical"),
        (None, None, "unknown"),
    ],
)
def test_the_band_of_a_limit(room: str | None, used: str | None, band: str) -> None:
    (meter,) = page_of(result(limits=[limit(room=room)]), "UTC").meters
    assert (meter.used, meter.band) == (None if used is None else Decimal(used), band)


def test_the_tightest_limit_leads() -> None:
    lines = [limit(rule="overall_loss", room="9000.00"), limit(room="1234.56"), limit(room=None)]
    answer = page_of(result(limits=lines), "UTC").answer
    assert answer.headline == "1,234.56 USD may still be lost"
    assert answer.sentences[0] == "The account fails at equity 95,000.00 (Daily loss)."


@pytest.mark.parametrize(
    ("observed", "comparison", "said"),
    [
        ("94999.99", "cross", "94,999.99 USD was observed, 0.01 below the limit 95,000.00."),
        ("95000.00", "touch", "95,000.00 USD was observed; the limit is 95,000.00."),
        ("95000.01", "touch", "95,000.01 USD was observed, 0.01 above the limit 95,000.00."),
    ],
)
def test_what_was_seen_against_the_limit(observed: str, comparison: str, said: str) -> None:
    verdict = {
        "rule": "daily_loss",
        "outcome": "fail",
        "at": "2026-03-09T12:00:00Z",
        "observed": observed,
        "limit": "95000.00",
        "comparison": comparison,
    }
    answer = page_of(result(status="breached", verdicts=[verdict]), "Europe/Prague").answer
    assert answer.headline == "Daily loss broken on 9 Mar 2026, 13:00:00"
    assert answer.sentences[0] == said


@pytest.mark.parametrize("status", ["passed", "paused", "expired", "unknown", "breached"])
def test_every_status_has_an_answer_without_any_figure(status: str) -> None:
    answer = page_of(result(status=status), "server").answer
    assert answer.headline
    assert answer.word.lower() == status


def test_a_hole_is_not_bridged() -> None:
    def point(at: str, equity: str) -> dict[str, Any]:
        return {
            "at": at,
            "balance": "100000.00",
            "equity_low": equity,
            "equity_high": equity,
            "daily_floor": None,
            "overall_floor": "90000.00",
        }

    series = [point("2026-03-09T08:00:00Z", "1.00"), point("2026-03-09T12:00:00Z", "2.00")]
    gap = {"symbol": "EURUSD", "from": "2026-03-09T09:00:00Z", "to": None, "reason": "none"}
    page = page_of(result(series=series, coverage={"basis": "ticks", "gaps": [gap]}), "UTC")
    assert [row["equity_low"] for row in page.data["series"]] == ["1.00", None, "2.00"]
    assert {row["daily_floor"] for row in page.data["series"]} == {"95000.00"}
    assert page.chart is not None
    (equity,) = [line for line in page.chart.lines if line.name == "equity_low"]
    assert equity.path.count("M") == 2


@pytest.mark.parametrize(
    ("text", "shown", "signed", "of_tone"),
    [
        ("1225.00", "1,225.00", "+1,225.00", "gain"),
        ("-1050.00", "−1,050.00", "−1,050.00", "loss"),
        ("0.00", "0.00", "0.00", ""),
        (None, "—", "—", ""),
        ("1.00 … 2.00", "1.00 … 2.00", "+1.00 … 2.00", "gain"),
    ],
)
def test_money_is_shown(text: str | None, shown: str, signed: str, of_tone: str) -> None:
    assert (money(text), gain(text), tone(text)) == (shown, signed, of_tone)


def test_moments_are_on_the_rulebooks_clock() -> None:
    assert moment("2026-03-11T09:27:07.376Z", "server") == "11 Mar 2026, 12:27:07.376"
    assert clock("2026-03-29T01:00:00Z", "Europe/Prague") == "03:00:00"
    assert moment(None, "UTC") == "the end of the history"
