"""The statement and the detailed statement of MetaTrader 4.

Each ticket is a row with both its ends; it becomes the deals ``ticket/in`` and ``ticket/out``.
A part left over by a partial close is a new ticket with the old opening: it stays the old
position. The reader must not accept a page whose own sums do not agree.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import cast

from propdesk.connectors.metatrader import figures
from propdesk.connectors.readers.mt4_statement.sums import check_sums
from propdesk.connectors.readers.template import Options
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Section, Sheet
from propdesk.connectors.statement import (
    Entry,
    Stated,
    Statement,
    adjustment_kind,
    close_reason,
)
from propdesk.domain.events import BalanceAdjusted, Deal, OrderSeen, Side
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import micros_of

_WIDTH = 14
_CANCELLED_WIDTH = 11
_ACCOUNT = re.compile(r"Account: (\S+)")
_CURRENCY = re.compile(r"Currency: ([A-Za-z]{3,5})")
_LEVERAGE = re.compile(r"Leverage: 1:(\d+)")
_FROM = re.compile(r"from #(\d+)")
_MADE = ("%Y %B %d, %H:%M", "%Y %b %d, %H:%M")
_PENDING = re.compile(r"(buy|sell) (limit|stop)")


@dataclass(frozen=True, slots=True)
class Ticket:
    """One trade's row. ``closed_at`` is None in the table of open trades."""

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

    def opening(self) -> tuple[str, Side, int, Decimal]:
        """What a part of a partially closed trade has in common with the whole."""
        return (self.symbol, self.side, self.opened_at, self.open_price)


@dataclass(frozen=True, slots=True)
class _Placed:
    """An event with its page row and its place among the events of its moment."""

    order: tuple[int, int, int]
    row: int
    event: Entry


def read_mt4_statement(sheet: Sheet, options: Options) -> Statement:
    """The account of a statement sheet. Raises ``Unreadable``."""
    closed, opened = sheet.section("Closed Transactions"), sheet.section("Open Trades")
    if closed is None or opened is None:
        raise sheet.refuse(None, "the page breaks off before its table of open trades")
    if len(closed.header) != _WIDTH or closed.header[0] != "Ticket":
        raise sheet.refuse(closed.row, "the table of closed transactions has unknown columns")
    account, currency, leverage, made_at = _heading(sheet, options.zone)
    reader = _Reader(sheet, account, options.zone)
    trades = [ticket for row in closed.rows if (ticket := reader.closed(row))]
    floating = [ticket for row in opened.rows if (ticket := reader.open(row))]
    reader.trades(trades, floating)
    reader.working(sheet.section("Working Orders"))
    balance, equity, margin = check_sums(sheet, closed.rows, currency)
    placed = sorted(reader.placed, key=lambda one: one.order)
    last = placed[-1].event.at if placed else made_at
    return Statement(
        platform="mt4",
        account=account,
        currency=currency,
        leverage=leverage,
        netting=False,
        entries=tuple(one.event for one in placed),
        rows=tuple(one.row for one in placed),
        stated=Stated(balance, max(made_at, last), equity, margin),
        closed_trades=len(trades),
        notes=tuple(reader.notes(floating)),
    )


def _heading(sheet: Sheet, zone: tzinfo) -> tuple[str, str, Decimal | None, int]:
    for row in sheet.rows[:5]:
        line = " | ".join(row.cells)
        account, currency = _ACCOUNT.search(line), _CURRENCY.search(line)
        if account and currency:
            leverage = _LEVERAGE.search(line)
            with at_row(sheet.name, row.number):
                made_at = _made(row.cells[-1], zone)
            return (
                account.group(1),
                currency.group(1).upper(),
                Decimal(leverage.group(1)) if leverage else None,
                made_at,
            )
    raise sheet.refuse(1, "the head of the statement names no account and currency")


def _made(text: str, zone: tzinfo) -> int:
    for form in _MADE:
        try:
            return micros_of(datetime.strptime(text, form).replace(tzinfo=zone))
        except ValueError:
            continue
    raise ValueError(f"{text[:40]!r} is not the time at which a statement was made")


class _Reader:
    """Collects the events of the page's tables."""

    def __init__(self, sheet: Sheet, account: str, zone: tzinfo) -> None:
        self.sheet = sheet
        self.account = account
        self.zone = zone
        self.placed: list[_Placed] = []
        self.credit = ZERO
        self.merged = 0

    def _put(self, event: Entry, ticket: str, rank: int, row: int) -> None:
        self.placed.append(_Placed((event.at, int(ticket), rank), row, event))

    def closed(self, row: Row) -> Ticket | None:
        """A trade; balance rows and cancelled orders become events at once."""
        if not row.cells[0].isdigit() or len(row.cells) < 4:
            return None  # sums and lines of comments
        with at_row(self.sheet.name, row.number):
            kind = row.cells[2]
            if kind in {"balance", "credit"}:
                self._adjusted(row, kind)
                return None
            if _PENDING.fullmatch(kind):
                self._pending(row, cancelled=True)
                return None
            return self._ticket(row, closed=True)

    def open(self, row: Row) -> Ticket | None:
        if not row.cells[0].isdigit():
            return None
        with at_row(self.sheet.name, row.number):
            return self._ticket(row, closed=False)

    def _ticket(self, row: Row, *, closed: bool) -> Ticket:
        cells = row.cells
        if len(cells) != _WIDTH or cells[2] not in {"buy", "sell"}:
            raise ValueError(f"a row of type {cells[2][:20]!r} and {len(cells)} cells is not known")
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
            symbol=_symbol(cells[4]),
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
        amount = figures.number(row.cells[-1])
        if kind == "credit":
            self.credit += amount
            return
        comment = row.cells[3] or row.title
        event = BalanceAdjusted(
            self.account,
            figures.moment(row.cells[1], self.zone),
            amount,
            adjustment_kind(comment, amount),
            row.cells[0],
        )
        self._put(event, row.cells[0], 0, row.number)

    def _pending(self, row: Row, *, cancelled: bool) -> None:
        cells = row.cells
        if len(cells) < _CANCELLED_WIDTH - 1:
            raise ValueError(f"an order's row of {len(cells)} cells is not known")
        side, _, kind = cells[2].partition(" ")
        placed = OrderSeen(
            account=self.account,
            at=figures.moment(cells[1], self.zone),
            id=cells[0],
            action="placed",
            symbol=_symbol(cells[4]),
            side=cast(Side, side),
            kind="limit" if kind == "limit" else "stop",
            lots=figures.lots(cells[3]),
            requested_price=figures.positive_price(cells[5]),
        )
        self._put(placed, cells[0], 0, row.number)
        if cancelled:
            reason = row.title or cells[-1]
            gone = replace(
                placed,
                at=figures.moment(cells[8], self.zone),
                action="expired" if reason == "expiration" else "cancelled",
                reason=reason,
            )
            self._put(gone, cells[0], 1, row.number)

    def working(self, section: Section | None) -> None:
        for row in section.rows if section else ():
            if row.cells[0].isdigit():
                with at_row(self.sheet.name, row.number):
                    self._pending(row, cancelled=False)

    def trades(self, closed: list[Ticket], floating: list[Ticket]) -> None:
        """Deals of all tickets; the parts of one trade share the first ticket's opening."""
        every = {ticket.ticket: ticket for ticket in (*closed, *floating)}
        if len(every) != len(closed) + len(floating):
            raise self.sheet.refuse(None, "a ticket stands in the statement twice")
        whole: dict[str, Decimal] = {}
        charged: dict[str, Decimal] = {}
        roots: dict[str, str] = {}
        for ticket in every.values():
            root = _root(ticket, every)
            roots[ticket.ticket] = root
            whole[root] = whole.get(root, ZERO) + ticket.lots
            charged[root] = charged.get(root, ZERO) + ticket.commission
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
        assert ticket.closed_at is not None  # noqa: S101 - rows of the closed table have it
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

    def notes(self, floating: list[Ticket]) -> Iterator[str]:
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


def _symbol(text: str) -> str:
    if not text:
        raise ValueError("the row names no symbol")
    return text


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
