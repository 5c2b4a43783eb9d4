"""Activity days (RULES T8): on how many days there must have been trading, or a profit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.clock import DayClock
from propdesk.domain.events import DayReported, Deal, PayoutMoved, StateReported
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import Figure, Judge, Objective, Violations
from propdesk.domain.rules.day_counts import Operator, day_counts, days_missing, sum_of_day
from propdesk.domain.rules.trade_filter import TradeFilter
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.terms import Amount, RuleTerms, TermsError

CountKind: TypeAlias = Literal[
    "trade_opened",
    "executed",
    "opened_and_closed",
    "position_open",
    "closed_profit",
    "balance_delta",
    "equity_delta",
    "opened_profit",
]
_BY_OPENING = frozenset({"trade_opened", "opened_and_closed", "opened_profit"})
PROFIT_KINDS = frozenset({"closed_profit", "balance_delta", "equity_delta", "opened_profit"})


@dataclass(frozen=True, kw_only=True)
class ActivityDays(RuleTerms):
    """So many days must count before the phase is passed or a payout is due."""

    rule: Literal["activity_days"] = "activity_days"
    required: int
    """How many days must count."""
    required_by_payout: tuple[int, ...] = ()
    """How many for the first, second, … payout instead; the last figure stays."""
    count_kind: CountKind
    """What makes a day count. ``trade_opened``: a trade was opened; ``executed``: any fill;
    ``opened_and_closed``: a trade began and ended on it; ``position_open``: a position was open.
    With a threshold: ``closed_profit`` of the trades closed on it, ``balance_delta`` and
    ``equity_delta`` from its start to its end, ``opened_profit`` of the trades opened on it,
    whenever they close."""
    threshold: Amount | None = None
    """What the day must earn; ``base`` and ``balance`` are what the day started with."""
    operator: Operator = "at_least"
    """``at_least``: exactly the threshold counts; ``above``: it does not."""
    open_loss_offsets: bool = False
    """Open losses at the day's end reduce its profit."""
    filters: TradeFilter = field(default_factory=TradeFilter)
    """Which trades count."""
    half_days: Literal["count", "excluded"] = "count"
    """Whether a day that closes early counts."""
    weekends: Literal["count", "excluded"] = "count"
    """Whether days labelled Saturday or Sunday count."""
    per: Literal["account", "payout_cycle"] = "account"
    """``payout_cycle``: the count begins anew on the day after a payout."""
    trading_days: int = 0
    """The counted days are among at least so many days with a fill (5 profitable of 8)."""
    blocks: Literal["pass", "payout", "both"] = "both"
    """What waits for it. In a funded phase it is always the payout."""

    def __post_init__(self) -> None:
        if self.required < 0 or any(each < 0 for each in self.required_by_payout):
            raise TermsError("a number of days is not negative")
        profit = self.count_kind in PROFIT_KINDS
        if profit != (self.threshold is not None):
            raise TermsError(f"{self.count_kind!r} {'needs' if profit else 'has no'} 'threshold'")
        if self.open_loss_offsets and self.count_kind != "closed_profit":
            raise TermsError("open losses reduce a closed profit only")
        if self.count_kind in {"balance_delta", "equity_delta"} and self.by_trade:
            raise TermsError("a change of balance or equity cannot be told apart by trades")

    @property
    def by_trade(self) -> bool:
        """Whether some trades count and others do not."""
        applies = self.applies_to
        return bool(applies.instruments or applies.asset_classes) or not self.filters.empty

    def sentence(self, size: Decimal | None = None) -> str:
        days = f"{self.required} day{'' if self.required == 1 else 's'}"
        if self.required_by_payout:
            days = ", then ".join(map(str, self.required_by_payout)) + " days (payout by payout)"
        what = _KIND_WORDS[self.count_kind]
        if self.threshold is not None:
            verb = "at least" if self.operator == "at_least" else "more than"
            what = f"{what} of {verb} {sum_of_day(self.threshold, size)}"
        if self.open_loss_offsets:
            what += ", less the losses open at its end"
        among = f", among {self.trading_days} trading days" if self.trading_days else ""
        since = " since the last payout" if self.per == "payout_cycle" else ""
        half = " Half days do not count." if self.half_days == "excluded" else ""
        weekends = " Saturdays and Sundays do not count." if self.weekends == "excluded" else ""
        only = self.filters.words(size)
        return f"At least {days} with {what}{among}{since}.{only}{half}{weekends}"

    def formula(self) -> str:
        return "days that count ≥ days required"


_KIND_WORDS = {
    "trade_opened": "a trade opened",
    "executed": "an execution",
    "opened_and_closed": "a trade both opened and closed",
    "position_open": "a position open",
    "closed_profit": "a closed profit",
    "balance_delta": "a rise of the balance",
    "equity_delta": "a rise of the equity",
    "opened_profit": "a profit from trades opened that day",
}


class ActivityDaysJudge(Judge[ActivityDays]):
    """Remembers of each day whether it counts: yes, no, or not known.

    A day counted by its profit counts when it is over, for until then it may be lost again.
    """

    def __init__(self, terms: ActivityDays, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.days: dict[date, bool | None] = {}
        self.traded: set[date] = set()
        self.half: set[date] = set()
        self.sums: dict[date, Decimal] = {}
        self.unsure: set[date] = set()  # days with a trade that may or may not count
        self.told: set[date] = set()  # days with a result whose trades were not told
        self.start_balances: dict[date, Decimal] = {}
        self.until: date | None = None  # days up to here belong to an earlier payout
        self.extra = 0
        self.extra_traded = 0
        self.symbols: set[str] = set()
        self.symbols_settled = False
        self.booked: list[Trade] = []

    @property
    def today(self) -> date:
        return self.situation.day.day.label

    # -- what happened
    def on_start(self) -> Violations:
        self.start_balances[self.today] = self.situation.day.start_balance
        return ()

    def on_day_start(self) -> Violations:
        self.start_balances[self.today] = self.situation.day.start_balance
        self._note_open()
        return ()

    def on_deal(self, deal: Deal) -> Violations:
        del deal
        self.traded.add(self.today)
        if self.terms.count_kind == "executed" and self.terms.filters.empty:
            self._mark(self.today, counts=True)
        return ()

    def on_opened(self, deal: Deal) -> Violations:
        del deal
        kinds = {"trade_opened", "position_open"}
        if self.terms.count_kind in kinds and self.terms.filters.empty:
            self._mark(self.today, counts=True)
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        self.traded |= {self._label(trade.opened_at), self._label(trade.closed_at)}
        percent = self.terms.filters.min_percent_of_average_size
        if percent is None:
            self._book(trade, None)
        else:
            self._book_anew(trade, percent)
        self._note_instrument(trade)
        return ()

    def on_day_reported(self, event: DayReported) -> Violations:
        """A day of which only the result is known: a result needs a trade, begun who knows when."""
        before = self.situation.balance
        change = event.profit if event.balance is None else event.balance - before
        if change:
            self.traded.add(self.today)
            if self.terms.by_trade or self.terms.count_kind in _BY_OPENING:
                self.told.add(self.today)
            elif self.terms.count_kind not in PROFIT_KINDS:
                self._mark(self.today, counts=True)
        return ()

    def on_day_end(self, record: DayRecord) -> Violations:
        if record.half_day:
            self.half.add(record.label)
        if self.terms.count_kind in PROFIT_KINDS - {"opened_profit"} and record.touched:
            profit = self._profit_of(record)
            self.days[record.label] = None if profit is None else self._enough(record.label, profit)
        return ()

    def on_payout(self, event: PayoutMoved) -> Violations:
        if self.terms.per == "payout_cycle":
            self.until = self._label(event.at)
            self.extra = self.extra_traded = 0
        return ()

    def on_state(self, event: StateReported) -> Violations:
        """Days an account of which only the state is known has behind it."""
        self.start_balances[self.today] = self.situation.day.start_balance
        profitable = self.terms.count_kind in PROFIT_KINDS
        brought = event.profitable_days if profitable else event.days_done
        self.extra = brought or 0
        self.extra_traded = event.days_done or 0
        return ()

    # -- trades
    def _book(self, trade: Trade, least_lots: Fraction | None) -> None:
        terms = self.terms
        counts = terms.filters.passes(
            trade,
            self.situation,
            least_lots=least_lots,
            instruments=self.symbols if self.symbols_settled else None,
        )
        opened, closed = self._label(trade.opened_at), self._label(trade.closed_at)
        match terms.count_kind:
            case "trade_opened":
                self._mark(opened, counts=counts)
            case "executed":
                self._mark(opened, counts=counts)
                self._mark(closed, counts=counts)
            case "opened_and_closed" if opened == closed:
                self._mark(opened, counts=counts)
            case "position_open":
                for label in _labels(self.situation.clock, trade):
                    self._mark(label, counts=counts)
            case "closed_profit":
                self._add(closed, trade.net, counts=counts)
            case "opened_profit":
                self._add(opened, trade.net, counts=counts)
                enough = self._enough(opened, self.sums.get(opened, ZERO))
                self.days[opened] = None if opened in self.unsure else enough

    def _book_anew(self, trade: Trade, percent: Decimal) -> None:
        """The average size has changed: every trade is looked at again."""
        self.booked.append(trade)
        average = Fraction(sum(each.lots for each in self.booked)) / len(self.booked)
        least = average * Fraction(percent) / 100
        finished = self.days if self.terms.count_kind == "closed_profit" else {}
        self.days, self.sums, self.unsure = {}, {}, set()
        for each in self.booked:
            self._book(each, least)
        for label in finished:
            unsure = label in self.unsure
            enough = self._enough(label, self.sums.get(label, ZERO))
            self.days[label] = None if unsure else enough

    def _add(self, label: date, net: Decimal, *, counts: bool | None) -> None:
        if counts is None:
            self.unsure.add(label)
        elif counts:
            self.sums[label] = self.sums.get(label, ZERO) + net

    def _note_instrument(self, trade: Trade) -> None:
        goal = self.terms.filters.instruments_of_target
        if goal is None or self.symbols_settled:
            return
        self.symbols.add(trade.symbol)
        reached = self.situation.closed_profit >= goal.resolve(self.situation.size)
        self.symbols_settled = reached

    def _note_open(self) -> None:
        if self.terms.count_kind != "position_open" or not self.terms.filters.empty:
            return
        if any(self.concerns(each.symbol) for each in self.situation.positions.values()):
            self._mark(self.today, counts=True)

    # -- a day's profit
    def _profit_of(self, record: DayRecord) -> Decimal | None:
        day = self.situation.day
        match self.terms.count_kind:
            case "balance_delta":
                return record.end_balance - record.start_balance - day.adjusted
            case "equity_delta":
                if record.end_equity is None or record.start_equity is None:
                    return None
                if not (record.end_equity.exact and record.start_equity.exact):
                    return None
                return record.end_equity.low - record.start_equity.low - day.adjusted
            case _:
                return self._closed_profit(record)

    def _closed_profit(self, record: DayRecord) -> Decimal | None:
        if record.label in self.unsure:
            return None
        by_trade = self.terms.by_trade
        profit = self.sums.get(record.label, ZERO) if by_trade else record.closed_profit
        reported = self.situation.day.profit_reported
        if reported is not None:
            profit = reported
        if not self.terms.open_loss_offsets:
            return profit
        for position in self.situation.positions.values():
            if self.concerns(position.symbol):
                span = self.situation.floating.get(position.id)
                if span is None or min(ZERO, span.low) != min(ZERO, span.high):
                    return None
                profit += min(ZERO, span.low)
        return profit

    def _enough(self, label: date, profit: Decimal) -> bool:
        return day_counts(profit, self.threshold(label), self.terms.operator)

    def threshold(self, label: date) -> Decimal:
        """What the day called ``label`` must earn; 0 where trading alone makes it count."""
        if self.terms.threshold is None:
            return ZERO
        start = self.start_balances.get(label, self.situation.origin)
        return self.terms.threshold.resolve(self.situation.size, {"base": start, "balance": start})

    # -- what it shows
    def counted(self) -> tuple[tuple[date, ...], tuple[date, ...]]:
        """The days that count, and those of which it is not known."""
        verdicts = {**self.days, **self._reported_today()}
        profit = self.terms.count_kind in PROFIT_KINDS
        verdicts |= {each: None for each in self.told if profit or not verdicts.get(each)}
        eligible = [label for label in sorted(verdicts) if self._eligible(label)]
        yes = tuple(label for label in eligible if verdicts[label])
        return yes, tuple(label for label in eligible if verdicts[label] is None)

    def _reported_today(self) -> dict[date, bool | None]:
        """Today, where its result is reported and hence final."""
        reported = self.situation.day.profit_reported
        if reported is None or self.terms.count_kind not in PROFIT_KINDS:
            return {}
        offsets = self.terms.open_loss_offsets and bool(self.situation.positions)
        if offsets or self.terms.count_kind == "equity_delta":
            return {self.today: None}
        return {self.today: self._enough(self.today, reported)}

    def _eligible(self, label: date) -> bool:
        terms, day = self.terms, self.situation.day
        if self.until is not None and label <= self.until:
            return False
        if terms.weekends == "excluded" and label.weekday() >= 5:
            return False
        if terms.half_days == "excluded" and label in {*self.half, self.today}:
            return False  # whether today was half a day is known when it is over
        running = label == self.today and day.profit_reported is None
        return not (running and terms.count_kind in PROFIT_KINDS)

    def required(self) -> int:
        by_payout = self.terms.required_by_payout
        if not by_payout:
            return self.terms.required
        return by_payout[min(self.situation.payout_number, len(by_payout)) - 1]

    def objective(self) -> Objective:
        yes, unknown = self.counted()
        required, done = self.required(), len(yes) + self.extra
        traded = sum(self.until is None or label > self.until for label in self.traded)
        traded += self.extra_traded
        enough_traded = traded >= self.terms.trading_days
        met: bool | None = done >= required and enough_traded
        if not met and enough_traded and done + len(unknown) >= required:
            met = None
        figures: dict[str, Figure | str | bool | None] = {
            "missing": days_missing(required, done),
            "unknown_days": len(unknown),
            "trading_days": traded,
        }
        if self.terms.threshold is not None:
            figures["threshold"] = self.threshold(self.today)
        return Objective(
            rule=self.terms.name,
            required=required,
            current=done,
            met=met,
            figures=figures,
            blocks="payout" if self.situation.stage == "funded" else self.terms.blocks,
        )

    def _mark(self, label: date, *, counts: bool | None) -> None:
        """One trade that counts is enough; one that may count makes the day unknown."""
        known = self.days.get(label, False)
        self.days[label] = True if known or counts else (None if None in {known, counts} else False)

    def _label(self, at: int) -> date:
        running = self.situation.day.day  # nearly always: cutting time into days takes a while
        if running.start <= at < running.end:
            return running.label
        return self.situation.clock.day_of(at).label


def _labels(clock: DayClock, trade: Trade) -> Iterator[date]:
    """Every trading day on which the trade was open."""
    day = clock.day_of(trade.opened_at)
    while day.start <= trade.closed_at:
        yield day.label
        day = clock.next_day(day)
