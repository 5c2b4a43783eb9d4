"""Payouts (RULES T12): whether one is due, how much it is, what it leaves behind.

Pure: terms and facts in, a judgement out. What a payout does to the overall floor is the overall
limit's business; the caller hands that in.
"""

from propdesk.domain.payouts.calendar import earliest_date, first_date, latest_date
from propdesk.domain.payouts.conditions import cycle_target, is_consistent, winning_days
from propdesk.domain.payouts.facts import PayoutFacts, Reason, ReasonCode, payout_facts
from propdesk.domain.payouts.judgement import (
    PayoutJudgement,
    judge_payout,
    reward_after_breach,
)
from propdesk.domain.payouts.split import Split, SplitTier, gross_for, trader_share
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

__all__ = [
    "AfterBreach",
    "Buffer",
    "Cap",
    "Extras",
    "MonthWindow",
    "PayoutConsistency",
    "PayoutDays",
    "PayoutFacts",
    "PayoutJudgement",
    "PayoutTerms",
    "Reason",
    "ReasonCode",
    "Split",
    "SplitTier",
    "Threshold",
    "cycle_target",
    "earliest_date",
    "first_date",
    "gross_for",
    "is_consistent",
    "judge_payout",
    "latest_date",
    "payout_facts",
    "reward_after_breach",
    "trader_share",
    "winning_days",
]
