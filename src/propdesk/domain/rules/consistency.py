"""Consistency (RULES T9): how large a part of the profit one day, trade or trade idea may be."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, PayoutMoved, StateReported
from propdesk.domain.exact import ZERO, unit_of
from propdesk.domain.judging import Figure, Judge, Objective, Violation, Violations
from propdesk.domain.rules.profit_shares import (
    Operator,
    additional_needed,
    excess_of,
    is_consistent,
    largest_unit,
    min_total_profit,
    money_of,
    raised_target,
    share_of,
    target_with_excess,
)
from propdesk.domain.rules.profit_units import UnitProfits
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import Amount, Effect, RuleTerms, Terms, TermsError
from propdesk.domain.trade_ideas import Grouping

Unit: TypeAlias = Literal["day", "trade", "trade_idea"]
Denominator: TypeAlias = Literal["net_profit", "positive_days", "profit_target"]
Consequence: TypeAlias = Literal[
    "blocks", "raises_target_by_ratio", "raises_target_by_excess", "clips_excess", "violates"
]
CLIP = Effect(kind="profit_adjust", factor=ZERO)


@dataclass(frozen=True, kw_only=True)
class ShareLimit(Terms):
    """The largest share in per cent: one figure, or a table."""

    percent: Decimal | None = None
    """One limit for everybody."""
    by_payout: tuple[Decimal, ...] = ()
    """The limit for the first, second, … payout; the last one stays."""
    by_size: dict[Decimal, Decimal] | None = None
    """The limit by account size; sizes between use the next smaller one."""
    by_stage: dict[Literal["evaluation", "funded"], Decimal] | None = None
    """The limit by stage."""

    def __post_init__(self) -> None:
        given = (self.percent is not None, self.by_payout, self.by_size, self.by_stage)
        if sum(map(bool, given)) != 1:
            raise TermsError("a share is exactly one of percent, by_payout, by_size, by_stage")
        if any(each <= 0 for each in self._figures()):
            raise TermsError("a largest share is more than 0 %")

    def resolve(self, size: Decimal, stage: str, payout_number: int) -> Decimal:
        """The limit in per cent. Raises ``TermsError`` where the table has none."""
        if self.percent is not None:
            return self.percent
        if self.by_payout:
            return self.by_payout[min(payout_number, len(self.by_payout)) - 1]
        if self.by_stage is not None:
            for name, limit in self.by_stage.items():
                if name == stage:
                    return limit
            raise TermsError(f"no consistency limit for stage {stage!r}")
        return self.for_size(size)

    def for_size(self, size: Decimal) -> Decimal:
        """The limit of the table by size. Raises ``TermsError`` below its smallest."""
        table = self.by_size or {}
        below = [each for each in table if each <= size]
        if not below:
            raise TermsError(f"no consistency limit for size {size:f}")
        return table[max(below)]

    def words(self) -> str:
        if self.percent is not None:
            return f"{self.percent:f} %"
        if self.by_payout:
            return ", ".join(f"{each:f} %" for each in self.by_payout) + " (by payout number)"
        table = self.by_size or self.by_stage or {}
        return ", ".join(f"{limit:f} % ({name})" for name, limit in table.items())

    def _figures(self) -> Iterable[Decimal]:
        single = () if self.percent is None else (self.percent,)
        tables = (*(self.by_size or {}).values(), *(self.by_stage or {}).values())
        return (*single, *self.by_payout, *tables)


@dataclass(frozen=True, kw_only=True)
class Consistency(RuleTerms):
    """The best day, trade or trade idea may only be a part of the whole profit."""

    rule: Literal["consistency"] = "consistency"
    limit: ShareLimit
    """The largest share."""
    operator: Operator
    """``at_most``: exactly the limit is consistent; ``below``: it is not."""
    unit: Unit = "day"
    """What is held against the profit. A trade is its position, with all its partial closes."""
    denominator: Denominator = "net_profit"
    """``net_profit``: with losing days; ``positive_days``: the sum of the winning days alone;
    ``profit_target``: the target, whatever was earned."""
    since: Literal["start", "last_payout"] = "start"
    """From when profit and best unit are counted."""
    consequence: Consequence = "blocks"
    """``blocks``: no pass or payout until consistent. ``raises_target_by_ratio``: the target
    becomes best ÷ limit; ``raises_target_by_excess``: it grows by what the best unit had too
    much. ``clips_excess``: what a unit had too much does not count. ``violates``: every unit
    above the limit brings ``effects`` (reset, then fail)."""
    target: Amount | None = None
    """The profit target, where the rule measures against it or raises it."""
    undefined: Literal["not_applied", "unmet"] = "unmet"
    """What holds while there is no profit to take a share of."""
    rounding_step: Decimal | None = None
    """``below``: the profit still needed leads to the next multiple of this sum (1: firms that
    count in whole units of the currency). Without it, of the currency's minor unit. The share
    itself is never rounded."""
    grouping: Grouping = field(default_factory=Grouping)
    """Which trades are one trade idea."""
    blocks: Literal["pass", "payout", "both"] = "both"
    """What waits for it. In a funded phase it is always the payout."""

    def __post_init__(self) -> None:
        if self.target is None and (self.raises_target or self.denominator == "profit_target"):
            raise TermsError("a consistency rule that uses the profit target needs 'target'")
        fixed = self.consequence in {"violates", "clips_excess"}
        if fixed and self.denominator != "profit_target":
            raise TermsError(
                f"{self.consequence!r} needs denominator 'profit_target': a share of a profit "
                "that still grows is no violation yet; let it block the payout"
            )
        if self.rounding_step is not None and self.rounding_step <= 0:
            raise TermsError("a rounding step is more than 0")
        if self.rounding_step is not None and self.operator == "at_most":
            raise TermsError("'rounding_step' is for operator 'below': 'at_most' needs no step")

    @property
    def raises_target(self) -> bool:
        return self.consequence in {"raises_target_by_ratio", "raises_target_by_excess"}

    def sentence(self, size: Decimal | None = None) -> str:
        limit = self.limit.words()
        if size is not None and self.limit.by_size is not None:
            limit = f"{self.limit.for_size(size):f} %"
        verb = "may be at most" if self.operator == "at_most" else "must stay below"
        since = " since the last payout" if self.since == "last_payout" else ""
        unit = self.unit.replace("_", " ")
        what = _DENOMINATOR_WORDS[self.denominator]
        step = self.rounding_step
        steps = "" if step is None else f"; what is still needed is counted in steps of {step:f}"
        return f"The best {unit} {verb} {limit} of {what}{since}{_THEN[self.consequence]}{steps}."

    def formula(self) -> str:
        sign = "≤" if self.operator == "at_most" else "<"
        what = _DENOMINATOR_WORDS[self.denominator]
        return f"best {self.unit.replace('_', ' ')} ÷ {what} {sign} limit"


_DENOMINATOR_WORDS = {
    "net_profit": "the net profit",
    "positive_days": "the sum of the winning days",
    "profit_target": "the profit target",
}
_THEN = {
    "blocks": "",
    "raises_target_by_ratio": "; a larger one raises the target to itself divided by the limit",
    "raises_target_by_excess": "; a larger one raises the target by the excess",
    "clips_excess": "; the excess does not count",
    "violates": "; a larger one is a violation",
}


class ConsistencyJudge(Judge[Consistency]):
    """Keeps the units' profits, says what is still needed, and finds units above a fixed limit."""

    def __init__(self, terms: Consistency, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.units = UnitProfits(situation, terms.unit, terms.since, terms.grouping)
        self.clipped: dict[str, Fraction] = {}  # what each day or trade was already said for

    # -- what happened
    def on_opened(self, deal: Deal) -> Violations:
        del deal
        self.units.opened()
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        key = self.units.closed(trade)
        return () if self.terms.unit == "day" else self._test(key, self.units.of(key), (trade,))

    def on_day_end(self, record: DayRecord) -> Violations:
        earned = self.units.day_ended(record)
        if self.terms.unit != "day":
            return ()
        day = record.day
        closed = tuple(
            each for each in self.situation.trades if day.start <= each.closed_at < day.end
        )
        return self._test(record.label.isoformat(), earned, closed)

    def on_payout(self, event: PayoutMoved) -> Violations:
        del event
        self.units.paid()
        if self.terms.since == "last_payout":
            self.clipped.clear()
        return ()

    def on_state(self, event: StateReported) -> Violations:
        self.units.reported(event)
        return ()

    # -- the test of a fixed limit
    def _test(self, key: str, earned: Decimal, trades: tuple[Trade, ...]) -> tuple[Violation, ...]:
        if not self._spoken():
            return ()
        target, percent = self.target(), self.percent()
        share = Fraction(earned) / Fraction(target)
        if is_consistent(share, percent, self.terms.operator):
            return ()
        clips = self.terms.consequence == "clips_excess"
        said = [each for each in self.units.members(key) if each in self.clipped]
        new_excess = excess_of(earned, percent, target) - sum(self.clipped[each] for each in said)
        if (new_excess <= 0) if clips else said:
            return ()
        self.clipped[key] = self.clipped.get(key, Fraction(0)) + new_excess
        return (
            Violation(
                observed=earned,
                limit=largest_unit(target, percent),
                comparison="cross" if self.terms.operator == "at_most" else "touch",
                detail={
                    "unit": self.units.members(key)[0],
                    "share_of": "profit_target",
                    "percent": f"{percent:f}",
                },
                effects=(CLIP,) if clips else None,
                trades=trades,
                excess=money_of(new_excess) if clips else None,
            ),
        )

    # -- what it shows
    def percent(self) -> Decimal:
        """The limit in force now, in per cent."""
        situation = self.situation
        return self.terms.limit.resolve(situation.size, situation.stage, situation.payout_number)

    def target(self) -> Decimal:
        """The profit target before this rule raises it; 0 where the rule has none."""
        if self.terms.target is None:
            return ZERO
        situation = self.situation
        from_start = situation.cycle_start_balance
        bases = {"balance_after_last_payout": from_start, "cycle_start": from_start}
        return self.terms.target.resolve(situation.size, bases)

    def denominator(self) -> Decimal | None:
        """What the best unit is held against now; None where it was never told."""
        match self.terms.denominator:
            case "net_profit":
                return self.units.total
            case "positive_days":
                return self.units.wins
            case "profit_target":
                return self.target()

    def objective(self) -> Objective:
        percent, total, best = self.percent(), self.denominator(), self.units.best
        share = None
        figures: dict[str, Figure | str | bool | None] = {"share": None, "best": best}
        figures |= {"total": total, "limit_amount": None, "excess": None, "additional_needed": None}
        if total is not None:
            figures["limit_amount"] = largest_unit(max(total, ZERO), percent)
        if best is not None and total is not None:
            share = figures["share"] = share_of(best, total)
            figures["excess"] = excess_of(best, percent, max(total, ZERO))
            figures["additional_needed"] = self._additional(best, total, percent)
        if best is not None and self.terms.raises_target:
            figures["new_target"] = self.new_target(best)
        return Objective(
            rule=self.terms.name,
            required=Fraction(percent) / 100,
            current=share,
            met=True if self._spoken() else self._met(best, total),
            figures=figures,
            blocks=self._blocks(),
        )

    def new_target(self, best: Decimal) -> Fraction:
        """The target as this rule raises it for the best unit."""
        if self.terms.consequence == "raises_target_by_excess":
            return target_with_excess(best, self.percent(), self.target())
        return raised_target(best, self.percent(), self.target())

    def _spoken(self) -> bool:
        """Whether the verdicts say everything and nothing waits for the share."""
        return self.terms.consequence in {"clips_excess", "violates"}

    def _blocks(self) -> Literal["pass", "payout", "both"]:
        """Excess that is clipped or punished by verdicts keeps nobody from passing."""
        payout_only = self._spoken() or self.situation.stage == "funded"
        return "payout" if payout_only else self.terms.blocks

    def _met(self, best: Decimal | None, total: Decimal | None) -> bool | None:
        if best is None or total is None:
            return None
        needed = self._total_needed(best)
        if needed is not None:
            earned = self.units.total
            return None if earned is None else earned >= needed
        share = share_of(best, total)
        if share is None:
            return self.terms.undefined == "not_applied"
        return is_consistent(share, self.percent(), self.terms.operator)

    def _total_needed(self, best: Decimal) -> Fraction | None:
        """The profit that meets a raised target; None where the share alone decides."""
        if self.terms.consequence == "raises_target_by_excess":
            return self.new_target(best)
        if not self.terms.raises_target or self.terms.denominator != "profit_target":
            return None
        least = min_total_profit(best, self.percent(), self.terms.operator, self._rounding_step())
        return max(least, Fraction(self.target()))

    def _additional(self, best: Decimal, total: Decimal, percent: Decimal) -> Fraction | None:
        """What must still be earned; None where no profit mends it (a share of the target)."""
        needed, earned = self._total_needed(best), self.units.total
        if needed is not None and earned is not None:
            return max(Fraction(0), needed - Fraction(earned))
        if self.terms.denominator == "profit_target":
            return None
        step = self._rounding_step()
        return additional_needed(best, total, percent, self.terms.operator, step)

    def _rounding_step(self) -> Decimal:
        step = self.terms.rounding_step
        return unit_of(self.situation.digits) if step is None else step
