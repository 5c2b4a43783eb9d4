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
_WORDS: dict[HourBound, str] = {
    "open": "opening",
    "close": "closing",
    "hold": "having a position",
    "orders": "placing or changing an order",
}


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
            f"{each.from_day.capitalize()} {each.opens:%H:%M} to "
            f"{each.to_day.capitalize()} {each.closes:%H:%M}"
            for each in self.hours.sessions
        )
        what = " or ".join(_WORDS[each] for each in self.restricts)
        less = " less holidays and early closes" if self.hours.closures else ""
        return f"Allowed only from {spans} ({self.hours.zone}){less}: {what}."

    def formula(self) -> str:
        return "opens ≤ moment < closes"


class TradingHoursJudge(Judge[TradingHours]):
    """Asks of each action whether its moment lies inside the hours."""

    def __init__(self, terms: TradingHours, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.seen: set[str] = set()
        self._next_end(situation.at)

    def on_day_start(self) -> Violations:
        if self.ends is None:  # the market's next break was too far ahead to be told
            self._next_end(self.situation.at)
        return ()

    def timer(self) -> int | None:
        return self.ends if "hold" in self.terms.restricts else None

    def on_time(self) -> Violations:
        end = self.ends
        self._next_end(self.situation.at)
        held = sorted(k for k, p in self.situation.positions.items() if self.concerns(p.symbol))
        return [self._broken(end, "hold", " ".join(held))] if held and end is not None else ()

    def on_opened(self, deal: Deal) -> Violations:
        self.seen.add(deal.position)
        return list(self._at(deal.at, "open", deal.position))

    def on_closed(self, trade: Trade) -> Violations:
        found: list[Violation] = []
        if trade.position not in self.seen:  # reported: its opening was no event of its own
            found += self._at(trade.opened_at, "open", trade.position, (trade,))
            found += self._held(trade)
        found += self._at(trade.closed_at, "close", trade.position, (trade,))
        return found

    def on_order(self, order: OrderSeen) -> Violations:
        if order.action not in {"placed", "modified"} or not self.concerns(order.symbol):
            return ()
        return list(self._at(order.at, "orders", order.id))

    def _at(
        self, at: int, what: HourBound, key: str, trades: tuple[Trade, ...] = ()
    ) -> Iterator[Violation]:
        if what in self.terms.restricts and not self.terms.hours.is_open(at):
            yield self._broken(at, what, key, trades)

    def _held(self, trade: Trade) -> Iterator[Violation]:
        """The first session's end over which a reported round trip was held."""
        if "hold" not in self.terms.restricts:
            return
        for each in self.terms.hours.breaks(trade.opened_at):
            if trade.opened_at < each.closes <= trade.closed_at:
                yield self._broken(each.closes, "hold", trade.position, (trade,))
                return

    def _next_end(self, after: int) -> None:
        self.ends = next(
            (each.closes for each in self.terms.hours.breaks(after) if each.closes > after), None
        )

    def _broken(
        self, at: int, what: HourBound, key: str, trades: tuple[Trade, ...] = ()
    ) -> Violation:
        named = "order" if what == "orders" else "positions"
        detail = {"what": what, "moment": format_instant(at), named: key}
        return Violation(observed=None, limit=None, detail=detail, trades=trades)
