"""News windows (RULES T10): what may not happen around a release.

The calendar version known at the moment of the trade judges it. Where no calendar was received
at all, nothing can be said about a trade, and nothing is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, NewsScheduled, OrderSeen
from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.instants import MINUTE, format_instant
from propdesk.domain.instruments import Instrument
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.levels import reaches
from propdesk.domain.rules.news_calendar import NewsCalendar
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Amount, Comparison, RuleTerms, TermsError

Restricted: TypeAlias = Literal["open", "close", "pending_fill", "sl_tp_fill", "hold", "orders"]
Targets: TypeAlias = Literal["currency", "listed", "all"]
PROTECTIVE = {"stop_loss", "take_profit"}


@dataclass(frozen=True, kw_only=True)
class News(RuleTerms):
    """Some actions are restricted in a window around a release."""

    rule: Literal["news"] = "news"
    window_before_minutes: Decimal
    window_after_minutes: Decimal
    restricts: tuple[Restricted, ...]
    """``open`` and ``close``: by hand; ``pending_fill``, ``sl_tp_fill``: orders that fill;
    ``hold``: having a position; ``orders``: having a pending order."""
    targets: Targets
    """``currency``: instruments with the release's currencies, and those of the map below;
    ``listed``: only the symbols the release or the map names; ``all``: every instrument."""
    instruments_by_currency: dict[str, tuple[str, ...]] | None = None
    """Further symbols a currency's releases target (USD: XAUUSD, US30)."""
    instruments_by_event: dict[str, tuple[str, ...]] | None = None
    """Symbols a kind of release targets, by words in its title (crude oil inventories: CL)."""
    impacts: tuple[str, ...] = ("high",)
    """Which releases count; empty: all."""
    comparison: Comparison = "touch"
    """``touch``: the window's ends belong to it."""
    exempt_if_opened_before_minutes: Decimal | None = None
    """Holding and closing are free for positions opened longer than this before the release."""
    exempt_comparison: Comparison = "cross"
    """``touch``: opened exactly that long before is free already."""
    exempt_fills: Literal["all", "sl_tp"] = "all"
    """``sl_tp``: such a position may only be closed by its stop or target."""
    min_hold_if_inside_minutes: Decimal | None = None
    """Opening inside is free if the trade lasts longer than this."""
    profit_cap: Amount | None = None
    """A trade touched by a window may earn at most this; what is beyond is the excess."""
    tainted: Literal["order", "part"] = "order"
    """``order``: one part closed inside taints the whole order."""
    counted: Literal["at_once", "cycle_end"] = "at_once"
    """When a profit adjustment is booked: with the trade, or with the payout."""
    stages: tuple[Literal["evaluation", "funded"], ...] = ("evaluation", "funded")
    exempt_account_types: tuple[str, ...] = ()
    calendar: Literal["required", "as_received"] = "required"
    """``required``: without any calendar a trade cannot be judged."""

    def __post_init__(self) -> None:
        if not self.restricts:
            raise TermsError("news needs at least one of: open, close, pending_fill, sl_tp_fill,"
                             " hold, orders")  # fmt: skip
        if self.window_before_minutes < 0 or self.window_after_minutes < 0:
            raise TermsError("a news window cannot be negative")

    def sentence(self, size: Decimal | None = None) -> str:  # noqa: ARG002
        what = ", ".join(_WORDS[each] for each in self.restricts)
        return (
            f"From {self.window_before_minutes:f} minutes before to "
            f"{self.window_after_minutes:f} minutes after {'/'.join(self.impacts) or 'any'}-impact "
            f"news on {_TARGET_WORDS[self.targets]}: no {what}."
        )

    def formula(self) -> str:
        return "release − before ≤ moment ≤ release + after"


_WORDS: dict[Restricted, str] = {
    "open": "opening",
    "close": "closing",
    "pending_fill": "fills of pending orders",
    "sl_tp_fill": "fills of stop loss or take profit",
    "hold": "open positions",
    "orders": "pending orders",
}
_TARGET_WORDS: dict[Targets, str] = {
    "currency": "the currencies of the instrument",
    "listed": "the instruments listed for the release",
    "all": "any instrument",
}


def counted_after_news(trades_net: tuple[Decimal, ...], percent: Decimal) -> Decimal:
    """What trades around news count: losses in full, ``percent`` of each profit (FundedNext)."""
    return sum((percent_of(percent, n) if n > ZERO else n for n in trades_net), ZERO)


class NewsJudge(Judge[News]):
    """Compares each action with the releases known at its moment."""

    def __init__(self, terms: News, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.calendar = NewsCalendar()
        self.before = int(terms.window_before_minutes * MINUTE)
        self.after = int(terms.window_after_minutes * MINUTE)
        self.opened: dict[str, NewsScheduled | None] = {}  # by position: opened inside which
        self.parts: dict[str, list[Trade]] = {}  # closed parts of positions still free
        self.tainted: dict[str, NewsScheduled] = {}
        self.capped: dict[str, Decimal] = {}  # excess already said, by position
        self.pending: list[Violation] = []  # adjustments that wait for the cycle's end
        self.orders: dict[str, OrderSeen] = {}
        self.watched = situation.at  # windows that began before are judged already
        self.held: set[tuple[str, str]] = set()  # release and position or order, said already
        self.adjusts = terms.profit_cap is not None or any(
            each.kind == "profit_adjust" for each in terms.effects
        )

    @property
    def free(self) -> bool:
        """Whether the rule does not concern this account at all."""
        if self.situation.account_type in self.terms.exempt_account_types:
            return True
        return self.situation.stage not in self.terms.stages

    # -- the calendar and its windows
    def on_start(self) -> Violations:
        for event in self.situation.news.values():
            self.calendar.receive(event)
        return ()

    def on_news(self, event: NewsScheduled) -> Violations:
        self.calendar.receive(event)
        return self._present(self.situation.at)

    def timer(self) -> int | None:
        if self.free or not {"hold", "orders"} & set(self.terms.restricts):
            return None
        edge = self._edge
        first = self.watched + self.before - edge + 1
        known = self.calendar.between(first, first + 366 * 24 * 60 * MINUTE, self.situation.at)
        release = next(known, None)
        return None if release is None else release.release_at - self.before + edge

    def on_time(self) -> Violations:
        found = self._present(self.situation.at)
        self.watched = self.situation.at
        return found

    @property
    def _edge(self) -> int:
        """With ``cross`` the window's own ends do not belong to it."""
        return 0 if self.terms.comparison == "touch" else 1

    def _around(self, at: int, symbol: str) -> NewsScheduled | None:
        """The release in whose window ``at`` lies, as it was known then."""
        first, last = at - self.after + self._edge, at + self.before - self._edge
        for event in self.calendar.between(first, last, at):
            if self._counts(event) and self._targets(event, symbol):
                return event
        return None

    def _counts(self, event: NewsScheduled) -> bool:
        return not self.terms.impacts or event.impact in self.terms.impacts

    def _targets(self, event: NewsScheduled, symbol: str) -> bool:
        if self.terms.targets == "all":
            return True
        instrument = self.situation.catalogue.find(symbol)
        names = {symbol} if instrument is None else {symbol, instrument.symbol}
        if names & set(self._named(event)):
            return True
        if self.terms.targets == "listed":
            return False
        return bool(_currencies(instrument, symbol) & set(event.currencies))

    def _named(self, event: NewsScheduled) -> Iterator[str]:
        yield from event.symbols
        for currency, symbols in (self.terms.instruments_by_currency or {}).items():
            if currency in event.currencies:
                yield from symbols
        for words, symbols in (self.terms.instruments_by_event or {}).items():
            if words.casefold() in event.title.casefold():
                yield from symbols

    # -- what is there during a window
    def _present(self, at: int) -> list[Violation]:
        if self.free:
            return []
        found: list[Violation] = []
        if "hold" in self.terms.restricts:
            for key, position in self.situation.positions.items():
                found += self._there(key, position.symbol, at, "hold", position.opened_at)
        if "orders" in self.terms.restricts:
            for key, order in self.orders.items():
                found += self._there(key, order.symbol, at, "orders", None)
        return found

    def _there(
        self, key: str, symbol: str, at: int, what: Restricted, opened_at: int | None
    ) -> Iterator[Violation]:
        event = self._around(at, symbol)
        if event is None or (event.id, key) in self.held or not self._covers(symbol):
            return
        if opened_at is not None and self._exempt(event, opened_at):
            return
        self.held.add((event.id, key))
        yield self._broken(event, at, what, key)

    def _covers(self, symbol: str) -> bool:
        instrument = self.situation.catalogue.find(symbol)
        asset_class = "" if instrument is None else instrument.asset_class
        return self.terms.applies_to.covers(symbol, asset_class)

    def on_order(self, order: OrderSeen) -> Violations:
        if order.action in {"placed", "modified"}:
            if order.kind != "market":
                self.orders[order.id] = order
        else:
            self.orders.pop(order.id, None)
        return self._present(self.situation.at)

    # -- what is done
    def on_opened(self, deal: Deal) -> Violations:
        if self.free:
            return ()
        doubt = self._unjudged(deal.position)
        if doubt is not None:
            return [doubt]
        self.opened.setdefault(deal.position, None)
        held = self._present(deal.at)
        event = self._around(deal.at, deal.symbol)
        could_be = self._opening(deal)
        restricted = could_be & set(self.terms.restricts)
        if event is None or not restricted:
            return held
        self.opened[deal.position] = event
        if not self._breaks_by_opening:
            return held
        sure = "proven" if restricted == could_be else "unknown"
        return [self._broken(event, deal.at, min(restricted), deal.position, sure), *held]

    def _opening(self, deal: Deal) -> set[Restricted]:
        """What kind of opening this fill is; both where nobody said."""
        order = next((o for o in reversed(self.situation.orders) if o.id == deal.order), None)
        if deal.reason == "pending" or (order is not None and order.kind != "market"):
            return {"pending_fill"}
        return {"open", "pending_fill"} if deal.reason is None and order is None else {"open"}

    def on_closed(self, trade: Trade) -> Violations:
        if self.free:
            return ()
        known = trade.position in self.opened
        if not known:
            doubt = self._unjudged(trade.position)
            if doubt is not None:
                return [doubt]
        found: list[Violation] = []
        inside = self.opened.get(trade.position)
        if not known:  # a reported round trip: its opening was no event of its own
            inside = self._around(trade.opened_at, trade.symbol)
            inside = inside if "open" in self.terms.restricts else None
            if inside is not None and self._breaks_by_opening:
                found.append(self._broken(inside, trade.opened_at, "open", trade.position))
        if inside is not None and self._too_short(trade):
            found.append(self._broken(inside, trade.closed_at, "open", trade.position, trade=trade))
        at_close = self._closing(trade)
        if at_close is not None and not self.adjusts:
            event, what, sure = at_close
            found.append(self._broken(event, trade.closed_at, what, trade.position, sure))
        if self.adjusts:
            short_hold_only = self.terms.min_hold_if_inside_minutes is not None
            taint = None if short_hold_only else inside
            taint = at_close[0] if taint is None and at_close is not None else taint
            found += self._adjust(trade, taint)
        return found

    @property
    def _breaks_by_opening(self) -> bool:
        return self.terms.min_hold_if_inside_minutes is None and not self.adjusts

    def _too_short(self, trade: Trade) -> bool:
        least = self.terms.min_hold_if_inside_minutes
        return least is not None and trade.closed_at - trade.opened_at <= least * MINUTE

    def _closing(self, trade: Trade) -> tuple[NewsScheduled, Restricted, str] | None:
        """The release the close falls on, what kind of close it is, and whether that is known."""
        event = self._around(trade.closed_at, trade.symbol)
        if event is None:
            return None
        by_hand, protective = {"close"}, {"sl_tp_fill"}
        could_be = protective if trade.reason in PROTECTIVE else by_hand
        if not trade.reason:  # who closed it is not known
            could_be = by_hand | protective
        if self._exempt(event, trade.opened_at):
            could_be = could_be - protective if self.terms.exempt_fills == "sl_tp" else set()
        restricted: list[Restricted] = [each for each in self.terms.restricts if each in could_be]
        if not restricted:
            return None
        sure = len(restricted) == len(could_be) and (bool(trade.reason) or len(could_be) == 2)
        return event, restricted[0], "proven" if sure else "unknown"

    def _exempt(self, event: NewsScheduled, opened_at: int) -> bool:
        least = self.terms.exempt_if_opened_before_minutes
        if least is None:
            return False
        lead = Decimal(event.release_at - opened_at)
        return not reaches(lead, least * MINUTE, self._not(self.terms.exempt_comparison))

    @staticmethod
    def _not(comparison: Comparison) -> Comparison:
        """Free *from* a lead (touch) means broken only *below* it (cross)."""
        return "cross" if comparison == "touch" else "touch"

    # -- profit that stops counting
    def _adjust(self, trade: Trade, event: NewsScheduled | None) -> Iterator[Violation]:
        key = trade.position
        whole = self.terms.tainted == "order"
        parts = self.parts.setdefault(key, [])
        if event is not None and whole:
            self.tainted.setdefault(key, event)
        touched = self.tainted.get(key) if whole else event
        if touched is None:
            if whole:  # a later part may still taint it
                parts.append(trade)
            return
        trades = (*parts, trade)
        if self.terms.profit_cap is not None:
            parts.append(trade)
        else:
            parts.clear()
        adjustment = self._adjustment(touched, trade, trades)
        if adjustment is None:
            return
        if self.terms.counted == "cycle_end":
            self.pending.append(adjustment)
        else:
            yield adjustment

    def _adjustment(
        self, event: NewsScheduled, trade: Trade, trades: tuple[Trade, ...]
    ) -> Violation | None:
        cap = self.terms.profit_cap
        if cap is None:
            if all(each.net <= ZERO for each in trades):
                return None
            return self._broken(event, trade.closed_at, "close", trade.position, trades=trades)
        bases = {"balance": self.situation.balance}
        limit = cap.resolve(self.situation.size, bases)
        earned = sum((each.net for each in trades), ZERO)
        excess = max(ZERO, earned - limit)
        more = excess - self.capped.get(trade.position, ZERO)
        self.capped[trade.position] = excess
        if more == ZERO:
            return None
        return Violation(
            observed=earned,
            limit=limit,
            comparison="cross",
            detail=self._detail(event, trade.closed_at, "close", trade.position),
            trades=trades,
            excess=more,
        )

    def on_payout(self, event: object) -> Violations:  # noqa: ARG002
        due, self.pending = self.pending, []
        return due

    # -- words
    def _unjudged(self, position: str) -> Violation | None:
        if self.terms.calendar == "as_received" or not self.calendar.empty:
            return None
        detail = {"reason": "no economic calendar was received", "position": position}
        return Violation(None, None, certainty="unknown", detail=detail)

    def _detail(self, event: NewsScheduled, at: int, what: str, key: str) -> dict[str, str]:
        return {
            "release": event.id,
            "title": event.title,
            "release_at": format_instant(event.release_at),
            "calendar_of": format_instant(event.at),
            "moment": format_instant(at),
            "what": what,
            "order" if what == "orders" else "position": key,
        }

    def _broken(
        self,
        event: NewsScheduled,
        at: int,
        what: Restricted,
        key: str,
        certainty: str = "proven",
        *,
        trade: Trade | None = None,
        trades: tuple[Trade, ...] = (),
    ) -> Violation:
        detail = self._detail(event, at, what, key)
        if certainty == "unknown":
            detail["reason"] = "what kind of order made this fill is not known"
        early = at < event.release_at
        window = self.terms.window_before_minutes if early else self.terms.window_after_minutes
        return Violation(
            observed=Fraction(abs(event.release_at - at), MINUTE),
            limit=window,
            comparison=self.terms.comparison,
            certainty="unknown" if certainty == "unknown" else "proven",
            detail=detail,
            trades=trades if trade is None else (trade,),
        )


def _currencies(instrument: Instrument | None, symbol: str) -> set[str]:
    if instrument is None:  # a name such as EURUSD says its currencies itself
        return {symbol[:3], symbol[3:6]} if len(symbol) >= 6 else set()
    return {instrument.base_currency, instrument.profit_currency}
