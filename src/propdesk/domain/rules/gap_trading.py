"""Gap trading (RULES T10, T11): opening just before the market closes, and what a gap earns."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from propdesk.domain.events import Deal, NewsScheduled
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import HOUR, MINUTE, format_instant
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.levels import reaches
from propdesk.domain.market_hours import Break, MarketHours
from propdesk.domain.rules.news_calendar import NewsCalendar
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Amount, Comparison, RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class GapTrading(RuleTerms):
    """No position is opened shortly before a long break, or lives on the gap after it."""

    rule: Literal["gap_trading"] = "gap_trading"
    market: MarketHours
    """The sessions of the market whose breaks count, its holidays and early closes."""
    break_hours_min: Decimal
    """Only breaks at least this long."""
    no_open_within_minutes: Decimal | None = None
    """Opening this close to the break is forbidden."""
    comparison: Comparison = "touch"
    """``touch``: exactly that long before is too close."""
    no_open_before_news_minutes: Decimal | None = None
    """Opening this close before a release of the impacts below is forbidden as well."""
    impacts: tuple[str, ...] = ("high",)
    """Which releases count; empty: all."""
    profit_cap: Amount | None = None
    """What a position held over the break may earn; the excess is what an effect takes away."""

    def __post_init__(self) -> None:
        if self.no_open_within_minutes is None and self.profit_cap is None:
            raise TermsError("gap_trading needs 'no_open_within_minutes' or 'profit_cap'")

    def sentence(self, size: Decimal | None = None) -> str:
        least = f"a market break of {self.break_hours_min:f} hours or longer"
        parts = []
        if self.no_open_within_minutes is not None:
            within = _within(self.no_open_within_minutes, self.comparison)
            parts.append(f"No position may be opened {within} before {least}.")
        if self.no_open_before_news_minutes is not None:
            within = _within(self.no_open_before_news_minutes, self.comparison)
            impact = "/".join(self.impacts) or "any"
            parts.append(f"No position may be opened {within} before {impact}-impact news.")
        if self.profit_cap is not None:
            cap = _worded(self.profit_cap, size)
            parts.append(f"A position held over {least} may earn at most {cap}.")
        return " ".join(parts)

    def formula(self) -> str:
        sign = "≤" if self.comparison == "touch" else "<"
        parts = []
        if self.no_open_within_minutes is not None:
            parts.append(f"break starts − opened {sign} minutes breaks it")
        if self.no_open_before_news_minutes is not None:
            parts.append(f"release − opened {sign} minutes breaks it")
        if self.profit_cap is not None:
            parts.append("excess = profit − cap")
        return "; ".join(parts)


def _worded(cap: Amount, size: Decimal | None) -> str:
    if size is not None and cap.of == "initial":
        return f"{cap.resolve(size):,f}"
    of = "initial size" if cap.of == "initial" else cap.of
    return "the cap" if cap.percent is None else f"{cap.percent:f} % of the {of}"


def _within(minutes: Decimal, comparison: Comparison) -> str:
    return f"{minutes:f} minutes or less" if comparison == "touch" else f"under {minutes:f} minutes"


class GapTradingJudge(Judge[GapTrading]):
    """Measures each opening against the next long break, each profit against the gap's cap."""

    def __init__(self, terms: GapTrading, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.seen: set[str] = set()
        self.calendar = NewsCalendar()
        self.removes = any(each.kind == "profit_adjust" for each in terms.effects)
        self.earned: dict[str, Decimal] = {}  # by position, in parts held over the break

    def on_news(self, event: NewsScheduled) -> Violations:
        self.calendar.receive(event)
        return ()

    def on_opened(self, deal: Deal) -> Violations:
        self.seen.add(deal.position)
        return list(self._opening(deal.at, deal.position))

    def on_closed(self, trade: Trade) -> Violations:
        found: list[Violation] = []
        if trade.position not in self.seen:
            found += self._opening(trade.opened_at, trade.position, (trade,))
        found += self._gap_profit(trade)
        return found

    def long_break(self, at: int) -> Break | None:
        """The first break after ``at`` (or around it) that is long enough."""
        least = self.terms.break_hours_min * HOUR
        return next((b for b in self.terms.market.breaks(at) if b.micros >= least), None)

    def _opening(
        self, at: int, position: str, trades: tuple[Trade, ...] = ()
    ) -> Iterator[Violation]:
        minutes, ahead = self.terms.no_open_within_minutes, self.long_break(at)
        if minutes is not None and ahead is not None:
            lead = ahead.closes - at
            if reaches(Decimal(lead), minutes * MINUTE, self.terms.comparison):
                yield self._broken(lead, minutes, position, {"break": ahead.closes}, trades)
        news = self.terms.no_open_before_news_minutes
        if news is None:
            return
        for release in self.calendar.between(at, at + int(news * MINUTE), at):
            if not self.terms.impacts or release.impact in self.terms.impacts:
                lead = release.release_at - at
                if reaches(Decimal(lead), news * MINUTE, self.terms.comparison):
                    moment = {"release": release.release_at}
                    yield self._broken(lead, news, position, moment, trades)

    def _gap_profit(self, trade: Trade) -> Iterator[Violation]:
        cap, held = self.terms.profit_cap, self.long_break(trade.opened_at)
        if cap is None or held is None or held.opens > trade.closed_at:
            return
        limit = cap.resolve(self.situation.size, {"balance": self.situation.balance})
        before = self.earned.get(trade.position, ZERO)
        earned = self.earned[trade.position] = before + trade.net
        # Parts of one position share its cap; a later loss gives back what was removed.
        excess = max(ZERO, earned - limit) - max(ZERO, before - limit)
        if excess <= ZERO and not (excess and self.removes):
            return
        yield Violation(
            observed=earned,
            limit=limit,
            comparison="cross",
            detail={"position": trade.position, "break": format_instant(held.closes)},
            excess=excess,
        )

    def _broken(
        self,
        lead: int,
        minutes: Decimal,
        position: str,
        moment: dict[str, int],
        trades: tuple[Trade, ...] = (),
    ) -> Violation:
        named = {name: format_instant(at) for name, at in moment.items()}
        return Violation(
            observed=Fraction(lead, MINUTE),
            limit=minutes,
            comparison=self.terms.comparison,
            detail={"position": position, **named},
            trades=trades,
        )
