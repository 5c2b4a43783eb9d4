"""Trading hours (RULES T10): when a position may be opened, closed or held at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, OrderSeen
from propdesk.domain.instants import format_instant
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.market_hours import MarketHours
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import RuleTerms, TermsError

HourBound: TypeAlias = Literal["open", "close", "hold", "orders"]


@dataclass(frozen=True, kw_only=True)
class TradingHours(RuleTerms):
    """Outside the hours the restricted actions break the rule."""

    rule: Literal["trading_hours"] = "trading_hours"
    hours: MarketHours
    """When trading is allowed: sessions, holidays and early closes."""
    restricts: tuple[HourBound, ...] = ("open",)
    """``open``, ``close``: fills; ``hold``: having a position at a session's end;
    ``orders``: placing or changing an order."""

    def __post_init__(self) -> None:
        if not self.restricts:
            raise TermsError("trading_hours needs at least one of: open, close, hold, orders")

    def sentence(self, size: Decimal | None = None) -> str:  # noqa: ARG002
        spans = ", ".join(
            f"{each.from_day.capitalize()} {each.opens:%H:%M} – "
            f"{each.to_day.capitalize()} {each.closes:%H:%M}"
            for each in self.hours.sessions
        )
        return f"Only within {spans} ({self.hours.zone}): {', '.join(self.restricts)}."

    def formula(self) -> str:
        return "opens ≤ moment < closes"


class TradingHoursJudge(Judge[TradingHours]):
    """Asks of each action whether its moment lies inside the hours."""

    def __init__(self, terms: TradingHours, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.seen: set[str] = set()
        self.ends: int | None = None
        # The answer holds until the next opening or closing; asking anew for each fill is slow.
        self.known: tuple[int, int, bool] = (0, 0, False)

    def on_start(self) -> Violations:
        self._next_end(self.situation.at)
        return ()

    def timer(self) -> int | None:
        return self.ends if "hold" in self.terms.restricts else None

    def on_time(self) -> Violations:
        if self.ends is None or self.situation.at < self.ends:
            return ()
        end = self.ends
        self._next_end(end)
        held = sorted(k for k, p in self.situation.positions.items() if self._covers(p.symbol))
        return [self._broken(end, "hold", " ".join(held))] if held else ()

    def on_opened(self, deal: Deal) -> Violations:
        self.seen.add(deal.position)
        return list(self._at(deal.at, "open", deal.position))

    def on_closed(self, trade: Trade) -> Violations:
        found: list[Violation] = []
        if trade.position not in self.seen:  # reported: its opening was no event of its own
            found += self._at(trade.opened_at, "open", trade.position, (trade,))
        found += self._at(trade.closed_at, "close", trade.position, (trade,))
        return found

    def on_order(self, order: OrderSeen) -> Violations:
        if order.action not in {"placed", "modified"} or not self._covers(order.symbol):
            return ()
        return list(self._at(order.at, "orders", order.id))

    def _at(
        self, at: int, what: HourBound, key: str, trades: tuple[Trade, ...] = ()
    ) -> Iterator[Violation]:
        if what in self.terms.restricts and not self._open(at):
            yield self._broken(at, what, key, trades)

    def _open(self, at: int) -> bool:
        since, until, answer = self.known
        if since <= at < until:
            return answer
        answer = self.terms.hours.is_open(at)
        until = at + 1
        for each in self.terms.hours.breaks(at):
            until = each.closes if at < each.closes else each.opens
            break
        self.known = (at, until, answer)
        return answer

    def _next_end(self, after: int) -> None:
        self.ends = next(
            (each.closes for each in self.terms.hours.breaks(after) if each.closes > after), None
        )

    def _covers(self, symbol: str) -> bool:
        instrument = self.situation.catalogue.find(symbol)
        asset_class = "" if instrument is None else instrument.asset_class
        return self.terms.applies_to.covers(symbol, asset_class)

    def _broken(
        self, at: int, what: HourBound, key: str, trades: tuple[Trade, ...] = ()
    ) -> Violation:
        detail = {"what": what, "moment": format_instant(at), "positions": key}
        return Violation(observed=None, limit=None, detail=detail, trades=trades)
