"""Overall loss limit (RULES T4): how far the account may fall, ever."""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import DayReported, PayoutMoved, Scaled, StateReported
from propdesk.domain.exact import ZERO
from propdesk.domain.foretold import Foretold
from propdesk.domain.judging import Calm, Judge, LimitLine, Trail, Violation, Violations, lowest
from propdesk.domain.levels import (
    WarningSteps,
    around,
    certainty_of,
    exactly_at,
    higher,
    lower,
    shifted,
)
from propdesk.domain.rules.daily_loss import WARN, describe, told
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.situation import DayRecord, Situation, Span
from propdesk.domain.snapshot_window import Snapshot, doubt_of, told_span
from propdesk.domain.terms import Amount, Comparison, RuleTerms, TermsError

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

    def __post_init__(self) -> None:
        if self.mode == "trailing" and self.peak_source is None:
            raise TermsError("mode 'trailing' needs 'peak_source'")
        if self.mode == "stepped" and (self.step_profit is None or self.step_allowance is None):
            raise TermsError("mode 'stepped' needs 'step_profit' and 'step_allowance'")

    def sentence(self, size: Decimal | None = None) -> str:
        verb = "reach or fall below" if self.comparison == "touch" else "fall below"
        what = {
            "equity": "Equity",
            "balance": "The balance",
            "balance_or_equity": "Balance and equity",
        }[self.tested]
        where = "the initial balance"
        if self.mode == "trailing" and self.peak_source is not None:
            where = f"the highest {_PEAK_WORDS[self.peak_source]}"
        limit = f"{what} may never {verb} {where}, minus {told(self.allowance, size)}."
        return " ".join((limit, *self._movements(size), *self._conditions(size)))

    def _movements(self, size: Decimal | None) -> Iterator[str]:
        """What moves the floor, besides a new peak."""
        if self.peak_update == "day_reset" and self.peak_source not in AT_CLOSE:
            yield "A new peak counts from the next day on."
        if self.step_profit is not None and self.step_allowance is not None:
            yield (
                f"Once the closed profit reaches {told(self.step_profit, size)}, the floor stays "
                f"at the balance of that moment minus {told(self.step_allowance, size)}."
            )
        if self.lock is not None:
            yield f"The floor stops {self.lock.words(size)}."
            if self.also_locks_on_payout:
                yield "A payout moves it there at once."
        rises = self.on_payout == "raise_by_trader_share"
        if self.on_payout != "unchanged" and not (rises and self.mode == "trailing"):
            yield _PAYOUT_WORDS[self.on_payout]
        if self.on_scale == "from_balance":
            yield "A new size is measured from the balance at that moment."

    def _conditions(self, size: Decimal | None) -> Iterator[str]:
        if self.news_buffer is not None:
            yield f"A news buffer of {told(self.news_buffer, size)} widens it."
        if self.check == "day_end":
            yield "It is tested at the day's end only."
        if not self.effects[0].hard:
            yield "The account is not lost by it."

    def formula(self) -> str:
        start = "initial" if self.mode != "trailing" else f"peak({self.peak_source})"
        buffer = "" if self.news_buffer is None else f" − {describe(self.news_buffer)}"
        lock = "" if self.lock is None else f", locked at {self.lock.level()}"
        return f"floor = {start} − {describe(self.allowance)}{buffer}{lock}"


_PEAK_WORDS = {
    "closed_balance": "closed balance so far",
    "eod_balance": "balance at any day's end",
    "eod_max_balance_equity": "balance or equity at any day's end",
    "live_equity": "equity so far, open profit included",
    "live_max_balance_equity": "balance or equity so far, open profit included",
}
_PAYOUT_WORDS = {
    "set_initial": "A payout moves the floor to the starting balance.",
    "reduce_peak": "A payout lowers the highest value by its amount.",
    "raise_by_trader_share": (
        "Every payout raises the floor by the trader's share, at most to the starting balance."
    ),
    "reset": "A payout sets the floor back to where it started.",
}


class OverallLossJudge(Judge[OverallLoss]):
    """Keeps the peak and the floor, and tests every mark."""

    watches_marks = True

    def __init__(self, terms: OverallLoss, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.start = situation.origin
        self.peak = exactly_at(self.start)  # the mark in force
        self.pending = self.peak  # peaks that count from the next day on
        self.risen = ZERO  # payout trailing: what payouts have added to the floor
        self.locked_at: Decimal | None = None
        self.standing = False
        self.warnings = WarningSteps(terms.warn_at)
        self.coming = Snapshot()  # the mark of a day's end, while it may be being taken

    # -- what moves the peak
    def on_mark(self) -> Violations:
        taking = self.situation.clock.snapshot_of(self.situation.at) is not None
        if self.coming.seen is not None and not taking:  # whichever it was, it is taken now
            self._raise(around(self.coming.seen, self._close()))
            self.coming = Snapshot()
            self.peak = self.pending
        self._move()
        self._publish()
        found = () if self.terms.check == "day_end" else self._judged()
        if taking and self.terms.peak_source in AT_CLOSE:
            self.coming = self.coming.saw(self._close())
        return found

    def _close(self) -> Span:
        """The mark of a day that ends now."""
        balance, equity = exactly_at(self.situation.balance), self.situation.equity
        if self.terms.peak_source == "eod_max_balance_equity" and equity is not None:
            return higher(balance, equity)
        return balance

    def on_day_end(self, record: DayRecord) -> Violations:
        found = self._judged() if self.terms.check == "day_end" else []
        if self.terms.peak_source in AT_CLOSE and self.situation.clock.snapshot_window is None:
            self._raise(self._close())
        self._lock_if_due(day_close=record.end_balance)
        return found

    def on_day_start(self) -> Violations:
        self.peak = higher(self.peak, self.pending)
        self._publish()
        return ()

    def on_day_reported(self, event: DayReported) -> Violations:
        """Judges a day of which only its figures are known, peak before low."""
        if event.peak_equity is not None:
            peak = exactly_at(event.peak_equity)
            if self.terms.peak_source in LIVE:
                self._raise(peak)
            self._lock_if_due(equity=peak)
            self._publish()
        # The lowest equity says nothing of a balance, nor of how a day ended.
        tested = self.terms.check == "tick" and self.terms.tested != "balance"
        if event.low_equity is not None and tested:
            return list(self._test(exactly_at(event.low_equity)))
        return ()

    def on_state(self, event: StateReported) -> Violations:
        """Raises ``TermsError`` where the floor alone does not say how high the peak was."""
        reported = {
            "closed_balance": event.peak_balance,
            "eod_balance": event.peak_eod,
            "eod_max_balance_equity": event.peak_eod,
            "live_equity": event.peak_equity,
            "live_max_balance_equity": event.peak_equity,
        }.get(self.terms.peak_source or "")
        if event.trader_paid_total is not None and self.terms.mode == "payout_trailing":
            self.risen = event.trader_paid_total
        if event.locked and event.floor is not None:
            self.locked_at = event.floor
        elif reported is None and event.floor is not None and self.terms.mode == "trailing":
            if self.terms.allowance.of in {"peak", "base"}:
                raise TermsError("an allowance of the peak needs the peak, not only the floor")
            reported = event.floor + self.allowance()
        if reported is not None:
            self.peak = self.pending = exactly_at(reported)
        self._publish()
        return ()

    def on_payout(self, event: PayoutMoved) -> Violations:
        share = event.trader_share if event.trader_share is not None else event.amount
        self._pay(event.amount, share)
        self._publish()
        return ()

    def _pay(self, amount: Decimal, share: Decimal) -> None:
        match self.terms.on_payout:
            case "set_initial":
                self.locked_at = self.start
            case "reduce_peak":
                self.peak = shifted(self.peak, -amount)
                self.pending = shifted(self.pending, -amount)
                self.coming = self.coming.shifted(-amount)
                self.locked_at = None
            case "raise_by_trader_share":
                self.risen += share
            case "reset":
                self.peak = self.pending = exactly_at(self.start)
                self.coming = Snapshot()
                self.locked_at = None
        lock = self.terms.lock
        if lock is not None and (self.terms.also_locks_on_payout or lock.trigger == "payout"):
            self.locked_at = self._lock_level(lock)

    def on_scaled(self, event: Scaled) -> Violations:
        """A new size is a new limit: its peak, its lock and its warnings start anew."""
        del event
        from_balance = self.terms.on_scale == "from_balance"
        self.start = self.situation.balance if from_balance else self.situation.origin
        self.peak = self.pending = exactly_at(self.start)
        self.coming = Snapshot()
        self.locked_at = None
        self.standing = False
        self.warnings.rearm()
        self._publish()
        return ()

    # -- the floor
    def floor(self) -> Span:
        """The floor in force; a span only while the peak itself is one."""
        floor = self._unbuffered()
        return floor if self.terms.news_buffer is None else shifted(floor, -self._buffer())

    def _unbuffered(self) -> Span:
        if self.locked_at is not None:
            return exactly_at(self.locked_at)
        if self.terms.mode == "trailing":
            mark = self._mark()
            least = mark.low - self._allowance(mark.low)
            exact = mark.low is mark.high
            floor = Span(least, least if exact else mark.high - self._allowance(mark.high))
            lock = self.terms.lock
            if lock is None or lock.trigger != "floor_reaches":
                return floor
            return lower(floor, exactly_at(self._lock_level(lock)))
        return exactly_at(min(self.start - self._allowance(self.start) + self.risen, self.start))

    def _mark(self) -> Span:
        """The mark in force: the last one, or a higher one that may be taken already."""
        seen = self.coming.seen
        return self.peak if seen is None else Span(self.peak.low, max(self.peak.high, seen.high))

    def _buffer(self) -> Decimal:
        buffer = self.terms.news_buffer
        return ZERO if buffer is None else buffer.resolve(self.situation.size)

    def allowance(self) -> Decimal:
        """The distance of the floor from the start or the mark, now."""
        return self._allowance(self.peak.low if self.terms.mode == "trailing" else self.start)

    def floor_after(self, amount: Decimal, share: Decimal) -> Decimal:
        """The floor a payout of ``amount`` would leave; nothing is changed by asking."""
        equity = self.situation.equity
        trial = copy(self)
        trial.situation = replace(
            self.situation,
            balance=self.situation.balance - amount,
            equity=None if equity is None else shifted(equity, -amount),
            payouts_before=self.situation.payouts_before + 1,
        )
        trial._pay(amount, share)  # noqa: SLF001 - it is this very judge, tried on a copy
        trial._move()  # noqa: SLF001
        return trial.floor().low

    def _allowance(self, peak: Decimal) -> Decimal:
        allowance, size = self.terms.allowance, self.situation.size
        if allowance.by_size_alone:
            return allowance.resolve(size)
        return allowance.resolve(
            size, {"peak": peak, "base": peak, "balance": self.situation.balance}
        )

    def _lock_level(self, lock: Lock) -> Decimal:
        return self.start + lock.at.resolve(self.situation.size)

    def _lock_if_due(self, *, equity: Span | None = None, day_close: Decimal | None = None) -> None:
        """Lock the floor where the moment does it; a figure not given triggers nothing."""
        lock = self.terms.lock
        if lock is None or self.locked_at is not None:
            return
        if lock.trigger == "floor_reaches":
            # Locked for good only when even the lowest possible peak has carried it there.
            if self._unbuffered().low >= self._lock_level(lock):
                self.locked_at = self._lock_level(lock)
            return
        reached = self._reached(lock, equity, day_close)
        if reached is None:
            return
        if lock.profit is not None and reached - self.start < lock.profit.resolve(
            self.situation.size
        ):
            return
        milestone = lock.level_from == "milestone"
        self.locked_at = reached - self._allowance(reached) if milestone else self._lock_level(lock)

    def _reached(
        self, lock: Lock, equity: Span | None, day_close: Decimal | None
    ) -> Decimal | None:
        """What the lock's profit is measured on now; None while its moment has not come."""
        match lock.trigger:
            case "realised_profit":
                return self.situation.balance
            case "payouts":
                made = len(self.situation.payouts) + self.situation.payouts_before
                return self.situation.balance if made >= lock.payouts else None
            case "equity_profit":
                return None if equity is None else equity.low
            case "day_close_profit":
                return day_close
            case _:
                return None

    def _step_if_due(self) -> None:
        step, distance = self.terms.step_profit, self.terms.step_allowance
        if self.terms.mode != "stepped" or step is None or distance is None:
            return
        size, balance = self.situation.size, self.situation.balance
        if self.locked_at is None and balance - self.start >= step.resolve(size):
            self.locked_at = balance - distance.resolve(size, {"balance": balance})

    def _move(self) -> None:
        """Let balance and equity of this moment carry the floor."""
        self._take_live_peak()
        self._step_if_due()
        self._lock_if_due(equity=self.situation.equity)

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
        certainty = certainty_of(value, floor, self.terms.comparison)
        if certainty is not None:
            self.standing = certainty == "proven"
            mark = self._mark()
            doubt = doubt_of(self.situation, certainty, value, mark)
            peak = told_span(mark) if doubt else f"{mark.low:f}"
            yield Violation(
                observed=value.high if certainty == "proven" else value.low,
                limit=floor.low,
                comparison=self.terms.comparison,
                certainty="unknown" if doubt else certainty,
                detail={"peak": peak, "tested": self.terms.tested, **doubt},
            )
            return
        step = self.warnings.due(value.high, floor.low, self._distance())
        if step is not None:
            yield Violation(
                observed=value.high,
                limit=floor.low,
                comparison=self.terms.comparison,
                detail={"used_percent": f"{step:f}"},
                effects=(WARN,),
            )

    def _distance(self) -> Decimal:
        return self.allowance() + self._buffer()

    def calm(self) -> Calm:
        """A peak is watched even after a soft breach: the next floor hangs on it."""
        high = self._lock_watched()
        peak = self.pending.low if self.terms.peak_source in LIVE else None
        if self.standing:
            return Calm(high=high, trail=None if peak is None else Trail(peak))
        floor = self.floor()
        warning = self.warnings.next_level(floor.low, self._distance())
        low = floor.high if warning is None else max(floor.high, warning)
        if peak is None:
            return Calm(low=low, high=high)
        if self._floor_waits():
            return Calm(low=low, high=high, trail=Trail(peak))
        if not floor.exact or self.terms.allowance.of in {"base", "peak"}:
            return Calm(low=low, high=lowest(high, peak))
        trail = Trail(peak, peak - low, self._last_peak())
        if self.terms.tested != "equity":
            high = lowest(high, trail.reaches(self.situation.balance))
        return Calm(low=low, high=high, trail=trail)

    def _floor_waits(self) -> bool:
        """Whether a new peak leaves the floor where it is, for today or for good."""
        trailing = self.terms.mode == "trailing"
        return not trailing or self.locked_at is not None or self.terms.peak_update == "day_reset"

    def _last_peak(self) -> Decimal | None:
        """The peak from which on the floor rises no more."""
        lock = self.terms.lock
        if lock is None or lock.trigger != "floor_reaches":
            return None
        return self._lock_level(lock) + self.allowance()

    def foretell(self) -> Foretold | Literal["nothing", "unsure"]:
        if self.standing or self.terms.check == "day_end":
            return "nothing"
        live = self.terms.peak_source in LIVE and self.terms.peak_update != "day_reset"
        moves = live and not self._floor_waits()
        if self.coming.taking or self.terms.tested == "balance" or not self.pending.exact:
            return "unsure"
        if not self.peak.exact or (moves and self.terms.allowance.of in {"base", "peak"}):
            return "unsure"
        floor = self.floor().low
        return Foretold(
            floor=floor,
            comparison=self.terms.comparison,
            detail={"peak": f"{self.peak.low:f}", "tested": self.terms.tested},
            mark=self.peak.low if live else None,
            marked="peak",
            gap=self.peak.low - floor if moves else None,
            cap=self._last_peak() if moves else None,
        )

    def catch_up(self, equity: Span, parts: Sequence[Span]) -> None:
        del parts
        if self.terms.peak_source not in LIVE:
            return
        self._raise(exactly_at(equity.high))
        self._lock_if_due()
        self._publish()

    def _lock_watched(self) -> Decimal | None:
        """The equity at which a mark would trigger a lock."""
        lock = self.terms.lock
        if lock is None or lock.profit is None or lock.trigger != "equity_profit":
            return None
        level = self.start + lock.profit.resolve(self.situation.size)
        return level if self.locked_at is None else None

    def limit(self) -> LimitLine:
        floor = self.floor()
        value = self._value()
        trailing = self.terms.mode == "trailing"
        return LimitLine(
            rule=self.terms.name,
            base=self.peak.low if trailing else self.start,
            allowance=self._distance(),
            floor=floor.low,
            room=None if value is None else value.low - floor.high,
            comparison=self.terms.comparison,
            locked=self.locked_at is not None,
            peak=self.peak.low if trailing else None,
        )
