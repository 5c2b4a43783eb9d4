"""Daily loss limit (RULES T3): how far a day may fall below its anchor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import BalanceAdjusted, DayReported, PayoutMoved, Scaled, StateReported
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Calm, Judge, LimitLine, Violation, Violations
from propdesk.domain.levels import (
    WarningSteps,
    certainty_of,
    exactly_at,
    higher,
    lower,
    shifted,
)
from propdesk.domain.situation import Situation, Span
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
    warn_at: tuple[Decimal, ...] = ()
    """Warnings at these percentages of the allowance used."""

    def __post_init__(self) -> None:
        base = RESULT_BASES.get(self.tested, self.base)
        if self.base != base:
            raise TermsError(f"tested: {self.tested} is counted from base: {base}")

    def sentence(self, size: Decimal | None = None) -> str:
        verb = "reach or fall below" if self.comparison == "touch" else "fall below"
        what = "Balance and equity" if self.tested == "balance_or_equity" else "Equity"
        soft = "" if self.effects[0].hard else " The account is not lost by it."
        if self.tested in RESULT_BASES:
            lost = "reach" if self.comparison == "touch" else "exceed"
            result = _RESULT_WORDS[self.tested].format(horizon=self.horizon)
            return f"A loss {result} may not {lost} {told(self.allowance, size)}.{soft}"
        return (
            f"{what} may not {verb} {_BASE_WORDS[self.base]} minus "
            f"{told(self.allowance, size)} within one {self.horizon}.{soft}"
        )

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
    if amount.percent is None:
        return "an amount by size" if size is None else f"{amount.resolve(size):,.2f}"
    if amount.of in {"base", "peak"}:
        return f"{amount.percent:f} % of it"
    sums = ""
    if size is not None and amount.of == "initial":
        sums = f" ({amount.resolve(size):,.2f})"
    whole = "the initial balance" if amount.of == "initial" else amount.of.replace("_", " ")
    return f"{amount.percent:f} % of {whole}{sums}"


class DailyLossJudge(Judge[DailyLoss]):
    """Holds the anchor of the running day and tests every mark against its floor."""

    watches_marks = True

    def __init__(self, terms: DailyLoss, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.anchor: Span | None = None
        self.standing = False  # already broken in this horizon: say it once
        self.removed = False
        self.allowance_terms = terms.allowance
        self.warnings = WarningSteps(terms.warn_at)
        self.peak: Span | None = None
        self.period: tuple[int, int] | date | None = None

    # -- the anchor
    def on_start(self) -> Violations:
        self.peak = self.situation.equity
        self._anchor()
        return ()

    def on_day_start(self) -> Violations:
        self._step_up()
        if self._period(self.situation.day.day.label) != self.period:
            self._anchor()
        return ()

    def on_adjusted(self, event: BalanceAdjusted) -> Violations:
        if self.terms.on_payout == "shift":
            self._shift(event.amount)
        return ()

    def on_payout(self, event: PayoutMoved) -> Violations:
        if self.terms.on_payout == "shift":
            self._shift(-event.amount)
        return ()

    def on_scaled(self, event: Scaled) -> Violations:
        del event
        self._anchor()
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
        if self.situation.equity is not None:
            self._raise(self.situation.equity)
        value = self._value()
        return () if value is None else list(self._test(value))

    def _test(self, value: Span) -> Iterator[Violation]:
        floor = self.floor()
        if floor is None or self.standing:
            return
        certainty = certainty_of(value, floor, self.terms.comparison)
        if certainty is not None:
            self.standing = certainty == "proven"
            zero = self._zero()
            yield Violation(
                observed=(value.high if certainty == "proven" else value.low) - zero,
                limit=floor.low - zero,
                comparison=self.terms.comparison,
                certainty=certainty,
                detail=self._detail(),
            )
            return
        step = self.warnings.due(value.high, floor.low, self.allowance())
        if step is not None:
            zero = self._zero()
            yield Violation(
                observed=value.high - zero,
                limit=floor.low - zero,
                comparison=self.terms.comparison,
                detail={"used_percent": f"{step:f}"},
                effects=(WARN,),
            )

    def _zero(self) -> Decimal:
        """What a violation's figures are counted from: a result is told as a result."""
        if self.terms.tested not in RESULT_BASES or self.anchor is None:
            return ZERO
        return self.anchor.low

    def calm(self) -> Calm:
        floor = self.floor()
        if floor is None or self.standing:
            return Calm()
        warning = self.warnings.next_level(floor.low, self.allowance())
        low = floor.high if warning is None else max(floor.high, warning)
        return Calm(low=low, high=self._peak_watched())

    # -- what it shows
    def limit(self) -> LimitLine | None:
        floor = self.floor()
        if floor is None or self.anchor is None:
            return None
        value = self._value()
        return LimitLine(
            rule=self.terms.name,
            base=self.anchor.low,
            allowance=self.allowance(),
            floor=floor.low,
            room=None if value is None else value.low - floor.low,
            comparison=self.terms.comparison,
            peak=self._peak_watched(),
        )

    def allowance(self) -> Decimal:
        """What may be lost from the anchor, exact."""
        return self._allowance_of(self.anchor.low if self.anchor is not None else ZERO)

    def floor(self) -> Span | None:
        """The floor in force; None where there is none or its anchor is not known."""
        if self.anchor is None or self.removed or not self._enabled():
            return None
        floor = Span(
            self.anchor.low - self._allowance_of(self.anchor.low),
            self.anchor.high - self._allowance_of(self.anchor.high),
        )
        overall = self.situation.day.overall_floor
        if self.terms.clamp_to_overall and overall is not None:
            floor = higher(floor, exactly_at(overall))
        return floor

    def _allowance_of(self, base: Decimal) -> Decimal:
        drawdown = {"base": base, "peak": base, "balance": self.situation.balance}
        return self.allowance_terms.resolve(self.situation.size, drawdown)

    def _value(self) -> Span | None:
        balance = exactly_at(self.situation.balance)
        equity = self.situation.equity
        if self.terms.tested != "balance_or_equity":
            return equity
        if equity is None:  # the balance alone can prove a breach, never its absence
            return Span(balance.low, balance.low) if self._balance_breaks() else None
        return lower(balance, equity)

    def _balance_breaks(self) -> bool:
        floor = self.floor()
        balance = exactly_at(self.situation.balance)
        return floor is not None and (
            certainty_of(balance, floor, self.terms.comparison) == "proven"
        )

    def _anchor(self) -> None:
        day = self.situation.day
        self.period = self._period(day.day.label)
        self.standing = False
        self.warnings.rearm()
        balance = exactly_at(day.start_balance)
        base = self.terms.base
        if base == "initial":
            self.anchor = exactly_at(self.situation.origin)
        elif base == "day_start_balance":
            self.anchor = balance
        elif base == "account_peak_equity":
            self.anchor = self.peak
        elif base == "max_balance_equity" and day.start_equity is not None:
            self.anchor = higher(balance, day.start_equity)
        else:
            self.anchor = day.start_equity

    def _raise(self, equity: Span) -> None:
        self.peak = equity if self.peak is None else higher(self.peak, equity)
        if self.anchor is None:
            return
        if self.terms.base == "day_peak_equity":
            self.anchor = higher(self.anchor, equity)
        elif self.terms.base == "account_peak_equity":
            self.anchor = self.peak

    def _peak_watched(self) -> Decimal | None:
        if self.anchor is None or self.terms.base not in {"day_peak_equity", "account_peak_equity"}:
            return None
        return self.anchor.low

    def _shift(self, by: Decimal) -> None:
        if self.anchor is not None and self.terms.base != "initial":
            self.anchor = shifted(self.anchor, by)
        if self.peak is not None:
            self.peak = shifted(self.peak, by)

    def _step_up(self) -> None:
        step = self.terms.step_up
        if step is None or self.situation.closed_profit < step.profit.resolve(self.situation.size):
            return
        if step.allowance is None:
            self.removed = True
        else:
            self.allowance_terms = step.allowance

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

    def _detail(self) -> dict[str, str]:
        anchor = "unknown" if self.anchor is None else f"{self.anchor.low:f}"
        return {"base": anchor, "allowance": f"{self.allowance():f}", "tested": self.terms.tested}
