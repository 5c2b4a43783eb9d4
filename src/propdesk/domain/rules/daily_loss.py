"""Daily loss limit (RULES T3): how far a day may fall below its anchor."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import BalanceAdjusted, DayReported, PayoutMoved, Scaled, StateReported
from propdesk.domain.exact import ZERO
from propdesk.domain.foretold import Foretold
from propdesk.domain.judging import Calm, Judge, LimitLine, Trail, Violation, Violations
from propdesk.domain.levels import (
    WarningSteps,
    certainty_of,
    exactly_at,
    higher,
    lower,
    shifted,
)
from propdesk.domain.situation import Situation, Span
from propdesk.domain.snapshot_window import Snapshot, doubt_of, told_span
from propdesk.domain.terms import Amount, Comparison, Effect, RuleTerms, Terms, TermsError

Base: TypeAlias = Literal[
    "initial",
    "day_start_balance",
    "day_start_equity",
    "max_balance_equity",
    "day_peak_equity",
    "account_peak_equity",
]
Tested: TypeAlias = Literal["equity", "balance_or_equity", "day_net", "closed_plus_floating"]
PEAKS: set[Base] = {"day_peak_equity", "account_peak_equity"}  # anchors that rise with equity
WARN = Effect(kind="warn")
# What a day's result is counted from: the rule has no other anchor then.
RESULT_BASES: dict[Tested, Base] = {
    "day_net": "day_start_equity",
    "closed_plus_floating": "day_start_balance",
}


@dataclass(frozen=True, kw_only=True)
class StepUp(Terms):
    """The limit changes once the account has earned enough (Tradeify)."""

    profit: Amount
    """Closed profit that triggers it."""
    allowance: Amount | None = None
    """The new allowance; none removes the limit."""


@dataclass(frozen=True, kw_only=True)
class DailyLoss(RuleTerms):
    """Equity may not fall too far below an anchor taken at the day's start."""

    rule: Literal["daily_loss"] = "daily_loss"
    base: Base
    """What the loss is measured from."""
    allowance: Amount
    """How much may be lost; a percentage of ``base`` compounds."""
    comparison: Comparison
    """``touch``: reaching the floor breaks it; ``cross``: only going below does."""
    tested: Tested = "equity"
    """What is held against the floor. ``day_net``: the day's net result, from the equity at its
    start; ``closed_plus_floating``: profit closed today and all open profit, from the balance at
    its start."""
    clamp_to_overall: bool = False
    """The floor is never below the overall floor."""
    horizon: Literal["day", "week", "month"] = "day"
    """How long the anchor stays."""
    sizes: tuple[Decimal, ...] = ()
    """Only accounts of these sizes; empty: all."""
    equity_from: Decimal | None = None
    """Only while the day starts with at least this equity."""
    equity_below: Decimal | None = None
    """Only while the day starts with less than this equity."""
    on_payout: Literal["shift", "unchanged"] = "shift"
    """``shift``: money moved in or out moves the anchor with it."""
    step_up: StepUp | None = None
    """A profit from which on the limit is another one, or none."""
    warn_at: tuple[Decimal, ...] = ()
    """Warnings at these percentages of the allowance used."""

    def __post_init__(self) -> None:
        base = RESULT_BASES.get(self.tested, self.base)
        if self.base != base:
            raise TermsError(f"tested: {self.tested} is counted from base: {base}")

    def sentence(self, size: Decimal | None = None) -> str:
        verb = "reach or fall below" if self.comparison == "touch" else "fall below"
        what = "Balance and equity" if self.tested == "balance_or_equity" else "Equity"
        limit = (
            f"{what} may not {verb} {_BASE_WORDS[self.base]} minus "
            f"{told(self.allowance, size)} within one {self.horizon}."
        )
        if self.tested in RESULT_BASES:
            lost = "reach" if self.comparison == "touch" else "exceed"
            result = _RESULT_WORDS[self.tested].format(horizon=self.horizon)
            limit = f"A loss {result} may not {lost} {told(self.allowance, size)}."
        soft = () if self.effects[0].hard else ("The account is not lost by it.",)
        return " ".join((limit, *self._conditions(size), *soft))

    def _conditions(self, size: Decimal | None) -> Iterator[str]:
        if self.clamp_to_overall:
            yield "The floor is never below that of the overall loss limit."
        if self.step_up is not None:
            change = "the limit no longer applies"
            if self.step_up.allowance is not None:
                change = f"{told(self.step_up.allowance, size)} may be lost instead"
            yield f"From the day after a profit of {told(self.step_up.profit, size)} on, {change}."
        if self.sizes:
            yield f"Only for accounts of {', '.join(f'{each:,.2f}' for each in self.sizes)}."
        if self.equity_from is not None:
            yield f"Only on days that start with an equity of at least {self.equity_from:,.2f}."
        if self.equity_below is not None:
            yield f"Only on days that start with an equity below {self.equity_below:,.2f}."

    def formula(self) -> str:
        floor = f"floor = {_BASE_WORDS[self.base]} − {describe(self.allowance)}"
        if self.tested not in RESULT_BASES:
            return floor
        return f"result = equity − {_BASE_WORDS[self.base]}; {floor}"


_RESULT_WORDS = {
    "day_net": "by the net result of one {horizon}",
    "closed_plus_floating": "by the profit closed in one {horizon} and all open profit together",
}
_BASE_WORDS = {
    "initial": "the initial balance",
    "day_start_balance": "the balance at the day's start",
    "day_start_equity": "the equity at the day's start",
    "max_balance_equity": "the higher of balance and equity at the day's start",
    "day_peak_equity": "the day's highest equity",
    "account_peak_equity": "the highest equity so far",
}


def describe(amount: Amount) -> str:
    """An amount for a formula: ``5 % of initial``, ``1000``, ``amount(size)``."""
    plus = f" + {amount.plus:f}" if amount.plus else ""
    if amount.percent is not None:
        return f"{amount.percent:f} % of {amount.of.replace('_', ' ')}{plus}"
    return f"{amount.money:f}{plus}" if amount.money is not None else f"amount(size){plus}"


def told(amount: Amount, size: Decimal | None) -> str:
    """An amount in a sentence, with the sum it comes to for an account of ``size``."""
    if amount.money is not None:
        return f"{amount.money + amount.plus:,.2f}"
    if amount.by_size is not None:
        return "an amount by size" if size is None else f"{amount.resolve(size):,.2f}"
    share = "a percentage by size"
    if amount.percent is not None:
        share = f"{amount.percent:f} %"
    elif size is not None:
        share = f"{amount.percent_for(size):f} %"
    plus = f" plus {amount.plus:,.2f}" if amount.plus else ""
    if amount.of in {"base", "peak"}:
        return f"{share} of it{plus}"
    if amount.of != "initial":
        return f"{share} of the {amount.of.replace('_', ' ')}{plus}"
    sums = "" if size is None else f" ({amount.resolve(size):,.2f})"
    return f"{share} of the initial balance{plus}{sums}"


class DailyLossJudge(Judge[DailyLoss]):
    """Holds the anchor of the running day and tests every mark against its floor."""

    watches_marks = True
    anchor: Span | None  # None: what the account was worth then is not known
    coming: Snapshot  # the next period's anchor, while it may be being taken
    peak: Span
    period: tuple[int, int] | date  # the day, week or month the anchor is of
    standing: bool  # already broken in this period: say it once
    moved: Decimal  # money moved in or out today that the anchor has followed

    def __init__(self, terms: DailyLoss, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.allowed: Amount | None = terms.allowance  # None: a step-up removed the limit
        self.warnings = WarningSteps(terms.warn_at)
        self.peak = exactly_at(situation.balance)
        self.moved = ZERO
        self._anchor()

    # -- the anchor
    def on_day_start(self) -> Violations:
        self.moved = ZERO
        self._step_up()
        self._renew()
        return ()

    def _renew(self) -> None:
        """Take the new period's anchor as soon as it cannot be still to come."""
        if self._period(self.situation.day.day.label) == self.period:
            return
        if self.situation.clock.snapshot_of(self.situation.at) is not None:
            return
        coming = self.coming
        self._anchor()
        if coming.taking:
            now = self._anchor_at(self.situation.balance, self.situation.equity)
            self.anchor = coming.saw(now).seen

    def _look(self) -> None:
        """While the firm may take its snapshot, this moment may be the one it sees."""
        taking = self.situation.clock.snapshot_of(self.situation.at)
        if taking is not None and self._period(taking) != self.period:
            seen = self._anchor_at(self.situation.balance, self.situation.equity)
            self.coming = self.coming.saw(seen)

    def on_adjusted(self, event: BalanceAdjusted) -> Violations:
        del event
        self._follow_money()
        return ()

    def on_payout(self, event: PayoutMoved) -> Violations:
        del event
        self._follow_money()
        return ()

    def on_scaled(self, event: Scaled) -> Violations:
        """A new size is a new limit; the money that came with it is no profit of the day."""
        del event
        self._follow_money(always=True)
        if self.terms.base == "initial":
            self.anchor = exactly_at(self.situation.origin)
        self._rearm()
        return ()

    def on_state(self, event: StateReported) -> Violations:
        if event.peak_equity is not None:
            self.peak = exactly_at(event.peak_equity)
        self._anchor()
        if self.terms.base == "day_peak_equity" and event.day_peak_equity is not None:
            self.anchor = exactly_at(event.day_peak_equity)
        return ()

    def on_day_reported(self, event: DayReported) -> Violations:
        """Judges a day of which only its figures are known, peak before low."""
        if event.peak_equity is not None:
            self._raise(exactly_at(event.peak_equity))
        if event.low_equity is not None:
            return list(self._test(exactly_at(event.low_equity)))
        return ()

    # -- the test
    def on_mark(self) -> Violations:
        self._renew()
        if self.situation.equity is not None:
            self._raise(self.situation.equity)
        value = self._value()
        found = [] if value is None else list(self._test(value))
        self._look()
        return found

    def _test(self, value: Span) -> Iterator[Violation]:
        line = self._in_force()
        if line is None or self.standing:
            return
        base, floor = line
        # A result is told as a result.
        zero = base.low if self.terms.tested in RESULT_BASES else ZERO
        allowance = self._allowance_of(base.low)
        certainty = certainty_of(value, floor, self.terms.comparison)
        if certainty is not None:
            self.standing = certainty == "proven"
            doubt = doubt_of(self.situation, certainty, value, base)
            yield Violation(
                observed=(value.high if certainty == "proven" else value.low) - zero,
                limit=floor.low - zero,
                comparison=self.terms.comparison,
                certainty="unknown" if doubt else certainty,
                detail={
                    "base": told_span(base) if doubt else f"{base.low:f}",
                    "allowance": f"{allowance:f}",
                    "tested": self.terms.tested,
                    **doubt,
                },
            )
            return
        step = self.warnings.due(value.high, floor.low, allowance)
        if step is not None:
            yield Violation(
                observed=value.high - zero,
                limit=floor.low - zero,
                comparison=self.terms.comparison,
                detail={"used_percent": f"{step:f}"},
                effects=(WARN,),
            )

    def calm(self) -> Calm:
        """A peak is watched even while nothing can be broken: the next floor hangs on it."""
        peak = self._peak_watched()
        line = self._in_force()
        if line is None or self.standing:
            return Calm(trail=None if peak is None else Trail(peak))
        base, floor = line
        warning = self.warnings.next_level(floor.low, self._allowance_of(base.low))
        low = floor.high if warning is None else max(floor.high, warning)
        if peak is None:
            return Calm(low=low)
        if not base.exact or self.terms.clamp_to_overall or not self._allowance_stays():
            return Calm(low=low, high=peak)
        trail = Trail(peak, peak - low)
        by_balance = self.terms.tested == "balance_or_equity"
        return Calm(low, trail.reaches(self.situation.balance) if by_balance else None, trail)

    def _allowance_stays(self) -> bool:
        """Whether the allowance is the same from whatever base."""
        return self.allowed is not None and self.allowed.of not in {"base", "peak"}

    def foretell(self) -> Foretold | Literal["nothing", "unsure"]:
        line = self._in_force()
        if self._period(self.situation.day.day.label) != self.period or self.coming.taking:
            return "unsure"  # the next mark takes another anchor
        if self.standing or line is None:
            return "nothing"
        base, floor = line
        moves = self.terms.base in PEAKS
        if not base.exact or self.terms.clamp_to_overall or (moves and not self._allowance_stays()):
            return "unsure"
        allowance = self._allowance_of(base.low)
        return Foretold(
            floor=floor.low,
            comparison=self.terms.comparison,
            detail={
                "base": f"{base.low:f}",
                "allowance": f"{allowance:f}",
                "tested": self.terms.tested,
            },
            zero=base.low if self.terms.tested in RESULT_BASES else ZERO,
            mark=base.low if moves else None,
            marked="base",
            gap=allowance,
        )

    def catch_up(self, equity: Span, parts: Sequence[Span]) -> None:
        del parts
        self._raise(exactly_at(equity.high))

    # -- what it shows
    def limit(self) -> LimitLine | None:
        line = self._in_force()
        if line is None:
            return None
        base, floor = line
        value = self._value()
        return LimitLine(
            rule=self.terms.name,
            base=base.low,
            allowance=self._allowance_of(base.low),
            floor=floor.low,
            room=None if value is None else value.low - floor.high,
            comparison=self.terms.comparison,
            peak=self._peak_watched(),
        )

    def _in_force(self) -> tuple[Span, Span] | None:
        """The anchor and its floor; None where there is no limit or its anchor is not known."""
        base = self.anchor
        if self.coming.taking:
            base = self.coming.saw(base).seen  # either the old one still holds or a new one does
        if base is None or self.allowed is None or not self._enabled():
            return None
        least = base.low - self._allowance_of(base.low)
        exact = base.low is base.high
        floor = Span(least, least if exact else base.high - self._allowance_of(base.high))
        overall = self.situation.day.overall_floor
        if self.terms.clamp_to_overall and overall is not None:
            floor = higher(floor, exactly_at(overall))
        return base, floor

    def _allowance_of(self, base: Decimal) -> Decimal:
        """What may be lost from ``base``, exact."""
        if self.allowed is None:  # pragma: no cover - nothing asks for a limit that was removed
            return ZERO
        allowed, size = self.allowed, self.situation.size
        if allowed.by_size_alone:
            return allowed.resolve(size)
        return allowed.resolve(
            size, {"base": base, "peak": base, "balance": self.situation.balance}
        )

    def _value(self) -> Span | None:
        balance = exactly_at(self.situation.balance)
        equity = self.situation.equity
        if self.terms.tested != "balance_or_equity":
            return equity
        if equity is not None:
            return lower(balance, equity)
        # Without equity the balance alone can prove a breach, never its absence.
        line = self._in_force()
        if line is None:
            return None
        proven = certainty_of(balance, line[1], self.terms.comparison) == "proven"
        return balance if proven else None

    def _anchor(self) -> None:
        day = self.situation.day
        self.period = self._period(day.day.label)
        self.coming = Snapshot()
        self._rearm()
        self.anchor = self._anchor_at(day.start_balance, day.start_equity)

    def _anchor_at(self, balance: Decimal, equity: Span | None) -> Span | None:
        """The anchor of a period that starts with these figures."""
        match self.terms.base:
            case "initial":
                return exactly_at(self.situation.origin)
            case "day_start_balance":
                return exactly_at(balance)
            case "account_peak_equity":
                return self.peak
            case "max_balance_equity" if equity is not None:
                return higher(exactly_at(balance), equity)
            case _:
                return equity

    def _rearm(self) -> None:
        self.standing = False
        self.warnings.rearm()

    def _raise(self, equity: Span) -> None:
        self.peak = higher(self.peak, equity)
        if self.anchor is not None and self.terms.base in PEAKS:
            self.anchor = higher(self.anchor, equity)
            self.coming = self.coming.raised(equity)

    def _peak_watched(self) -> Decimal | None:
        if self.anchor is None or self.terms.base not in PEAKS:
            return None
        return self.anchor.low

    def _follow_money(self, *, always: bool = False) -> None:
        """Move the anchor by what was moved in or out since the last time."""
        by = self.situation.day.adjusted - self.moved
        self.moved += by
        if not always and self.terms.on_payout == "unchanged":
            return
        if self.anchor is not None and self.terms.base != "initial":
            self.anchor = shifted(self.anchor, by)
            self.coming = self.coming.shifted(by)
        self.peak = shifted(self.peak, by)

    def _step_up(self) -> None:
        step = self.terms.step_up
        if step is None or self.situation.closed_profit < step.profit.resolve(self.situation.size):
            return
        self.allowed = step.allowance

    def _enabled(self) -> bool:
        if self.terms.sizes and self.situation.size not in self.terms.sizes:
            return False
        started = self.situation.day.start_equity
        start = started.low if started is not None else self.situation.day.start_balance
        above, below = self.terms.equity_from, self.terms.equity_below
        return (above is None or start >= above) and (below is None or start < below)

    def _period(self, label: date) -> tuple[int, int] | date:
        if self.terms.horizon == "week":
            return (label.isocalendar().year, label.isocalendar().week)
        if self.terms.horizon == "month":
            return (label.year, label.month)
        return label
