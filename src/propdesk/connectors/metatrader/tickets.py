"""MetaTrader 4's tickets as events: each trade's row has both its ends.

It becomes the deals ``ticket/in`` and ``ticket/out``. A part left over by a partial close is a
new ticket with the old opening: it stays the old position. It must not read cells.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import chain
from operator import itemgetter
from typing import TypeAlias

from propdesk.connectors.packed_list import PackedList
from propdesk.connectors.packed_order import PackedOrder
from propdesk.connectors.statement import Booked, Entry, adjustment_kind, close_reason
from propdesk.domain.events import BalanceAdjusted, Deal, OrderSeen, Side
from propdesk.domain.exact import ZERO

_FROM = re.compile(r"from #(\d+)")


@dataclass(frozen=True, slots=True)
class Ticket:
    """One trade's row. ``closed_at`` is None while it is open."""

    row: int
    ticket: str
    comment: str
    side: Side
    lots: Decimal
    symbol: str
    opened_at: int
    open_price: Decimal
    stop: Decimal | None
    target: Decimal | None
    closed_at: int | None
    close_price: Decimal
    commission: Decimal
    taxes: Decimal
    swap: Decimal
    profit: Decimal

    def __post_init__(self) -> None:
        if not self.symbol:
            raise ValueError("the row names no symbol")

    def opening(self) -> tuple[str, Side, int, Decimal]:
        """What a part of a partially closed trade has in common with the whole."""
        return (self.symbol, self.side, self.opened_at, self.open_price)


Tickets: TypeAlias = PackedList[Ticket]


@dataclass(frozen=True, slots=True)
class _Kin:
    """What tells that a ticket is a rest of another: the one it names, and both openings."""

    parent: str
    opening: tuple[str, Side, int, Decimal]


_Placed: TypeAlias = tuple[tuple[int, int, int], int, Entry]
"""An event's place in time and among the events of its moment, its row, and the event."""


class TicketBook:
    """Collects one account's events, in the order they were booked."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.merged = 0
        self.credit = ZERO
        self._placed = PackedOrder[_Placed](itemgetter(0))

    def in_order(self) -> Booked:
        """Everything by time, then ticket. The book is empty afterwards."""
        return Booked.of((row, event) for _, row, event in self._placed.drain())

    def _put(self, event: Entry, ticket: str, rank: int, row: int) -> None:
        self._placed.put(((event.at, int(ticket), rank), row, event))

    def adjust(self, at: int, ticket: str, amount: Decimal, comment: str, row: int) -> None:
        """Money booked without a trade."""
        kind = adjustment_kind(comment, amount)
        self._put(BalanceAdjusted(self.account, at, amount, kind, ticket), ticket, 0, row)

    def order(self, placed: OrderSeen, row: int, gone_at: int | None, reason: str) -> None:
        """A pending order that was never filled; ``gone_at`` is None while it works."""
        if not placed.symbol:
            raise ValueError("the row names no symbol")
        self._put(placed, placed.id, 0, row)
        if gone_at is not None:
            gone = replace(
                placed,
                at=gone_at,
                action="expired" if reason == "expiration" else "cancelled",
                reason=reason,
            )
            self._put(gone, placed.id, 1, row)

    def trades(self, closed: Tickets, floating: Tickets) -> None:
        """Deals of all tickets; the parts of one trade share the first ticket's opening.

        Raises ``ValueError`` where a ticket stands twice.
        """
        kin = _kin(closed, floating)
        whole: dict[str, Decimal] = {}
        charged: dict[str, Decimal] = {}
        for ticket in chain(closed, floating) if kin else ():
            if ticket.ticket in kin:
                root = _root(ticket.ticket, kin)
                first = root not in whole
                whole[root] = ticket.lots if first else whole[root] + ticket.lots
                charged[root] = ticket.commission if first else charged[root] + ticket.commission
        self.merged = len(kin) - len(whole)
        for ticket in chain(closed, floating):
            name = ticket.ticket
            if name in whole or name not in kin:
                lots, costs = whole.get(name, ticket.lots), charged.get(name, ticket.commission)
                self._opens(ticket, lots, costs)
            if ticket.closed_at is not None:
                self._closes(ticket, ticket.closed_at, _root(name, kin))

    def _opens(self, ticket: Ticket, lots: Decimal, charged: Decimal) -> None:
        event = Deal(
            account=self.account,
            at=ticket.opened_at,
            id=f"{ticket.ticket}/in",
            position=ticket.ticket,
            symbol=ticket.symbol,
            side=ticket.side,
            entry="in",
            lots=lots,
            price=ticket.open_price,
            unbooked=charged,
            stop=ticket.stop,
            target=ticket.target,
            order=ticket.ticket,
        )
        self._put(event, ticket.ticket, 1, ticket.row)

    def _closes(self, ticket: Ticket, at: int, root: str) -> None:
        event = Deal(
            account=self.account,
            at=at,
            id=f"{ticket.ticket}/out",
            position=root,
            symbol=ticket.symbol,
            side="sell" if ticket.side == "buy" else "buy",
            entry="out",
            lots=ticket.lots,
            price=ticket.close_price,
            commission=ticket.commission,
            swap=ticket.swap,
            profit=ticket.profit,
            fee=ticket.taxes,
            order=ticket.ticket,
            reason=close_reason(ticket.comment),
            comment=ticket.comment,
        )
        self._put(event, ticket.ticket, 2, ticket.row)

    def notes(self, floating: Tickets) -> Iterator[str]:
        """What a person should know of how the tickets were read."""
        yield (
            "A statement shows only the last stop and target of a trade; "
            "they are read as set when it was opened."
        )
        if self.merged:
            yield f"{self.merged} parts left by partial closes are read as their first trade."
        if self.credit:
            yield f"A credit of {self.credit} is not part of the balance and is left out."
        if floating:
            costs = sum((t.swap + t.commission + t.taxes for t in floating), ZERO)
            yield (
                f"{len(floating)} trades are open at the end; "
                f"{costs} of their costs are not booked yet."
            )


def _kin(closed: Tickets, floating: Tickets) -> dict[str, _Kin]:
    """The tickets that name another one, or are named by one: few, so they are held.

    Raises ``ValueError`` where a ticket stands twice.
    """
    names: set[str] = set()
    named: set[str] = set()
    for ticket in chain(closed, floating):
        names.add(ticket.ticket)
        if parent := _parent(ticket):
            named |= {ticket.ticket, parent}
    if len(names) != len(closed) + len(floating):
        raise ValueError("a ticket stands in the statement twice")
    if not named:
        return {}
    return {
        ticket.ticket: _Kin(_parent(ticket), ticket.opening())
        for ticket in chain(closed, floating)
        if ticket.ticket in named
    }


def _parent(ticket: Ticket) -> str:
    """The ticket this one says it is a rest of, or nothing."""
    found = _FROM.match(ticket.comment)
    return found.group(1) if found else ""


def _root(name: str, kin: dict[str, _Kin]) -> str:
    """The ticket this one is a rest of, as far back as the statement shows it."""
    seen = {name}
    while found := kin.get(name):
        parent = kin.get(found.parent)
        if parent is None or found.parent in seen or parent.opening != found.opening:
            break
        name = found.parent
        seen.add(name)
    return name
