"""What begins anew after a payout, and what counts from the account's first day on (RULES T12)."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest

from propdesk.domain.clock import DayClock
from propdesk.domain.instants import parse_instant
from propdesk.domain.payouts import (
    PayoutConsistency,
    PayoutDays,
    PayoutFacts,
    PayoutTerms,
    Split,
    Threshold,
    judge_payout,
)
from propdesk.domain.payouts.terms import Counter
from propdesk.domain.terms import Amount

D = Decimal
TERMS = PayoutTerms(split=Split(percent=D(80)), first_after_days=0,
                    first_counted_from="first_trade", cycle_days=0)  # fmt: skip
# Two days made 2,500 and 1,500, which were paid; two days since made 1,200 and 300.
SECOND = PayoutFacts(
    at=parse_instant("2021-04-20T12:00:00Z"),
    clock=DayClock("UTC", time(0)),
    size=D(100000),
    origin=D(100000),
    balance=D(101500),
    profit=D(1500),
    number=2,
    flat=True,
    cycle_start_balance=D(100000),
    days=(D(1200), D(300)),
    days_lifetime=(D(2500), D(1500), D(1200), D(300)),
    growth=D(5500),
)
ALL: tuple[Counter, ...] = ("days", "consistency", "cycle_profit")


def days(required: int = 0, winning: int = 0) -> PayoutTerms:
    least = Amount(money=D(1200)) if winning else None
    needed = PayoutDays(required=required, winning=winning, winning_from=least)
    return replace(TERMS, days=(needed,))


def even(percent: str) -> PayoutTerms:
    return replace(TERMS, consistency=(PayoutConsistency(percent=D(percent)),))


def earned(percent: str, of: str = "cycle_start") -> PayoutTerms:
    least = Amount(percent=D(percent), of=of)  # type: ignore[arg-type]
    return replace(TERMS, min_profit=(Threshold(amount=least),))


@pytest.mark.parametrize(
    ("terms", "counters", "refused"),
    [
        (days(required=2), ALL, []),
        (days(required=3), ALL, [("too_few_days", "2")]),
        (days(required=4), ("consistency", "cycle_profit"), []),
        (days(required=5), ("consistency", "cycle_profit"), [("too_few_days", "4")]),
        (days(winning=2), ("days",), [("too_few_winning_days", "1")]),
        (days(winning=3), (), []),
        (days(winning=4), (), [("too_few_winning_days", "3")]),
        # the best day is 1,200 of 1,500, or 2,500 of 5,500: 80 % and 45.45… %
        (even("80"), ALL, []),
        (even("79.99"), ALL, [("not_consistent", "best day 1200 of 1500")]),
        (even("45.46"), ("days", "cycle_profit"), []),
        (even("45.45"), ("days", "cycle_profit"), [("not_consistent", "best day 2500 of 5500")]),
        (earned("1.5"), ALL, []),
        (earned("1.51"), ALL, [("profit_too_small", "1500")]),
        (earned("5.5"), ("days", "consistency"), []),
        (earned("5.51"), ("days", "consistency"), [("profit_too_small", "5500")]),
        (earned("5.5", "balance_after_last_payout"), (), []),
        # a percentage of the size asks for profit still in the account, whatever is set back
        (earned("1.51", "initial"), (), [("profit_too_small", "1500")]),
    ],
)
def test_only_what_is_named_begins_anew(
    terms: PayoutTerms, counters: tuple[Counter, ...], refused: list[tuple[str, str]]
) -> None:
    answer = judge_payout(replace(terms, counters_reset=counters), SECOND)
    assert [(each.code, each.observed) for each in answer.reasons] == refused
    assert answer.counters_reset == counters
