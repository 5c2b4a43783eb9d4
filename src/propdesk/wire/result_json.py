"""An evaluation as the result JSON that others read (DESIGN §6). Nothing is computed here.

Money is a string with the currency's minor digits, rounded half away from zero for eyes;
``*_exact`` fields keep the unrounded figure. Unknown is null, never zero.
"""

from typing import Any

from propdesk.domain.evaluation import Evaluation, Gap, Sample, Verdict
from propdesk.domain.evaluator import FOREVER
from propdesk.domain.instants import format_instant
from propdesk.domain.judging import LimitLine, Objective
from propdesk.domain.situation import DayRecord
from propdesk.wire.activity_json import activity
from propdesk.wire.figures_json import exact, money, plain, span
from propdesk.wire.rulebook_file import LoadedRulebook

SAMPLES_MAX = 1500  # more points than a chart has pixels


def to_result(evaluation: Evaluation, loaded: LoadedRulebook) -> dict[str, Any]:
    """The result of DESIGN §6, plus ``series`` for the chart and ``strip`` for the breach."""
    digits = evaluation.digits
    return {
        "rulebook": {
            "name": loaded.rulebook.name,
            "version": loaded.rulebook.version,
            "sha256": loaded.sha256,
        },
        "account": evaluation.account,
        "phase": evaluation.phase,
        "size": money(evaluation.size, digits),
        "currency": evaluation.currency,
        "status": evaluation.status,
        "at": format_instant(evaluation.at),
        "balance": money(evaluation.balance, digits),
        "equity": span(evaluation.equity, digits),
        "verdicts": [_verdict(each, digits) for each in evaluation.verdicts],
        "days": [_day(each, digits) for each in evaluation.days],
        "objectives": [_objective(each, digits) for each in evaluation.objectives],
        "limits": [_limit(each, digits) for each in evaluation.limits],
        "coverage": {
            "basis": evaluation.coverage.basis,
            "gaps": [_gap(each) for each in evaluation.coverage.gaps],
            "doubts": list(evaluation.doubts),
        },
        "strikes": dict(evaluation.strikes),
        "paused_until": _until(evaluation.paused_until),
        "payout": plain(evaluation.payout, digits),
        "mismatches": list(evaluation.mismatches),
        "series": [_sample(each, digits) for each in thinned(evaluation.samples)],
        "strip": _strip(evaluation),
        **activity(evaluation),
    }


def thinned(samples: tuple[Sample, ...]) -> list[Sample]:
    """At most ``SAMPLES_MAX`` points; merged points keep the extremes of what they replace."""
    step = -(-len(samples) // SAMPLES_MAX) if samples else 1
    return [_merged(samples[at : at + step]) for at in range(0, len(samples), step)]


def _merged(samples: tuple[Sample, ...]) -> Sample:
    last = samples[-1]
    lows = [each.equity_low for each in samples if each.equity_low is not None]
    highs = [each.equity_high for each in samples if each.equity_high is not None]
    return Sample(
        at=last.at,
        balance=last.balance,
        equity_low=min(lows, default=None),
        equity_high=max(highs, default=None),
        daily_floor=last.daily_floor,
        overall_floor=last.overall_floor,
    )


def _instant(at: int | None) -> str | None:
    return None if at is None else format_instant(at)


def _until(at: int | None) -> str | None:
    """None also where the pause has no end yet: the status says that it stands."""
    return None if at == FOREVER else _instant(at)


def _verdict(verdict: Verdict, digits: int) -> dict[str, Any]:
    return {
        "id": verdict.id,
        "rule": verdict.rule,
        "outcome": verdict.outcome,
        "at": format_instant(verdict.at),
        "event": verdict.event,
        "observed": money(verdict.observed, digits),
        "limit": money(verdict.limit, digits),
        "limit_exact": exact(verdict.limit),
        "comparison": verdict.comparison,
        "basis": verdict.basis,
        "evidence": dict(verdict.evidence),
    }


def _day(day: DayRecord, digits: int) -> dict[str, Any]:
    return {
        "day": day.label.isoformat(),
        "start": format_instant(day.day.start),
        "end": format_instant(day.day.end),
        "start_balance": money(day.start_balance, digits),
        "start_equity": span(day.start_equity, digits),
        "end_balance": money(day.end_balance, digits),
        "end_equity": span(day.end_equity, digits),
        "min_equity": money(day.min_equity, digits),
        "max_equity": money(day.max_equity, digits),
        "daily_floor": money(day.daily_floor, digits),
        "overall_floor": money(day.overall_floor, digits),
        "profit": money(day.profit, digits),
        "counted": day.counted,
    }


def _objective(goal: Objective, digits: int) -> dict[str, Any]:
    return {
        "rule": goal.rule,
        "required": plain(goal.required, digits),
        "current": plain(goal.current, digits),
        "met": goal.met,
        **{name: plain(figure, digits) for name, figure in goal.figures.items()},
    }


def _limit(line: LimitLine, digits: int) -> dict[str, Any]:
    return {
        "rule": line.rule,
        "base": money(line.base, digits),
        "allowance": money(line.allowance, digits),
        "floor": money(line.floor, digits),
        "floor_exact": exact(line.floor),
        "room": money(line.room, digits),
        "comparison": line.comparison,
        "locked": line.locked,
        "peak": money(line.peak, digits),
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "symbol": gap.symbol,
        "from": format_instant(gap.start),
        "to": _instant(gap.end),
        "reason": gap.reason,
    }


def _sample(sample: Sample, digits: int) -> dict[str, Any]:
    return {
        "at": format_instant(sample.at),
        "balance": money(sample.balance, digits),
        "equity_low": money(sample.equity_low, digits),
        "equity_high": money(sample.equity_high, digits),
        "daily_floor": money(sample.daily_floor, digits),
        "overall_floor": money(sample.overall_floor, digits),
    }


def _strip(evaluation: Evaluation) -> dict[str, Any] | None:
    strip = evaluation.strip
    if strip is None:
        return None
    return {
        "at": format_instant(strip.at),
        "balance": money(strip.balance, evaluation.digits),
        "equity": span(strip.equity, evaluation.digits),
        "positions": [dict(each) for each in strip.positions],
        "prices": {symbol: {"bid": bid, "ask": ask} for symbol, (bid, ask) in strip.prices.items()},
    }
