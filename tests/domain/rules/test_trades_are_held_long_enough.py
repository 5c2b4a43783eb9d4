"""Holding times: each trade, the mean, and the shares of short trades and of their profit."""

from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.events import TimePassed, TradeReported
from propdesk.domain.judging import Figure, Objective
from propdesk.domain.rules.holding_time import HoldingTime
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, TermsError
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, reported, start

WARN = (Effect(kind="warn"),)
SECOND = 1_000_000
Told = list[tuple[str, int, Figure | None, Figure | None, str | None]]


def held(measure: str, seconds: int, **more: Any) -> HoldingTime:
    return HoldingTime(measure=measure, seconds=seconds, **{"effects": WARN, **more})  # type: ignore[arg-type]


def trade(clock: str, seconds: str, profit: str = "0", *, day: int = 1, name: str = "") -> Any:
    """A round trip opened at ``clock`` and held so many seconds (down to the microsecond)."""
    opened = at(clock, day)
    return TradeReported(
        ACCOUNT,
        opened + int(d(seconds) * SECOND),
        name or clock,
        "ONE",
        "buy",
        d(1),
        opened,
        d(profit),
    )


def told(rule: HoldingTime, *events: Any) -> Told:
    """Each verdict: what, on which day of March, the figure, the limit and how it is broken."""
    midnight, day = at("00:00"), 86_400 * SECOND
    return [
        (each.outcome, 1 + (each.at - midnight) // day, each.observed, each.limit, each.comparison)
        for each in judge(rule, [start(), *events]).verdicts
    ]


def goal(rule: HoldingTime, *events: Any, stage: str = "evaluation") -> Objective:
    (found,) = judge(rule, [start(), *events], stage=stage).objectives
    return found


@pytest.mark.parametrize(
    ("short", "seconds", "observed"),
    [
        ("below", "119.999999", [Fraction(119_999_999, SECOND)]),
        ("below", "120", []),
        ("up_to", "120", [120]),
        ("up_to", "120.000001", []),
    ],
)
def test_each_trade_to_the_microsecond(short: str, seconds: str, observed: list[Figure]) -> None:
    verdicts = told(held("each", 120, short=short), trade("09:00", seconds))
    broken = "cross" if short == "below" else "touch"
    assert verdicts == [("warn", 1, each, 120, broken) for each in observed]


def test_each_short_trade_is_named_and_is_no_goal() -> None:
    rule = held("each", 60, id="scalping")
    result = judge(rule, [start(), trade("09:00", "59", name="a"), trade("10:00", "10", name="b")])
    assert [each.evidence for each in result.verdicts] == [
        {"trade": "a", "symbol": "ONE"},
        {"trade": "b", "symbol": "ONE"},
    ]
    assert result.objectives == ()
    tomorrow = TimePassed(at("01:00", 2))
    assert len(told(held("each", 60, judged="day_end"), trade("09:00", "59"), tomorrow)) == 1


def test_a_part_is_held_from_the_opening_of_its_position() -> None:
    whole = buy("09:00", "p", "2")
    parts = [close("09:00:30", whole, "10001", "1"), close("09:02", whole, "10001", "1")]
    history = [quote("00:00", "10000"), whole, *parts]
    assert told(held("each", 120), *history) == [("warn", 1, 30, 120, "cross")]


def test_the_profit_of_a_short_trade_may_be_taken() -> None:
    rule = held("each", 60, effects=(Effect(kind="profit_adjust", factor=d(0)),))
    target = ProfitTarget(target=Amount(money=d(50)), measured_on="adjusted_balance")
    history = [start(), trade("09:00", "59", "30"), trade("10:00", "60", "7")]
    (reached,) = judge((rule, target), history).objectives
    assert reached.current == 7


# 90 s and 30 s: the mean is a minute, half of them are short, and of 5 + 15 won 15 were short
MIXED = [trade("09:00", "90", "5"), trade("10:00", "30", "15")]


@pytest.mark.parametrize(
    ("rule", "required", "current", "met"),
    [
        (held("mean", 60), 60, 60, True),
        (held("mean", 61), 61, 60, False),
        (held("mean", 60, short="up_to"), 60, 60, False),
        (held("mean", 59, short="up_to"), 59, 60, True),
        (held("share_of_trades", 60, percent=d(50)), Fraction(1, 2), Fraction(1, 2), True),
        (
            held("share_of_trades", 60, percent=d("49.9")),
            Fraction(499, 1000),
            Fraction(1, 2),
            False,
        ),
        (
            held("share_of_trades", 60, percent=d(50), comparison="touch"),
            Fraction(1, 2),
            Fraction(1, 2),
            False,
        ),
        (
            held("share_of_trades", 60, percent=d("50.1"), comparison="touch"),
            Fraction(501, 1000),
            Fraction(1, 2),
            True,
        ),
        (held("share_of_profit", 60, percent=d(75)), Fraction(3, 4), Fraction(3, 4), True),
        (held("share_of_profit", 60, percent=d(74)), Fraction(37, 50), Fraction(3, 4), False),
        # at 30 s the second trade is short only where 30 s are too short
        (held("share_of_profit", 30, percent=d(1)), Fraction(1, 100), 0, True),
        (
            held("share_of_profit", 30, percent=d(1), short="up_to"),
            Fraction(1, 100),
            Fraction(3, 4),
            False,
        ),
        (held("share_of_trades", 90, percent=d(99), short="up_to"), Fraction(99, 100), 1, False),
    ],
)
def test_a_habit(rule: HoldingTime, required: Figure, current: Figure, met: bool) -> None:
    found = goal(rule, *MIXED)
    assert (found.required, found.current, found.met) == (required, current, met)


def test_losses_are_no_profit_and_count_as_trades() -> None:
    loss = trade("11:00", "10", "-100")
    assert goal(held("share_of_profit", 60, percent=d(75)), *MIXED, loss).current == Fraction(3, 4)
    assert goal(held("share_of_trades", 60, percent=d(75)), *MIXED, loss).current == Fraction(2, 3)
    # (90 + 30 + 10) ÷ 3
    assert goal(held("mean", 60), *MIXED, loss).current == Fraction(130, 3)


@pytest.mark.parametrize(
    ("measure", "percent"),
    [("mean", None), ("share_of_trades", d(50)), ("share_of_profit", d(50))],
)
def test_without_trades_there_is_nothing_to_keep(measure: str, percent: Any) -> None:
    found = goal(held(measure, 60, percent=percent))
    assert (found.current, found.met) == (None, True)
    assert found.figures == {"trades": 0, "short_trades": 0, "short_profit": 0}


def test_without_a_win_there_is_no_profit_to_share() -> None:
    rule = held("share_of_profit", 60, percent=d(50))
    assert goal(rule, trade("09:00", "10", "-5")).current is None
    assert goal(rule, trade("09:00", "10", "0.01")).current == 1


def test_the_figures_of_a_goal() -> None:
    rule = held("share_of_trades", 60, percent=d(50), id="habit")
    found = goal(rule, *MIXED, trade("11:00", "10", "-100"), trade("12:00", "59", "1.50"))
    assert found.rule == "habit"
    assert found.figures == {"trades": 4, "short_trades": 3, "short_profit": d("16.50")}


@pytest.mark.parametrize("measure", ["mean", "share_of_trades"])
def test_a_habit_needs_enough_trades(measure: str) -> None:
    percent = None if measure == "mean" else d(50)
    shorts = [trade("09:00", "1"), trade("10:00", "1"), trade("11:00", "1")]
    rule = held(measure, 60, percent=percent, trades_min=3)
    assert goal(rule, *shorts[:2]).met is True
    assert goal(rule, *shorts).met is False


@pytest.mark.parametrize(
    ("blocks", "stage", "waits"),
    [
        ("payout", "evaluation", "payout"),
        ("pass", "evaluation", "pass"),
        ("both", "evaluation", "both"),
        ("pass", "funded", "payout"),
        ("both", "funded", "payout"),
    ],
)
def test_what_waits_for_it(blocks: str, stage: str, waits: str) -> None:
    assert goal(held("mean", 60, blocks=blocks), stage=stage).blocks == waits


def test_a_habit_of_the_days_end_is_said_once_until_it_is_mended() -> None:
    rule = held("share_of_trades", 60, percent=d(50), judged="day_end")
    history = [
        trade("09:00", "10"),  # day 1: 1 of 1
        trade("09:00", "20", day=2),  # day 2: 2 of 2, and still said
        trade("09:00", "60", day=3),
        trade("10:00", "60", day=3),  # day 3: 2 of 4
        trade("09:00", "10", day=4),  # day 4: 3 of 5
        TimePassed(at("01:00", 5)),
    ]
    # a day's verdict falls at midnight, when the next day begins
    assert told(rule, *history) == [
        ("warn", 2, 1, Fraction(1, 2), "cross"),
        ("warn", 5, Fraction(3, 5), Fraction(1, 2), "cross"),
    ]
    result = judge(rule, [start(), *history])
    assert result.objectives == ()
    assert [each.evidence for each in result.verdicts] == [
        {"measure": "share_of_trades", "trades": "1"},
        {"measure": "share_of_trades", "trades": "5"},
    ]


@pytest.mark.parametrize(
    ("rule", "verdicts"),
    [
        (held("mean", 61, judged="day_end"), [("warn", 2, 60, 61, "cross")]),
        (held("mean", 60, judged="day_end"), []),
        (held("mean", 60, judged="day_end", short="up_to"), [("warn", 2, 60, 60, "touch")]),
        (
            held("share_of_profit", 60, judged="day_end", percent=d(75), comparison="touch"),
            [("warn", 2, Fraction(3, 4), Fraction(3, 4), "touch")],
        ),
        (
            held("share_of_profit", 60, judged="day_end", percent=d(74), short="up_to"),
            [("warn", 2, Fraction(3, 4), Fraction(37, 50), "cross")],
        ),
        (held("mean", 61), []),  # at the payout, it is a goal
    ],
)
def test_the_figures_of_the_days_end(rule: HoldingTime, verdicts: Told) -> None:
    assert told(rule, *MIXED, TimePassed(at("01:00", 2))) == verdicts


def test_short_trades_at_the_payout_keep_it_waiting_and_do_not_fail() -> None:
    result = judge(held("mean", 120), [start(), *MIXED, TimePassed(at("01:00", 2))])
    assert (result.status, list(result.verdicts)) == ("active", [])


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (held("each", 120), "Hold every trade at least 120 seconds."),
        (held("each", 5, short="up_to"), "Hold every trade more than 5 seconds."),
        (held("mean", 120), "Hold trades at least 120 seconds on average."),
        (
            held("mean", 120, short="up_to", trades_min=10),
            "Hold trades more than 120 seconds on average, judged from 10 trades on.",
        ),
        (
            held("share_of_trades", 60, percent=d(50), comparison="touch"),
            "Less than 50 % of trades may be held under 60 s.",
        ),
        (
            held("share_of_profit", 5, percent=d("50.5"), short="up_to"),
            "At most 50.5 % of the profit of winning trades may come from trades held at most 5 s.",
        ),
    ],
)
def test_it_says_itself(rule: HoldingTime, sentence: str) -> None:
    assert rule.sentence() == sentence
    assert rule.formula() == "held = closed − opened"


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"measure": "share_of_trades"}, "'share_of_trades' needs 'percent'"),
        ({"measure": "share_of_profit"}, "'share_of_profit' needs 'percent'"),
        ({"measure": "mean", "percent": d(50)}, "'mean' has no 'percent'"),
        ({"measure": "each", "percent": d(50)}, "'each' has no 'percent'"),
        ({"seconds": 0}, "a holding time and a number of trades are at least 1"),
        ({"trades_min": 0}, "a holding time and a number of trades are at least 1"),
        (
            {"measure": "each", "trades_min": 2},
            "'trades_min' means nothing where every trade is judged",
        ),
    ],
)
def test_terms_that_mean_nothing_are_refused(terms: dict[str, Any], why: str) -> None:
    with pytest.raises(TermsError) as refused:
        held(**{"measure": "mean", "seconds": 60, **terms})
    assert str(refused.value) == why
    assert held("mean", 1, trades_min=1).seconds == 1


def test_a_reported_trade_without_seconds_is_held_whole_minutes() -> None:
    assert told(held("each", 61), reported("09:00", "09:01", "1")) == [("warn", 1, 60, 61, "cross")]
