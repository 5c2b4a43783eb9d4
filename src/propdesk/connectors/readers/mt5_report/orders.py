"""The table of orders of a MetaTrader 5 report, closed and working.

It must not book anything: orders carry the protective prices and the life of each order.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import Literal, TypeAlias, cast

from propdesk.connectors import figures
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Sheet
from propdesk.connectors.statement import close_reason
from propdesk.domain.events import OrderSeen, Side

Action: TypeAlias = Literal["placed", "cancelled", "filled", "rejected", "expired"]

_ACTIONS: dict[str, Action] = {
    "filled": "filled",
    "partial": "filled",
    "canceled": "cancelled",
    "cancelled": "cancelled",
    "rejected": "rejected",
    "expired": "expired",
}
_COLUMNS = {"Open Time", "Order", "Symbol", "Type", "Volume", "Price", "S / L", "T / P", "State"}
# An order that still works has no time at which it ended.
_TABLES = {"Orders": _COLUMNS | {"Time"}, "Working Orders": _COLUMNS}
_KINDS: dict[str, Literal["market", "limit", "stop", "stop_limit"]] = {
    "": "market",
    "limit": "limit",
    "stop": "stop",
    "stop limit": "stop_limit",
}


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order. ``done_at`` is None while it works."""

    row: int
    id: str
    symbol: str
    side: Side
    kind: Literal["market", "limit", "stop", "stop_limit"]
    lots: Decimal
    price: Decimal | None
    stop: Decimal | None
    target: Decimal | None
    placed_at: int
    done_at: int | None
    action: Action
    comment: str


def orders_of(sheet: Sheet, zone: tzinfo) -> list[OrderRow]:
    """Every order of the report but the pairs of a close-by, which have no side of their own."""
    found: list[OrderRow] = []
    for heading, columns in _TABLES.items():
        section = sheet.section(heading)
        if section is None:
            continue
        if not set(section.header) >= columns:
            raise sheet.refuse(section.row, f"the table {heading!r} has unknown columns")
        for row in section.rows:
            if len(row.cells) != len(section.header):
                continue
            with at_row(sheet.name, row.number):
                order = _order(row.number, dict(zip(section.header, row.cells, strict=True)), zone)
            if order is not None:
                found.append(order)
    return found


def _order(row: int, cells: dict[str, str], zone: tzinfo) -> OrderRow | None:
    side, _, kind = cells["Type"].partition(" ")
    if side not in {"buy", "sell"}:
        return None  # "close by": the deals tell both legs
    if kind not in _KINDS:
        raise ValueError(f"{cells['Type']!r} is not a type of order")
    state = cells["State"]
    working = state in {"placed", "started"}
    if not working and (state not in _ACTIONS or "Time" not in cells):
        raise ValueError(f"{state[:20]!r} is not a state of an order")
    return OrderRow(
        row=row,
        id=cells["Order"],
        symbol=cells["Symbol"],
        side=cast(Side, side),
        kind=_KINDS[kind],
        lots=figures.lots(cells["Volume"]),
        price=None if cells["Price"] in {"", "market"} else figures.price(cells["Price"]),
        stop=figures.price(cells["S / L"]),
        target=figures.price(cells["T / P"]),
        placed_at=figures.moment(cells["Open Time"], zone),
        done_at=None if working else figures.moment(cells["Time"], zone),
        action="placed" if working else _ACTIONS[state],
        comment=cells.get("Comment", ""),
    )


def seen_orders(account: str, order: OrderRow) -> Iterator[OrderSeen]:
    """The steps of an order's life that the report shows."""

    def step(at: int, action: Action) -> OrderSeen:
        return OrderSeen(
            account=account,
            at=at,
            id=order.id,
            action=action,
            symbol=order.symbol,
            side=order.side,
            kind=order.kind,
            lots=order.lots,
            requested_price=order.price,
            received_at=order.placed_at,
            filled_at=at if action == "filled" else None,
            reason=close_reason(order.comment),
        )

    yield step(order.placed_at, "placed")
    if order.done_at is not None:
        yield step(order.done_at, order.action)
