"""News: what of a profit counts, when parts, caps, doubts and payouts come into it."""

from dataclasses import replace
from typing import Any

import pytest

from propdesk.domain.events import PayoutMoved
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, quote, reported, start
from tests.domain.rules.histories import judge as judge_history
from tests.domain.rules.test_a_news_verdict_names_what_broke_it import (
    NOT_KNOWN,
    judge,
    news,
    release,
    told,
)
from tests.domain.rules.verdicts import counted_profit, rows

REMOVED = (Effect(kind="profit_adjust", factor=d(0)),)
OPENING = buy("09:00", "P", "3", reason="manual")
INSIDE = buy("12:29", "P", "3", reason="manual")


def part(clock: str, price: str, opening: Any = OPENING, reason: str | None = "manual") -> Any:
    return replace(close(clock, opening, price, "1"), reason=reason)


def counted(terms: Any, *events: Any) -> Any:
    return counted_profit(terms, [start(), quote("00:00", "10000"), release(), *events])


def cutting(*restricts: str, **more: Any) -> Any:
    return news(*(restricts or ("open", "close")), effects=REMOVED, **more)


def test_the_evidence_names_the_fill_inside_and_not_the_close_that_earned() -> None:
    last = part("14:00", "10100", INSIDE)
    assert rows(judge(cutting(), release(), INSIDE, last)) == [
        ("1 14:00:00", "profit_adjust", 1, 2, "touch", told("open", "12:29:00"))
    ]


@pytest.mark.parametrize(
    ("tainted", "prices", "expected"),
    [
        # parts closed at 10:00, 12:31 (inside) and 14:00
        ("order", ("10100", "10020", "10003"), 0),
        ("part", ("10100", "10020", "10003"), 103),
        ("order", ("9900", "10020", "10003"), -100),  # losses count in full
        ("part", ("9900", "9980", "10003"), -117),
    ],
)
def test_one_part_inside_taints_the_order_or_itself(
    tainted: str, prices: tuple[str, str, str], expected: int
) -> None:
    parts = [part(c, p) for c, p in zip(("10:00", "12:31", "14:00"), prices, strict=True)]
    assert counted(cutting(tainted=tainted), OPENING, *parts) == expected


def test_every_part_is_taken_once() -> None:
    parts = [part("10:00", "10100"), part("12:31", "10020"), part("14:00", "10003")]
    result = judge(cutting(), release(), OPENING, *parts)
    assert [each[0] for each in rows(result)] == ["1 12:31:00", "1 14:00:00"]
    # 0.4 of 100 + 20 + 3 = 123; a part taken twice would leave less
    half = news("open", "close", effects=(Effect(kind="profit_adjust", factor=d("0.4")),))
    assert counted(half, OPENING, *parts) == d("49.2")


@pytest.mark.parametrize("tainted", ["order", "part"])
def test_a_position_opened_inside_is_tainted_in_all_its_parts(tainted: str) -> None:
    parts = [part("13:00", "10100", INSIDE), part("14:00", "10020", INSIDE)]
    assert counted(cutting(tainted=tainted), INSIDE, *parts) == 0


def test_a_position_enlarged_inside_is_tainted_from_then_on() -> None:
    more = replace(INSIDE, id="P:more", lots=d(1))
    parts = [part("10:00", "10100"), more, part("14:00", "10020")]
    assert counted(cutting(), OPENING, *parts) == 0
    assert counted(cutting(tainted="part"), OPENING, *parts) == 100
    later = replace(more, at=at("13:00"))
    assert counted(cutting(), INSIDE, later, part("14:00", "10020", INSIDE)) == 0


def test_other_positions_are_left_alone() -> None:
    other = buy("13:00", "Q", reason="manual")
    events = (INSIDE, other, close("13:30", other, "10007"), part("14:00", "10020", INSIDE))
    assert counted(cutting(), *events) == 7


def test_losses_alone_say_nothing() -> None:
    assert rows(judge(cutting(), release(), INSIDE, part("14:00", "9900", INSIDE))) == []
    even = part("14:00", "10000", INSIDE)
    assert rows(judge(cutting(), release(), INSIDE, even)) == []


def test_a_doubtful_fill_makes_the_profit_unknown_and_takes_nothing() -> None:
    closing = part("12:31", "10100", reason=None)
    found = rows(judge(cutting("close"), release(), OPENING, closing))
    evidence = told("close", "12:31:00") | NOT_KNOWN
    assert found == [("1 12:31:00", "unknown", 1, 5, "touch", evidence)]
    assert counted(cutting("close"), OPENING, closing) == 100
    both = cutting("close", "sl_tp_fill")  # either way it is restricted
    assert counted(both, OPENING, closing) == 0


def test_a_trade_that_lasts_is_taken_only_for_its_close() -> None:
    terms = cutting(min_hold_if_inside_minutes=d(2))
    assert counted(terms, INSIDE, part("14:00", "10100", INSIDE)) == 100
    assert counted(terms, INSIDE, part("12:34", "10100", INSIDE)) == 0
    hurried = cutting("open", min_hold_if_inside_minutes=d(2))
    assert counted(hurried, INSIDE, part("12:31", "10100", INSIDE)) == 0
    assert len(judge(hurried, release(), INSIDE, part("12:31", "10100", INSIDE)).verdicts) == 1


def test_a_hurried_trade_closed_inside_is_taken_once() -> None:
    terms = cutting(min_hold_if_inside_minutes=d(5))
    assert counted(terms, INSIDE, part("12:31", "10100", INSIDE)) == 0
    found = rows(judge(terms, release(), INSIDE, part("12:31", "10100", INSIDE)))
    assert found == [("1 12:31:00", "profit_adjust", 1, 2, "touch", told("open", "12:29:00"))]
    assert rows(judge(terms, release(), INSIDE, part("12:31", "9900", INSIDE))) == []


def test_a_reported_trade_is_named_for_what_was_held_and_for_what_was_closed() -> None:
    trade = reported("09:00", "12:31", "100", position="P")
    found = rows(judge(cutting("hold", "close", "sl_tp_fill"), release(), trade))
    assert [each[5]["what"] for each in found] == ["hold", "close"]


def test_a_proven_close_outweighs_a_doubtful_opening() -> None:
    opening = buy("12:29", "P", "3")  # nobody said whether an order was waiting for it
    found = rows(judge(cutting(), release(), opening, part("12:31", "10100", opening)))
    assert found == [("1 12:31:00", "profit_adjust", 1, 5, "touch", told("close", "12:31:00"))]
    alone = rows(judge(cutting(), release(), opening, part("14:00", "10100", opening)))
    assert [each[1] for each in alone] == ["unknown"]


# -- the cap
CAPPED = cutting(profit_cap=Amount(money=d(50)))


@pytest.mark.parametrize(("price", "expected"), [("10049", 49), ("10050", 50), ("10051", 50)])
def test_a_capped_trade_counts_up_to_the_cap(price: str, expected: int) -> None:
    last = part("14:00", price, INSIDE)
    assert counted(CAPPED, INSIDE, last) == expected
    beyond = rows(judge(CAPPED, release(), INSIDE, last))
    assert [each[2] for each in beyond] == ([51] if price == "10051" else [])


def test_the_cap_is_of_the_whole_order_and_a_later_loss_gives_back() -> None:
    parts = [
        part("10:00", "10040"),  # 40, still free
        part("12:31", "10030"),  # 70 in all: 20 too much
        part("14:00", "9990"),  # 60 in all: 10 of them are given back
    ]
    assert counted(CAPPED, OPENING, *parts) == 50
    evidence = told("close", "12:31:00")
    assert rows(judge(CAPPED, release(), OPENING, *parts)) == [
        ("1 12:31:00", "profit_adjust", 70, 50, "cross", evidence),
        ("1 14:00:00", "profit_adjust", 60, 50, "cross", evidence),
    ]
    down = [*parts[:2], part("14:00", "9950")]  # 20 in all: nothing is too much
    assert counted(CAPPED, OPENING, *down) == 20


def test_the_cap_of_parts_is_of_those_inside() -> None:
    parts = [part("10:00", "10040"), part("12:31", "10030"), part("12:32", "10035")]
    terms = cutting(profit_cap=Amount(money=d(50)), tainted="part")
    assert counted(terms, OPENING, *parts) == 40 + 50


def test_a_cap_of_the_balance_is_taken_when_the_trade_ends() -> None:
    terms = cutting(profit_cap=Amount(percent=d(1), of="balance"))
    trade = reported("12:29", "14:00", "3000", position="P")
    assert [each[3] for each in rows(judge(terms, release(), trade))] == [1030]
    of_size = cutting(profit_cap=Amount(percent=d(1)))
    assert [each[3] for each in rows(judge(of_size, release(), trade))] == [1000]


def test_giving_back_is_no_strike() -> None:
    strike = Effect(kind="strike", of=2, then=Effect(kind="payout_denied"))
    parts = [part("12:31", "10080"), part("14:00", "9990")]
    terms = news("close", effects=(strike,), profit_cap=Amount(money=d(50)))
    assert [each[1] for each in rows(judge(terms, release(), OPENING, *parts))] == ["strike"]


def test_an_unproven_cap_is_unknown() -> None:
    terms = cutting("close", profit_cap=Amount(money=d(50)))
    found = rows(judge(terms, release(), OPENING, part("12:31", "10100", reason=None)))
    assert [each[1:4] for each in found] == [("unknown", 100, 50)]


def test_a_rule_that_only_caps_does_not_break_by_opening() -> None:
    terms = news("open", profit_cap=Amount(money=d(50)))
    assert rows(judge(terms, release(), INSIDE)) == []


# -- at the cycle's end
def test_what_waits_for_the_cycle_is_taken_with_its_payout_and_never_again() -> None:
    terms = cutting(counted="cycle_end")

    def paid(clock: str) -> PayoutMoved:
        return PayoutMoved(ACCOUNT, at(clock), "paid", clock, d(10))

    events = (release(), INSIDE, part("14:00", "10100", INSIDE), paid("16:00"), paid("17:00"))
    result = judge_history(terms, [start(), quote("00:00", "10000"), *events])
    assert rows(result) == [
        ("1 16:00:00", "profit_adjust", 1, 2, "touch", told("open", "12:29:00"))
    ]
