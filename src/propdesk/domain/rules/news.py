"""News windows (RULES T10): what may not happen around a release.

The calendar version known at the moment of the trade judges it. Where no calendar was received
at all, nothing can be said about a trade: it is unknown. A reported round trip counts as opened
by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, NewsScheduled, OrderSeen, PayoutMoved
from propdesk.domain.exact import ZERO, percent_of
from propdesk.domain.instants import MINUTE, format_instant
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.levels import exceeds
from propdesk.domain.rules.news_windows import NewsWindows
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Amount, Comparison, RuleTerms, TermsError
from propdesk.domain.values import value

Restricted: TypeAlias = Literal["open", "close", "pending_fill", "sl_tp_fill", "hold", "orders"]
Targets: TypeAlias = Literal["currency", "listed", "all"]
PROTECTIVE = {"stop_loss", "take_profit"}


@dataclass(frozen=True, kw_only=True)
class News(RuleTerms):
    """Some actions are restricted in a window around a release."""

    rule: Literal["news"] = "news"
    window_before_minutes: Decimal
    """How long before the release the window begins."""
    window_after_minutes: Decimal
    """How long after the release it ends."""
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
    """In which stages it binds."""
    exempt_account_types: tuple[str, ...] = ()
    """Account types it does not bind (swing)."""
    calendar: Literal["required", "as_received"] = "required"
    """``required``: without any calendar a trade cannot be judged."""

    def __post_init__(self) -> None:
        if not self.restricts:
            raise TermsError("news needs at least one of: open, close, pending_fill, sl_tp_fill,"
                             " hold, orders")  # fmt: skip
        if self.window_before_minutes < 0 or self.window_after_minutes < 0:
            raise TermsError("a news window cannot be negative")

    def sentence(self, size: Decimal | None = None) -> str:
        """What is restricted when, and then everything that is free or capped."""
        window = (
            f"From {_minutes(self.window_before_minutes)} before to "
            f"{_minutes(self.window_after_minutes)} after {'/'.join(self.impacts) or 'any'}-impact "
            f"news on {_TARGET_WORDS[self.targets]}"
        )
        what = " or ".join(_WORDS[each] for each in self.restricts)
        said = [f"{window}: no {what}."]
        if self.profit_cap is not None:
            cap = self._cap(self.profit_cap, size)
            said = [f"{window}: a trade may earn at most {cap} if this falls inside: {what}."]
        lead = self.exempt_if_opened_before_minutes
        if lead is not None:
            least = "more than" if self.exempt_comparison == "cross" else "at least"
            free = "are free" if self.exempt_fills == "all" else "may be closed by stop or target"
            said.append(f"Positions opened {least} {_minutes(lead)} before the release {free}.")
        if self.min_hold_if_inside_minutes is not None:
            held = _minutes(self.min_hold_if_inside_minutes)
            said.append(f"A trade opened inside is free if it lasts longer than {held}.")
        if self.exempt_account_types:
            said.append(f"Account types not bound: {', '.join(self.exempt_account_types)}.")
        return " ".join(said)

    @staticmethod
    def _cap(cap: Amount, size: Decimal | None) -> str:
        if size is not None and cap.of == "initial":
            return f"{cap.resolve(size):,f}"
        of = "initial size" if cap.of == "initial" else cap.of
        return "the cap" if cap.percent is None else f"{cap.percent:f} % of the {of}"

    def formula(self) -> str:
        sign = "≤" if self.comparison == "touch" else "<"
        inside = f"release − before {sign} moment {sign} release + after"
        return inside if self.profit_cap is None else f"{inside}; excess = profit − cap"


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


@value(frozen=True, slots=True)
class Inside:
    """Something inside a window: around which release, when, what, and whether that is sure."""

    event: NewsScheduled
    at: int
    what: Restricted
    sure: bool = True


def _minutes(count: Decimal) -> str:
    return f"{count:f} minute" if count == 1 else f"{count:f} minutes"


def counted_after_news(trades_net: tuple[Decimal, ...], percent: Decimal) -> Decimal:
    """What trades around news count: losses in full, ``percent`` of each profit (FundedNext)."""
    return sum((percent_of(percent, n) if n > ZERO else n for n in trades_net), ZERO)


class NewsJudge(Judge[News]):
    """Compares each action with the releases known at its moment."""

    def __init__(self, terms: News, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.windows = NewsWindows(terms, situation)
        self.opened: dict[str, Inside | None] = {}  # by position: how it was opened inside
        self.parts: dict[str, list[Trade]] = {}  # closed parts of positions still free
        self.tainted: dict[str, Inside] = {}
        self.capped: dict[str, Decimal] = {}  # excess already said, by position
        self.pending: list[Violation] = []  # adjustments that wait for the cycle's end
        self.orders: dict[str, OrderSeen] = {}
        self.watched = situation.at  # windows that began before are judged already
        self.held: set[tuple[str, str]] = set()  # release and position or order, said already
        self.removes = any(each.kind == "profit_adjust" for each in terms.effects)
        self.adjusts = self.removes or terms.profit_cap is not None

    @property
    def free(self) -> bool:
        """Whether the rule does not concern this account at all."""
        if self.situation.account_type in self.terms.exempt_account_types:
            return True
        return self.situation.stage not in self.terms.stages

    # -- the calendar and what is there during a window
    def on_news(self, event: NewsScheduled) -> Violations:
        self.windows.calendar.receive(event)
        return self._present(self.situation.at)

    def timer(self) -> int | None:
        if self.free or not {"hold", "orders"} & set(self.terms.restricts):
            return None
        return self.windows.next_start(self.watched)

    def on_time(self) -> Violations:
        self.watched = self.situation.at
        return self._present(self.watched)

    def _present(self, at: int) -> list[Violation]:
        if self.free:
            return []
        found: list[Violation] = []
        if "hold" in self.terms.restricts:
            for key, position in self.situation.positions.items():
                found += self._there(key, position.symbol, at, "hold", position.opened_at)
        if "orders" in self.terms.restricts:
            for key, order in self.orders.items():
                found += self._there(key, order.symbol, at, "orders")
        return found

    def _there(
        self, key: str, symbol: str, at: int, what: Restricted, opened_at: int | None = None
    ) -> Iterator[Violation]:
        if not self.concerns(symbol):
            return
        for event in self.windows.around(at, symbol):
            exempt = opened_at is not None and self._exempt(event, opened_at)
            if not exempt and (event.id, key) not in self.held:
                self.held.add((event.id, key))
                yield self._broken(Inside(event, at, what), key)

    def on_order(self, order: OrderSeen) -> Violations:
        if order.action not in {"placed", "modified"}:
            self.orders.pop(order.id, None)
        elif order.kind != "market":
            self.orders[order.id] = order
        return self._present(self.situation.at)

    # -- what is done
    def on_opened(self, deal: Deal) -> Violations:
        if self.free:
            return ()
        doubt = self._unjudged(deal.position, deal.at)
        if doubt is not None:
            return [doubt]
        held = self._present(deal.at)
        inside = self._inside(deal.at, deal.symbol, self._opening(deal))
        self.opened[deal.position] = inside or self.opened.get(deal.position)
        if inside is None or not self._breaks_by_opening:
            return held
        return [self._broken(inside, deal.position), *held]

    def _opening(self, deal: Deal) -> set[Restricted]:
        """What kind of opening this fill is; both where nobody said."""
        order = next((o for o in reversed(self.situation.orders) if o.id == deal.order), None)
        if deal.reason == "pending" or (order is not None and order.kind != "market"):
            return {"pending_fill"}
        return {"open", "pending_fill"} if deal.reason is None and order is None else {"open"}

    def on_closed(self, trade: Trade) -> Violations:
        if self.free:
            return ()
        found: list[Violation] = []
        if trade.position not in self.opened:  # a reported round trip, or opened unjudged
            doubt = self._unjudged(trade.position, trade.opened_at)
            found += self._told(trade) if doubt is None else [doubt]
        inside, at_close = self._badly_opened(trade), self._closing(trade)
        if self.adjusts:
            touched = [each for each in (inside, at_close) if each is not None]
            found += self._adjust(trade, max(touched, key=lambda each: each.sure, default=None))
            return found
        least = self.terms.min_hold_if_inside_minutes
        if inside is not None and least is not None:
            found.append(self._hurried(inside, trade, least))
        if at_close is not None:
            found.append(self._broken(at_close, trade.position))
        return found

    def _told(self, trade: Trade) -> Iterator[Violation]:
        """A round trip whose opening was no event of its own: it and the time until its close."""
        inside = self._inside(trade.opened_at, trade.symbol, {"open"})
        self.opened[trade.position] = inside
        if inside is not None and self._breaks_by_opening:
            yield self._broken(inside, trade.position)
        if "hold" in self.terms.restricts:
            for at in self.windows.starts(trade.opened_at, trade.closed_at):
                yield from self._there(trade.position, trade.symbol, at, "hold", trade.opened_at)

    @property
    def _breaks_by_opening(self) -> bool:
        return self.terms.min_hold_if_inside_minutes is None and not self.adjusts

    def _badly_opened(self, trade: Trade) -> Inside | None:
        """How it was opened inside, unless it lasted long enough to be free."""
        least = self.terms.min_hold_if_inside_minutes
        lasted = trade.closed_at - trade.opened_at
        free = least is not None and lasted > least * MINUTE
        return None if free else self.opened.get(trade.position)

    def _closing(self, trade: Trade) -> Inside | None:
        """How the close fell into a window; both kinds of close where nobody said."""
        could_be: set[Restricted] = {"sl_tp_fill"} if trade.reason in PROTECTIVE else {"close"}
        if not trade.reason:
            could_be = {"close", "sl_tp_fill"}
        return self._inside(trade.closed_at, trade.symbol, could_be, trade.opened_at)

    def _inside(
        self, at: int, symbol: str, could_be: set[Restricted], opened_at: int | None = None
    ) -> Inside | None:
        """The first window in which one of these is forbidden; sure if all of them are."""
        event = next(self.windows.around(at, symbol), None)
        if event is None:
            return None
        forbidden = set(self.terms.restricts)
        if opened_at is not None and self._exempt(event, opened_at):
            forbidden -= {"sl_tp_fill"} if self.terms.exempt_fills == "sl_tp" else could_be
        broken = sorted(could_be & forbidden)
        return Inside(event, at, broken[0], could_be <= forbidden) if broken else None

    def _exempt(self, event: NewsScheduled, opened_at: int) -> bool:
        least = self.terms.exempt_if_opened_before_minutes
        if least is None:
            return False
        lead = Decimal(event.release_at - opened_at)
        return exceeds(lead, least * MINUTE, self.terms.exempt_comparison)

    # -- profit that stops counting
    def _adjust(self, trade: Trade, inside: Inside | None) -> Iterator[Violation]:
        key = trade.position
        whole = self.terms.tainted == "order"
        parts = self.parts.setdefault(key, [])
        if inside is not None and whole:
            self.tainted.setdefault(key, inside)
        touched = self.tainted.get(key) if whole else inside
        if touched is None:
            if whole:  # a later part may still taint it
                parts.append(trade)
            return
        trades = (*parts, trade)
        if self.terms.profit_cap is not None:
            parts.append(trade)
        else:
            parts.clear()
        adjustment = self._adjustment(touched, key, trades)
        if adjustment is None:
            return
        if self.terms.counted == "cycle_end":
            self.pending.append(adjustment)
        else:
            yield adjustment

    def _adjustment(self, inside: Inside, key: str, trades: tuple[Trade, ...]) -> Violation | None:
        cap = self.terms.profit_cap
        if cap is None:
            earning = any(each.net > ZERO for each in trades)
            return self._broken(inside, key, trades) if earning else None
        limit = cap.resolve(self.situation.size, {"balance": self.situation.balance})
        earned = sum((each.net for each in trades), ZERO)
        excess = max(ZERO, earned - limit)
        more = excess - self.capped.get(key, ZERO)
        if more <= ZERO and not (more and self.removes):
            return None
        self.capped[key] = excess  # a later loss gives back what was removed
        return replace(
            self._broken(inside, key),
            observed=earned,
            limit=limit,
            comparison="cross",
            excess=more,
        )

    def on_payout(self, event: PayoutMoved) -> Violations:  # noqa: ARG002
        due, self.pending = self.pending, []
        return due

    # -- words
    def _unjudged(self, position: str, at: int) -> Violation | None:
        if self.terms.calendar == "as_received" or self.windows.calendar.was_there(at):
            return None
        detail = {"reason": "no economic calendar was received", "position": position}
        return Violation(None, None, certainty="unknown", detail=detail)

    def _hurried(self, inside: Inside, trade: Trade, least: Decimal) -> Violation:
        """Opened inside and closed too soon: the time it lasted against the least."""
        broken = self._broken(inside, trade.position)
        return replace(
            broken,
            observed=Fraction(trade.closed_at - trade.opened_at, MINUTE),
            limit=least,
            comparison="touch",
            detail={**broken.detail, "closed": format_instant(trade.closed_at)},
        )

    def _broken(self, inside: Inside, key: str, trades: tuple[Trade, ...] = ()) -> Violation:
        event, at = inside.event, inside.at
        detail = {
            "release": event.id,
            "title": event.title,
            "release_at": format_instant(event.release_at),
            "calendar_of": format_instant(event.at),
            "moment": format_instant(at),
            "what": inside.what,
            "order" if inside.what == "orders" else "position": key,
        }
        if not inside.sure:
            detail["reason"] = "what kind of order made this fill is not known"
        early = at < event.release_at
        window = self.terms.window_before_minutes if early else self.terms.window_after_minutes
        return Violation(
            observed=Fraction(abs(event.release_at - at), MINUTE),
            limit=window,
            comparison=self.terms.comparison,
            certainty="proven" if inside.sure else "unknown",
            detail=detail,
            trades=trades,
        )
