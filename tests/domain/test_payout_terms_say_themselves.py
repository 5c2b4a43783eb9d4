"""Payout and scaling terms in sentences: nothing a firm decides goes unsaid."""

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest

from propdesk.domain.payouts.split import Split, SplitTier
from propdesk.domain.payouts.terms import (
    AfterBreach,
    Buffer,
    Cap,
    Extras,
    MonthWindow,
    PayoutConsistency,
    PayoutDays,
    PayoutTerms,
    Threshold,
)
from propdesk.domain.payouts.words import payout_sentences, split_words
from propdesk.domain.scaling import ScalingStep, ScalingTerms, ScalingTrigger
from propdesk.domain.scaling_words import scaling_sentences
from tests.story import money, percent

D = Decimal
TERMS = PayoutTerms(
    split=Split(percent=D(80)),
    first_after_days=14,
    first_counted_from="first_trade",
    cycle_days=14,
)
CAP = Cap(amount=money("5000"))
# Each field with another value than TERMS has, and a part of what is said then.
CHANGES: dict[str, tuple[Any, str]] = {
    "split": (Split(percent=D(90)), "gets 90 % of a payout"),
    "first_after_days": (0, "first payout may be asked for at once"),
    "first_counted_from": ("activation", "14 calendar days after the activation"),
    "cycle_days": (0, "payouts are on demand"),
    "day_kind": ("trading", "14 trading days"),
    "latest_after_days": (60, "at most 60 calendar days"),
    "request_windows": ((MonthWindow(first=1, last=5),), "days 1 to 5 of a month"),
    "request_weekday": ("fri", "on Fridays"),
    "max_payouts": (6, "at most 6 payouts"),
    "flat": (False, "needs the account in profit"),
    "no_pending_orders": (True, "no pending order"),
    "in_profit": (False, "needs every position closed and the phase's own"),
    "objectives_met": (False, "every position closed and the account in profit."),
    "min_profit": ((Threshold(amount=percent("1")),), "profit must be at least 1 % of the initial"),
    "min_share": ((Threshold(amount=money("50"), comparison="cross"),), "share must be more than"),
    "min_balance": (
        (Threshold(amount=money("100"), from_payout=2),),
        "at least 100.00 above the starting balance (from payout 2 on)",
    ),
    "min_amount": (money("250"), "The smallest payout is 250.00"),
    "days": (
        (PayoutDays(required=8, winning=5, winning_from=money("50"), lifetime=True),),
        "8 days with trading and 5 days with a profit of at least 50.00 since the account began",
    ),
    "consistency": ((PayoutConsistency(percent=D(40), to_payout=3),), "40 % of the profit of the"),
    "buffers": (
        (Buffer(keep=percent("50", "base"), needed="maintained"),),
        "A buffer of 50 % of the profit stays in the account",
    ),
    "caps": ((CAP,), "The whole payout is at most 5,000.00"),
    "firm_share_when_left_in": ("deducted", "its share of all profit"),
    "balance_after": ("reset", "not paid is lost"),
    "extras": (Extras(fee_refund_at_payout=1), "100 % of the fee is refunded with payout 1"),
    "terminates": (("takes_all",), "takes everything closes the account"),
    "counters_reset": (("days",), "A payout starts anew: the days."),
    "after_breach": (
        AfterBreach(
            percent=D(50), claim_days=7, winning_days=5, conditions=("every trade had a stop",)
        ),
        "50 % of its profit if it had 5 winning days and every trade had a stop, claimed within 7",
    ),
    "denied_advances_cycle": (True, "A denied request counts"),
}  # fmt: skip


@pytest.mark.parametrize("field", CHANGES)
def test_a_changed_field_is_said(field: str) -> None:
    value, said = CHANGES[field]
    changed = replace(TERMS, **{field: value})
    assert said in changed.sentence()
    assert said not in TERMS.sentence()


def test_profit_beyond_a_cap_is_said_with_the_cap() -> None:
    every: tuple[Any, ...] = ("stays", "removed", "carried")
    said = {each: replace(TERMS, caps=(CAP,), excess=each).sentence() for each in every}
    assert "stays in the account" in said["stays"]
    assert "beyond a cap is lost" in said["removed"]
    assert "is owed" in said["carried"]


def test_no_field_is_left_out() -> None:
    said = {*CHANGES, "excess", "source", "read_on"}
    assert {each.name for each in fields(PayoutTerms)} == said


@pytest.mark.parametrize(
    ("split", "said"),
    [
        (Split(by_cycle={"weekly": D(60), "on_demand": D(90)}), "60 % (weekly), 90 % (on demand)"),
        (Split(by_tier={0: D(70), 2: D(80)}), "70 % from tier 0, 80 % from tier 2"),
        (
            Split(
                by_cumulative=(SplitTier(up_to=D(10000), percent=D(100)), SplitTier(percent=D(90)))
            ),
            "100 % up to 10,000 paid in all, then 90 %",
        ),
    ],
    ids=["cycle", "tier", "cumulative"],
)  # fmt: skip
def test_a_split_in_words(split: Split, said: str) -> None:
    assert said in split_words(split)


def test_a_size_gives_the_sums() -> None:
    terms = replace(TERMS, min_profit=(Threshold(amount=percent("1")),))
    assert "1 % of the initial balance (500.00)" in terms.sentence(D(50000))


def test_extras_and_buffers_with_all_they_have() -> None:
    buffer = Buffer(
        keep=money("2100"), needed="reached_once", before_percent=D(60), inside="penalty",
        inside_percent_by_age={0: D(20), 46: D(50)},
    )  # fmt: skip
    extras = Extras(
        challenge_share_percent=D(15), challenge_unlock_growth_percent=D(10),
        small_payout_up_to=D(500), small_payout_fee=D(20),
    )  # fmt: skip
    said = payout_sentences(replace(TERMS, buffers=(buffer,), extras=extras))
    assert "A profit of 2,100.00 must have been reached once." in said
    assert "Before that, 60 % of the profit is payable." in said
    assert any("20 % from day 0, 50 % from day 46" in each for each in said)
    assert any("15 % of the evaluation's profit" in each and "10 %" in each for each in said)
    assert "A payout of up to 500.00 costs 20.00." in said


SCALING = ScalingTerms(trigger=ScalingTrigger(), step=ScalingStep(percent_of_original=D(25)))


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (SCALING, "by 25 % of the original size"),
        (replace(SCALING, step=ScalingStep(factor=D(2))), "to 2 times its size"),
        (replace(SCALING, step=ScalingStep(table={D(50000): D(100000)})), "50,000 → 100,000"),
        (
            replace(SCALING, first_step=ScalingStep(factor=D(2))),
            "first to 2 times its size, then by 25 %",
        ),
        (replace(SCALING, cap=D(2000000)), "One account grows to 2,000,000 at most"),
        (replace(SCALING, person_cap=D(4000000)), "All accounts of a person grow to 4,000,000"),
        (replace(SCALING, split_percents=(D(85), D(90))), "becomes 85 %, then 90 %"),
        (replace(SCALING, profit="forfeited"), "is lost when it grows"),
    ],
    ids=str,
)  # fmt: skip
def test_scaling_in_words(terms: ScalingTerms, said: str) -> None:
    assert said in " ".join(scaling_sentences(terms))


TRIGGERS: dict[str, tuple[dict[str, Any], str]] = {
    "months": ({"months": 4}, "Every 4 months"),
    "profit": ({"profit": percent("10")}, "a net profit of 10 % of the initial balance"),
    "profit_in_account": ({"profit_in_account": money("500")}, "500.00 of profit in the account"),
    "green_months": ({"green_months": 2}, "2 months in profit"),
    "green_of_months": ({"green_months": 2, "green_of_months": 3}, "in profit of the last 3"),
    "payouts": ({"payouts": 2}, "2 payouts"),
    "in_profit_at_review": ({"in_profit_at_review": True}, "above the size at the review"),
    "withdrawn_percent": ({"withdrawn_percent": D(10)}, "10 % of the size paid"),
    "further_payouts": ({"withdrawn_percent": D(10), "further_payouts": 1}, "1 more after that"),
    "buying_power_percent": ({"buying_power_percent": D(70)}, "70 % of the buying power"),
    "flat": ({"flat": True}, "every position closed"),
    "on_request": ({"on_request": True}, "the trader asks"),
}


@pytest.mark.parametrize("field", TRIGGERS)
def test_a_condition_of_scaling_is_said(field: str) -> None:
    more, said = TRIGGERS[field]
    changed = replace(SCALING, trigger=ScalingTrigger(**more))
    assert said in " ".join(scaling_sentences(changed))
    assert said not in " ".join(scaling_sentences(SCALING))


def test_no_condition_of_scaling_is_left_out() -> None:
    assert {each.name for each in fields(ScalingTrigger)} == TRIGGERS.keys()
