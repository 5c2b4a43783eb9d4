"""MetaTrader 4's tickets as events: each trade's row has both its ends.

It becomes the deals ``ticket/in`` and ``ticket/out``. A part left over by a partial close is a
new ticket with the old opening: it stays the old position. It must not read cells.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from propdesk.connectors.statement import Entry, adjustment_kind, close_reason
from propdesk.domain.events import BalanceAdjusted, Deal, OrderSeen, Side
from propdesk.domain.exact import ZERO

_FROM = re.compile(r"from #(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event with its row and its place among the events of its moment."""

    order: tuple[int, int, int]
    row: int
    event: Entry


class TicketBook:
    """Collects one account's events, in the order they were booked."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.merged = 0
        self.credit = ZERO
        self._placed: list[_Placed] = []

    def in_order(self) -> list[tuple[int, Entry]]:
        """Row and event of everything, by time, then ticket."""
        return [(one.row, one.event) for one in sorted(self._placed, key=lambda one: one.order)]

    def _put(self, event: Entry, ticket: str, rank: int, row: int) -> None:
        self._placed.append(_Placed((event.at, int(ticket), rank), row, event))

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

    def trades(self, closed: Sequence[Ticket], floating: Sequence[Ticket]) -> None:
        """Deals of all tickets; the parts of one trade share the first ticket's opening.

        Raises ``ValueError`` where a ticket stands twice.
        """
        every = {ticket.ticket: ticket for ticket in (*closed, *floating)}
        if len(every) != len(closed) + len(floating):
            raise ValueError("a ticket stands in the statement twice")
        whole: dict[str, Decimal] = {}
        charged: dict[str, Decimal] = {}
        roots: dict[str, str] = {}
        for ticket in every.values():
            root = _root(ticket, every)
            roots[ticket.ticket] = root
            if root in whole:
                whole[root] += ticket.lots
                charged[root] += ticket.commission
            else:
                whole[root], charged[root] = ticket.lots, ticket.commission
        self.merged = len(every) - len(whole)
        for name, lots in whole.items():
            self._opens(every[name], lots, charged[name])
        for ticket in closed:
            self._closes(ticket, roots[ticket.ticket])

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

    def _closes(self, ticket: Ticket, root: str) -> None:
        assert ticket.closed_at is not None  # noqa: S101 - closed trades have it
        event = Deal(
            account=self.account,
            at=ticket.closed_at,
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

    def notes(self, floating: Sequence[Ticket]) -> Iterator[str]:
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


def _root(ticket: Ticket, every: dict[str, Ticket]) -> str:
    """The ticket this one is a rest of, as far back as the statement shows it."""
    seen = {ticket.ticket}
    while found := _FROM.match(ticket.comment):
        parent = every.get(found.group(1))
        if parent is None or parent.ticket in seen or parent.opening() != ticket.opening():
            break
        seen.add(parent.ticket)
        ticket = parent
    return ticket.ticket
