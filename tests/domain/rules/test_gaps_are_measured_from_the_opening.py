"""Gap trading: openings before a break or news, and what a position earns over the break."""

from dataclasses import replace
from datetime import date, time
from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import NewsScheduled
from propdesk.domain.instants import MINUTE
from propdesk.domain.market_hours import Closure, MarketHours, Session
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import at, buy, close, d, quote, reported, start
from tests.domain.rules.histories import judge as judge_history
from tests.domain.rules.verdicts import counted_profit, rows

WARN = (Effect(kind="warn"),)
REMOVED = (Effect(kind="profit_adjust", factor=d(0)),)
FX = MarketHours(
    zone="UTC",
    sessions=(Session(from_day="sun", opens=time(22), to_day="fri", closes=time(22)),),
    closures=(Closure(on=date(2021, 3, 3), at=time(18), until=time(20)),
              Closure(on=date(2021, 3, 4), at=time(18), until=time(19, 59))),
)  # fmt: skip


def judge(rules: Any, *events: Any) -> Evaluation:
    return judge_history(rules, [start(), quote("00:00", "10000"), *events])


def gap(**more: Any) -> GapTrading:
    return GapTrading(**{"market": FX, "break_hours_min": d(2), "effects": WARN, **more})


EARLY = gap(no_open_within_minutes=d(120))


def before(moment: str, position: str = "P") -> dict[str, str]:
    return {"position": position, "break": f"2021-03-{moment}Z"}


@pytest.mark.parametrize(
    ("moment", "lead", "broken"),
    [
        (at("16:00", 3), 120, "03T18:00:00"),  # a break of exactly two hours is long enough
        (at("17:30:30", 3), Fraction(59, 2), "03T18:00:00"),
        (at("19:00", 3), -60, "03T18:00:00"),  # inside the break
        (at("16:00", 3) - 1, None, ""),
        (at("17:00", 4), None, ""),  # a minute short of two hours
        (at("20:00", 5), 120, "05T22:00:00"),
    ],
)
@pytest.mark.parametrize("entry", ["deal", "reported"])
def test_the_lead_before_a_break_is_told_in_minutes(
    entry: str, moment: int, lead: Any, broken: str
) -> None:
    events: Any = replace(buy("00:00", "P"), at=moment)
    if entry == "reported":
        trade = reported("00:00", "00:00", "5", position="P")
        events = replace(trade, opened_at=moment, at=moment + MINUTE)
    found = [each[1:] for each in rows(judge(EARLY, events))]
    assert found == ([] if lead is None else [("warn", lead, 120, "touch", before(broken))])


def test_an_opening_is_said_once_and_its_close_says_nothing() -> None:
    opening = buy("17:00", "P", day=3)
    parts = (
        close("17:10", opening, "10000", "0.5", day=3),
        close("21:00", opening, "10000", "0.5", day=3),
    )
    assert len(judge(EARLY, opening, *parts).verdicts) == 1


def test_the_profit_of_a_reported_trade_opened_too_late_can_be_taken() -> None:
    trade = replace(reported("17:00", "17:10", "5", day=3), position="P")
    assert counted_profit(replace(EARLY, effects=REMOVED), [start(), trade]) == 0
    known = release("12:30")
    terms = gap(profit_cap=Amount(money=d(99)), no_open_before_news_minutes=d(10), effects=REMOVED)
    assert counted_profit(terms, [start(), known, reported("12:25", "12:40", "5")]) == 0


# -- before news
def release(clock: str = "12:30", **more: Any) -> NewsScheduled:
    figures = {"id": "n", "title": "Payrolls", "currencies": ("USD",), **more}
    return NewsScheduled(at=at(figures.pop("known", "00:00")), release_at=at(clock), **figures)


def near_news(**more: Any) -> GapTrading:
    return gap(**{"no_open_within_minutes": d(1), "no_open_before_news_minutes": d(10), **more})


@pytest.mark.parametrize(
    ("comparison", "moment", "lead"),
    [
        ("touch", at("12:20") - 1, None),
        ("touch", at("12:20"), 10),
        ("cross", at("12:20"), None),
        ("cross", at("12:20:30"), Fraction(19, 2)),
        ("touch", at("12:30"), 0),
        ("touch", at("12:30") + 1, None),
    ],
)
def test_the_lead_before_a_release_is_told_in_minutes(
    comparison: str, moment: int, lead: Any
) -> None:
    opening = replace(buy("12:00", "P"), at=moment)
    found = [each[1:] for each in rows(judge(near_news(comparison=comparison), release(), opening))]
    evidence = {"position": "P", "release": "2021-03-01T12:30:00Z"}
    assert found == ([] if lead is None else [("warn", lead, 10, comparison, evidence)])


@pytest.mark.parametrize(
    ("terms", "event", "said"),
    [
        (near_news(), {}, True),
        (near_news(), {"impact": "medium"}, False),
        (near_news(impacts=("medium",)), {"impact": "medium"}, True),
        (near_news(impacts=()), {"impact": "low"}, True),
        (near_news(), {"known": "12:26"}, False),  # not known yet when it was opened
        (near_news(), {"withdrawn": True}, False),
        (near_news(no_open_before_news_minutes=None), {}, False),
    ],
)
def test_which_releases_are_near(terms: GapTrading, event: Any, said: bool) -> None:
    late = event.get("known") is not None
    events = (
        (buy("12:25", "P"), release(**event)) if late else (release(**event), buy("12:25", "P"))
    )
    assert bool(judge(terms, *events).verdicts) == said


def test_a_release_that_does_not_count_hides_none_that_does() -> None:
    terms = near_news()
    low = release("12:28", id="low", impact="low")
    second = release("12:29", id="second")
    found = rows(judge(terms, low, release(), second, buy("12:25", "P")))
    assert [each[2] for each in found] == [4, 5]


# -- what a gap earns
CAPPED = gap(profit_cap=Amount(money=d(50)), effects=REMOVED)
FRIDAY = buy("09:00", "P", "3", day=5)


def part(price: str, clock: str = "09:00", day: int = 8) -> Any:
    return close(clock, FRIDAY, price, "1", day=day)


def counted(terms: GapTrading, *events: Any) -> Any:
    return counted_profit(terms, [start(), quote("00:00", "10000"), *events])


@pytest.mark.parametrize(
    ("price", "expected"), [("10049", 49), ("10050", 50), ("10051", 50), ("9900", -100)]
)
def test_a_position_held_over_the_break_counts_up_to_the_cap(price: str, expected: int) -> None:
    assert counted(CAPPED, FRIDAY, part(price)) == expected


@pytest.mark.parametrize(
    ("opened", "closed", "capped"),
    [
        (at("09:00", 5), at("22:00", 7), True),  # closed at the first moment after it
        (at("09:00", 5), at("22:00", 7) - 1, False),  # inside the break: nothing was earned by it
        (at("23:00", 7), at("09:00", 8), False),
        (at("22:00", 7), at("09:00", 8), False),
        (at("22:00", 7) - 1, at("09:00", 8), True),
        (at("17:00", 4), at("21:00", 4), False),  # the break is too short
        (at("17:00", 3), at("21:00", 3), True),
    ],
)
def test_which_positions_were_held_over_a_break(opened: int, closed: int, capped: bool) -> None:
    trade = replace(reported("09:00", "10:00", "80"), opened_at=opened, at=closed)
    assert counted(CAPPED, trade) == (50 if capped else 80)


def test_parts_of_one_position_share_its_cap_and_a_loss_gives_back() -> None:
    parts = (part("10040"), part("10030", "10:00"), part("9990", "11:00"))
    # 40, then 70 (20 too much), then 60 (10 of them are given back)
    assert counted(CAPPED, FRIDAY, *parts) == 50
    evidence = before("05T22:00:00")
    assert rows(judge(CAPPED, FRIDAY, *parts)) == [
        ("8 10:00:00", "profit_adjust", 70, 50, "cross", evidence),
        ("8 11:00:00", "profit_adjust", 60, 50, "cross", evidence),
    ]
    assert (
        counted(CAPPED, FRIDAY, part("10040"), part("10030", "10:00"), part("9950", "11:00")) == 20
    )
    warned = replace(CAPPED, effects=WARN)
    assert len(judge(warned, FRIDAY, *parts).verdicts) == 1  # giving back warns of nothing


def test_a_part_closed_before_the_break_has_no_share_in_the_cap() -> None:
    parts = (part("10040", "12:00", 5), part("10030"), part("10030", "10:00"))
    assert counted(CAPPED, FRIDAY, *parts) == 40 + 50


def test_each_position_has_its_own_cap() -> None:
    other = buy("10:00", "Q", day=5)
    events = (FRIDAY, other, part("10080"), close("09:30", other, "10080", day=8))
    assert counted(CAPPED, *events) == 50 + 50


def test_a_cap_may_be_a_share_of_the_size_or_of_the_balance() -> None:
    of_size = gap(profit_cap=Amount(percent=d(1)))
    of_balance = gap(profit_cap=Amount(percent=d(1), of="balance"))
    trade = replace(reported("09:00", "10:00", "3000", day=8), opened_at=at("09:00", 5))
    assert [each[2:4] for each in rows(judge(of_size, trade))] == [(3000, 1000)]
    assert [each[2:4] for each in rows(judge(of_balance, trade))] == [(3000, 1030)]


def test_a_market_without_a_long_break_has_no_gap() -> None:
    terms = gap(break_hours_min=d(49), no_open_within_minutes=d(120), profit_cap=Amount(money=d(1)))
    opening = buy("21:00", "P", day=5)
    assert rows(judge(terms, opening, close("09:00", opening, "11000", day=8))) == []


def test_without_a_cap_a_profit_over_the_break_is_free() -> None:
    opening = buy("09:00", "P", day=5)
    assert rows(judge(EARLY, opening, close("09:00", opening, "11000", day=8))) == []
