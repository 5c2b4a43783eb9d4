"""Payouts: when one is due, how much, how it is divided, what it leaves. Figures of the trade."""

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.clock import DayClock
from propdesk.domain.instants import DAY, parse_instant
from propdesk.domain.judging import Objective
from propdesk.domain.payouts import (
    AfterBreach,
    Buffer,
    Cap,
    Extras,
    MonthWindow,
    PayoutConsistency,
    PayoutDays,
    PayoutFacts,
    PayoutJudgement,
    PayoutTerms,
    Split,
    SplitTier,
    Threshold,
    cycle_target,
    gross_for,
    judge_payout,
    trader_share,
)
from propdesk.domain.terms import Amount, TermsError

NOON = parse_instant("2021-04-20T12:00:00Z")  # a Tuesday


def d(text: str | int) -> Decimal:
    return Decimal(text)


def seen(*figures: object) -> tuple[object, ...]:
    """Figures side by side, as a row of a table."""
    return figures


def money(text: str | int) -> Amount:
    return Amount(money=d(text))


def percent(text: str | int, of: str = "initial") -> Amount:
    return Amount(percent=d(text), of=of)  # type: ignore[arg-type]


def terms(**more: object) -> PayoutTerms:
    figures = {
        "split": Split(percent=d(80)),
        "first_after_days": 0,
        "first_counted_from": "first_trade",
        "cycle_days": 0,
        **more,
    }
    return PayoutTerms(**figures)  # type: ignore[arg-type]


def facts(**more: object) -> PayoutFacts:
    """An account of 100,000 that made 10,000 and is flat."""
    figures = {
        "at": NOON,
        "clock": DayClock("UTC", time(0)),
        "size": d(100000),
        "origin": d(100000),
        "balance": d(110000),
        "profit": d(10000),
        "number": 1,
        "flat": True,
        "pending_orders": 0,
        "opened_at": NOON - 30 * DAY,
        "first_trade_at": NOON - 19 * DAY,  # the 1st of April
        "cycle_started_at": NOON - 30 * DAY,
        "cycle_start_balance": d(100000),
        **more,
    }
    return PayoutFacts(**figures)  # type: ignore[arg-type]


def codes(judgement: PayoutJudgement) -> list[str]:
    return [each.code for each in judgement.reasons]


def test_a_plain_payout_is_divided_and_leaves_the_balance_lower() -> None:
    answer = judge_payout(terms(), facts())
    assert seen(answer.eligible, answer.reasons) == (True, ())
    assert seen(answer.amount, answer.trader_share, answer.firm_share) == (10000, 8000, 2000)
    assert answer.balance_after == 100000


@pytest.mark.parametrize(
    ("day", "eligible"), [("2021-04-14T23:59:59Z", False), ("2021-04-15T00:00:00Z", True)]
)
def test_fourteen_days_from_the_first_trade(day: str, eligible: bool) -> None:
    answer = judge_payout(terms(first_after_days=14), facts(at=parse_instant(day)))
    assert answer.eligible is eligible
    assert answer.earliest == date(2021, 4, 15)


@pytest.mark.parametrize(
    ("more", "given", "expected"),
    [
        ({"first_after_days": 25}, {}, ["too_early"]),
        ({"first_after_days": 25, "first_counted_from": "activation"}, {}, []),
        ({"cycle_days": 14}, {"number": 2, "cycle_started_at": NOON - 13 * DAY}, ["too_early"]),
        ({"cycle_days": 14}, {"number": 2, "cycle_started_at": NOON - 14 * DAY}, []),
        ({"first_after_days": 14}, {"delay_days": 7}, ["too_early"]),
        ({"first_after_days": 14}, {"first_trade_at": None}, ["not_known"]),
        (
            {"first_after_days": 2, "day_kind": "trading"},
            {"traded_on": (date(2021, 4, 5),)},
            ["too_early"],
        ),
        (
            {"first_after_days": 2, "day_kind": "trading"},
            {"traded_on": (date(2021, 4, 5), date(2021, 4, 6))},
            [],
        ),
        ({"latest_after_days": 18}, {}, ["too_late"]),
        ({"latest_after_days": 19}, {}, []),
        ({"request_windows": (MonthWindow(first=1, last=5),)}, {}, ["outside_request_window"]),
        ({"request_windows": (MonthWindow(first=15, last=20),)}, {}, []),
        ({"request_weekday": "mon"}, {}, ["wrong_weekday"]),
        ({"request_weekday": "tue"}, {}, []),
        ({"max_payouts": 6}, {"number": 7}, ["payouts_used_up"]),
        ({"max_payouts": 6}, {"number": 6}, []),
        ({}, {"flat": False}, ["position_open"]),
        ({"flat": False}, {"flat": False}, []),
        ({"no_pending_orders": True}, {"pending_orders": 1}, ["order_pending"]),
        ({}, {"pending_orders": 1}, []),
        ({}, {"denied": True}, ["denied_by_rule"]),
        ({}, {"profit": d(0)}, ["not_in_profit", "nothing_payable"]),
        ({"min_amount": money(10001)}, {}, ["amount_too_small"]),
        ({"min_amount": money(10000)}, {}, []),
    ],
)
def test_conditions(more: dict[str, Any], given: dict[str, Any], expected: list[str]) -> None:
    answer = judge_payout(terms(**more), facts(**given))
    assert codes(answer) == expected
    assert answer.eligible is (None if expected == ["not_known"] else not expected)


def test_request_windows_and_weekday_move_the_earliest_date() -> None:
    windows = (MonthWindow(first=1, last=5), MonthWindow(first=15, last=20))
    answer = judge_payout(terms(first_after_days=5, request_windows=windows), facts())
    assert answer.earliest == date(2021, 4, 15)
    answer = judge_payout(terms(first_after_days=5, request_weekday="mon"), facts())
    assert answer.earliest == date(2021, 4, 12)


@pytest.mark.parametrize(
    ("profit", "comparison", "met"),
    [("3000", "touch", True), ("2999.99", "touch", False), ("3000", "cross", False)],
)
def test_the_smallest_profit(profit: str, comparison: str, met: bool) -> None:
    least = Threshold(amount=percent(3), comparison=comparison)  # type: ignore[arg-type]
    answer = judge_payout(terms(min_profit=(least,)), facts(profit=d(profit)))
    assert ("profit_too_small" not in codes(answer)) is met


def test_the_share_must_exceed_a_fifth_of_the_daily_limit() -> None:
    least = Threshold(amount=percent(20, "daily_limit"), comparison="cross")
    rule = terms(min_share=(least,))
    for profit, expected in (("1000", ["share_too_small"]), ("1001", [])):
        given = facts(profit=d(profit), daily_limit=d(4000))
        assert codes(judge_payout(rule, given)) == expected
    assert judge_payout(rule, facts()).eligible is None  # the daily limit is not known


def test_each_cycle_asks_for_a_percentage_of_what_the_last_one_left() -> None:
    balances = [d(50000), d(51500), d(53075)]
    targets = [cycle_target(b, d(p)) for b, p in zip(balances, (6, 5, 4), strict=True)]
    assert targets == [d(53000), d(54075), d(55198)]
    step = Threshold(amount=percent(5, "balance_after_last_payout"), from_payout=2)
    given = facts(size=d(50000), origin=d(50000), number=2, cycle_start_balance=d(51500))
    rule = terms(min_profit=(step,))
    short = replace(given, balance=d("54074.99"), profit=d("4074.99"))
    reached = replace(given, balance=d(54075), profit=d(4075))
    assert codes(judge_payout(rule, short)) == ["profit_too_small"]
    assert codes(judge_payout(rule, reached)) == []


@pytest.mark.parametrize(
    ("days", "more", "expected"),
    [
        ((160, 160, 160, 160, -40), {"winning": 5}, ["too_few_winning_days"]),
        ((160, 160, 160, 160, 150), {"winning": 5}, []),
        ((160, 160, 160, 160, 150), {"winning": 5, "comparison": "cross"},
         ["too_few_winning_days"]),
        ((160, 160), {"required": 3}, ["too_few_days"]),
        ((160, 160, 0), {"required": 3}, []),
    ],
)  # fmt: skip
def test_days(days: tuple[Any, ...], more: dict[str, Any], expected: list[str]) -> None:
    needed = PayoutDays(winning_from=money(150), **more)
    given = facts(days=tuple(d(each) for each in days))
    assert codes(judge_payout(terms(days=(needed,)), given)) == expected


@pytest.mark.parametrize(
    ("number", "best", "comparison", "consistent"),
    [
        (1, 40, "cross", True),
        (1, 40, "touch", False),
        (1, 41, "cross", False),
        (4, 45, "cross", True),
    ],
)
def test_consistency_by_payout_number(
    number: int, best: int, comparison: str, consistent: bool
) -> None:  # fmt: skip
    ladder = (
        PayoutConsistency(percent=d(40), to_payout=3, comparison=comparison),  # type: ignore[arg-type]
        PayoutConsistency(percent=d(45), from_payout=4, comparison=comparison),  # type: ignore[arg-type]
    )
    given = facts(number=number, days=(d(best), d(100 - best - 30), d(30)))
    answer = judge_payout(terms(consistency=ladder), given)
    assert ("not_consistent" not in codes(answer)) is consistent


def test_an_objective_of_the_phase_that_cannot_be_known_leaves_it_open() -> None:
    unknown = Objective(rule="consistency", required=d(40), current=None, met=None)
    unmet = Objective(rule="activity_days", required=5, current=4, met=False)
    to_pass = Objective(rule="profit_target", required=1, current=0, met=False, blocks="pass")
    assert judge_payout(terms(), facts(objectives=(unknown,))).eligible is None
    assert judge_payout(terms(), facts(objectives=(unknown, unmet))).eligible is False
    assert judge_payout(terms(), facts(objectives=(to_pass,))).eligible is True
    ignoring = terms(objectives_met=False)
    assert judge_payout(ignoring, facts(objectives=(unmet,))).eligible is True


# -- buffers -----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("needed", "balance", "peak", "amount", "expected"),
    [
        ("maintained", 110000, 110000, 5000, []),
        ("maintained", 104000, 108000, 0, ["buffer_not_reached", "nothing_payable"]),
        ("reached_once", 104000, 105000, 4000, []),
        ("reached_once", 104000, 104999, 4000, ["buffer_not_reached"]),
    ],
)
def test_a_buffer_is_maintained_or_was_reached_once(
    needed: str, balance: int, peak: int, amount: int, expected: list[str]
) -> None:
    buffer = Buffer(keep=percent(5), needed=needed)  # type: ignore[arg-type]
    given = facts(balance=d(balance), profit=d(balance - 100000), peak_balance=d(peak))
    answer = judge_payout(terms(buffers=(buffer,)), given)
    assert seen(answer.amount, codes(answer)) == (amount, expected)


def test_a_buffer_of_drawdown_and_a_hundred_holds_for_the_first_payouts() -> None:
    buffer = Buffer(keep=Amount(percent=d(100), of="drawdown", plus=d(100)), needed="maintained",
                    to_payout=3)  # fmt: skip
    rule = terms(buffers=(buffer,))
    given = facts(drawdown=d(2500), number=3)
    assert judge_payout(rule, given).amount == 7400
    assert judge_payout(rule, replace(given, number=4)).amount == 10000
    assert judge_payout(rule, facts()).eligible is None  # the drawdown is not known


@pytest.mark.parametrize(("profit", "kept"), [(4000, 2000), (5000, 2500)])
def test_half_of_all_profit_stays(profit: int, kept: int) -> None:
    rule = terms(
        split=Split(percent=d(100)),
        buffers=(Buffer(keep=percent(50, "base"), needed="maintained"),),
    )
    answer = judge_payout(rule, facts(balance=d(100000 + profit), profit=d(profit)))
    assert seen(answer.amount, answer.buffer) == (kept, kept)
    assert answer.balance_after == 100000 + kept


def test_before_the_buffer_a_part_of_the_profit_is_payable() -> None:
    buffer = Buffer(keep=money(20000), needed="maintained", before_percent=d(60))
    assert judge_payout(terms(buffers=(buffer,)), facts()).amount == 6000


@pytest.mark.parametrize(("age", "share"), [(59, 5300), (60, 8000)])
def test_taking_the_buffer_costs_and_ends_the_account(age: int, share: int) -> None:
    buffer = Buffer(keep=money(9000), needed="maintained", inside="penalty",
                    inside_percent_by_age={0: d(50), 60: d(80)})  # fmt: skip
    rule = terms(split=Split(percent=d(80)), buffers=(buffer,), terminates=("inside_buffer",))
    given = facts(opened_at=NOON - age * DAY)
    free = judge_payout(rule, given, requested=d(1000))
    assert seen(free.trader_share, free.terminates) == (800, False)
    answer = judge_payout(rule, given, requested=d(10000))
    # 1,000 of free profit is split, 9,000 of buffer are paid at its own percentage.
    assert seen(answer.trader_share, answer.terminates) == (share, True)


# -- caps and what is beyond them --------------------------------------------------------------
@pytest.mark.parametrize(
    ("caps", "number", "amount"),
    [
        ((Cap(amount=money(1500)),), 1, 1500),
        ((Cap(amount=percent(50, "base")),), 1, 5000),
        ((Cap(amount=percent(50, "balance")), Cap(amount=money(5000))), 1, 5000),
        ((Cap(amount=percent(6)),), 1, 6000),
        ((Cap(amount=money(1500), to_payout=1), Cap(amount=money(2000), from_payout=2)), 1, 1500),
        ((Cap(amount=money(1500), to_payout=1), Cap(amount=money(2000), from_payout=2)), 2, 2000),
        ((Cap(amount=percent(6), to_payout=2),), 3, 10000),
        ((Cap(amount=Amount(by_size={d(100000): d(3000)})),), 1, 3000),
        ((Cap(amount=money(8000), order="after_split"),), 1, 10000),
        ((Cap(amount=money(4000), order="after_split"),), 1, 5000),
        ((Cap(amount=money(4000), period="month"),), 1, 3000),
        ((Cap(amount=money(4000), period="lifetime"),), 1, 2500),
        ((Cap(amount=money(4000), period="lifetime", person=True),), 1, 500),
        ((Cap(amount=money(4000), period="month", person=True),), 1, 700),
    ],
)
def test_caps(caps: tuple[Any, ...], number: int, amount: int) -> None:
    given = facts(
        number=number,
        paid_month=d(1000),
        paid_gross=d(1500),
        paid_person=d(3500),
        paid_person_month=d(3300),
    )
    assert judge_payout(terms(caps=caps), given).amount == amount


def test_a_cap_of_a_person_whose_payouts_are_not_known_leaves_it_open() -> None:
    cap = Cap(amount=money(4000), period="month", person=True)
    assert judge_payout(terms(caps=(cap,)), facts()).eligible is None


@pytest.mark.parametrize(
    ("excess", "balance_after", "carried"),
    [("stays", 108000, 0), ("removed", 100000, 0), ("carried", 100000, 8000)],
)
def test_what_is_beyond_the_cap(excess: str, balance_after: int, carried: int) -> None:
    answer = judge_payout(terms(caps=(Cap(amount=money(2000)),), excess=excess), facts())
    assert seen(answer.amount, answer.excess) == (2000, 8000)
    assert seen(answer.balance_after, answer.carried) == (balance_after, carried)


def test_carried_excess_is_paid_with_the_next_payout_and_leaves_the_account_once() -> None:
    rule = terms(caps=(Cap(amount=money(2000)),), excess="carried")
    given = facts(balance=d(101000), profit=d(1000), carried=d(8000))
    answer = judge_payout(rule, given)
    assert seen(answer.amount, answer.balance_after) == (9000, 100000)


# -- the split ---------------------------------------------------------------------------------
FIRST_10K = Split(by_cumulative=(SplitTier(up_to=d(10000), percent=d(100)),
                                 SplitTier(percent=d(90))))  # fmt: skip


@pytest.mark.parametrize(
    ("split", "given", "share"),
    [
        (Split(percent=d(80)), {}, 8000),
        (Split(by_cycle={"weekly": d(60), "monthly": d(100)}), {"cycle": "weekly"}, 6000),
        (Split(by_cycle={"weekly": d(60), "monthly": d(100)}), {"cycle": "monthly"}, 10000),
        (FIRST_10K, {}, 10000),
        (FIRST_10K, {"paid_gross": d(4000)}, 9600),
        (FIRST_10K, {"paid_gross": d(10000)}, 9000),
        (Split(by_tier={1: d(70), 3: d(80)}), {"tier": 2}, 7000),
        (Split(by_tier={1: d(70), 3: d(80)}), {"tier": 3}, 8000),
        (Split(percent=d(80)), {"split_override": d(50)}, 5000),
    ],
)
def test_the_split(split: Split, given: dict[str, Any], share: int) -> None:
    assert judge_payout(terms(split=split), facts(**given)).trader_share == share


def test_a_split_that_does_not_know_the_cycle_decides_nothing() -> None:
    answer = judge_payout(terms(split=Split(by_cycle={"weekly": d(60)})), facts(cycle="daily"))
    assert seen(answer.eligible, codes(answer)) == (None, ["split_unknown"])


@given(
    st.decimals(min_value=0, max_value=10**6, places=2),
    st.decimals(min_value=0, max_value=10**5, places=2),
)
def test_the_amount_for_a_share_has_that_share(amount: Decimal, paid: Decimal) -> None:
    tiers = FIRST_10K.by_cumulative or ()
    assert gross_for(trader_share(amount, tiers, paid), tiers, paid) == Fraction(amount)


@given(st.integers(1, 10**9), st.integers(0, 100))
def test_no_cent_is_lost_between_trader_and_firm(cents: int, part: int) -> None:
    profit = d(cents).scaleb(-2)
    answer = judge_payout(
        terms(split=Split(percent=d(part))), facts(profit=profit, balance=100000 + profit)
    )
    assert answer.trader_share + answer.firm_share == answer.amount == profit


# -- what it leaves ----------------------------------------------------------------------------
def test_the_firm_may_take_its_share_of_profit_left_in_the_account() -> None:
    left = judge_payout(terms(), facts(), requested=d(5000))
    taken = judge_payout(terms(firm_share_when_left_in="deducted"), facts(), requested=d(5000))
    assert seen(left.trader_share, left.firm_share, left.balance_after) == (4000, 1000, 105000)
    assert seen(taken.trader_share, taken.firm_share, taken.balance_after) == (4000, 2000, 104000)


@pytest.mark.parametrize(
    ("after", "amount", "balance"),
    [("minus_amount", 5000, 105000), ("swept", 10000, 100000), ("reset", 5000, 100000)],
)
def test_the_balance_after(after: str, amount: int, balance: int) -> None:
    answer = judge_payout(terms(balance_after=after), facts(), requested=d(5000))
    assert seen(answer.amount, answer.balance_after) == (amount, balance)


@pytest.mark.parametrize(
    ("requested", "comparison", "breaches"),
    [(500, "touch", True), (500, "cross", False), (300, "touch", False)],
)
def test_a_payout_may_itself_breach(requested: int, comparison: str, breaches: bool) -> None:
    given = facts(size=d(5000), origin=d(5000), balance=d(5500), profit=d(500),
                  floor_comparison=comparison)  # fmt: skip
    answer = judge_payout(
        terms(), given, requested=d(requested), floor_after=lambda _gross, _share: d(5000)
    )
    assert answer.balance_after == 5500 - requested
    assert seen(answer.room_after, answer.breaches) == (500 - requested, breaches)


def test_more_than_is_payable_is_refused() -> None:
    assert codes(judge_payout(terms(), facts(), requested=d("10000.01"))) == ["amount_too_large"]


def test_extras() -> None:
    extras = Extras(
        fee_refund_at_payout=1,
        challenge_share_percent=d(15),
        challenge_unlock_growth_percent=d(10),
        small_payout_up_to=d(250),
        small_payout_fee=d(50),
    )
    rule = terms(extras=extras)
    given = facts(fee_paid=d(549), growth=d(10000), challenge_profit=d(8000))
    answer = judge_payout(rule, given)
    assert seen(answer.fee_refund, answer.challenge_share, answer.fee) == (549, 1200, 0)
    early = judge_payout(rule, replace(given, growth=d("9999.99"), number=2), requested=d(250))
    assert seen(early.fee_refund, early.challenge_unlocked, early.fee) == (0, False, 50)
    assert early.trader_share == 150


def test_taking_all_ends_the_account_where_the_firm_says_so() -> None:
    assert judge_payout(terms(terminates=("takes_all",)), facts()).terminates
    assert not judge_payout(terms(), facts()).terminates
    part = judge_payout(terms(terminates=("takes_all",)), facts(), requested=d(9999))
    assert not part.terminates


def test_a_denied_request_advances_the_cycle_only_where_said() -> None:
    ladder = (Cap(amount=money(1000), to_payout=1), Cap(amount=money(2000), from_payout=2))
    given = facts(denied_requests=1)
    assert judge_payout(terms(caps=ladder), given).amount == 1000
    assert judge_payout(terms(caps=ladder, denied_advances_cycle=True), given).amount == 2000


# -- after a breach ----------------------------------------------------------------------------
AFTER = AfterBreach(percent=d(50), claim_days=7, conditions=("every trade had a stop",))


def breached(**more: object) -> PayoutFacts:
    return facts(
        balance=d(107000), profit=d(7000), breached_at=NOON - 7 * DAY,
        confirmed=("every trade had a stop",), **more
    )  # fmt: skip


def test_a_breached_account_pays_half_in_time_and_on_its_conditions() -> None:
    rule = terms(after_breach=AFTER)
    answer = judge_payout(rule, breached())
    assert seen(answer.eligible, answer.trader_share) == (True, 3500)
    late = judge_payout(rule, replace(breached(), at=NOON + DAY))
    assert codes(late) == ["claim_too_late"]
    unconfirmed = judge_payout(rule, replace(breached(), confirmed=()))
    assert seen(unconfirmed.eligible, unconfirmed.conditions) == (None, AFTER.conditions)
    assert codes(judge_payout(terms(), breached())) == ["breached"]


@pytest.mark.parametrize(
    "make",
    [
        Split,
        lambda: Split(percent=d(80), by_tier={1: d(70)}),
        lambda: Split(by_cumulative=(SplitTier(up_to=d(1), percent=d(1)),)),
        lambda: PayoutDays(winning=3),
        lambda: Buffer(keep=money(1), needed="maintained", inside="penalty"),
        lambda: Extras(challenge_share_percent=d(15)),
    ],
)
def test_terms_that_mean_nothing_are_refused(make: object) -> None:
    with pytest.raises(TermsError):
        make()  # type: ignore[operator]
