"""The rows of a MetaTrader 4 statement's tables, each read for what it is.

It must not accept a row of an unknown kind, and it adds nothing up.
"""

import re
from datetime import tzinfo
from typing import cast

from propdesk.connectors import figures
from propdesk.connectors.metatrader.tickets import Ticket, TicketBook
from propdesk.connectors.sheet import Row
from propdesk.domain.events import OrderSeen, Side

WIDTH = 14
_CANCELLED_WIDTH = 11
_BALANCE_WIDTH = 5
_PENDING = re.compile(r"(buy|sell) (limit|stop)")


class StatementRows:
    """Books what is no trade at once and hands on the trades. Raises ``ValueError``."""

    def __init__(self, book: TicketBook, zone: tzinfo) -> None:
        self.book = book
        self.zone = zone

    def closed(self, row: Row) -> Ticket | None:
        """A closed trade; None for a balance row or a cancelled order, which are booked."""
        if len(row.cells) < _BALANCE_WIDTH:
            raise ValueError(f"a ticket's row of {len(row.cells)} cells is not known")
        kind = row.cells[2]
        if kind in {"balance", "credit"}:
            self._adjusted(row, kind)
            return None
        if _PENDING.fullmatch(kind):
            self.pending(row, cancelled=True)
            return None
        return self.trade(row, closed=True)

    def trade(self, row: Row, *, closed: bool) -> Ticket:
        cells = row.cells
        if len(cells) != WIDTH:
            raise ValueError(f"a trade's row of {len(cells)} cells is not known")
        if cells[2] not in {"buy", "sell"}:
            raise ValueError(f"a row of type {cells[2][:20]!r} is not known")
        opened_at = figures.moment(cells[1], self.zone)
        closed_at = figures.moment(cells[8], self.zone) if closed else None
        if closed_at is not None and closed_at < opened_at:
            raise ValueError(f"ticket {cells[0]} closes ({cells[8]}) before it opens ({cells[1]})")
        return Ticket(
            row=row.number,
            ticket=cells[0],
            comment=row.title,
            side=cast(Side, cells[2]),
            lots=figures.lots(cells[3]),
            symbol=cells[4],
            opened_at=opened_at,
            open_price=figures.positive_price(cells[5]),
            stop=figures.price(cells[6]),
            target=figures.price(cells[7]),
            closed_at=closed_at,
            close_price=figures.positive_price(cells[9]),
            commission=figures.money(cells[10]),
            taxes=figures.money(cells[11]),
            swap=figures.money(cells[12]),
            profit=figures.money(cells[13]),
        )

    def _adjusted(self, row: Row, kind: str) -> None:
        amount = figures.number(row.words()[-1])
        if kind == "credit":
            self.book.credit += amount
            return
        at = figures.moment(row.cells[1], self.zone)
        self.book.adjust(at, row.cells[0], amount, row.cells[3] or row.title, row.number)

    def pending(self, row: Row, *, cancelled: bool) -> None:
        """An order that works, or was cancelled before it was filled."""
        cells = row.cells
        if len(cells) < _CANCELLED_WIDTH - 1:
            raise ValueError(f"an order's row of {len(cells)} cells is not known")
        side, _, kind = cells[2].partition(" ")
        placed = OrderSeen(
            account=self.book.account,
            at=figures.moment(cells[1], self.zone),
            id=cells[0],
            action="placed",
            symbol=cells[4],
            side=cast(Side, side),
            kind="limit" if kind == "limit" else "stop",
            lots=figures.lots(cells[3]),
            requested_price=figures.positive_price(cells[5]),
        )
        gone_at = figures.moment(cells[8], self.zone) if cancelled else None
        self.book.order(placed, row.number, gone_at, row.title or row.words()[-1])
