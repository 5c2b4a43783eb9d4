"""What open positions have lost so far, alone and together: the figures of the open-risk rule.

It remembers what a position cannot say about itself: profit already taken from it, the worst it
ever stood at, the widest risk its stops ever implied. It must not hold a limit against anything.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from propdesk.domain.events import Deal
from propdesk.domain.exact import ZERO
from propdesk.domain.levels import exactly_at, higher
from propdesk.domain.positions import Position
from propdesk.domain.protection import risk_at
from propdesk.domain.situation import Situation, Span, Trade
from propdesk.domain.trade_ideas import Leg

NOTHING = exactly_at(ZERO)


@dataclass(slots=True, eq=False)
class Member:
    """One position while it is open, and after it closed as long as its idea or day lasts."""

    leg: Leg
    position: Position | None = None  # None: closed, or never seen open
    realised: Span = NOTHING
    realised_today: Span = NOTHING
    closing: Span = NOTHING  # price profit closed since the last look: part of that moment
    trades: list[Trade] = field(default_factory=list)
    entry_risk: Span | None = NOTHING  # by the stops that came with its fills
    widest_risk: Span | None = NOTHING  # by the widest stop it ever had
    worst: Span = NOTHING  # the worst its group stood at while it belonged to it
    worst_entry_risk: Span = NOTHING
    worst_widest_risk: Span = NOTHING
    reported: bool = False
    floating_told: bool = True  # False: reported without its worst floating loss
    stop_told: bool = True  # False: reported without its stop
    _stop_of: tuple[object, object] | None = None

    @property
    def key(self) -> str:
        return self.leg.key

    def opened_with(self, deal: Deal, position: Position, situation: Situation) -> None:
        """A fill opened or enlarged it; the stop that came with the fill counts as its entry's."""
        lots = position.lots if deal.entry == "inout" else deal.lots
        risk = risk_at(situation, deal.symbol, deal.side, lots, opened=deal.price, stop=deal.stop)
        known = self.entry_risk
        self.entry_risk = None if risk is None or known is None else plus(known, risk)

    def look_at_stop(self, situation: Situation) -> None:
        """Take over the widest stop, where it or the size changed or could not be valued yet."""
        position = self.position
        if position is None:
            return
        seen = (position.widest_stop, position.lots)
        if seen == self._stop_of and self.widest_risk is not None:
            return
        risk = risk_at(
            situation,
            position.symbol,
            position.side,
            position.lots,
            opened=position.average,
            stop=position.widest_stop,
        )
        self._stop_of = seen
        if risk is None:
            self.widest_risk = None
        else:
            self.widest_risk = higher(risk, self.widest_risk or NOTHING)

    def close(self, trade: Trade) -> None:
        """A part of it, or all of it, was closed."""
        self.trades.append(trade)
        self.realised = plus(self.realised, exactly_at(trade.net))
        self.realised_today = plus(self.realised_today, exactly_at(trade.net))
        self.closing = plus(self.closing, exactly_at(trade.profit))
        if not trade.partial:
            self.position = None

    def unbooked_costs(self) -> Span:
        """Costs booked with the opening that no closed part has taken over."""
        if self.position is None:
            return NOTHING
        return exactly_at(self.position.commission + self.position.swap + self.position.fee)


def reported_member(leg: Leg, trade: Trade) -> Member:
    """A round trip that was never seen open: its report is all that is known."""
    member = Member(leg, reported=True)
    member.close(trade)
    member.floating_told = trade.worst_floating is not None
    member.stop_told = trade.stop_risk is not None
    told = -trade.worst_floating if trade.worst_floating is not None else ZERO
    member.worst = exactly_at(max(told, -trade.profit, ZERO))
    if trade.stop_risk is not None:
        member.widest_risk = exactly_at(trade.stop_risk)
        # The stop at entry risked no more than the widest one did.
        member.entry_risk = Span(ZERO, trade.stop_risk)
    return member


def floating_loss(group: Iterable[Member], situation: Situation) -> Span | None:
    """What the group would lose at this moment's prices, gains set off; None: not known."""
    total = NOTHING
    for member in group:
        total = plus(total, member.closing)
        if member.position is None:
            continue
        value = situation.floating.get(member.position.id)
        if value is None:
            return None
        total = plus(total, value)
    return minus(total)


def total_loss(group: Sequence[Member], situation: Situation, *, today: bool) -> Span | None:
    """Loss already taken and open together, after costs; None: not known."""
    taken = NOTHING
    for member in group:
        booked = member.realised_today if today else member.realised
        taken = plus(taken, plus(booked, member.unbooked_costs()))
        # ``floating_loss`` counts what closed just now as still open: take it out once.
        taken = plus(taken, minus(member.closing))
    running = floating_loss(group, situation)
    return None if running is None else plus(running, minus(taken))


def remember_worst(group: Sequence[Member], situation: Situation) -> None:
    """Keep the worst the group stood at, with each of its members."""
    running = floating_loss(group, situation)
    held = [each for each in group if each.position is not None]
    entry = total_of(each.entry_risk for each in held)
    widest = total_of(each.widest_risk for each in held)
    if running is not None:
        note_worst(group, running)
    for member in group:
        if member.position is not None:
            member.worst_entry_risk = higher(member.worst_entry_risk, entry or NOTHING)
            member.worst_widest_risk = higher(member.worst_widest_risk, widest or NOTHING)


def note_worst(group: Sequence[Member], loss: Span) -> None:
    """The group stood at this loss, together."""
    for member in group:
        if not (member.reported and len(group) > 1):
            member.worst = higher(member.worst, loss)


def worst_loss(group: Sequence[Member]) -> Span:
    """The worst the group ever stood at. Reported members may have been down together."""
    worst = [each.worst for each in group]
    low, high = max(each.low for each in worst), max(each.high for each in worst)
    told = total_of(each.worst for each in group if each.reported) or NOTHING
    return Span(low, max(high, told.high))


def stop_risk(group: Sequence[Member], *, at_entry: bool) -> Span | None:
    """The most the group's stops ever risked together; None where a stop cannot be valued."""
    now = [each.entry_risk if at_entry else each.widest_risk for each in group]
    if any(risk is None for risk in now):
        return None
    worst = NOTHING
    for each in group:
        worst = higher(worst, each.worst_entry_risk if at_entry else each.worst_widest_risk)
    told = [
        risk for each, risk in zip(group, now, strict=True) if each.reported and risk is not None
    ]
    for risk in told:
        worst = higher(worst, risk)
    together = total_of(told) or NOTHING
    return Span(worst.low, max(worst.high, together.high))


def total_of(spans: Iterable[Span | None]) -> Span | None:
    """The sum; None where one of them is not known."""
    total = NOTHING
    for each in spans:
        if each is None:
            return None
        total = plus(total, each)
    return total


def plus(first: Span, second: Span) -> Span:
    """The span of a sum."""
    return Span(first.low + second.low, first.high + second.high)


def minus(span: Span) -> Span:
    """The span of an amount with its sign changed."""
    return Span(-span.high, -span.low)
