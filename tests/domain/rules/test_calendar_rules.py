"""Deadlines to be flat, sessions, gaps, capital: moments in a zone, one microsecond either side."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import GroupFormed, NewsScheduled, OrderSeen, TimePassed
from propdesk.domain.instants import HOUR, MINUTE, parse_instant
from propdesk.domain.instruments import Catalogue
from propdesk.domain.market_hours import Closure, MarketHours, Session
from propdesk.domain.rules.capital import Capital
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.rules.trading_hours import TradingHours
from propdesk.domain.terms import Amount, Comparison, Effect, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    instrument,
    outcomes,
    quote,
    reported,
    start,
)
from tests.domain.rules.histories import judge as judge_history

CATALOGUE = Catalogue((instrument("ONE"), instrument("COIN", "crypto")))
FX = MarketHours(
    zone="UTC",
    sessions=(Session(from_day="sun", opens=time(22), to_day="fri", closes=time(22)),),
    closures=(Closure(on=date(2021, 3, 3), at=time(18), until=time(20)),
              Closure(on=date(2021, 3, 4), at=time(18), until=time(20, 1))),
)  # fmt: skip


def judge(rules: Any, events: list[Any], **more: Any) -> Evaluation:
    """The history with prices known; Friday is the 5th of March."""
    known = [quote("00:00", "10000"), quote("00:00", "10000", "COIN")]
    return judge_history(rules, [events[0], *known, *events[1:]], catalogue=CATALOGUE, **more)


def weekend(**more: Any) -> FlatBy:
    return FlatBy(**{"before": "weekend", "at": time(22), "zone": "UTC", **more})


SATURDAY = TimePassed(at("12:00", 6))


@pytest.mark.parametrize(
    ("moment", "comparison", "status"),
    [
        (at("21:55", 5), "touch", "active"),
        (at("22:00", 5) - 1, "touch", "active"),
        (at("22:00", 5), "touch", "breached"),
        (at("22:00", 5), "cross", "active"),
        (at("22:00", 5) + 1, "cross", "breached"),
    ],
)
def test_a_position_is_closed_by_friday_22_00(moment: int, comparison: str, status: str) -> None:
    opening = buy("09:00", "P", day=5)
    closing = replace(close("22:00", opening, "10000", day=5), at=moment)
    rule = weekend(comparison=comparison)
    assert judge(rule, [start(), opening, closing, SATURDAY]).status == status


@pytest.mark.parametrize(
    ("clock", "day", "until", "status"),
    [
        ("22:00", 5, None, "breached"),
        ("22:01", 5, None, "active"),
        ("22:01", 5, time(22), "breached"),
        ("21:59", 7, time(22), "breached"),
        ("22:00", 7, time(22), "active"),
    ],
)
def test_nothing_is_opened_between_deadline_and_reopening(
    clock: str, day: int, until: time | None, status: str
) -> None:
    opening = buy(clock, "P", day=day)
    closing = close("23:59", opening, "10000", day=day)
    rule = weekend(until=until)
    assert judge(rule, [start(), opening, closing]).status == status


@pytest.mark.parametrize(
    ("more", "symbol", "expected"),
    [
        ({}, "ONE", [(5, 22)]),
        ({"exempt_asset_classes": ("crypto",)}, "COIN", []),
        ({"exempt_asset_classes": ("crypto",)}, "ONE", [(5, 22)]),
        ({"exempt_account_types": ("swing",)}, "ONE", []),
        ({"holidays": (date(2021, 3, 5),)}, "ONE", [(4, 22)]),
        ({"early_closes": {date(2021, 3, 5): time(13)}}, "ONE", [(5, 13)]),
        ({"not_enforced_on": (date(2021, 3, 5),)}, "ONE", []),
        ({"zone": "America/New_York", "at": time(16)}, "ONE", [(5, 21)]),
        ({"weekday": "sat"}, "ONE", []),
    ],
)
def test_where_the_weekends_deadline_falls(
    more: dict[str, Any], symbol: str, expected: list[Any]
) -> None:
    opening = buy("09:00", "P", day=2, symbol=symbol)
    result = judge(weekend(**more), [start(account_type="swing"), opening, SATURDAY])
    moments = [each.at for each in result.verdicts]
    assert moments == [at(f"{hour:02d}:00", day) for day, hour in expected]


def test_overnight_has_a_deadline_every_bank_day() -> None:
    rule = FlatBy(before="overnight", at=time(21, 10), zone="UTC", effects=(Effect(kind="warn"),),
                  holidays=(date(2021, 3, 3),))  # fmt: skip
    events = [start(), buy("09:00", "P"), TimePassed(at("12:00", 8))]
    days = [each.at // (24 * HOUR) for each in judge(rule, events).verdicts]
    first = at("00:00") // (24 * HOUR)
    assert [day - first + 1 for day in days] == [1, 2, 4, 5]


def test_only_breaks_longer_than_two_hours_need_a_flat_account() -> None:
    rule = FlatBy(
        before="break",
        market=FX,
        longer_than_hours=d(2),
        minutes_before=5,
        effects=(Effect(kind="warn"),),
    )
    events = [start(), buy("09:00", "P", day=3), TimePassed(at("12:00", 6))]
    moments = [each.at for each in judge(rule, events).verdicts]
    # Wednesday's break lasts exactly two hours, Thursday's a minute longer.
    assert moments == [at("17:55", 4), at("21:55", 5)]


def test_a_waiting_order_is_no_flat_account_where_orders_count() -> None:
    order = OrderSeen(ACCOUNT, at("10:00", 5), "O", "placed", "ONE", "buy", "limit", d(1))
    assert judge(weekend(orders_too=True), [start(), order, SATURDAY]).status == "breached"
    assert judge(weekend(), [start(), order, SATURDAY]).status == "active"


def test_a_reported_trade_held_over_the_weekend_is_found_at_its_close() -> None:
    trade = replace(reported("09:00", "10:00", "5", day=8), opened_at=at("20:00", 5))
    assert judge(weekend(), [start(), trade]).status == "breached"
    within = reported("09:00", "10:00", "5", day=8)
    assert judge(weekend(), [start(), within]).status == "active"


@pytest.mark.parametrize(
    ("effect", "outcome", "status"),
    [
        (Effect(kind="fail"), "fail", "breached"),
        (Effect(kind="flatten"), "flatten", "active"),
        (Effect(kind="demote_stage"), "demote_stage", "active"),
    ],
)
def test_the_effect_is_the_firms(effect: Effect, outcome: str, status: str) -> None:
    result = judge(weekend(effects=(effect,)), [start(), buy("09:00", "P", day=5), SATURDAY])
    assert (outcomes(result)[0][1], result.status) == (outcome, status)


def test_profit_held_over_a_deadline_may_not_count() -> None:
    removed = Effect(kind="profit_adjust", factor=d(0))
    goal = ProfitTarget(target=Amount(money=d(5000)), measured_on="adjusted_balance")
    opening = buy("09:00", "P", day=5)
    held = close("09:00", opening, "10100", day=8)
    same_day = close("21:00", opening, "10100", day=5)
    counted = [
        next(o.current for o in judge((weekend(effects=(removed,)), goal), each).objectives)
        for each in ([start(), opening, held], [start(), opening, same_day])
    ]
    assert counted == [0, 100]


# -- sessions
@pytest.mark.parametrize(
    ("clock", "status"), [("07:59", "breached"), ("08:00", "active"), ("16:00", "breached")]
)
def test_opening_only_within_the_session(clock: str, status: str) -> None:
    days = ("mon", "tue", "wed", "thu", "fri")
    sessions = tuple(
        Session(from_day=day, opens=time(8), to_day=day, closes=time(16))  # type: ignore[arg-type]
        for day in days
    )
    rule = TradingHours(hours=MarketHours(zone="UTC", sessions=sessions))
    opening = buy(clock, "P")
    closing = close("23:00", opening, "10000")
    assert judge(rule, [start(), opening, closing]).status == status
    both = replace(rule, restricts=("open", "close"))
    assert judge(both, [start(), opening, closing]).status == "breached"


def test_holding_past_the_session_and_on_a_holiday() -> None:
    rule = TradingHours(hours=FX, restricts=("hold",))
    events = [start(), buy("09:00", "P", day=3), TimePassed(at("19:00", 3))]
    assert [each.at for each in judge(rule, events).verdicts] == [at("18:00", 3)]
    order = OrderSeen(ACCOUNT, at("19:00", 3), "O", "placed", "ONE", "buy", "limit", d(1))
    assert judge(replace(rule, restricts=("orders",)), [start(), order]).status == "breached"


def test_daylight_saving_moves_a_session_with_its_zone() -> None:
    hours = MarketHours(
        zone="America/New_York",
        sessions=(Session(from_day="sun", opens=time(17), to_day="fri", closes=time(17)),),
    )
    assert not hours.is_open(parse_instant("2021-03-12T22:00:00Z"))  # Friday 17:00, winter
    assert hours.is_open(parse_instant("2021-03-14T21:00:00Z"))  # Sunday 17:00, summer
    assert not hours.is_open(parse_instant("2021-03-14T20:59:59Z"))


# -- gaps
@pytest.mark.parametrize(
    ("moment", "comparison", "status"),
    [
        (at("20:00", 5) - 1, "touch", "active"),
        (at("20:00", 5), "touch", "breached"),
        (at("20:00", 5), "cross", "active"),
        (at("20:00", 5) + 1, "cross", "breached"),
        (at("17:00", 3), "touch", "breached"),
    ],
)
def test_no_opening_within_two_hours_of_a_long_break(
    moment: int, comparison: Comparison, status: str
) -> None:
    rule = GapTrading(
        market=FX, break_hours_min=d(2), no_open_within_minutes=d(120), comparison=comparison
    )
    opening = replace(buy("00:00", "P"), at=moment)
    closing = replace(close("00:00", opening, "10000"), at=moment + MINUTE)
    assert judge(rule, [start(), opening, closing]).status == status
    longer = replace(rule, break_hours_min=d("2.5"))
    if moment < at("00:00", 4):
        assert judge(longer, [start(), opening, closing]).status == "active"


def test_no_opening_just_before_news_either() -> None:
    event = NewsScheduled(at("00:00"), "n", at("12:30"), "Payrolls", ("USD",))
    rule = GapTrading(market=FX, break_hours_min=d(2), no_open_within_minutes=d(1),
                      no_open_before_news_minutes=d(10))  # fmt: skip
    opening = buy("12:20", "P")
    assert judge(rule, [start(), event, opening]).status == "breached"
    assert judge(rule, [start(), event, buy("12:19", "P")]).status == "active"


def test_what_a_gap_earns_beyond_the_cap_does_not_count() -> None:
    removed = Effect(kind="profit_adjust", factor=d(0))
    rule = GapTrading(market=FX, break_hours_min=d(2), profit_cap=Amount(percent=d(1)),
                      effects=(removed,))  # fmt: skip
    goal = ProfitTarget(target=Amount(money=d(5000)), measured_on="adjusted_balance")
    opening = buy("09:00", "P", day=5)
    counted = [
        next(o.current for o in judge((rule, goal), [start(), opening, end]).objectives)
        for end in (
            close("09:00", opening, "11500", day=8),
            close("21:00", opening, "11500", day=5),
        )
    ]
    assert counted == [1000, 1500]


# -- capital
@pytest.mark.parametrize(
    ("terms", "accounts", "status"),
    [
        ({"accounts_max": 2}, 2, "active"),
        ({"accounts_max": 2}, 3, "breached"),
        ({"accounts_max": 1, "kinds": ("household",)}, 3, "active"),
        ({"accounts_max": 1, "stages": ("funded",)}, 3, "active"),
        ({"total_max": d(99999)}, 1, "breached"),
        ({"total_max": d(100000)}, 1, "active"),
        ({"total_max": d(300000)}, 2, "unknown"),
    ],
)
def test_accounts_of_one_owner(terms: dict[str, Any], accounts: int, status: str) -> None:
    names = (ACCOUNT, "A-2", "A-3")[:accounts]
    group = GroupFormed(at("01:00"), "g", names, stages=("evaluation",) * accounts)
    assert judge(Capital(**terms), [start(), group]).status == status


@pytest.mark.parametrize(
    "make",
    [
        lambda: FlatBy(before="weekend"),
        lambda: FlatBy(before="break"),
        lambda: GapTrading(market=FX, break_hours_min=d(2)),
        lambda: TradingHours(hours=FX, restricts=()),
        lambda: MarketHours(zone="UTC", sessions=()),
        Capital,
    ],
)
def test_terms_that_mean_nothing_are_refused(make: Any) -> None:
    with pytest.raises(TermsError):
        make()
