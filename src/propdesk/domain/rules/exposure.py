"""Position size (RULES T6): how much may be open, in which unit, added up how, by which ladder."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Literal, TypeAlias

from propdesk.domain.events import Deal, OrderSeen
from propdesk.domain.exact import ZERO
from propdesk.domain.judging import ALWAYS_CALM, Calm, Judge, Violation, Violations, Watches
from propdesk.domain.open_sizes import OpenSizes, PercentOf
from propdesk.domain.position_sizes import (
    EVERYTHING,
    Aggregation,
    Held,
    Range,
    Unit,
)
from propdesk.domain.round_trips import RoundTrips, open_at
from propdesk.domain.rules.size_words import limit_words
from propdesk.domain.situation import Situation, Span, Trade
from propdesk.domain.terms import Amount, Comparison, RuleTerms, Terms, TermsError

Key: TypeAlias = tuple[str, int]  # id and opening: a reversal opens a position of the same id

PRICED = {"notional", "margin_percent", "effective_leverage"}  # units that need a price or a rate


@dataclass(frozen=True, kw_only=True)
class Cap(Terms):
    """The most that is allowed, in the unit of the rule."""

    at_most: Decimal | None = None
    """One figure for every account size."""
    by_size: dict[Decimal, Decimal] | None = None
    """A figure for each account size."""

    def __post_init__(self) -> None:
        if (self.at_most is None) == (self.by_size is None):
            raise TermsError("a cap is exactly one of at_most, by_size")

    def resolve(self, size: Decimal) -> Decimal:
        """The figure for an account of ``size``; raises ``TermsError`` where there is none."""
        if self.at_most is not None:
            return self.at_most
        table = self.by_size or {}
        if size not in table:
            sizes = ", ".join(f"{each:f}" for each in table)
            raise TermsError(f"no cap for size {size:f}; there are {sizes}")
        return table[size]


@dataclass(frozen=True, kw_only=True)
class Tier(Terms):
    """One rung of a ladder."""

    profit: Amount
    """The profit from which on it holds."""
    cap: Cap
    """What is allowed from there."""


@dataclass(frozen=True, kw_only=True)
class ExposureLimit(RuleTerms):
    """No more than so much may be open at once."""

    rule: Literal["exposure"] = "exposure"
    unit: Unit
    """``contracts``: a started contract counts as one, a micro as much as a full one; ``lots``;
    ``mini_equivalents``: ten micros are one; ``notional``: money at the opening price;
    ``margin_percent``: margin in per cent of ``percent_of``; ``effective_leverage``: the value
    of all positions now over equity."""
    aggregation: Aggregation
    """``order``: each order alone; ``instrument``: all positions of one; ``group``: all of one
    asset class; ``absolute_sum``: what each instrument has open net, summed without its sign;
    ``all_open``: everything, long and short added up."""
    cap: Cap | None = None
    """What is allowed; with ``caps`` for those not named there."""
    caps: dict[str, Cap] = field(default_factory=dict)
    """What is allowed for each instrument or asset class named."""
    comparison: Comparison = "cross"
    """``cross``: the cap itself is allowed; ``touch``: reaching it breaks the rule."""
    ladder: tuple[Tier, ...] = ()
    """Replaces ``cap`` by profit; below the first rung ``cap`` holds, or nothing is allowed."""
    half_until: Amount | None = None
    """Only half of the cap, rounded down to whole units, until this profit was reached."""
    ladder_source: Literal["live_equity", "eod_balance"] = "eod_balance"
    """Whether ladder and half follow equity, or the balance at the day's end."""
    ladder_effective: Literal["now", "next_session"] = "next_session"
    """Whether a rung holds at once or from the next day on."""
    ladder_moves: Literal["up_only", "both_ways"] = "both_ways"
    """Whether a rung once reached is kept."""
    when: Literal["at_opening", "while_open", "at_close"] = "at_opening"
    """``at_opening``: only what opens is held against the cap; ``while_open``: also when the cap
    falls or equity does; ``at_close``: as at opening, but said when the position closes, so that
    its profit can be taken out."""
    counting: Literal["per_position", "per_event"] = "per_event"
    """``per_event``: once from going over until being back under; ``per_position``: each position
    opened while over counts."""
    percent_of: PercentOf = "balance"
    """``margin_percent``: of what."""
    leverage: Decimal | None = None
    """``margin_percent``: the account's leverage."""
    leverage_by_class: dict[str, Decimal] = field(default_factory=dict)
    """``margin_percent``: leverage of asset classes that have their own."""

    def __post_init__(self) -> None:
        if self.cap is None and not self.caps and not self.ladder:
            raise TermsError("an exposure limit needs 'cap', 'caps' or 'ladder'")
        if self.unit == "margin_percent" and not self.leverage and not self.leverage_by_class:
            raise TermsError("unit 'margin_percent' needs 'leverage' or 'leverage_by_class'")
        if self.caps and self.aggregation not in {"instrument", "group"}:
            raise TermsError("'caps' needs the aggregation 'instrument' or 'group'")

    def sentence(self, size: Decimal | None = None) -> str:
        return limit_words(self, size)

    def formula(self) -> str:
        sign = "≤" if self.comparison == "cross" else "<"
        return f"open {self.unit.replace('_', ' ')} {sign} cap"


def cap_at(
    terms: ExposureLimit, size: Decimal, profit: Decimal, name: str = EVERYTHING
) -> Decimal | None:
    """What is allowed with this profit to an account of this size; None: not limited."""
    cap = terms.caps.get(name, terms.cap)
    figure = None if cap is None else cap.resolve(size)
    if terms.ladder and name not in terms.caps:
        reached = [tier for tier in terms.ladder if tier.profit.resolve(size) <= profit]
        if reached:
            figure = max(reached, key=lambda tier: tier.profit.resolve(size)).cap.resolve(size)
        elif figure is None:
            figure = ZERO
    if figure is None or terms.half_until is None:
        return figure
    return figure if profit >= terms.half_until.resolve(size) else half_of(figure)


def half_of(cap: Decimal) -> Decimal:
    """Half a cap, rounded down to whole units, but never below one unit the cap allows."""
    return max(Decimal(cap // 2), min(cap, Decimal(1)))


class ExposureJudge(Judge[ExposureLimit]):
    """Adds up what is open whenever something opens, and, where asked, whenever equity moves."""

    def __init__(self, terms: ExposureLimit, situation: Situation) -> None:
        super().__init__(terms, situation)
        self.sizes = OpenSizes(
            situation,
            terms.unit,
            terms.aggregation,
            terms.applies_to,
            terms.percent_of,
            terms.leverage,
            terms.leverage_by_class,
        )
        self.profit = ZERO  # by which ladder and half are read
        self.over: set[str] = set()  # buckets over their cap: said already
        self.counted: set[Key] = set()  # positions that were over it: said already
        self.opened: list[tuple[Key, str]] = []  # positions and their symbols, since the last mark
        self.orders: dict[str, Decimal] = {}
        self.due: dict[Key, Violation] = {}  # by position: to be said at its close
        self.seen: set[Key] = set()
        self.reported = RoundTrips()
        self.live = bool(terms.ladder or terms.half_until) and (
            terms.ladder_source == "live_equity" and terms.ladder_effective == "now"
        )
        self.by_equity = (
            self.live
            or terms.unit == "effective_leverage"
            or (terms.unit == "margin_percent" and terms.percent_of == "equity")
        )
        self.watches_marks = True

    # -- the ladder
    def on_start(self) -> Violations:
        self._climb(self._profit_at_day_start())
        return ()

    def on_day_start(self) -> Violations:
        if not self.live:
            self._climb(self._profit_at_day_start())
        return ()

    def _profit_at_day_start(self) -> Decimal:
        situation = self.situation
        start = situation.day.start_equity
        if self.terms.ladder_source == "live_equity" and start is not None:
            return start.low - situation.origin - situation.deposited
        return situation.day.start_balance - situation.origin - situation.deposited

    def _climb(self, profit: Decimal) -> None:
        kept = self.profit if self.terms.ladder_moves == "up_only" else profit
        self.profit = max(kept, profit)

    # -- what opens
    def on_order(self, order: OrderSeen) -> Violations:
        if self.terms.aggregation != "order" or order.action not in {"placed", "modified"}:
            return ()
        if self.terms.when == "at_close" or not self.sizes.covers(order.symbol):
            return ()  # at close: only what is filled has a close
        if order.requested_price is None and self.terms.unit in PRICED:
            return ()  # its fill will say what it is worth
        held = Held(order.id, order.symbol, order.side, order.lots, order.requested_price)
        violation = self._test_order(order.id, held)
        return () if violation is None else (violation,)

    def on_opened(self, deal: Deal) -> Violations:
        positions = self.situation.positions
        found = positions.get(deal.position) or positions.get(deal.symbol)
        if found is None:
            return ()
        key = (found.id, found.opened_at)
        self.seen.add(key)
        if self.terms.aggregation != "order":
            self.opened.append((key, deal.symbol))
            return () if self.by_equity else self._test_opened()
        name = deal.order or deal.id
        filled = self.orders.get(name, ZERO) + deal.lots
        self.orders[name] = filled
        whole = Held(found.id, deal.symbol, deal.side, filled, deal.price)
        violation = self._test_order(name, whole)
        return () if violation is None else self._in_time(key, violation)

    def on_deal(self, deal: Deal) -> Violations:
        del deal
        self._settle()
        return ()

    def on_closed(self, trade: Trade) -> Violations:
        key = (trade.position, trade.opened_at)
        if key not in self.seen:
            return self._test_reported(trade)
        due = self.due.get(key)
        if due is None:
            return ()
        due = replace(due, trades=(*due.trades, trade))
        self.due[key] = due
        return () if trade.partial else (due,)

    def on_mark(self) -> Violations:
        equity = self.situation.equity
        if self.live and equity is not None:
            profit = equity.low - self.situation.origin - self.situation.deposited
            self._climb(profit)
        found = self._test_opened() if self.opened else []
        if self.terms.when == "while_open" and self.terms.aggregation != "order":
            found += self._test_open()
        self._settle()
        return found

    def calm(self) -> Calm:
        equity = self.situation.equity
        if equity is None or not self._moves():
            return ALWAYS_CALM
        return Calm(low=equity.high, high=equity.low)  # each mark counts: ask always

    def watches(self) -> Watches:
        """A live ladder that only rises lets nothing be said that was not: it is remembered."""
        return Watches() if self._only_climbs() else Watches(self.calm())

    def _only_climbs(self) -> bool:
        priced = self.terms.unit in PRICED
        return self.live and self.terms.ladder_moves == "up_only" and not priced

    def catch_up(self, equity: Span, parts: Sequence[Span]) -> None:
        del parts
        if self._only_climbs():
            self._climb(equity.high - self.situation.origin - self.situation.deposited)
            self._settle()

    def _moves(self) -> bool:
        """Whether a quote alone can change what is said, now or of the next opening."""
        if self.terms.aggregation == "order":
            return self.by_equity
        if self.live and self.terms.ladder_moves == "up_only":
            return True
        moves = self.by_equity or self.terms.unit in PRICED
        return moves and bool(self.over or self.terms.when == "while_open")

    # -- the test
    def _test_opened(self) -> list[Violation]:
        if self.by_equity and self.situation.equity is None:
            return []  # what opened is judged as soon as equity is known
        sums = self.sizes.sums()
        found: list[Violation] = []
        for key, symbol in self.opened:
            name = self.sizes.bucket(symbol)
            per_position = self.terms.counting == "per_position"
            said = key in self.counted if per_position else name in self.over
            violation = self._held_against_cap(name, sums.get(name), key[0])
            if violation is None or said:
                continue
            if violation.certainty == "proven":
                self.over.add(name)
                self.counted.add(key)
            found += self._in_time(key, violation)
        self.opened.clear()
        return found

    def _test_open(self) -> list[Violation]:
        if self.by_equity and self.situation.equity is None:
            return []
        found: list[Violation] = []
        for name, total in self.sizes.sums().items():
            violation = self._held_against_cap(name, total)
            if violation is None or name in self.over:
                continue
            if violation.certainty == "proven":
                self.over.add(name)
            found.append(violation)
        return found

    def _test_order(self, order: str, held: Held) -> Violation | None:
        if order in self.over:
            return None
        violation = self._held_against_cap(EVERYTHING, self.sizes.size(held), held.key)
        if violation is not None and violation.certainty == "proven":
            self.over.add(order)
        return violation

    def _in_time(self, key: Key, violation: Violation) -> tuple[Violation, ...]:
        """What is to be said of a position now; the rest waits for its close."""
        if self.terms.when == "at_close" and violation.certainty == "proven":
            self.due.setdefault(key, violation)
            return ()
        return (violation,)

    def _test_reported(self, trade: Trade) -> list[Violation]:
        """Judges a round trip that is told only when it is over, with those open beside it.

        What was opened while it was open may only now be seen to have been too much.
        """
        name = self.sizes.bucket(trade.symbol)
        if self.terms.aggregation == "order":
            violation = self._together(name, [trade], trade)
            return [] if violation is None else [violation]
        together = [
            each for each in self.reported.add(trade) if self.sizes.bucket(each.symbol) == name
        ]
        openings = [each for each in together if each.opened_at > trade.opened_at]
        found = (self._test_opening(name, each, together) for each in (trade, *openings))
        return [each for each in found if each is not None]

    def _test_opening(
        self, name: str, opening: Trade, together: Sequence[Trade]
    ) -> Violation | None:
        violation = self._together(name, open_at(together, opening.opened_at), opening)
        if violation is None or violation.certainty != "proven":
            return violation
        if self.terms.counting == "per_position":
            key = (opening.id, opening.opened_at)
            said = key in self.counted
            self.counted.add(key)
            return None if said else violation

        def over(moment: int) -> bool:
            found = self._together(name, open_at(together, moment), opening)
            return found is not None and found.certainty == "proven"

        new = self.reported.is_new(name, opening.opened_at, together, over)
        return violation if new else None

    def _together(self, name: str, open_now: Sequence[Trade], opening: Trade) -> Violation | None:
        held = [
            Held(each.id, each.symbol, each.side, each.lots, None, each.notional)
            for each in open_now
        ]
        total = self.sizes.sums_of(held).get(name)
        violation = self._held_against_cap(name, total, opening.id)
        return None if violation is None else replace(violation, trades=(opening,))

    def _held_against_cap(self, name: str, total: Range | None, key: str = "") -> Violation | None:
        cap = cap_at(self.terms, self.situation.size, self.profit, name)
        if cap is None:
            return None
        detail = {"of": name, "unit": self.terms.unit, "position": key}
        value = None if total is None else self.sizes.in_unit(total)
        if value is None:
            if self.situation.equity is None:
                return None  # the gap in the account's equity says it already
            return Violation(
                None, cap, self.terms.comparison, "unknown",
                {**detail, "reason": "a price, a rate or an instrument is missing"},
            )  # fmt: skip
        limit = Fraction(cap)
        low, high = (
            (each >= limit if self.terms.comparison == "touch" else each > limit) for each in value
        )
        if low:
            return Violation(value[0], cap, self.terms.comparison, "proven", detail)
        return Violation(value[1], cap, self.terms.comparison, "possible", detail) if high else None

    def _settle(self) -> None:
        """Buckets that are back under their cap may go over it again."""
        if self.terms.aggregation == "order" or not self.over:
            return
        sums = self.sizes.sums()
        self.over = {
            name
            for name in self.over
            if name in sums and self._held_against_cap(name, sums[name]) is not None
        }
