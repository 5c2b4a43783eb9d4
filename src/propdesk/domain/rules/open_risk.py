"""Open risk (RULES T5): how much one position, symbol, trade idea or the portfolio may lose."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import (
    ALWAYS_CALM,
    Calm,
    Certainty,
    Judge,
    LimitLine,
    PartCalm,
    Violation,
    Violations,
    Watches,
)
from propdesk.domain.levels import exactly_at, exceeds, higher
from propdesk.domain.positions import Position
from propdesk.domain.rules.daily_loss import describe, told
from propdesk.domain.rules.open_groups import Scope, groups_of, key_of
from propdesk.domain.running_losses import (
    NOTHING,
    Member,
    floating_loss,
    note_worst,
    remember_worst,
    reported_member,
    stop_risk,
    total_loss,
    worst_loss,
)
from propdesk.domain.situation import Situation, Span, Trade
from propdesk.domain.terms import Amount, Comparison, RuleTerms, TermsError
from propdesk.domain.trade_ideas import Grouping, Leg, TradeIdeas

Measure: TypeAlias = Literal[
    "floating",
    "realised_and_floating",
    "worst_floating",
    "widest_stop",
    "stop_at_entry",
    "widest_of_both",
]
STOPS = {"widest_stop", "stop_at_entry"}
EVER = {"worst_floating", "widest_of_both"}


@dataclass(frozen=True, kw_only=True)
class OpenRisk(RuleTerms):
    """A loss limit on what is open, apart from the limits on the account."""

    rule: Literal["open_risk"] = "open_risk"
    scope: Scope
    """What is added up: one position, all of a symbol, a trade idea, everything open, or all
    trades of a symbol within one trading day."""
    measure: Measure
    """``floating``: open profit now. ``realised_and_floating``: with what was already closed and
    costs; a trade reported without its worst counts by its result. ``worst_floating``: the worst
    it ever stood at. ``widest_stop``: what the widest stop ever set risks. ``stop_at_entry``: what
    the stop sent with the order risks. ``widest_of_both``: the larger of worst floating and
    widest stop. A position without a stop risks nothing by its stop: whether it may go without
    is the rule ``stop_loss``."""
    limit: Amount
    """The largest loss: of ``initial``, ``balance``, ``start_of_day_profit`` (then at least of
    ``drawdown``), ``drawdown`` or ``daily_limit``."""
    comparison: Comparison
    """``touch``: reaching the limit breaks it; ``cross``: only exceeding it does."""
    grouping: Grouping = field(default_factory=Grouping)
    """``trade_idea``: which trades are one idea."""
    drawdown: Amount | None = None
    """The overall loss allowance, where ``limit`` is a part of it or of the day's profit."""
    daily_limit: Amount | None = None
    """The daily loss allowance, where ``limit`` is a share of it."""

    def __post_init__(self) -> None:
        if self.limit.of in {"start_of_day_profit", "drawdown"} and self.drawdown is None:
            raise TermsError(f"a limit of {self.limit.of!r} needs 'drawdown'")
        if self.limit.of == "daily_limit" and self.daily_limit is None:
            raise TermsError("a limit of 'daily_limit' needs 'daily_limit'")

    def sentence(self, size: Decimal | None = None) -> str:
        verb = "reach or exceed" if self.comparison == "touch" else "exceed"
        return (
            f"{_MEASURE_WORDS[self.measure]} of {_SCOPE_WORDS[self.scope]} may not {verb} "
            f"{self._most(size)}."
        )

    def _most(self, size: Decimal | None) -> str:
        most = told(self.limit, size)
        whole = self.daily_limit if self.limit.of == "daily_limit" else self.drawdown
        if whole is None or self.limit.of not in {"daily_limit", "drawdown", "start_of_day_profit"}:
            return most
        least = ", at least of the drawdown" if self.limit.of == "start_of_day_profit" else ""
        return f"{most}{least} ({told(whole, size)})"

    def formula(self) -> str:
        sign = "<" if self.comparison == "touch" else "≤"
        least = ", at least of the drawdown" if self.limit.of == "start_of_day_profit" else ""
        return f"{self.measure.replace('_', ' ')} {sign} {describe(self.limit)}{least}"


_SCOPE_WORDS = {
    "position": "one position",
    "symbol": "all positions of one symbol",
    "trade_idea": "one trade idea",
    "portfolio": "all open positions together",
    "symbol_day": "one symbol within one day",
}
_MEASURE_WORDS = {
    "floating": "The open loss",
    "realised_and_floating": "The closed and open loss",
    "worst_floating": "The worst open loss",
    "widest_stop": "The risk by the widest stop ever set",
    "stop_at_entry": "The risk by the stop at entry",
    "widest_of_both": "The larger of worst open loss and widest stop risk",
}


def allowed_loss(
    terms: OpenRisk,
    size: Decimal,
    *,
    balance: Decimal | None = None,
    start_of_day_profit: Decimal = ZERO,
) -> Decimal:
    """The largest loss the terms allow, exact. ``balance`` is the size where it is not given."""
    bases = {"balance": size if balance is None else balance}
    if terms.daily_limit is not None:
        bases["daily_limit"] = terms.daily_limit.resolve(size, bases)
    if terms.drawdown is not None:
        bases["drawdown"] = terms.drawdown.resolve(size, bases)
        bases["start_of_day_profit"] = max(start_of_day_profit, bases["drawdown"])
    return terms.limit.resolve(size, bases)


class OpenRiskJudge(Judge[OpenRisk]):
    """Adds up what belongs together and holds its loss against the limit; each group once.

    A group has spoken as long as one of the positions that broke the limit belongs to it: a new
    occurrence needs new positions (or, per day, a new day).
    """

    watches_marks = True

    def __init__(self, terms: OpenRisk, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.looks_at_parts = terms.measure not in STOPS
        self.members: dict[str, Member] = {}
        self.ideas = TradeIdeas(terms.grouping)
        self.closed_now: list[str] = []
        self.spoken: set[str] = set()
        self.start_of_day_profit = situation.closed_profit
        self.watched: list[list[Member]] = []  # the groups of the last ``watches``

    # -- the day
    def on_day_start(self) -> Violations:
        self.start_of_day_profit = self.situation.closed_profit
        if self.terms.scope == "symbol_day":
            self.spoken.clear()
            self._drop_closed()
        for member in self.members.values():
            member.realised_today = NOTHING
        return ()

    # -- what belongs to it
    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        position = positions.get(deal.position) or positions.get(deal.symbol)
        if position is not None:
            self._member_of(position).opened_with(deal, position, self.situation)
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        key = f"{trade.position}@{trade.opened_at}"
        member = self.members.get(key)
        if member is None:
            leg = Leg(
                key, trade.symbol, trade.side, trade.opened_at, trade.closed_at, trade.net < ZERO
            )
            member = self.members[key] = reported_member(leg, trade)
            self.ideas.add(leg)
        else:
            member.close(trade)
            if not trade.partial:
                lost = member.realised.low < ZERO
                self.ideas.close(key, trade.closed_at, lost=lost)
        self.closed_now.append(key)
        return ()

    def _member_of(self, position: Position) -> Member:
        key = key_of(position)
        member = self.members.get(key)
        if member is None:
            leg = Leg(key, position.symbol, position.side, position.opened_at)
            member = self.members[key] = Member(leg, position)
            self.ideas.add(leg)
        return member

    def _drop_closed(self) -> None:
        """Forget what can belong to no group any more."""
        self.members = {k: each for k, each in self.members.items() if each.position is not None}
        self.spoken.intersection_update(self.members)
        self.closed_now = [key for key in self.closed_now if key in self.members]

    # -- the test
    def on_mark(self) -> Violations:
        found = self._look()
        spoken = not self.spoken.isdisjoint(self.closed_now)
        for key in self.closed_now:
            self.members[key].closing = NOTHING
        self.closed_now.clear()
        if self.terms.scope in {"position", "symbol", "portfolio"}:
            self._drop_closed()
            if spoken:  # what it leaves behind stands for itself from here on
                found += self._look()
        return found

    def _look(self) -> list[Violation]:
        return [each for group in self._groups() for each in self._test(group)]

    def _test(self, group: Sequence[Member]) -> Iterator[Violation]:
        for member in group:
            member.look_at_stop(self.situation)
        remember_worst(group, self.situation)
        if self.spoken.intersection(each.key for each in group):
            return
        limit = self.allowed()
        loss = self._loss(group)
        certainty = None if loss is None else self._certainty(loss, limit)
        if certainty != "proven" and self._untold(group, loss):
            certainty, loss = "unknown", None
        if certainty is None:
            return
        if certainty == "proven":
            self.spoken.update(each.key for each in group)
        yield Violation(
            observed=None if loss is None else loss.low if certainty == "proven" else loss.high,
            limit=limit,
            comparison=self.terms.comparison,
            certainty=certainty,
            detail=self._detail(group, certainty),
            trades=tuple(trade for each in group for trade in each.trades),
        )

    def _certainty(self, loss: Span, limit: Decimal) -> Certainty | None:
        if exceeds(loss.low, limit, self.terms.comparison):
            return "proven"
        return "possible" if exceeds(loss.high, limit, self.terms.comparison) else None

    def _loss(self, group: Sequence[Member]) -> Span | None:
        match self.terms.measure:
            case "floating":
                running = floating_loss(group, self.situation)
                now = [each for each in group if each.reported and each.key in self.closed_now]
                return running if running is None or not now else higher(running, worst_loss(now))
            case "realised_and_floating":
                return total_loss(group, self.situation, today=self.terms.scope == "symbol_day")
            case "worst_floating":
                return worst_loss(group)
            case "stop_at_entry" | "widest_stop":
                return self._stop_risk(group)
            case "widest_of_both":
                worst, risk = worst_loss(group), self._stop_risk(group)
                return worst if risk is None else higher(worst, risk)

    def _stop_risk(self, group: Sequence[Member]) -> Span | None:
        return stop_risk(group, at_entry=self.terms.measure == "stop_at_entry")

    def _untold(self, group: Sequence[Member], loss: Span | None) -> bool:
        """Whether a figure the measure needs is missing, and nobody else says so."""
        if self.situation.equity is None:
            return False  # the gap in the account's equity says it already
        told = [loss is not None]
        if self.terms.measure in {"floating", "worst_floating", "widest_of_both"}:
            told.append(floating_loss(group, self.situation) is not None)
            told.extend(each.floating_told for each in group)
        if self.terms.measure in {"widest_stop", "stop_at_entry", "widest_of_both"}:
            told.append(self._stop_risk(group) is not None)
            told.extend(each.stop_told for each in group)
        return not all(told)

    def _groups(self) -> list[list[Member]]:
        """The groups with something open or closed just now."""
        opened = (key_of(each) for each in self.situation.positions.values())
        alive = [key for key in opened if key in self.members]  # others are none of its business
        live = [self.members[key] for key in dict.fromkeys((*alive, *self.closed_now))]
        return groups_of(self.terms.scope, live, self.members, self.ideas)

    # -- what it shows
    def allowed(self) -> Decimal:
        """The limit in force now."""
        return allowed_loss(
            self.terms,
            self.situation.size,
            balance=self.situation.balance,
            start_of_day_profit=self.start_of_day_profit,
        )

    def calm(self) -> Calm:
        """With one group over everything open, its loss moves as equity does; else always asked."""
        equity = self.situation.equity
        groups = self._groups()
        if not groups or equity is None or self.terms.measure in STOPS:
            return ALWAYS_CALM  # stops change by events, and events are always looked at
        open_ones = [each for each in groups[0] if each.position is not None]
        whole = len(groups) == 1 and len(open_ones) == len(self.situation.positions)
        ever = self.terms.measure in EVER
        loss = floating_loss(groups[0], self.situation) if ever else self._loss(groups[0])
        if not (whole and equity.exact) or loss is None:
            return Calm(low=equity.high, high=equity.low)
        if ever:  # each new worst must be noted: the limit may fall to it later
            most = min(each.worst.high for each in open_ones)
        elif self.spoken.isdisjoint(each.key for each in groups[0]):
            most = self.allowed()
        else:
            return ALWAYS_CALM
        return Calm(low=equity.low - max(most - loss.high, ZERO))

    def watches(self) -> Watches:
        """Each group by its own floating profit, down to where its loss reaches the limit."""
        self.watched = []
        if self.terms.measure in STOPS or self.situation.equity is None:
            return Watches()
        parts = [part for group in self._groups() if (part := self._part(group)) is not None]
        return Watches(parts=tuple(parts))

    def foretell(self) -> Literal["nothing"]:
        """It looks at parts alone: while each is within its bounds, equity is nothing to it."""
        return "nothing"

    def _part(self, group: list[Member]) -> PartCalm | None:
        running = floating_loss(group, self.situation)
        open_ones = tuple(each.position.id for each in group if each.position is not None)
        if running is None or not open_ones:
            return None
        ever = self.terms.measure in EVER
        spoken = not self.spoken.isdisjoint(each.key for each in group)
        loss = running if ever else self._loss(group)
        if (spoken and not ever) or loss is None:
            return None
        self.watched.append(group)
        low = -running.high - max(self.allowed() - loss.high, ZERO)
        return PartCalm(open_ones, low=None if spoken else low)

    def catch_up(self, equity: Span, parts: Sequence[Span]) -> None:
        """The limit may fall later to the worst a group stood at: it is remembered."""
        del equity
        if self.terms.measure not in EVER:
            return
        for group, profit in zip(self.watched, parts, strict=True):
            note_worst(group, exactly_at(-profit.low))

    def limit(self) -> LimitLine | None:
        """The group that has least room left, of those that have not broken the limit yet."""
        allowed = self.allowed()
        losses = [
            loss.high
            for group in self._groups()
            if not self.spoken.intersection(each.key for each in group)
            and (loss := self._loss(group)) is not None
        ]
        return LimitLine(
            rule=self.terms.name,
            base=ZERO,
            allowance=allowed,
            floor=-allowed,
            room=allowed - max([ZERO, *losses]),
            comparison=self.terms.comparison,
        )

    def _detail(self, group: Sequence[Member], certainty: Certainty) -> dict[str, str]:
        detail = {
            "scope": self.terms.scope,
            "measure": self.terms.measure,
            "positions": ", ".join(each.key.rpartition("@")[0] for each in group),
            "symbols": ", ".join(sorted({each.leg.symbol for each in group})),
        }
        if certainty == "unknown":
            detail["reason"] = "the worst loss or the stop of a trade is not known"
        return detail
