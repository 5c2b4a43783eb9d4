"""What each day, trade or trade idea earned, counted from the start or from the last payout.

It keeps sums and knows no limit. Of a past that was only told it says what is not known.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import StateReported
from propdesk.domain.exact import ZERO
from propdesk.domain.situation import DayRecord, Situation, Trade
from propdesk.domain.trade_ideas import Grouping, Leg, TradeIdeas


@dataclass(slots=True)
class UnitProfits:
    """The profits of one account by unit. ``best`` is never negative."""

    situation: Situation
    unit: Literal["day", "trade", "trade_idea"] = "day"
    since: Literal["start", "last_payout"] = "start"
    grouping: Grouping = field(default_factory=Grouping)
    start: Decimal = ZERO  # the closed profit from which the total is counted
    finished_best: Decimal = ZERO  # the best day that is over
    finished_wins: Decimal = ZERO  # the sum of the winning days that are over
    today_before: Decimal = ZERO  # what today had earned before the last payout
    told_best: Decimal = ZERO
    best_known: bool = True  # false: profits were told without the best of them
    total_known: bool = True  # false: payouts were told without the profit since the last one
    wins_known: bool = True  # false: profits were told without the days that made them
    _trades: dict[str, Decimal] = field(default_factory=dict)
    _best_trade: Decimal | None = None  # None: to be looked for
    _ideas: TradeIdeas | None = None
    _known: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._ideas = TradeIdeas(self.grouping) if self.unit == "trade_idea" else None

    # -- what happened
    def opened(self) -> None:
        """A position was opened; its idea is settled now."""
        if self._ideas is None:
            return
        self._best_trade = None  # it may join two ideas
        for position in self.situation.positions.values():
            key = f"{position.id}@{position.opened_at}"
            if key not in self._known:
                self._known.add(key)
                self._ideas.add(Leg(key, position.symbol, position.side, position.opened_at))

    def closed(self, trade: Trade) -> str:
        """Book a closed trade. Returns its key."""
        key = f"{trade.position}@{trade.opened_at}"
        before = self._trades.get(key, ZERO)
        self._trades[key] = before + trade.net
        self._join(key, trade)
        if self._ideas is not None or before == self._best_trade:
            self._best_trade = None
        elif self._best_trade is not None:
            self._best_trade = max(self._best_trade, self._trades[key])
        return key

    def _join(self, key: str, trade: Trade) -> None:
        if self._ideas is None:
            return
        lost = self._trades[key] < ZERO
        if key in self._known:
            if not trade.partial:
                self._ideas.close(key, trade.closed_at, lost=lost)
        else:  # only reported: it is known once it is over
            self._known.add(key)
            leg = Leg(key, trade.symbol, trade.side, trade.opened_at, trade.closed_at, lost)
            self._ideas.add(leg)

    def day_ended(self, record: DayRecord) -> Decimal:
        """Book a finished day. Returns what it earned, without what was paid out before."""
        earned = record.profit - self.today_before
        self.today_before = ZERO
        self.finished_wins += max(ZERO, earned)
        self.finished_best = max(self.finished_best, earned)
        return earned

    def paid(self) -> None:
        """A payout begins a new count, where the rule counts from payouts."""
        if self.since == "start":
            return
        self.start = self.situation.closed_profit
        self.today_before = self.situation.day.closed_profit
        self.finished_best = self.finished_wins = self.told_best = ZERO
        self.best_known = self.total_known = self.wins_known = True
        self._trades.clear()
        self._best_trade = None

    def reported(self, event: StateReported) -> None:
        """An account whose past is only told: its best unit and the profit of its cycle."""
        of_cycle = self.since == "last_payout"
        if of_cycle and event.cycle_profit is not None:
            self.start = self.situation.closed_profit - event.cycle_profit
        self.total_known = not of_cycle or event.cycle_profit is not None or not event.payouts
        self.wins_known = self.total == ZERO and not event.best_day
        self.best_known = self.wins_known or event.best_day is not None
        self.told_best = ZERO if event.best_day is None else event.best_day

    # -- the sums
    def of(self, key: str) -> Decimal:
        """What the trade, or its whole idea, has earned."""
        return sum((self._trades.get(each, ZERO) for each in self.members(key)), ZERO)

    def members(self, key: str) -> tuple[str, ...]:
        """The trades that are one unit with this one."""
        return (key,) if self._ideas is None else self._ideas.idea_of(key)

    @property
    def today(self) -> Decimal:
        return self.situation.day.closed_profit - self.today_before

    @property
    def best(self) -> Decimal | None:
        """The best unit; None where it was never told."""
        if not self.best_known:
            return None
        if self.unit == "day":
            return max(self.told_best, self.finished_best, self.today)
        if self._best_trade is None:
            self._best_trade = max((self.of(each) for each in self._trades), default=ZERO)
        return max(self.told_best, self._best_trade, ZERO)

    @property
    def total(self) -> Decimal | None:
        """The net profit; None where it was never told."""
        return self.situation.closed_profit - self.start if self.total_known else None

    @property
    def wins(self) -> Decimal | None:
        """The sum of the winning days, today's included; None where it was never told."""
        return self.finished_wins + max(ZERO, self.today) if self.wins_known else None
