"""Puts together what a finished (or running) evaluation amounts to. It decides nothing."""

from typing import TYPE_CHECKING

from propdesk.domain.account import Account
from propdesk.domain.account_days import day_rows
from propdesk.domain.consequences import strikes_of
from propdesk.domain.evaluation import Evaluation
from propdesk.domain.payability import payout_of

if TYPE_CHECKING:
    from propdesk.domain.evaluator import Evaluator


def evaluation_of(evaluator: "Evaluator", account: Account) -> Evaluation:
    """The evaluation as of the last event."""
    situation, standing = account.situation, evaluator.standing
    objectives = tuple(evaluator.objectives())
    coverage = evaluator.coverage.closed()
    gaps = [f"{gap.symbol}: {gap.reason}" for gap in coverage.gaps[:1]]
    payout = payout_of(
        evaluator.phase.payout,
        situation,
        evaluator.judges,
        standing,
        objectives=objectives,
        doubts=[*gaps, *standing.uncertain.values(), *account.mismatches[:1]],
    )
    lines = [judge.limit() for judge in evaluator.judges]
    return Evaluation(
        account=situation.account,
        phase=evaluator.phase.name,
        size=situation.size,
        currency=situation.currency,
        digits=situation.digits,
        status=evaluator.status(),
        verdicts=tuple(standing.verdicts),
        days=day_rows(account, evaluator.judges),
        objectives=objectives,
        limits=tuple(line for line in lines if line is not None),
        coverage=coverage,
        strikes=strikes_of(standing),
        paused_until=standing.paused_until,
        balance=situation.balance,
        equity=situation.equity,
        at=situation.at,
        events=evaluator.event_no,
        samples=tuple(evaluator.samples or ()),
        strip=evaluator.strip,
        payout=payout,
        mismatches=tuple(account.mismatches),
    )
