"""News: which action broke which release, how far from it, and what is not known about it."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Deal, NewsScheduled, OrderSeen, TimePassed
from propdesk.domain.rules.news import News
from propdesk.domain.terms import AppliesTo, Effect
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    at,
    buy,
    close,
    d,
    outcomes,
    quote,
    reported,
    start,
)
from tests.domain.rules.histories import judge as judge_history
from tests.domain.rules.verdicts import rows
from tests.story import rulebook

WARN = (Effect(kind="warn"),)
NOT_KNOWN = {"reason": "what kind of order made this fill is not known"}


def judge(rules: Any, *events: Any, **account: Any) -> Evaluation:
    """The history with one price known, so that only the news can make anything unknown."""
    return judge_history(rules, [start(**account), quote("00:00", "10000"), *events])


def release(clock: str = "12:30", *, known: str = "00:00", **more: Any) -> NewsScheduled:
    figures = {"id": "payrolls", "title": "Non-Farm Payrolls", "currencies": ("USD",), **more}
    return NewsScheduled(at=at(known), release_at=at(clock), **figures)


def news(*restricts: str, **more: Any) -> News:
    """Two minutes before and five after; it only warns, so that every verdict is seen."""
    terms = {
        "window_before_minutes": d(2),
        "window_after_minutes": d(5),
        "restricts": restricts,
        "targets": "currency",
        "effects": WARN,
        **more,
    }
    return News(**terms)


def told(what: str, clock: str, key: str = "P", release_at: str = "12:30") -> dict[str, str]:
    return {
        "release": "payrolls",
        "title": "Non-Farm Payrolls",
        "release_at": f"2021-03-01T{release_at}:00Z",
        "calendar_of": "2021-03-01T00:00:00Z",
        "moment": f"2021-03-01T{clock}Z",
        "what": what,
        "order" if what == "orders" else "position": key,
    }


def manual(clock: str, position: str = "P") -> Deal:
    return buy(clock, position, reason="manual")


@pytest.mark.parametrize(
    ("clock", "observed", "limit"),
    [
        ("12:28:00", 2, 2),
        ("12:28:30", Fraction(3, 2), 2),
        ("12:30:00", 0, 5),  # at the release itself the time after it has begun
        ("12:34:59", Fraction(299, 60), 5),
        ("12:35:00", 5, 5),
    ],
)
def test_the_distance_from_the_release_stands_beside_its_side_of_the_window(
    clock: str, observed: Any, limit: int
) -> None:
    found = rows(judge(news("open"), release(), manual(clock)))
    assert found == [(f"1 {clock}", "warn", observed, limit, "touch", told("open", clock))]


ORDER = OrderSeen(ACCOUNT, at("12:00"), "O", "placed", "ONE", "buy", "limit", d(1))


@pytest.mark.parametrize(
    ("restricts", "orders", "fill", "what", "known"),
    [
        (("open", "pending_fill"), (), {"reason": "pending"}, "pending_fill", True),
        (("open", "pending_fill"), (ORDER,), {"order": "O"}, "pending_fill", True),
        (("pending_fill",), (ORDER,), {"order": "O", "reason": "manual"}, "pending_fill", True),
        (("open", "pending_fill"), (replace(ORDER, kind="market"),), {"order": "O"}, "open", True),
        (("open",), (replace(ORDER, kind="market"),), {"order": "O"}, "open", True),
        (("open",), (ORDER, replace(ORDER, kind="market")), {"order": "O"}, "open", True),
        (("open",), (ORDER,), {"order": "X", "reason": "expert"}, "open", True),
        (("open",), (ORDER,), {"order": "X"}, "open", False),
        (("open", "pending_fill"), (), {}, "open", True),  # either way it is forbidden
        (("open",), (), {}, "open", False),
        (("pending_fill",), (), {}, "pending_fill", False),
    ],
)
def test_what_kind_of_opening_a_fill_is(
    restricts: tuple[str, ...], orders: tuple[Any, ...], fill: Any, what: str, known: bool
) -> None:
    result = judge(news(*restricts), release(), *orders, buy("12:30", "P", **fill))
    outcome, doubt = ("warn", {}) if known else ("unknown", NOT_KNOWN)
    evidence = told(what, "12:30:00") | doubt
    assert rows(result) == [("1 12:30:00", outcome, 0, 5, "touch", evidence)]


@pytest.mark.parametrize(
    ("restricts", "orders", "fill"),
    [
        (("pending_fill",), (replace(ORDER, kind="market"),), {"order": "O"}),
        (("pending_fill",), (), {"reason": "expert"}),
        (("open",), (ORDER,), {"order": "O"}),
    ],
)
def test_an_opening_of_another_kind_is_free(
    restricts: tuple[str, ...], orders: tuple[Any, ...], fill: Any
) -> None:
    assert rows(judge(news(*restricts), release(), *orders, buy("12:30", "P", **fill))) == []


@pytest.mark.parametrize(
    ("restricts", "reason", "more", "what", "known"),
    [
        (("close", "sl_tp_fill"), "manual", {}, "close", True),
        (("close", "sl_tp_fill"), "stop_loss", {}, "sl_tp_fill", True),
        (("close", "sl_tp_fill"), "take_profit", {}, "sl_tp_fill", True),
        (("close", "sl_tp_fill"), None, {}, "close", True),
        (("close",), None, {}, "close", False),
        (("sl_tp_fill",), None, {}, "sl_tp_fill", False),
        # opened long before: a stop may close it, a hand may not
        (("close", "sl_tp_fill"), "manual", {"exempt_fills": "sl_tp"}, "close", True),
        (("close", "sl_tp_fill"), None, {"exempt_fills": "sl_tp"}, "close", False),
    ],
)
def test_what_kind_of_close_a_fill_is(
    restricts: tuple[str, ...], reason: str | None, more: Any, what: str, known: bool
) -> None:
    if more:
        more = {"exempt_if_opened_before_minutes": d(60), **more}
    opening = manual("09:00")
    closing = replace(close("12:31", opening, "10010"), reason=reason)
    result = judge(news(*restricts, **more), release(), opening, closing)
    outcome, doubt = ("warn", {}) if known else ("unknown", NOT_KNOWN)
    evidence = told(what, "12:31:00") | doubt
    assert rows(result) == [("1 12:31:00", outcome, 1, 5, "touch", evidence)]


@pytest.mark.parametrize(
    ("reason", "fills"), [("stop_loss", "sl_tp"), ("manual", "all"), (None, "all")]
)
def test_a_close_of_a_position_opened_long_before_is_free(reason: str | None, fills: str) -> None:
    terms = news("close", "sl_tp_fill", exempt_if_opened_before_minutes=d(60), exempt_fills=fills)
    opening = manual("09:00")
    closing = replace(close("12:31", opening, "10010"), reason=reason)
    assert rows(judge(terms, release(), opening, closing)) == []


def test_one_fill_opens_inside_and_another_closes_inside() -> None:
    opening = manual("12:29")
    closing = replace(close("12:32", opening, "10010"), reason="manual")
    assert rows(judge(news("open", "close"), release(), opening, closing)) == [
        ("1 12:29:00", "warn", 1, 2, "touch", told("open", "12:29:00")),
        ("1 12:32:00", "warn", 2, 5, "touch", told("close", "12:32:00")),
    ]


def test_a_reported_round_trip_counts_as_opened_by_hand_and_its_parts_as_one() -> None:
    first = reported("12:29", "14:00", "50", position="P")
    second = reported("12:29", "15:00", "50", position="P")
    evidence = told("open", "12:29:00")
    assert rows(judge(news("open"), release(), first, second)) == [
        ("1 14:00:00", "warn", 1, 2, "touch", evidence)
    ]
    assert rows(judge(news("pending_fill"), release(), first)) == []


@pytest.mark.parametrize(
    ("opened", "closed", "moment"),
    [
        ("09:00", "14:00", "12:28:00"),  # open when the window began
        ("12:29", "14:00", "12:29:00"),
        ("12:35", "14:00", "12:35:00"),  # opened at its last moment
        ("09:00", "12:28", "12:28:00"),  # closed at its first
        ("09:00", "12:27:59", None),
        ("12:35:01", "14:00", None),
    ],
)
def test_a_reported_round_trip_was_held_through_the_windows_between(
    opened: str, closed: str, moment: str | None
) -> None:
    result = judge(news("hold"), release(), reported(opened, closed, "50", position="P"))
    found = [(each[1], each[5]) for each in rows(result)]
    assert found == ([] if moment is None else [("warn", told("hold", moment))])


@pytest.mark.parametrize("entry", ["deals", "reported"])
def test_every_overlapping_window_is_said_once(entry: str) -> None:
    """From 12:28 payrolls, from 12:31 a speech inside them, at 14:58 the minutes."""
    known = (release(), release("12:33", id="speech"), release("15:00", id="minutes"))
    opening = manual("09:00")
    events: tuple[Any, ...] = (opening, TimePassed(at("13:00")), close("16:00", opening, "10000"))
    if entry == "reported":
        events = (reported("09:00", "16:00", "0", position="P"),)
    found = rows(judge(news("hold"), *known, *events))
    assert [(each[5]["release"], each[5]["moment"][11:16]) for each in found] == [
        ("payrolls", "12:28"),
        ("speech", "12:31"),
        ("minutes", "14:58"),
    ]


def test_a_position_opened_into_a_window_is_both_opened_and_held() -> None:
    found = rows(judge(news("open", "hold"), release(), manual("12:29")))
    assert [each[5]["what"] for each in found] == ["open", "hold"]
    kept = rows(judge(news("hold"), release(), manual("12:29")))
    assert kept == [("1 12:29:00", "warn", 1, 2, "touch", told("hold", "12:29:00"))]


@pytest.mark.parametrize(("opened", "held"), [("11:29", False), ("11:30", True), ("12:00", True)])
def test_holding_is_free_for_a_position_opened_long_before(opened: str, held: bool) -> None:
    terms = news("hold", exempt_if_opened_before_minutes=d(60))
    result = judge(terms, release(), manual(opened), TimePassed(at("13:00")))
    assert outcomes(result) == ([("12:28", "warn")] if held else [])


def test_a_reported_round_trip_opened_long_before_was_held_freely() -> None:
    terms = news("hold", exempt_if_opened_before_minutes=d(60))
    for opened, verdicts in (("11:29", 0), ("11:30", 1)):
        trade = reported(opened, "14:00", "50")
        assert len(judge(terms, release(), trade).verdicts) == verdicts


def test_every_position_and_every_order_is_named() -> None:
    events = (manual("09:00", "P"), manual("09:30", "Q"), ORDER, replace(ORDER, id="N"))
    found = rows(judge(news("orders", "hold"), release(), *events, TimePassed(at("13:00"))))
    assert [each[5].get("position") or each[5]["order"] for each in found] == ["P", "Q", "O", "N"]


@pytest.mark.parametrize(
    ("comparison", "moment"), [("touch", at("12:28")), ("cross", at("12:28") + 1)]
)
def test_the_window_is_entered_at_its_first_moment(comparison: str, moment: int) -> None:
    terms = news("hold", comparison=comparison)
    result = judge(terms, release(), manual("09:00"), TimePassed(at("13:00")))
    assert [(each.at, each.comparison) for each in result.verdicts] == [(moment, comparison)]


def test_a_release_that_becomes_known_inside_its_window_is_seen_at_once() -> None:
    early, late = release("08:00", id="other"), release(known="12:29")
    again = replace(late, at=at("12:31"), title="Payrolls, corrected")
    result = judge(news("hold"), early, manual("09:00"), late, again)
    assert outcomes(result) == [("12:29", "warn")]


def test_an_order_is_there_until_it_is_filled_cancelled_or_expired() -> None:
    terms = news("orders")
    later = TimePassed(at("13:00"))
    modified = replace(ORDER, at=at("12:10"), action="modified")
    there = [("1 12:28:00", "warn", 2, 2, "touch", told("orders", "12:28:00", "O"))]
    assert rows(judge(terms, release(), ORDER, later)) == there
    assert rows(judge(terms, release(), modified, later)) == there  # its placing was not seen
    for action in ("cancelled", "filled", "rejected", "expired"):
        gone = replace(ORDER, at=at("12:20"), action=action)
        assert rows(judge(terms, release(), ORDER, gone, later)) == []
        assert rows(judge(terms, release(), gone, later)) == []  # nor was it ever seen waiting
    market = replace(ORDER, kind="market")
    assert rows(judge(terms, release(), market, later)) == []


def test_an_order_placed_inside_is_seen_at_once_and_no_position_is_asked_for() -> None:
    inside = replace(ORDER, at=at("12:29"))
    result = judge(news("orders"), release(), manual("09:00"), inside, TimePassed(at("13:00")))
    assert rows(result) == [("1 12:29:00", "warn", 1, 2, "touch", told("orders", "12:29:00", "O"))]
    held = judge(news("hold"), release(), ORDER, TimePassed(at("13:00")))
    assert rows(held) == []


@pytest.mark.parametrize(
    ("more", "account_type", "stage", "bound"),
    [
        ({}, "", "evaluation", True),
        ({"stages": ("funded",)}, "", "evaluation", False),
        ({"stages": ("funded",)}, "", "funded", True),
        ({"exempt_account_types": ("swing",)}, "swing", "evaluation", False),
        ({"exempt_account_types": ("swing",)}, "plain", "evaluation", True),
        ({"applies_to": AppliesTo(instruments=("TWO",))}, "", "evaluation", False),
    ],
)
def test_whom_the_rule_binds(more: Any, account_type: str, stage: str, bound: bool) -> None:
    events = [start(account_type=account_type), release(), manual("09:00"), ORDER]
    trade = reported("12:29", "12:40", "5")
    for restricts in ("hold", "orders", "open"):
        told_more = (*events, trade, TimePassed(at("13:00")))
        result = judge_history(news(restricts, **more), told_more, stage=stage)
        assert bool(result.verdicts) == bound, restricts


def timer_of(terms: News, **account: Any) -> int | None:
    book = rulebook(terms, zone="UTC")
    evaluator = Evaluator(book, book.phases[0], size=d(100000), catalogue=CATALOGUE)
    withdrawn = release("08:00", id="gone", known="00:01")
    evaluator.feed(
        [
            start(**{"at": at("00:00"), **account}),
            release("08:00", id="gone"),
            release("14:00", id="later"),
        ]
    )
    evaluator.feed([release(known="00:00"), replace(withdrawn, withdrawn=True)])
    return evaluator.judges[0].timer()


def test_the_next_window_is_waited_for_only_where_something_may_not_be_there() -> None:
    assert timer_of(news("hold")) == timer_of(news("open", "orders")) == at("12:28")
    assert timer_of(news("hold", comparison="cross")) == at("12:28") + 1
    assert timer_of(news("open", "close")) is None
    exempt = news("hold", exempt_account_types=("swing",))
    assert timer_of(exempt, account_type="swing") is None


def test_a_window_that_began_with_the_account_is_not_waited_for() -> None:
    assert timer_of(news("hold"), at=at("12:28") - 1) == at("12:28")
    assert timer_of(news("hold"), at=at("12:28")) == at("13:58")


@pytest.mark.parametrize("opened_inside", [True, False])
def test_without_a_calendar_the_position_is_named(opened_inside: bool) -> None:
    trade = reported("12:00", "12:05", "5", position="Q")
    opening = manual("12:00", "Q") if opened_inside else trade
    reason = {"reason": "no economic calendar was received", "position": "Q"}
    found = rows(judge(news("open"), opening))
    clock = "1 12:00:00" if opened_inside else "1 12:05:00"
    assert found == [(clock, "unknown", None, None, "touch", reason)]


def test_a_position_opened_before_any_calendar_came_is_judged_by_its_close() -> None:
    opening = manual("12:00")
    closing = replace(close("12:31", opening, "10010"), reason="manual")
    found = rows(judge(news("close"), opening, release(known="12:05"), closing))
    assert [(each[0], each[1]) for each in found] == [
        ("1 12:00:00", "unknown"),
        ("1 12:31:00", "warn"),
    ]
