"""Whether the judged account could be paid now: the payout terms asked with the account's facts.

It adds one thing the terms cannot know: where the history itself is not fully known, nothing is
payable until it is.
"""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from propdesk.domain.consequences import AnyJudge, Standing
from propdesk.domain.judging import Objective
from propdesk.domain.payouts import PayoutJudgement, PayoutTerms, judge_payout, payout_facts
from propdesk.domain.payouts.facts import Reason
from propdesk.domain.rules.overall_loss import OverallLossJudge
from propdesk.domain.situation import Situation


def payout_of(
    terms: PayoutTerms | None,
    situation: Situation,
    judges: Sequence[AnyJudge],
    standing: Standing,
    *,
    objectives: Sequence[Objective],
    doubts: Sequence[str],
) -> PayoutJudgement | None:
    """The payout due now by these terms; None where the phase pays nothing."""
    if terms is None:
        return None
    overall = next((each for each in judges if isinstance(each, OverallLossJudge)), None)
    breach = next((each for each in standing.verdicts if each.outcome.startswith("fail")), None)
    facts = payout_facts(
        situation,
        objectives=[each for each in objectives if each.blocks != "pass"],
        drawdown=None if overall is None else Decimal(overall.allowance()),
        daily_limit=_daily_allowance(judges),
        denied=standing.payout_denied,
        delay_days=standing.payout_delay_days,
        breached_at=None if breach is None else breach.at,
    )
    found = judge_payout(terms, facts, floor_after=None if overall is None else overall.floor_after)
    if not doubts or found.eligible is False:
        return found
    reasons = [
        Reason("not_known", doubt, "a fully known history", certain=False) for doubt in doubts
    ]
    return replace(found, eligible=None, reasons=(*found.reasons, *reasons))


def _daily_allowance(judges: Sequence[AnyJudge]) -> Decimal | None:
    for judge in judges:
        line = judge.limit() if judge.terms.rule == "daily_loss" else None
        if line is not None and isinstance(line.allowance, Decimal):
            return line.allowance
    return None
