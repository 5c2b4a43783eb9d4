"""Overall loss limit (RULES T4): how far the account may fall, ever."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
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
from propdesk.domain.rules.daily_loss import WARN, describe, told
from propdesk.domain.situation import DayRecord, Situation, Span
from propdesk.domain.terms import Amount, Comparison, RuleTerms, Terms

Mode: TypeAlias = Literal["static", "trailing", "payout_trailing", "stepped"]
PeakSource: TypeAlias = Literal[
    "closed_balance",
    "eod_balance",
    "eod_max_balance_equity",
    "live_equity",
    "live_max_balance_equity",
]
Tested: TypeAlias = Literal["equity", "balance", "balance_or_equity"]
LIVE = {"live_equity", "live_max_balance_equity"}
AT_CLOSE = {"eod_balance", "eod_max_balance_equity"}


@dataclass(frozen=True, kw_only=True)
class Lock(Terms):
    """Where a moving floor stops, and what stops it."""

    at: Amount
    """The level: money is added to the account's starting balance (``0``: at the start,
    ``100``: above it, ``-750``: below it); a percentage is one of the initial size."""
    trigger: Literal[
        "floor_reaches", "realised_profit", "equity_profit", "day_close_profit", "payout", "payouts"
    ] = "floor_reaches"
    """``floor_reaches``: the moving floor is clipped at the level. The others set the floor to
    the level at once when they happen."""
    profit: Amount | None = None
    """The profit that triggers it, for the three profit triggers."""
    payouts: int = 1
    """``payouts``: how many payouts must have been made."""
    level_from: Literal["start", "milestone"] = "start"
    """``milestone``: the floor stays at the balance that triggered it less the allowance."""


@dataclass(frozen=True, kw_only=True)
class OverallLoss(RuleTerms):
    """The account may not fall below a floor that is fixed, trails a peak, or follows payouts."""

    rule: Literal["overall_loss"] = "overall_loss"
    mode: Mode
    """How the floor moves."""
    allowance: Amount
    """Distance from the start or the peak; ``of: peak`` takes the percentage of the peak."""
    comparison: Comparison
    """``touch``: reaching the floor breaks it; ``cross``: only going below does."""
    peak_source: PeakSource | None = None
    """``trailing``: which high-water mark."""
    peak_update: Literal["instant", "day_reset"] = "instant"
    """When a new peak starts to count."""
    lock: Lock | None = None
    """Where the trailing stops. None: it never does."""
    also_locks_on_payout: bool = False
    """A processed payout moves the floor to the lock level whatever its position."""
    check: Literal["tick", "day_end"] = "tick"
    """When the floor is tested."""
    tested: Tested = "equity"
    """What is held against the floor."""
    on_payout: Literal[
        "unchanged", "set_initial", "reduce_peak", "raise_by_trader_share", "reset"
    ] = "unchanged"
    """What a payout does to the floor."""
    on_scale: Literal["recompute", "from_balance"] = "recompute"
    """Whether scaling measures from the new size or from the balance at approval."""
    step_profit: Amount | None = None
    """``stepped``: profit (by balance) at which the floor is re-anchored once."""
    step_allowance: Amount | None = None
    """``stepped``: its distance from the balance at that moment."""
    news_buffer: Amount | None = None
    """A temporary widening of the allowance."""
    warn_at: tuple[Decimal, ...] = ()
    """Warnings at these percentages of the allowance used."""

    def sentence(self, size: Decimal | None = None) -> str:
        verb = "reach or fall below" if self.comparison == "touch" else "fall below"
        what = {
            "equity": "Equity",
            "balance": "The balance",
            "balance_or_equity": "Balance and equity",
        }[self.tested]
        where = {
            "static": "the initial balance",
            "trailing": f"the highest {_PEAK_WORDS.get(self.peak_source or '', 'value')}",
            "payout_trailing": "the initial balance, raised by every payout's trader share",
            "stepped": "the initial balance, re-anchored once in profit",
        }[self.mode]
        lock = ""
        if self.lock is not None:
            lock = f" The floor stops {_lock_words(self.lock, size)}."
        return f"{what} may never {verb} {where}, minus {told(self.allowance, size)}.{lock}"

    def formula(self) -> str:
        start = "initial" if self.mode != "trailing" else f"peak({self.peak_source})"
        lock = "" if self.lock is None else f", locked at start + {describe(self.lock.at)}"
        return f"floor = {start} − {describe(self.allowance)}{lock}"


_PEAK_WORDS = {
    "closed_balance": "closed balance so far",
    "eod_balance": "balance at any day's end",
    "eod_max_balance_equity": "balance or equity at any day's end",
    "live_equity": "equity so far, open profit included",
    "live_max_balance_equity": "balance or equity so far, open profit included",
}
_TRIGGER_WORDS = {
    "floor_reaches": "when it gets there",
    "realised_profit": "once the closed profit is reached",
    "equity_profit": "once the profit is reached, open profit included",
    "day_close_profit": "once a day ends with the profit",
    "payout": "with the first payout",
    "payouts": "after the payouts it takes",
}


def _lock_words(lock: Lock, size: Decimal | None) -> str:
    if lock.level_from == "milestone":
        return f"at the milestone less the allowance, {_TRIGGER_WORDS[lock.trigger]}"
    if lock.at.money == 0:
        return f"at the starting balance, {_TRIGGER_WORDS[lock.trigger]}"
    return f"at the starting balance plus {told(lock.at, size)}, {_TRIGGER_WORDS[lock.trigger]}"


class OverallLossJudge(Judge[OverallLoss]):
    """Keeps the peak and the floor, and tests every mark."""

    watches_marks = True

    def __init__(self, terms: OverallLoss, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.start = ZERO
        self.peak = exactly_at(ZERO)  # the mark in force
        self.pending = exactly_at(ZERO)  # peaks that count from the next day on
        self.risen = ZERO  # payout trailing: what payouts have added to the floor
        self.locked_at: Decimal | None = None
        self.standing = False
        self.warnings = WarningSteps(terms.warn_at)

    def on_start(self) -> Violations:
        self.start = self.situation.origin
        self.peak = self.pending = exactly_at(self.start)
        self._publish()
        return ()

    # -- what moves the peak
    def on_mark(self) -> Violations:
        self._take_live_peak()
        self._lock_if_due()
        self._publish()
        if self.terms.check == "day_end":
            return ()
        return self._judged()

    def on_day_end(self, record: DayRecord) -> Violations:
        found: list[Violation] = []
        if self.terms.check == "day_end":
            found = self._judged()
        if self.terms.peak_source in AT_CLOSE:
            close = exactly_at(record.end_balance)
            if self.terms.peak_source == "eod_max_balance_equity" and record.end_equity is not None:
                close = higher(close, record.end_equity)
            self._raise(close)
        self._step_if_due(record.end_balance)
        self._lock_if_due(day_close=record.end_balance)
        return found

    def on_day_start(self) -> Violations:
        self.peak = higher(self.peak, self.pending)
        self._lock_if_due()
        self._publish()
        return ()

    def on_day_reported(self, event: DayReported) -> Violations:
        if event.peak_equity is not None and self.terms.peak_source in LIVE:
            self._raise(exactly_at(event.peak_equity))
            self._lock_if_due()
            self._publish()
        if event.low_equity is not None and self.terms.check == "tick":
            return list(self._test(exactly_at(event.low_equity)))
        return ()

    def on_state(self, event: StateReported) -> Violations:
        reported = {
            "closed_balance": event.peak_balance,
            "eod_balance": event.peak_eod,
            "eod_max_balance_equity": event.peak_eod,
            "live_equity": event.peak_equity,
            "live_max_balance_equity": event.peak_equity,
        }.get(self.terms.peak_source or "")
        if reported is not None:
            self.peak = self.pending = exactly_at(reported)
        if event.trader_paid_total is not None and self.terms.mode == "payout_trailing":
            self.risen = event.trader_paid_total
        if event.locked and event.floor is not None:
            self.locked_at = event.floor
        elif event.floor is not None and self.terms.mode == "trailing":
            self.peak = self.pending = exactly_at(event.floor + self._allowance(event.floor))
        self._lock_if_due()
        self._publish()
        return ()

    def on_payout(self, event: PayoutMoved) -> Violations:
        share = event.trader_share if event.trader_share is not None else event.amount
        match self.terms.on_payout:
            case "set_initial":
                self.locked_at = self.start
            case "reduce_peak":
                self.peak = shifted(self.peak, -event.amount)
                self.pending = shifted(self.pending, -event.amount)
                self.locked_at = None
            case "raise_by_trader_share":
                self.risen += share
            case "reset":
                self.peak = self.pending = exactly_at(self.start)
                self.locked_at = None
            case "unchanged":
                pass
        lock = self.terms.lock
        if lock is not None and (self.terms.also_locks_on_payout or lock.trigger == "payout"):
            self.locked_at = self._lock_level()
        if lock is not None and lock.trigger == "payouts":
            self._lock_if_due()
        self._publish()
        return ()

    def on_adjusted(self, event: BalanceAdjusted) -> Violations:
        """Deposits, bonuses and corrections move no floor; only payouts are in the terms."""
        del event
        return ()

    def on_scaled(self, event: Scaled) -> Violations:
        base = event.size
        if self.terms.on_scale == "from_balance":
            base = self.situation.balance
        self.start = base
        self.peak = self.pending = exactly_at(base)
        self.locked_at = None
        self._publish()
        return ()

    # -- the floor
    def floor(self) -> Span:
        """The floor in force; a span only while the peak itself is one."""
        if self.locked_at is not None:
            return exactly_at(self.locked_at)
        if self.terms.mode == "trailing":
            floor = Span(
                self.peak.low - self._allowance(self.peak.low),
                self.peak.high - self._allowance(self.peak.high),
            )
            return self._clipped(floor)
        floor = exactly_at(self.start - self._allowance(self.start) + self.risen)
        if self.terms.mode == "payout_trailing":
            return lower(floor, exactly_at(self.start))
        return floor

    def allowance(self) -> Decimal:
        """The distance of the floor from the start or the mark, now."""
        return self._allowance(self.peak.low if self.terms.mode == "trailing" else self.start)

    def floor_after(self, amount: Decimal, share: Decimal) -> Decimal:
        """The floor a payout of ``amount`` would leave; nothing is changed by asking."""
        published = self.situation.day.overall_floor
        trial = copy(self)
        trial.on_payout(PayoutMoved("", 0, "paid", "", amount, share))
        self.situation.day.overall_floor = published
        return trial.floor().low

    def _allowance(self, peak: Decimal) -> Decimal:
        bases = {"peak": peak, "base": peak, "balance": self.situation.balance}
        return self.terms.allowance.resolve(self.situation.size, bases)

    def _clipped(self, floor: Span) -> Span:
        lock = self.terms.lock
        if lock is None or lock.trigger != "floor_reaches":
            return floor
        return lower(floor, exactly_at(self._lock_level()))

    def _lock_level(self) -> Decimal:
        lock = self.terms.lock
        at = ZERO if lock is None else lock.at.resolve(self.situation.size)
        return self.start + at

    def _lock_if_due(self, day_close: Decimal | None = None) -> None:
        lock = self.terms.lock
        if lock is None or self.locked_at is not None:
            return
        if lock.trigger == "floor_reaches":
            # Locked for good only when even the lowest possible peak has carried it there.
            if self.terms.mode == "trailing" and self.floor().low >= self._lock_level():
                self.locked_at = self._lock_level()
            return
        if lock.trigger == "payouts":
            if len(self.situation.payouts) + self.situation.payouts_before < lock.payouts:
                return
            if lock.profit is None:
                self.locked_at = self._lock_level()
                return
        reached = self._profit_for(lock, day_close)
        if lock.profit is None or reached is None:
            return
        if reached - self.start >= lock.profit.resolve(self.situation.size):
            level = reached - self._allowance(reached)
            self.locked_at = level if lock.level_from == "milestone" else self._lock_level()

    def _profit_for(self, lock: Lock, day_close: Decimal | None) -> Decimal | None:
        match lock.trigger:
            case "realised_profit" | "payouts":
                return self.situation.balance
            case "equity_profit":
                return None if self.situation.equity is None else self.situation.equity.low
            case "day_close_profit":
                return day_close
            case _:
                return None

    def _step_if_due(self, balance: Decimal) -> None:
        step, distance = self.terms.step_profit, self.terms.step_allowance
        if self.terms.mode != "stepped" or step is None or distance is None:
            return
        size = self.situation.size
        if self.locked_at is None and balance - self.start >= step.resolve(size):
            self.locked_at = balance - distance.resolve(size, {"balance": balance})

    def _take_live_peak(self) -> None:
        equity = self.situation.equity
        balance = exactly_at(self.situation.balance)
        match self.terms.peak_source:
            case "closed_balance":
                self._raise(balance)
            case "live_equity" if equity is not None:
                self._raise(equity)
            case "live_max_balance_equity":
                self._raise(balance if equity is None else higher(balance, equity))
            case _:
                self._step_if_due(self.situation.balance)

    def _raise(self, to: Span) -> None:
        self.pending = higher(self.pending, to)
        at_reset = self.terms.peak_update == "day_reset" or self.terms.peak_source in AT_CLOSE
        if not at_reset:
            self.peak = self.pending

    def _publish(self) -> None:
        """Let the daily rules clamp to the overall floor, and the day table show it."""
        if not self.terms.applies_to.specificity:
            self.situation.day.overall_floor = self.floor().low

    # -- the test
    def _judged(self) -> list[Violation]:
        value = self._value()
        return [] if value is None else list(self._test(value))

    def _value(self) -> Span | None:
        balance = exactly_at(self.situation.balance)
        equity = self.situation.equity
        if self.terms.tested == "balance":
            return balance
        if self.terms.tested == "equity":
            return equity
        if equity is not None:
            return lower(balance, equity)
        # Without equity the balance alone can prove a breach, never its absence.
        proven = certainty_of(balance, self.floor(), self.terms.comparison) == "proven"
        return balance if proven else None

    def _test(self, value: Span) -> Iterator[Violation]:
        if self.standing:
            return
        floor = self.floor()
        if self.terms.news_buffer is not None:
            floor = shifted(floor, -self.terms.news_buffer.resolve(self.situation.size))
        certainty = certainty_of(value, floor, self.terms.comparison)
        if certainty is not None:
            self.standing = certainty == "proven"
            yield Violation(
                observed=value.high if certainty == "proven" else value.low,
                limit=floor.low,
                comparison=self.terms.comparison,
                certainty=certainty,
                detail={"peak": f"{self.peak.low:f}", "tested": self.terms.tested},
            )
            return
        distance = self._allowance(self.peak.low)
        step = self.warnings.due(value.high, floor.low, distance)
        if step is not None:
            yield Violation(
                observed=value.high,
                limit=floor.low,
                comparison=self.terms.comparison,
                detail={"used_percent": f"{step:f}"},
                effects=(WARN,),
            )

    def calm(self) -> Calm:
        if self.standing:
            return Calm()
        floor = self.floor()
        warning = self.warnings.next_level(floor.low, self._allowance(self.peak.low))
        low = floor.high if warning is None else max(floor.high, warning)
        return Calm(low=low, high=self._high_watched())

    def _high_watched(self) -> Decimal | None:
        """The equity above which a mark would move the peak or trigger a lock."""
        lock = self.terms.lock
        if self.locked_at is None and lock is not None and lock.trigger == "equity_profit":
            profit = ZERO if lock.profit is None else lock.profit.resolve(self.situation.size)
            if self.terms.peak_source not in LIVE:
                return self.start + profit
        return self.pending.low if self.terms.peak_source in LIVE else None

    def limit(self) -> LimitLine:
        floor = self.floor()
        value = self._value()
        trailing = self.terms.mode == "trailing"
        return LimitLine(
            rule=self.terms.name,
            base=self.peak.low if trailing else self.start,
            allowance=self._allowance(self.peak.low if trailing else self.start),
            floor=floor.low,
            room=None if value is None else value.low - floor.low,
            comparison=self.terms.comparison,
            locked=self.locked_at is not None,
            peak=self.peak.low if trailing else None,
        )
