"""Headline, meters and drawing of a result: what is known, what is not, and nothing made up."""

from decimal import Decimal
from typing import Any, get_args

import pytest

from propdesk.domain.payouts.facts import ReasonCode
from propdesk.web.result_page import RANGES, page_of
from propdesk.web.templatetags.figures import (
    clock,
    duration,
    gain,
    moment,
    money,
    percent,
    tone,
    whole,
)

DAY = {
    "day": "2026-03-09",
    "start": "2026-03-08T23:00:00Z",
    "end": "2026-03-09T23:00:00Z",
    "profit": "0.00",
    "counted": False,
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
        "at": "2026-03-09T15:30:00.250Z",
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
    (meter,) = page_of(result(limits=[limit(room=room)]), "UTC").room.meters
    assert (meter.used, meter.band) == (None if used is None else Decimal(used), band)


def test_the_meters_are_ordered_by_how_soon_they_break() -> None:
    rooms = (("overall_loss", "9000.00"), ("daily_loss", "500.00"), ("max_loss", None))
    limits = [limit(rule=rule, room=room) for rule, room in (*rooms, ("exposure", "9500.00"))]
    broken = {"rule": "exposure", "outcome": "fail", "at": DAY["start"], "event": 1}
    verdict = {**broken, "observed": None, "limit": None, "comparison": "cross"}
    room = page_of(result(limits=limits, verdicts=[verdict]), "UTC").room
    order = [each.line["rule"] for each in room.by_urgency]
    assert order == ["exposure", "daily_loss", "overall_loss", "max_loss"]


def test_the_tightest_limit_leads() -> None:
    lines = [limit(rule="overall_loss", room="9000.00"), limit(room="1234.56"), limit(room=None)]
    answer = page_of(result(limits=lines), "UTC").answer
    assert answer.headline == "1,234.56 USD may still be lost"
    assert answer.sentences[0] == "The account fails at equity 95,000.00 (Daily loss)."


PRICE = {
    "rule": "daily_loss",
    "symbol": "EURUSD",
    "side": "bid",
    "price": "1.07213",
    "now": "1.08",
}


def test_the_failing_prices_of_the_tightest_limit_are_in_the_answer() -> None:
    other = {**PRICE, "symbol": "GBPUSD", "side": "ask", "price": "1.30001"}
    elsewhere = {**PRICE, "rule": "overall_loss", "price": "1.00000"}
    told = result(limits=[limit()], failing_prices=[PRICE, elsewhere])
    assert "That is EURUSD ≤ 1.07213." in page_of(told, "UTC").answer.sentences
    told = result(limits=[limit()], failing_prices=[PRICE, other])
    said = "That is, if only one of them moves, EURUSD ≤ 1.07213, GBPUSD ≥ 1.30001."
    assert said in page_of(told, "UTC").answer.sentences


@pytest.mark.parametrize(
    ("status", "prices", "priceless"),
    [("active", 1, ("XAUUSD.m",)), ("unknown", 1, ("XAUUSD.m",)), ("breached", 0, ())],
)
def test_only_a_running_account_has_room(
    status: str, prices: int, priceless: tuple[str, ...]
) -> None:
    positions = [{"symbol": "EURUSD.r"}, {"symbol": "XAUUSD.m"}]
    told = result(status=status, limits=[limit()], failing_prices=[PRICE], positions=positions)
    room = page_of(told, "UTC").room
    assert (len(room.meters[0].prices), room.priceless) == (prices, priceless)
    assert room.ended is (status == "breached")


@pytest.mark.parametrize(
    ("status", "at", "days", "after_s"),
    [
        ("active", "2026-03-09T15:30:00Z", [DAY], 27_000),
        ("unknown", "2026-03-09T22:59:59Z", [DAY], 1),
        ("active", "2026-03-09T23:00:00Z", [DAY], None),  # the day is over
        ("active", "2026-03-09T15:30:00Z", [], None),
        ("breached", "2026-03-09T15:30:00Z", [DAY], None),  # no reset brings it back
        ("passed", "2026-03-09T15:30:00Z", [DAY], None),
    ],
)
def test_the_next_reset_is_told_while_it_matters(
    status: str, at: str, days: list[Any], after_s: int | None
) -> None:
    reset = page_of(result(status=status, at=at, days=days), "Europe/Prague").room.reset
    told = None if reset is None else (reset.at, reset.after_s)
    assert told == (None if after_s is None else ("2026-03-09T23:00:00Z", after_s))


@pytest.mark.parametrize(
    ("code", "observed", "limit_", "says", "when"),
    [
        (
            "too_early",
            "2026-03-13",
            "2026-03-23",
            "It is too early: 2026-03-13, payable from 2026-03-23.",
            "2026-03-23",
        ),
        ("too_few_days", "2", "5", "Trading days: 2 of 5.", ""),
        (
            "profit_too_small",
            "1234.5",
            "≥ 2000",
            "Profit is 1,234.5; it must be ≥ 2,000.",
            "",
        ),
        ("new_code", "1", "2", "New code: 1 / 2", ""),
    ],
)
def test_why_nothing_is_payable(
    code: str, observed: str, limit_: str, says: str, when: str
) -> None:
    reason = {"code": code, "observed": observed, "limit": limit_, "certain": True}
    (why,) = page_of(result(payout={"reasons": [reason]}), "UTC").reasons
    assert (why.says, why.when, why.certain) == (says, when, True)


def test_every_reason_has_a_sentence() -> None:
    for code in get_args(ReasonCode):
        reason = {"code": code, "observed": "seen", "limit": "asked", "certain": True}
        (why,) = page_of(result(payout={"reasons": [reason]}), "UTC").reasons
        assert not why.says.endswith("seen / asked")


def test_a_consistency_objective_shows_shares_and_what_is_needed() -> None:
    objective = {
        "rule": "consistency",
        "required": "0.1500",
        "current": "0.4724",
        "met": False,
        "additional_needed": "22748.3333",
        "best": "5000.00",
    }
    target = {"rule": "profit_target", "required": "10", "current": "4", "met": False, "more": "6"}
    shares, amounts = page_of(result(objectives=[objective, target]), "UTC").goals
    assert (shares.consistency, shares.figures) == (True, ())
    assert (amounts.consistency, amounts.figures) == (False, (("more", "6"),))
    assert amounts.percent == 40


def test_a_range_shows_the_end_of_the_history() -> None:
    series = [
        {
            "at": f"2026-03-{day:02}T12:00:00Z",
            "balance": f"{day}.00",
            "equity_low": f"{day}.00",
            "equity_high": f"{day}.00",
            "daily_floor": None,
            "overall_floor": None,
        }
        for day in range(1, 12)
    ]
    lows = {}
    for name in RANGES:
        chart = page_of(result(series=series), "UTC", name).chart
        assert chart is not None
        lows[name] = chart.levels[0][1]
    assert lows == {"1d": "10", "1w": "4", "1m": "1", "all": "1"}


@pytest.mark.parametrize(
    ("ratio", "shown"),
    [("0.4724", "47.24 %"), ("0.1500", "15 %"), ("1.0000", "100 %"), ("0", "0 %"), (None, "—")],
)
def test_ratios_as_percentages(ratio: str | None, shown: str) -> None:
    assert percent(ratio) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1225.00", "+1,225"), ("-382.50", "−383"), ("0.49", "0"), (None, "—")],
)
def test_whole_units(text: str | None, shown: str) -> None:
    assert whole(text) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (None, "—"),
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (7800, "2 h 10 min"),
        (86_400, "1 d"),
        (97_200, "1 d 3 h"),
    ],
)
def test_durations(seconds: int | None, shown: str) -> None:
    assert duration(seconds) == shown


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
