"""The demonstration programme that climbs: what it pays, what it carries, and where it ends."""

from datetime import time

import pytest

from propdesk.domain.clock import DayClock
from propdesk.domain.payouts import PayoutTerms
from propdesk.domain.payouts.facts import PayoutFacts
from propdesk.domain.payouts.judgement import PayoutJudgement, judge_payout
from propdesk.domain.scaling import ScalingFacts, ScalingTerms, judge_scaling
from propdesk.wire.rulebook_file import load_rulebook
from tests.domain.rules.histories import d

FUNDED = load_rulebook("propdesk-ladder").rulebook.phase("funded")
DAY = 86_400_000_000
NOW = 20_000 * DAY
SIZE = d(100_000)


def asked(profit: str, carried: str = "0") -> PayoutJudgement:
    assert isinstance(FUNDED.payout, PayoutTerms)
    facts = PayoutFacts(
        at=NOW,
        clock=DayClock("UTC", time(0)),
        size=SIZE,
        origin=SIZE,
        balance=SIZE + d(profit),
        profit=d(profit),
        number=1,
        flat=True,
        opened_at=NOW - 30 * DAY,
        first_trade_at=NOW - 20 * DAY,
        cycle_started_at=NOW - 30 * DAY,
        cycle_start_balance=SIZE,
        daily_limit=d(4000),
        carried=d(carried),
    )
    return judge_payout(FUNDED.payout, facts)


@pytest.mark.parametrize(
    ("profit", "reasons"),
    [  # 2,000 of it stay; 80 % of the rest must be more than 800
        ("2000", ["nothing_payable", "share_too_small"]),
        ("3000", ["share_too_small"]),
        ("3000.02", []),
    ],
)
def test_the_share_must_exceed_a_fifth_of_the_daily_limit(profit: str, reasons: list[str]) -> None:
    assert sorted(each.code for each in asked(profit).reasons) == reasons


def test_profit_beyond_the_cap_comes_with_the_next_payout() -> None:
    first = asked("10000")
    assert (first.eligible, first.amount, first.carried) == (True, d(5000), d(3000))
    assert first.balance_after == SIZE + 2000  # the buffer alone stays, above the locked floor
    following = asked("4000", carried="3000")
    assert (following.amount, following.carried) == (d(5000), d(0))


@pytest.mark.parametrize(
    ("size", "used", "grown", "reason"),
    [
        ("10000", "25", "25000", None),
        ("25000", "25", "50000", None),
        ("50000", "25", "100000", None),
        ("100000", "25", "200000", None),
        ("200000", "25", "200000", "at_the_cap"),
        ("10000", "24.9", "10000", "buying_power_unused"),
    ],
)
def test_it_climbs_from_size_to_size(size: str, used: str, grown: str, reason: str | None) -> None:
    assert isinstance(FUNDED.scaling, ScalingTerms)
    facts = ScalingFacts(
        original=d(10_000),
        size=d(size),
        balance=d(size) + 500,
        months=2,
        withdrawals=(d(400), d(400)),
        buying_power_percent=d(used),
    )
    judged = judge_scaling(FUNDED.scaling, facts)
    assert judged.new_size == d(grown)
    assert [each.code for each in judged.reasons] == ([] if reason is None else [reason])
