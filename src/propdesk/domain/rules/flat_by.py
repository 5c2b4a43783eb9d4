"""Weekend, overnight and long breaks (RULES T10): be flat before them.

A deadline is a moment in a zone. A position still open at it breaks the rule, and so does one
opened between it and the reopening. What the firm does then (closes it, fails the account, sends
it back a stage) is an effect. Without this rule, holding is allowed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, time, timedelta, tzinfo
from decimal import Decimal
from functools import cached_property
from typing import Literal, TypeAlias

from propdesk.domain.clock import DayClock, days_between, local_instant, zone_of
from propdesk.domain.events import Deal, OrderSeen
from propdesk.domain.instants import DAY, HOUR, MINUTE, datetime_of, format_instant
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.market_hours import HORIZON, WEEKDAYS, MarketHours, Weekday, weekday_of
from propdesk.domain.situation import Situation, Trade
from propdesk.domain.terms import Comparison, RuleTerms, TermsError
from propdesk.domain.values import value

Before: TypeAlias = Literal["weekend", "overnight", "break", "session_end"]
DAYS_KNOWN_MAX = 16
"""So many days' deadlines are kept: what is opened at a time is opened on one or two of them."""
LOOK_AHEAD = 8 * DAY  # a week, and the hour by which clocks may be set back in it
BANK_DAYS: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri")


@dataclass(frozen=True, kw_only=True)
class FlatBy(RuleTerms):
    """No position may be open past a deadline."""

    rule: Literal["flat_by"] = "flat_by"
    before: Before
    """``weekend`` and ``overnight`` have a fixed time; ``break`` follows the market's hours,
    ``session_end`` the rulebook's session: nothing is open until the next one begins."""
    at: time | None = None
    """Wall time of the deadline."""
    zone: str = ""
    """Zone of ``at`` and ``until``; empty: the rulebook's."""
    weekday: Weekday = "fri"
    """``weekend``: the day of the deadline."""
    weekdays: tuple[Weekday, ...] = BANK_DAYS
    """``overnight``, ``session_end``: the days that have a deadline."""
    until: time | None = None
    """Wall time at which opening is allowed again; none: only the deadline itself counts."""
    until_weekday: Weekday = "sun"
    """``weekend``: the day of ``until``."""
    holidays: tuple[date, ...] = ()
    """The weekend's deadline moves to the day before; an overnight deadline falls away."""
    early_closes: dict[date, time] | None = None
    """Dates whose deadline is earlier."""
    not_enforced_on: tuple[date, ...] = ()
    """Dates on which the firm does not close positions (half-days)."""
    market: MarketHours | None = None
    """``break``: when the market is open."""
    longer_than_hours: Decimal | None = None
    """``break``: only breaks longer than this."""
    minutes_before: int = 0
    """``break``: how long before the close the deadline is."""
    exempt_asset_classes: tuple[str, ...] = ()
    """Asset classes that may be held (crypto)."""
    exempt_account_types: tuple[str, ...] = ()
    """Account types that may hold (swing)."""
    orders_too: bool = False
    """Pending orders must be gone as well."""
    comparison: Comparison = "touch"
    """``touch``: open at the deadline breaks it; ``cross``: only open after it."""

    @cached_property
    def deadlines_known(self) -> "dict[tuple[str, int], tuple[Deadline, ...]]":
        """Those around a day of UTC that were asked for, by zone and the day's number."""
        return {}

    @cached_property
    def by_session(self) -> "dict[tuple[time | None, time, str], FlatBy]":
        """``by_the_clock``, by what of a clock is in it: all accounts of a rulebook share one."""
        return {}

    def __post_init__(self) -> None:
        if self.before == "break" and (self.market is None or self.longer_than_hours is None):
            raise TermsError("flat_by before: break needs 'market' and 'longer_than_hours'")
        if self.before in {"weekend", "overnight"} and self.at is None:
            raise TermsError(f"flat_by before: {self.before} needs 'at'")
        if self.before == "session_end" and (self.at or self.until or self.zone):
            raise TermsError("flat_by before: session_end takes its times from the clock")

    def sentence(self, size: Decimal | None = None) -> str:  # noqa: ARG002
        exempt = ", ".join((*self.exempt_asset_classes, *self.exempt_account_types))
        but = f" ({exempt} may be held)" if exempt else ""
        orders = " and cancel pending orders" if self.orders_too else ""
        if self.before == "break":
            early = f"{self.minutes_before} minutes before" if self.minutes_before else "before"
            return (
                f"Close all positions{orders} {early} any market "
                f"break longer than {self.longer_than_hours:f} hours{but}."
            )
        if self.before == "session_end":
            return f"Be flat{orders} between the end of a session and the next one{but}."
        zone = self.zone or "the rulebook's zone"
        again = "" if self.until is None else f"; open again from {self.until:%H:%M}"
        if self.before == "weekend":
            day = _NAMES[self.weekday]
            again += f" on {_NAMES[self.until_weekday]}" if again else ""
        elif self.weekdays == BANK_DAYS:
            day = "each trading day"
        else:
            day = ", ".join(_NAMES[each] for each in self.weekdays)
        return f"Close all positions{orders} by {self.at:%H:%M} ({zone}) on {day}{but}{again}."

    def formula(self) -> str:
        sign = "≥" if self.comparison == "touch" else ">"
        return f"opened ≤ deadline and closed {sign} deadline breaks it"


_NAMES: dict[Weekday, str] = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}


def by_the_clock(terms: FlatBy, clock: DayClock) -> FlatBy:
    """The terms with the times of the clock's session, where they follow it."""
    if terms.before != "session_end":
        return terms
    session = ends, reset, zone = clock.session_end, clock.reset, clock.zone_name
    found = terms.by_session.get(session)
    if found is None:
        found = terms.by_session[session] = replace(
            terms, before="overnight", at=ends or reset, until=None if ends is None else reset,
            zone=zone,
        )  # fmt: skip
    return found


@value(frozen=True, slots=True)
class Deadline:
    """Flat at ``at``; opening is allowed again from ``until`` on."""

    at: int
    until: int


def deadlines(terms: FlatBy, zone_name: str, first: int, last: int) -> Iterator[Deadline]:
    """The deadlines in ``[first, last]``, in order; ``zone_name`` where the terms name none."""
    if terms.before == "break":
        yield from _before_breaks(terms, first, last)
        return
    zone = zone_of(terms.zone or zone_name)
    dates = (datetime_of(each).astimezone(zone).date() for each in (first, last))
    for day in days_between(*dates):
        wall = (terms.early_closes or {}).get(day, terms.at)
        if wall is None or day in terms.not_enforced_on or not _falls_on(terms, day):
            continue
        at = local_instant(day, wall, zone)
        if first <= at <= last:
            yield Deadline(at, _until(terms, day, wall, zone, at))


def _falls_on(terms: FlatBy, day: date) -> bool:
    """Whether a deadline falls on the date: its own, or one moved back over holidays."""
    if day in terms.holidays:
        return False
    if terms.before == "overnight":
        return weekday_of(day) in terms.weekdays
    while weekday_of(day) != terms.weekday:
        day += timedelta(days=1)
        if day not in terms.holidays:
            return False
    return True


def _until(terms: FlatBy, day: date, wall: time, zone: tzinfo, at: int) -> int:
    if terms.until is None:
        return at
    ahead = 0
    if terms.before == "weekend":
        ahead = (WEEKDAYS.index(terms.until_weekday) - day.weekday()) % 7
    if ahead == 0 and terms.until <= wall:
        ahead = 7 if terms.before == "weekend" else 1
    return local_instant(day + timedelta(days=ahead), terms.until, zone)


def _before_breaks(terms: FlatBy, first: int, last: int) -> Iterator[Deadline]:
    market, hours = terms.market, terms.longer_than_hours
    if market is None or hours is None:  # refused by the terms
        return
    early, moment = terms.minutes_before * MINUTE, first
    while moment <= last + early:
        ahead = list(market.breaks(moment))
        for each in ahead:
            at = each.closes - early
            if each.micros > hours * HOUR and first <= at <= last:
                yield Deadline(at, each.opens)
        moment = ahead[-1].opens if ahead else moment + HORIZON


class FlatByJudge(Judge[FlatBy]):
    """Looks at the open positions at each deadline, and at what is opened after it."""

    def __init__(self, terms: FlatBy, situation: Situation) -> None:
        super().__init__(by_the_clock(terms, situation.clock), situation)
        self.said: set[int] = set()
        self.seen: set[str] = set()  # positions whose opening was an event of its own
        self.orders: set[str] = set()
        # A deadline is looked at when it can be broken: at it (touch), or a moment after (cross).
        self.lag = 0 if terms.comparison == "touch" else 1
        self.free = situation.account_type in terms.exempt_account_types
        # Profit is taken away when it is known: at the close, not at the deadline.
        self.at_close = any(each.kind == "profit_adjust" for each in terms.effects)
        self._advance(situation.at + 1 - self.lag)  # nothing was open before the account

    def timer(self) -> int | None:
        if self.free:
            return None
        return self.looked_until if self.next is None else self._moment(self.next)

    def on_time(self) -> Violations:
        found: list[Violation] = []
        if self.next is None:
            self._advance(self.situation.at)
        while self.next is not None and self._moment(self.next) <= self.situation.at:
            due = self.next
            self._advance(due.at + 1)
            held = sorted(
                key for key, each in self.situation.positions.items() if self._concerns(each.symbol)
            )
            waiting = sorted(self.orders) if self.terms.orders_too else []
            if (held or waiting) and not self.at_close:
                found.append(self._broken(due.at, held, waiting))
        return found

    def on_opened(self, deal: Deal) -> Violations:
        self.seen.add(deal.position)
        if self.free or not self._concerns(deal.symbol):
            return ()
        around = self._shut(deal.at)
        if around is None or self.at_close:
            return ()
        return [self._broken(around.at, [deal.position], [], opened_at=deal.at)]

    def on_closed(self, trade: Trade) -> Violations:
        if self.free or not self._concerns(trade.symbol):
            return ()
        if trade.position in self.seen and not self.at_close:
            return ()  # on_time saw it
        around, key = self._shut(trade.opened_at), [trade.position]
        if around is not None:
            return [self._broken(around.at, key, [], opened_at=trade.opened_at, trades=(trade,))]
        zone = self.situation.clock.zone_name
        past = [
            self._broken(each.at, key, [], trades=(trade,))
            for each in deadlines(self.terms, zone, trade.opened_at, trade.closed_at - self.lag)
            if self.at_close or each.at not in self.said
        ]
        return past[:1] if self.at_close else past  # a profit is taken away once

    def on_order(self, order: OrderSeen) -> Violations:
        if order.action not in {"placed", "modified"}:
            self.orders.discard(order.id)
        elif order.kind != "market" and self._concerns(order.symbol):
            self.orders.add(order.id)
        return ()

    def _moment(self, due: Deadline) -> int:
        return due.at + self.lag

    def _advance(self, start: int) -> None:
        zone = self.situation.clock.zone_name
        self.looked_until = start + LOOK_AHEAD
        self.next = next(deadlines(self.terms, zone, start, self.looked_until), None)

    def _shut(self, at: int) -> Deadline | None:
        """The deadline after which, and before whose reopening, ``at`` lies."""
        day, known = at // DAY, self.terms.deadlines_known
        zone = self.situation.clock.zone_name
        around = known.get((zone, day))
        if around is None:
            if len(known) >= DAYS_KNOWN_MAX:
                known.clear()
            first, last = day * DAY - LOOK_AHEAD, (day + 1) * DAY
            around = known[zone, day] = tuple(deadlines(self.terms, zone, first, last))
        for each in around:
            if at - LOOK_AHEAD <= each.at and self._moment(each) <= at < max(
                each.until, each.at + 1
            ):
                return each
        return None

    def _concerns(self, symbol: str) -> bool:
        instrument = self.situation.catalogue.find(symbol)
        if instrument is not None and instrument.asset_class in self.terms.exempt_asset_classes:
            return False
        return self.concerns(symbol)

    def _broken(
        self,
        deadline: int,
        positions: list[str],
        orders: list[str],
        *,
        opened_at: int | None = None,
        trades: tuple[Trade, ...] = (),
    ) -> Violation:
        self.said.add(deadline)
        detail = {"deadline": format_instant(deadline), "positions": " ".join(positions)}
        if orders:
            detail["orders"] = " ".join(orders)
        if opened_at is not None:
            detail["opened"] = format_instant(opened_at)
        return Violation(
            observed=len(positions) + len(orders),
            limit=0,
            comparison="cross",
            detail=detail,
            trades=trades,
        )
