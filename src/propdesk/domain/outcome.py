"""Puts together what a finished (or running) evaluation amounts to. It decides nothing."""

from typing import TYPE_CHECKING

from propdesk.domain.account import Account
from propdesk.domain.account_days import day_rows
from propdesk.domain.consequences import strikes_of
from propdesk.domain.drawdown import drawdown_of_equity
from propdesk.domain.evaluation import Coverage, Evaluation, OpenPosition
from propdesk.domain.failing_prices import failing_prices
from propdesk.domain.payability import payout_of
from propdesk.domain.situation import Span
from propdesk.domain.statistics import statistics_of

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
    held = [
        (line, getattr(judge.terms, "tested", "equity"))
        for judge in evaluator.judges
        if (line := judge.limit()) is not None
    ]
    days = day_rows(account, evaluator.judges)
    return Evaluation(
        account=situation.account,
        phase=evaluator.phase.name,
        size=situation.size,
        currency=situation.currency,
        digits=situation.digits,
        status=evaluator.status(),
        verdicts=tuple(standing.verdicts),
        days=days,
        objectives=objectives,
        limits=tuple(line for line, _ in held),
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
        doubts=tuple(standing.uncertain.values()),
        trades=tuple(situation.trades),
        positions=_positions(account),
        failing_prices=failing_prices(account.worth, _by_quotes(account), held),
        statistics=statistics_of(
            situation.trades,
            [each.profit for each in days],
            _equity_drawdown(evaluator, account, coverage),
        ),
    )


def _positions(account: Account) -> tuple[OpenPosition, ...]:
    """What is open, with the profit it would have by the latest prices."""
    floating = account.worth.floating()
    return tuple(
        OpenPosition(
            position=each.id,
            symbol=each.symbol,
            side=each.side,
            lots=each.lots,
            opened_at=each.opened_at,
            open_price=each.open_price,
            floating=floating.get(each.id),
        )
        for each in account.book.positions.values()
    )


def _by_quotes(account: Account) -> Span | None:
    """The equity as prices move it; None where it is a report, or leaves open profit out."""
    reported = account.reads_reports and account.reported is not None
    return account.situation.equity if account.floats and not reported else None


def _equity_drawdown(evaluator: "Evaluator", account: Account, coverage: Coverage) -> Span | None:
    """None unless every tick was seen and nothing but trading moved the account's money."""
    situation = account.situation
    moved = bool(situation.deposited or situation.payouts)
    if coverage.basis != "ticks" or coverage.gaps or moved:
        return None
    return drawdown_of_equity(
        Span(each.equity_low, each.equity_high)
        for each in evaluator.samples or ()
        if each.equity_low is not None and each.equity_high is not None
    )
