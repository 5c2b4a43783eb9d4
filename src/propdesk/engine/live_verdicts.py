"""An account's verdicts as they are shown: those that hold, and those that were corrected."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from propdesk.domain.evaluation import Verdict
from propdesk.domain.instants import format_instant
from propdesk.engine.rejudging_changes import Withdrawn
from propdesk.wire.figures_json import money

Row = dict[str, str | None]


def verdict_rows(
    held: Iterable[Verdict], withdrawn: Sequence[Withdrawn], digits: int
) -> tuple[Row, ...]:
    """Rows as ``LiveAccount.verdicts`` has them, oldest first. What does not hold says why."""
    rows = [(each.at, _row_of(each, digits)) for each in held]
    rows += [(each.at, _corrected_row(each, digits)) for each in withdrawn]
    return tuple(row for _, row in sorted(rows, key=lambda each: each[0]))


def rounded(figure: str | None, digits: int) -> str | None:
    """A figure as the log has it, with the currency's minor digits."""
    if figure is None:
        return None
    whole, _, part = figure.partition("/")
    return money(Decimal(whole) / Decimal(part or 1), digits)


def _row_of(verdict: Verdict, digits: int) -> Row:
    return {
        "rule": verdict.rule,
        "outcome": verdict.outcome,
        "at": format_instant(verdict.at),
        "observed": money(verdict.observed, digits),
        "limit": money(verdict.limit, digits),
        "comparison": verdict.comparison,
    }


def _corrected_row(withdrawn: Withdrawn, digits: int) -> Row:
    return {
        "rule": withdrawn.rule,
        "outcome": withdrawn.outcome,
        "at": format_instant(withdrawn.at),
        "observed": rounded(withdrawn.observed, digits),
        "limit": rounded(withdrawn.limit, digits),
        "comparison": withdrawn.comparison,
        "corrected": withdrawn.why,
    }
