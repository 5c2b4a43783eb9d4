"""Being flat by a deadline: which positions and orders are named, when, and how often."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import OrderSeen, TimePassed
from propdesk.domain.instants import DAY, parse_instant
from propdesk.domain.instruments import Catalogue
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.terms import AppliesTo, Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    instrument,
    quote,
    reported,
    start,
)
from tests.domain.rules.histories import judge as judge_history
from tests.domain.rules.verdicts import counted_profit, moment, rows
from tests.story import rulebook

CATALOGUE = Catalogue(
    (instrument("ONE"), instrument("TWO"), instrument("COIN", "crypto")), aliases=(("UNO", "ONE"),)
)
WARN = (Effect(kind="warn"),)
REMOVED = (Effect(kind="profit_adjust", factor=d(0)),)
SATURDAY = TimePassed(at("12:00", 6))
MONDAY = TimePassed(at("12:00", 8))
DEADLINE = "2021-03-05T22:00:00Z"


def judge(rules: Any, *events: Any, **account: Any) -> Evaluation:
    """The history with prices known; Friday is the 5th of March."""
    known = [quote("00:00", "10000", symbol) for symbol in ("ONE", "TWO", "COIN")]
    opening = start(**{"at": at("00:00", 5), **account})
    return judge_history(rules, [opening, *known, *events], catalogue=CATALOGUE)


def weekend(**more: Any) -> FlatBy:
    return FlatBy(**{"before": "weekend", "at": time(22), "zone": "UTC", "effects": WARN, **more})


def held(*positions: str, orders: str = "", opened: str = "") -> dict[str, str]:
    detail = {"deadline": DEADLINE, "positions": " ".join(positions)}
    return detail | ({"orders": orders} if orders else {}) | ({"opened": opened} if opened else {})


def order(clock: str, action: str = "placed", **more: Any) -> OrderSeen:
    figures: dict[str, Any] = {
        "id": "O",
        "action": action,
        "symbol": "ONE",
        "side": "buy",
        "kind": "limit",
        "lots": d(1),
        **more,
    }
    return OrderSeen(ACCOUNT, at(clock, 5), **figures)


def friday(clock: str, position: str, **more: Any) -> Any:
    return buy(clock, position, day=5, **more)


def test_all_that_is_open_at_the_deadline_is_named_in_one_verdict() -> None:
    events = (friday("09:00", "Q"), friday("10:00", "P"), friday("11:00", "C", symbol="COIN"))
    waiting = (order("12:00"), order("12:00", id="N"))
    terms = weekend(exempt_asset_classes=("crypto",))
    assert rows(judge(terms, *events, *waiting, MONDAY)) == [
        ("5 22:00:00", "warn", 2, 0, "cross", held("P", "Q"))
    ]
    both = weekend(orders_too=True)
    assert rows(judge(both, *events, *waiting, MONDAY)) == [
        ("5 22:00:00", "warn", 5, 0, "cross", held("C", "P", "Q", orders="N O"))
    ]
    assert rows(judge(both, *waiting, MONDAY)) == [
        ("5 22:00:00", "warn", 2, 0, "cross", held(orders="N O"))
    ]


@pytest.mark.parametrize(
    ("events", "waits"),
    [
        ((order("10:00", "modified"),), True),
        ((order("10:00"), order("11:00", "modified")), True),
        ((order("10:00"), order("11:00", "cancelled")), False),
        ((order("10:00"), order("11:00", "filled", kind="market")), False),
        ((order("10:00", "expired"),), False),
        ((order("10:00", kind="market"),), False),
        ((order("10:00"), order("11:00", kind="market")), True),
        ((order("10:00", symbol="COIN"),), False),
        ((order("10:00", symbol="NOWHERE"),), True),  # in no catalogue, so exempt by nothing
    ],
)
def test_which_orders_wait(events: tuple[OrderSeen, ...], waits: bool) -> None:
    terms = weekend(orders_too=True, exempt_asset_classes=("crypto",))
    assert bool(judge(terms, *events, SATURDAY).verdicts) == waits


@pytest.mark.parametrize(
    ("applies_to", "symbol", "bound"),
    [
        (AppliesTo(instruments=("TWO",)), "ONE", False),
        (AppliesTo(instruments=("ONE",)), "UNO", True),
        (AppliesTo(instruments=("UNO",)), "UNO", True),
        (AppliesTo(asset_classes=("crypto",)), "COIN", True),
        (AppliesTo(asset_classes=("crypto",)), "ONE", False),
    ],
)
def test_which_symbols_it_concerns(applies_to: AppliesTo, symbol: str, bound: bool) -> None:
    terms = weekend(applies_to=applies_to)
    assert bool(judge(terms, friday("09:00", "P", symbol=symbol), SATURDAY).verdicts) == bound
    over = replace(reported("09:00", "10:00", "5", day=8, symbol=symbol), opened_at=at("20:00", 5))
    assert bool(judge(terms, over).verdicts) == bound


SHUT = weekend(until=time(22))


@pytest.mark.parametrize(
    ("comparison", "opened", "verdict"),
    [
        ("touch", at("22:00", 5) - 1, "5 22:00:00"),
        ("touch", at("22:00", 5), "5 22:00:00"),
        ("cross", at("22:00", 5), "5 22:00:00+"),  # open after the deadline
        ("cross", at("22:00", 5) + 1, "5 22:00:00+"),
        ("touch", at("12:00", 6), "6 12:00:00"),
        ("touch", at("22:00", 7) - 1, "7 21:59:59+"),
        ("touch", at("22:00", 7), None),
    ],
)
def test_a_position_opened_while_it_is_shut_is_named_once(
    comparison: str, opened: int, verdict: str | None
) -> None:
    terms = replace(SHUT, comparison=comparison)  # type: ignore[arg-type]
    opening = replace(friday("09:00", "P"), at=opened)
    result = judge(terms, opening, MONDAY)
    assert [moment(each.at) for each in result.verdicts] == ([] if verdict is None else [verdict])


def test_the_evidence_of_an_opening_says_when_it_was() -> None:
    opened = "2021-03-06T12:00:00Z"
    found = rows(judge(SHUT, buy("12:00", "P", day=6)))
    assert found == [("6 12:00:00", "warn", 1, 0, "cross", held("P", opened=opened))]
    trade = reported("12:00", "13:00", "5", day=6, position="P")
    found = rows(judge(SHUT, trade))
    assert found == [("6 13:00:00", "warn", 1, 0, "cross", held("P", opened=opened))]


def test_a_week_in_which_clocks_are_set_back_is_shut_to_its_last_hour() -> None:
    """Shut from Friday 22:00 until Friday 21:59, over the end of summer time on the 31st."""
    friday_22 = parse_instant("2021-10-29T20:00:00Z")
    reopened = parse_instant("2021-11-05T20:59:00Z")  # more than seven times 24 hours later
    terms = weekend(zone="Europe/Prague", until=time(21, 59), until_weekday="fri")
    for opened, verdicts in ((reopened - 1, 1), (reopened, 0)):
        opening = replace(friday("09:00", "P"), at=opened)
        assert len(judge(terms, opening, at=friday_22).verdicts) == verdicts


@pytest.mark.parametrize("way", ["held", "opened", "reported"])
def test_the_rulebooks_zone_holds_where_the_terms_name_none(way: str) -> None:
    """22:00 in Prague is 21:00 in UTC in March."""
    terms = weekend(zone="", until=time(22))
    book = rulebook(terms, zone="Europe/Prague")
    evaluator = Evaluator(book, book.phases[0], size=d(100000), catalogue=CATALOGUE)
    reports = replace(reported("09:00", "10:00", "5", day=8), opened_at=at("20:59", 5))
    events: dict[str, tuple[Any, ...]] = {
        "held": (friday("20:59", "P"), SATURDAY),
        "opened": (friday("21:00", "P"),),
        "reported": (reports,),
    }
    evaluator.feed([start(at=at("00:00", 5)), *events[way]])
    (found,) = evaluator.result().verdicts
    assert found.evidence["deadline"] == "2021-03-05T21:00:00Z"


@pytest.mark.parametrize(
    ("comparison", "opened", "closed", "verdicts"),
    [
        ("touch", at("09:00", 5), at("22:00", 5) - 1, 0),
        ("touch", at("09:00", 5), at("22:00", 5), 1),
        ("cross", at("09:00", 5), at("22:00", 5), 0),
        ("cross", at("09:00", 5), at("22:00", 5) + 1, 1),
        ("cross", at("22:00", 5), at("23:00", 5), 1),
        ("touch", at("22:00", 5), at("23:00", 5), 1),
        ("touch", at("22:00", 5) + 1, at("23:00", 5), 0),
        ("touch", at("09:00", 5), at("12:00", 22), 3),  # the 5th, the 12th and the 19th
    ],
)
@pytest.mark.parametrize("entry", ["deals", "reported"])
def test_what_was_open_at_each_deadline(
    entry: str, comparison: str, opened: int, closed: int, verdicts: int
) -> None:
    opening = replace(friday("09:00", "P"), at=opened)
    events: tuple[Any, ...] = (opening, replace(close("22:00", opening, "10000"), at=closed))
    if entry == "reported":
        trade = reported("09:00", "10:00", "0", position="P")
        events = (replace(trade, opened_at=opened, at=closed),)
    terms = weekend(comparison=comparison)
    assert len(judge(terms, *events, TimePassed(closed + DAY)).verdicts) == verdicts


def test_a_deadline_is_said_once_for_all_reported_trades() -> None:
    trades = [
        replace(
            reported("09:00", f"1{n}:00", "5", day=8, position=f"P{n}"), opened_at=at("20:00", 5)
        )
        for n in range(2)
    ]
    assert rows(judge(weekend(), *trades)) == [("8 10:00:00", "warn", 1, 0, "cross", held("P0"))]


def test_an_account_opened_at_the_deadline_had_nothing_open_before_it() -> None:
    """Friday 22:00 is its first moment: what it opens then is judged by that opening alone."""
    for terms, opened, verdicts in (
        (weekend(), at("22:00", 5), 1),
        (weekend(), at("22:00", 5) + 1, 0),
        (weekend(comparison="cross"), at("22:00", 5), 1),
        (weekend(comparison="cross"), at("22:00", 5) + 1, 0),
    ):
        opening = replace(friday("09:00", "P"), at=opened)
        result = judge(terms, opening, SATURDAY, at=at("22:00", 5))
        assert len(result.verdicts) == verdicts


def test_the_next_deadline_is_found_beyond_the_first_look() -> None:
    none = tuple(date(2021, 3, each) for each in (5, 12))
    terms = weekend(not_enforced_on=none)
    result = judge(terms, friday("09:00", "P"), TimePassed(at("12:00", 27)))
    assert [moment(each.at) for each in result.verdicts] == ["19 22:00:00", "26 22:00:00"]


@pytest.mark.parametrize(("account_type", "bound"), [("swing", False), ("plain", True)])
def test_a_free_account_is_asked_for_nothing(account_type: str, bound: bool) -> None:
    terms = weekend(until=time(22), exempt_account_types=("swing",))
    for events in (
        (friday("09:00", "P"),),
        (buy("12:00", "P", day=6),),
        (replace(reported("09:00", "10:00", "5", day=8), opened_at=at("20:00", 5)),),
    ):
        result = judge(terms, *events, MONDAY, account_type=account_type)
        assert bool(result.verdicts) == bound
    book = rulebook(terms, zone="UTC")
    evaluator = Evaluator(book, book.phases[0], size=d(100000), catalogue=CATALOGUE)
    evaluator.feed([start(at=at("00:00", 5), account_type=account_type)])
    assert evaluator.judges[0].timer() == (at("22:00", 5) if bound else None)


# -- a profit that stops counting
@pytest.mark.parametrize(
    ("opened", "closed", "detail"),
    [
        (at("09:00", 5), at("12:00", 22), held("P")),  # over three deadlines
        (at("12:00", 6), at("13:00", 6), held("P", opened="2021-03-06T12:00:00Z")),
        (at("09:00", 5), at("21:00", 5), None),
    ],
)
@pytest.mark.parametrize("entry", ["deals", "reported"])
def test_a_profit_is_taken_at_the_close_and_once(
    entry: str, opened: int, closed: int, detail: Any
) -> None:
    opening = replace(friday("09:00", "P"), at=opened)
    events: tuple[Any, ...] = (opening, replace(close("22:00", opening, "10100"), at=closed))
    if entry == "reported":
        trade = reported("09:00", "10:00", "100", position="P")
        events = (replace(trade, opened_at=opened, at=closed),)
    result = judge(replace(SHUT, effects=REMOVED), *events)
    expected = (moment(closed), "profit_adjust", 1, 0, "cross", detail)
    assert rows(result) == ([] if detail is None else [expected])


@pytest.mark.parametrize("opened", [at("09:00", 5), at("12:00", 6)])
def test_what_was_taken_does_not_count(opened: int) -> None:
    opening = replace(friday("09:00", "P"), at=opened)
    events = [opening, close("12:00", opening, "10100", day=8)]
    goal_of = counted(replace(SHUT, effects=REMOVED), *events)
    assert goal_of == 0
    assert counted(SHUT, *events) == 100


def counted(terms: FlatBy, *events: Any) -> Any:
    return counted_profit(terms, [start(at=at("00:00", 5)), quote("00:00", "10000"), *events])
