"""The trade history report and the strategy tester report of MetaTrader 5.

The table of deals drives everything: its balance column is recomputed row by row. Orders and
positions only add what deals do not say: protective prices and which position a deal closes.
The reader must not accept a row whose balance does not follow from the row before.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import tzinfo
from decimal import Decimal
from typing import cast

from propdesk.connectors import figures
from propdesk.connectors.readers.mt5_report.orders import OrderRow, orders_of, seen_orders
from propdesk.connectors.readers.mt5_report.positions import (
    PositionHint,
    Positions,
    RawDeal,
    is_hedging,
    position_hints,
)
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
from propdesk.domain import events
from propdesk.domain.events import BalanceAdjusted, Deal, Side
from propdesk.domain.exact import ZERO, exactly

_COLUMNS = {
    "Time", "Deal", "Symbol", "Type", "Direction", "Volume", "Price", "Order", "Profit", "Balance",
    "Comment",
}  # fmt: skip
_ENTRIES: dict[str, events.Entry] = {
    "in": "in",
    "out": "out",
    "in/out": "inout",
    "out by": "out_by",
}
_MONEY = ("Commission", "Fee", "Swap", "Profit")
_ACCOUNT = re.compile(r"(\S+) \(([A-Z]{3,5})(?:, (.*))?\)")
_CURRENCY = re.compile(r"[A-Z]{3,5}")
_LEVERAGE = re.compile(r"1:(\d+)")
# Bookings without a trade that have a kind of their own; the rest is told by comment and sign.
_KINDS: dict[str, events.AdjustmentKind] = {"charge": "fee", "correction": "correction"}
# A credit is lent, not booked: the balance column does not move.
_BESIDE_THE_BALANCE = {"credit", "bonus"}
TESTER_ACCOUNT = "strategy-tester"


@dataclass(frozen=True, slots=True)
class _Head:
    account: str
    currency: str
    leverage: Decimal | None
    label: str
    made: str | None


def read_mt5_report(sheet: Sheet, options: Options) -> Statement:
    """The account of a report sheet. Raises ``Unreadable``."""
    zone = options.zone
    section = sheet.section("Deals")
    if section is None:
        raise sheet.refuse(None, "the report has no table of deals; export the full report")
    if not set(section.header) >= _COLUMNS:
        raise sheet.refuse(section.row, "the table of deals has unknown columns")
    head = _head(sheet)
    book = _Book(sheet, section, head.account, zone)
    book.read()
    orders = orders_of(sheet, zone)
    hints = position_hints(sheet, zone)
    netting = not is_hedging(book.trades, head.label, bool(hints))
    entries = [*book.adjusted, *_deals(sheet, book.trades, orders, hints, netting=netting)]
    entries += [
        (order.row, event) for order in orders for event in seen_orders(head.account, order)
    ]
    entries.sort(key=lambda one: (one[1].at, _rank(one[1])))
    _check_summary(sheet, book)
    last = entries[-1][1].at if entries else 0
    return Statement(
        platform="mt5",
        account=head.account,
        currency=head.currency,
        leverage=head.leverage,
        netting=netting,
        entries=tuple(event for _, event in entries),
        rows=tuple(row for row, _ in entries),
        stated=_stated(sheet, head, book.balance, last, zone),
        closed_trades=sum(1 for deal in book.trades if deal.entry != "in"),
        notes=tuple(_notes(book, head, netting=netting)),
    )


def _head(sheet: Sheet) -> _Head:
    made = sheet.labelled("Date:")
    account = sheet.labelled("Account:")
    if account is None:
        currency, leverage = sheet.labelled("Currency:"), sheet.labelled("Leverage:")
        if currency is None:
            raise sheet.refuse(1, "the head of the report names no account and currency")
        named = currency[1].upper()
        if not _CURRENCY.fullmatch(named):
            raise sheet.refuse(currency[0], f"{currency[1][:40]!r} is not a currency such as USD")
        return _Head(TESTER_ACCOUNT, named, _leverage(leverage and leverage[1]), "", None)
    found = _ACCOUNT.fullmatch(account[1])
    if found is None:
        raise sheet.refuse(account[0], f"{account[1][:60]!r} does not name account and currency")
    label = found.group(3) or ""
    return _Head(found.group(1), found.group(2), _leverage(label), label, made[1] if made else None)


def _leverage(text: str | None) -> Decimal | None:
    found = _LEVERAGE.search(text or "")
    return Decimal(found.group(1)) if found else None


class _Book:
    """Walks the table of deals and keeps the balance beside the one the report prints."""

    def __init__(self, sheet: Sheet, section: Section, account: str, zone: tzinfo) -> None:
        self.sheet = sheet
        self.section = section
        self.account = account
        self.zone = zone
        self.balance: Decimal | None = None
        self.trades: list[RawDeal] = []
        self.adjusted: list[tuple[int, Entry]] = []
        self.beside = ZERO
        self.totals: Row | None = None
        self._sums = dict.fromkeys(_MONEY, ZERO)
        self._traded = dict.fromkeys(_MONEY, ZERO)
        self._latest = ""
        self._ids: set[str] = set()

    def read(self) -> None:
        header = self.section.header
        for row in self.section.rows:
            with at_row(self.sheet.name, row.number), exactly():
                if not row.cells[0]:
                    self._closing_line(row)
                    break
                if len(row.cells) != len(header):
                    raise ValueError(f"a row of {len(row.cells)} cells is not known here")
                self._row(row, dict(zip(header, row.cells, strict=True)))
        if self.totals is None:
            raise self.sheet.refuse(None, "the report breaks off inside its table of deals")
        if self.balance is None:
            raise self.sheet.refuse(self.section.row, "the table of deals is empty")

    def _row(self, row: Row, cells: dict[str, str]) -> None:
        if cells["Time"] < self._latest:
            raise ValueError(f"{cells['Time']} comes after {self._latest}: times go backwards")
        if cells["Deal"] in self._ids:
            raise ValueError(f"deal {cells['Deal']} stands in the report twice")
        self._latest = cells["Time"]
        self._ids.add(cells["Deal"])
        amounts = {name: figures.money(cells.get(name, "")) for name in _MONEY}
        kind = cells["Type"]
        booked = sum(amounts.values(), ZERO)
        stated = figures.number(cells["Balance"])
        before = self.balance
        if kind in _BESIDE_THE_BALANCE and stated == (before or ZERO):
            self.beside += booked
            return
        self._follow(booked, stated)
        for name, amount in amounts.items():
            self._sums[name] += amount
            if kind in {"buy", "sell"}:
                self._traded[name] += amount
        if kind in {"buy", "sell"}:
            self.trades.append(self._trade(row, cells, amounts))
            return
        if "cancel" in kind:
            raise ValueError(f"a deal of type {kind!r} cannot be read")
        adjusted = BalanceAdjusted(
            self.account,
            figures.moment(cells["Time"], self.zone),
            booked,
            _KINDS.get(kind) or adjustment_kind(_described(kind, cells), booked),
            cells["Deal"],
        )
        self.adjusted.append((row.number, adjusted))

    def _follow(self, booked: Decimal, stated: Decimal) -> None:
        expected = (self.balance or ZERO) + booked
        if stated != expected:
            raise ValueError(
                f"does not reconcile: the balance after this row is stated as {stated}, the rows "
                f"give {expected} (difference {stated - expected})"
            )
        self.balance = stated

    def _trade(self, row: Row, cells: dict[str, str], amounts: dict[str, Decimal]) -> RawDeal:
        entry = _ENTRIES.get(cells["Direction"])
        if entry is None:
            raise ValueError(f"{cells['Direction'][:20]!r} is not a direction of a deal")
        if not cells["Symbol"]:
            raise ValueError("the deal names no symbol")
        return RawDeal(
            row=row.number,
            deal=Deal(
                account=self.account,
                at=figures.moment(cells["Time"], self.zone),
                id=cells["Deal"],
                position="",  # found by mt5_positions
                symbol=cells["Symbol"],
                side=cast(Side, cells["Type"]),
                entry=entry,
                lots=figures.lots(cells["Volume"]),
                price=figures.positive_price(cells["Price"]),
                commission=amounts["Commission"],
                swap=amounts["Swap"],
                profit=amounts["Profit"],
                fee=amounts["Fee"],
                order=cells["Order"] or None,
                reason=close_reason(cells["Comment"]),
                comment=cells["Comment"],
            ),
        )

    def _closing_line(self, row: Row) -> None:
        """The sums under the table: one for each column of money, then the balance.

        Older builds leave what is not a trade out of the sums, newer ones count everything.
        """
        names = [name for name in self.section.header if name in {*_MONEY, "Balance"}]
        figures_found = [cell for cell in row.cells if cell]
        if len(figures_found) != len(names):
            raise ValueError(f"a row of {len(row.cells)} cells is not known here")
        sums = {**self._sums, "Balance": self.balance or ZERO}
        for name, text in zip(names, figures_found, strict=True):
            stated = figures.number(text)
            if stated not in {sums[name], self._traded.get(name)}:
                raise ValueError(
                    f"does not reconcile: {name} of the rows above is {sums[name]}, this row says "
                    f"{stated} (difference {stated - sums[name]})"
                )
        self.totals = row


def _described(kind: str, cells: dict[str, str]) -> str:
    return cells["Comment"] if kind == "balance" else f"{kind} {cells['Comment']}"


def _deals(
    sheet: Sheet,
    trades: list[RawDeal],
    orders: list[OrderRow],
    hints: dict[str, PositionHint],
    *,
    netting: bool,
) -> Iterator[tuple[int, Entry]]:
    positions = Positions(hints, netting=netting)
    by_id = {order.id: order for order in orders}
    for trade in trades:
        with at_row(sheet.name, trade.row):
            yield trade.row, positions.place(trade.deal, by_id.get(trade.deal.order or ""))


def _rank(event: Entry) -> int:
    """Within one moment: money, then orders, then deals. A stable sort keeps the page's order."""
    return {BalanceAdjusted: 0, Deal: 2}.get(type(event), 1)


def _check_summary(sheet: Sheet, book: _Book) -> None:
    found = sheet.labelled("Balance:")
    if found is None:
        return  # a tester's report states its balance under the deals only
    with at_row(sheet.name, found[0]):
        stated = figures.number(found[1])
        if stated != book.balance:
            raise ValueError(
                f"does not reconcile: Balance is stated as {stated}, the deals give "
                f"{book.balance} (difference {stated - (book.balance or ZERO)})"
            )


def _stated(sheet: Sheet, head: _Head, balance: Decimal | None, last: int, zone: tzinfo) -> Stated:
    at = last
    if head.made:
        with at_row(sheet.name, None):
            at = max(last, figures.moment(head.made, zone))
    optional: dict[str, Decimal | None] = {}
    for label in ("Equity:", "Margin:"):
        found = sheet.labelled(label)
        if found:
            with at_row(sheet.name, found[0]):
                optional[label] = figures.number(found[1])
    return Stated(balance or ZERO, at, optional.get("Equity:"), optional.get("Margin:"))


def _notes(book: _Book, head: _Head, *, netting: bool) -> Iterator[str]:
    yield "Stops and targets are those of the opening orders; later changes are not in a report."
    if "hedg" not in head.label.lower() and "nett" not in head.label.lower():
        way = "netting" if netting else "hedging"
        yield f"The report does not say how positions are kept; its deals are those of {way}."
    if book.beside:
        yield f"A credit of {book.beside} is not part of the balance and is left out."
