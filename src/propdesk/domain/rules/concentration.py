"""Concentration (RULES T11): how much of a day's loss allowance one instrument may use up."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.judging import (
    ALWAYS_CALM,
    Calm,
    Judge,
    PartCalm,
    Violation,
    Violations,
    Watches,
)
from propdesk.domain.levels import exceeds
from propdesk.domain.situation import Situation, Span, Trade
from propdesk.domain.terms import Amount, Comparison, RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class Concentration(RuleTerms):
    """Everything put on one instrument shows in what it loses: no single one may lose more than a
    share of the daily loss allowance in one day. It says nothing about gains."""

    rule: Literal["concentration"] = "concentration"
    percent: Decimal
    """The share, in per cent of ``daily_limit``."""
    daily_limit: Amount
    """The daily loss allowance; ``of: balance`` is the balance the day started with."""
    measured: Literal["closed", "closed_and_open"]
    """``closed``: what was closed in the day, after its costs; ``closed_and_open``: with how far
    open positions have moved since the day began, or since they were opened in it."""
    correlated: bool = True
    """A micro and its full contract are one instrument."""
    comparison: Comparison = "cross"
    """``cross``: the share itself is still allowed; ``touch``: it is not."""

    def __post_init__(self) -> None:
        if self.percent <= ZERO:
            raise TermsError("'percent' must be more than zero")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        verb = "lose more than" if self.comparison == "cross" else "lose as much as"
        what = "closed and open together" if self.measured == "closed_and_open" else "by its closes"
        share = f"{self.percent:f} % of the daily loss allowance"
        return f"No single instrument may {verb} {share} in one day, {what}."

    def formula(self) -> str:
        sign = "≤" if self.comparison == "cross" else "<"
        return f"loss of one instrument today {sign} {self.percent:f} % × daily loss allowance"


class ConcentrationJudge(Judge[Concentration]):
    """Adds up each instrument's day and speaks once a day about each."""

    def __init__(self, terms: Concentration, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.watches_marks = self.looks_at_parts = terms.measured == "closed_and_open"
        self.closed: dict[str, Decimal] = {}  # net, by instrument, of what closed today
        self.carried: dict[str, Span | None] = {}  # open profit the day began with
        self.said: set[str] = set()

    def on_day_start(self) -> Violations:
        self.closed.clear()
        self.said.clear()
        self.carried = self._floating()
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        name = self._instrument(trade.symbol)
        self.closed[name] = self.closed.get(name, ZERO) + trade.net
        if self.watches_marks:
            return ()  # the mark after it sees the open ones as well
        return self._judged(name, Span(self.closed[name], self.closed[name]))

    def on_mark(self) -> Violations:
        floating = self._floating()
        found: list[Violation] = []
        for name in sorted({*self.closed, *floating, *self.carried}):
            now, before = (each.get(name, NOTHING) for each in (floating, self.carried))
            if now is None or before is None:
                continue  # the gap in the account's equity says it already
            closed = self.closed.get(name, ZERO)
            result = Span(closed + now.low - before.high, closed + now.high - before.low)
            found += self._judged(name, result)
        return found

    def calm(self) -> Calm:
        """One instrument may lose while the account gains: every price of an open one counts."""
        equity = self.situation.equity
        if not self.watches_marks or equity is None or self.situation.flat:
            return ALWAYS_CALM
        return Calm(low=equity.high, high=equity.low)

    def watches(self) -> Watches:
        """Each instrument by its own floating profit, down to where its loss reaches the limit."""
        if not self.watches_marks or self.situation.equity is None:
            return Watches()
        held: dict[str, list[str]] = {}
        for position in self.situation.positions.values():
            if self.concerns(position.symbol):
                held.setdefault(self._instrument(position.symbol), []).append(position.id)
        parts = []
        for name, positions in held.items():
            before = self.carried.get(name, NOTHING)
            if before is not None and name not in self.said:
                low = before.high - self.closed.get(name, ZERO) - self._most()
                parts.append(PartCalm(tuple(positions), low=low))
        return Watches(parts=tuple(parts))

    def foretell(self) -> Literal["nothing"]:
        """It looks at parts alone: while each is within its bounds, equity is nothing to it."""
        return "nothing"

    def _most(self) -> Decimal:
        """The largest loss of one instrument, exact."""
        return percent_of(self.terms.percent, self._allowance())

    def _allowance(self) -> Decimal:
        balance = {"balance": self.situation.day.start_balance}
        return self.terms.daily_limit.resolve(self.situation.size, balance)

    def _judged(self, name: str, result: Span) -> list[Violation]:
        limit = self._most()
        detail = {"instrument": name, "daily_limit": f"{self._allowance():f}"}
        comparison = self.terms.comparison
        if name in self.said:
            return []
        if exceeds(-result.high, limit, comparison):
            self.said.add(name)
            return [Violation(-result.high, limit, comparison, "proven", detail)]
        if exceeds(-result.low, limit, comparison):
            return [Violation(-result.low, limit, comparison, "possible", detail)]
        return []

    def _floating(self) -> dict[str, Span | None]:
        """Open profit by instrument; None: a price in it is not known."""
        sums: dict[str, Span | None] = {}
        for position in self.situation.positions.values():
            if not self.concerns(position.symbol):
                continue
            name = self._instrument(position.symbol)
            own, before = self.situation.floating.get(position.id), sums.get(name, NOTHING)
            if own is None or before is None:
                sums[name] = None
            else:
                sums[name] = Span(before.low + own.low, before.high + own.high)
        return sums

    def _instrument(self, symbol: str) -> str:
        instrument = self.situation.catalogue.find(symbol)
        if instrument is None:
            return symbol
        family = instrument.correlated if self.terms.correlated else None
        return family or instrument.symbol


NOTHING = Span(ZERO, ZERO)
