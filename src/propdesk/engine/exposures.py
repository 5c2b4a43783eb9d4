"""Margin and gross exposure minute by minute: worked out when somebody asks, from what was kept.

Kept are the extremes of each instrument's prices in a minute, and what an account held after each
of its deals. Where no price is in the margin, its extremes are exact. Elsewhere they are bounds:
every price and rate of the minute is taken at its worst, at the same time, and so is what was held
at any moment of the minute; the true extremes lie within. It must not judge: no rule reads this.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from propdesk.domain.events import Deal, Event
from propdesk.domain.position_sizes import Held, Range, gross_exposure, held_in, margin_of
from propdesk.domain.situation import Situation
from propdesk.engine.minute_prices import MinutePrices
from propdesk.engine.seats import Seat

CHANGES_MAX = 1_000_000
"""So many deals' worth of holdings are kept, of all accounts together; the oldest go first."""
Holdings: TypeAlias = tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Exposed:
    """Between which values margin used and gross exposure were in a minute; None: not known."""

    margin: Range | None
    exposure: Range | None


class Exposures:
    """Works it out from the prices of the minutes, by ``numbers`` of instruments."""

    def __init__(self, minutes: MinutePrices, numbers: Mapping[str, int]) -> None:
        self._minutes, self._numbers = minutes, numbers
        self._lost = 0
        self._changes: dict[int, deque[tuple[int, Holdings]]] = {}
        self._order: deque[int] = deque()

    @property
    def minute(self) -> int:
        """The one that runs."""
        return self._minutes.minute

    # -- what is noted
    def begin_anew(self) -> None:
        """What accounts held up to the running minute is not known: a snapshot does not say."""
        self._lost = self.minute

    def before(self, seat: Seat, events: Sequence[Event]) -> Holdings | None:
        """What an account holds before its deals of one stamp; None: there are none. It is known
        already where there were deals before."""
        account = seat.evaluator.account
        if account is None or not any(isinstance(each, Deal) for each in events):
            return None
        return () if seat.slot in self._changes else holdings_of(account.situation)

    def after(self, seat: Seat, before: Holdings | None) -> None:
        """The deals are booked."""
        account, slot = seat.evaluator.account, seat.slot
        if account is None or before is None:
            return
        changes = self._changes.get(slot)
        if changes is None:
            changes = self._changes[slot] = deque([(0, before)])
        changes.append((self.minute, holdings_of(account.situation)))
        self._order.append(slot)
        if len(self._order) > CHANGES_MAX:
            self._changes[self._order.popleft()].popleft()

    # -- what is asked
    def of(self, slot: int, minute: int, situation: Situation) -> Exposed:
        """An account's minute; the running one is as far as it has come."""
        prices = self._minutes.quotes(minute, self._numbers)
        every = self._held_in(slot, minute, situation)
        if prices is None or not every or (self._lost and minute <= self._lost):
            return Exposed(None, None)
        then = replace(situation, prices=prices)
        return Exposed(
            _whole([_added([margin_of(each, then) for each in held]) for held in every]),
            _whole([_added([gross_exposure(each, then) for each in held]) for held in every]),
        )

    def _held_in(self, slot: int, minute: int, situation: Situation) -> list[Holdings]:
        """Everything the account held at some moment of the minute; empty: no longer kept."""
        changes = self._changes.get(slot)
        if changes is None:
            return [holdings_of(situation)]
        before = [held for at, held in changes if at < minute]
        if not before:
            return []
        return [before[-1], *(held for at, held in changes if at == minute)]


def holdings_of(situation: Situation) -> Holdings:
    """What an account holds now."""
    return tuple(held_in(each) for each in situation.positions.values())


def _added(sizes: list[Range | None]) -> Range | None:
    """The sum; None where one of them is not known."""
    known = [each for each in sizes if each is not None]
    if len(known) < len(sizes):
        return None
    none = Fraction(0)
    return sum((low for low, _ in known), none), sum((high for _, high in known), none)


def _whole(ranges: list[Range | None]) -> Range | None:
    """What holds all of them."""
    known = [each for each in ranges if each is not None]
    if not known or len(known) < len(ranges):
        return None
    return min(low for low, _ in known), max(high for _, high in known)
