"""The strategy tester report of MetaTrader 4 in any language: its words are told by the columns.

The tester keeps fractions of a cent that it does not print, so the balance column is what was
booked; each row's printed profit has to agree with it to one minor unit. It must not be taken
for an account: nobody's money moved.
"""

import re
from datetime import tzinfo
from decimal import Decimal
from itertools import islice, pairwise
from typing import cast

from propdesk.connectors import figures
from propdesk.connectors.readers.template import Options
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Sheet
from propdesk.connectors.statement import Booked, Stated, Statement
from propdesk.domain.events import BalanceAdjusted, Deal, OrderSeen, Side
from propdesk.domain.exact import exactly

ACCOUNT = "strategy-tester"
_COLUMNS = 10
_CENT = Decimal("0.01")
_CLOSES = {"close": None, "close at stop": "end_of_test", "s/l": "stop_loss", "t/p": "take_profit"}
_PAIR_LETTERS = 6
_CURRENCY = re.compile(r"[A-Z]{3,5}")


def read_mt4_tester(sheet: Sheet, options: Options) -> Statement:
    """The tester's account. Raises ``Unreadable``."""
    start = next((i for i, row in enumerate(sheet.rows) if _is_header(row)), None)
    if start is None:
        raise sheet.refuse(None, "the tester's report breaks off before its table")
    symbol = next(iter(sheet.rows[0].cells[1:]), "").partition(" ")[0]
    currency = options.currency or symbol[3:_PAIR_LETTERS].upper()
    if not _CURRENCY.fullmatch(currency):
        raise sheet.refuse(1, f"{symbol[:40]!r} does not tell the currency; name the currency")
    tester = _Tester(sheet, symbol, options.zone, _initial_deposit(sheet, start))
    for row in sheet.rows.since(start + 1):
        with at_row(sheet.name, row.number), exactly():
            tester.row(row)
    if not tester.closed:
        raise sheet.refuse(sheet.rows[start].number, "the tester made no trade")
    _check_net_profit(sheet, start, tester)
    return Statement(
        platform="mt4",
        account=ACCOUNT,
        currency=currency,
        leverage=None,
        netting=False,
        entries=tester.booked.entries,
        rows=tester.booked.rows,
        stated=Stated(tester.balance, tester.booked.entries[-1].at),
        closed_trades=tester.closed,
        notes=(
            "A strategy tester's report: no money was traded.",
            f"The report names no currency; the one {symbol} is quoted in was taken.",
            "The tester's balance column was booked; printed profits agree with it to the cent.",
        ),
    )


def _is_header(row: Row) -> bool:
    return len(row.cells) == _COLUMNS and row.cells[0] == "#"


def _initial_deposit(sheet: Sheet, start: int) -> Decimal:
    """The last block above the table begins with the deposit and, a row below, the net profit."""
    for row in islice(sheet.rows, start):
        if len(row.cells) == 6 and row.cells[1] and not row.cells[2] and row.cells[5]:
            with at_row(sheet.name, row.number):
                return figures.number(row.cells[1])
    raise sheet.refuse(None, "the tester's report states no initial deposit")


def _check_net_profit(sheet: Sheet, start: int, tester: "_Tester") -> None:
    for before, row in pairwise(islice(sheet.rows, start)):
        if len(before.cells) == 6 and before.cells[1] and not before.cells[2] and before.cells[5]:
            with at_row(sheet.name, row.number):
                stated = figures.number("".join(row.cells[1:2]))
                made = tester.balance - tester.deposit
                if stated != made:
                    raise ValueError(
                        f"does not reconcile: the net profit is stated as {stated}, the table "
                        f"gives {made} (difference {stated - made})"
                    )
            return


class _Tester:
    """Walks the table; a row is an order's step, a fill or a close."""

    def __init__(self, sheet: Sheet, symbol: str, zone: tzinfo, deposit: Decimal) -> None:
        self.sheet = sheet
        self.symbol = symbol
        self.zone = zone
        self.deposit = deposit
        self.balance = deposit
        self.booked = Booked()
        self.open: dict[str, Deal] = {}
        self.pending: dict[str, OrderSeen] = {}
        self.closed = 0
        self._latest = 0

    def row(self, row: Row) -> None:
        cells = row.cells
        # The last two columns are one cell where nothing was closed.
        if len(cells) not in {_COLUMNS - 1, _COLUMNS} or not cells[0].isdecimal():
            raise ValueError("an unknown row stands in the tester's table")
        at = figures.moment(cells[1], self.zone)
        if at < self._latest:
            raise ValueError(f"{cells[1]} comes after a later time: times go backwards")
        self._latest = at
        if not self.booked.rows:
            opening = BalanceAdjusted(ACCOUNT, at, self.deposit, "deposit", "0")
            self.booked.append(row.number, opening)
        kind, order = cells[2], cells[3]
        if kind in {"buy", "sell"}:
            self._fill(row, at, order)
        elif kind.startswith(("buy ", "sell ")):
            self._place(row, at, order)
        elif kind == "delete":
            self._delete(row, at, order)
        elif kind in _CLOSES:
            self._close(row, at, order)
        elif kind != "modify":
            raise ValueError(f"{kind[:20]!r} is not a row of a tester's table")

    def _fill(self, row: Row, at: int, order: str) -> None:
        self.pending.pop(order, None)
        deal = Deal(
            account=ACCOUNT,
            at=at,
            id=f"{order}/in",
            position=order,
            symbol=self.symbol,
            side=cast(Side, row.cells[2]),
            entry="in",
            lots=figures.lots(row.cells[4]),
            price=figures.positive_price(row.cells[5]),
            order=order,
            stop=figures.price(row.cells[6]),
            target=figures.price(row.cells[7]),
        )
        self.open[order] = deal
        self.booked.append(row.number, deal)

    def _place(self, row: Row, at: int, order: str) -> None:
        side, _, kind = row.cells[2].partition(" ")
        seen = OrderSeen(
            account=ACCOUNT,
            at=at,
            id=order,
            action="placed",
            symbol=self.symbol,
            side=cast(Side, side),
            kind="limit" if kind == "limit" else "stop",
            lots=figures.lots(row.cells[4]),
            requested_price=figures.positive_price(row.cells[5]),
        )
        self.pending[order] = seen
        self.booked.append(row.number, seen)

    def _delete(self, row: Row, at: int, order: str) -> None:
        placed = self.pending.pop(order, None)
        if placed is None:
            raise ValueError(f"order {order} is deleted but was not placed")
        gone = OrderSeen(
            account=ACCOUNT,
            at=at,
            id=order,
            action="cancelled",
            symbol=self.symbol,
            side=placed.side,
            kind=placed.kind,
            lots=placed.lots,
            requested_price=placed.requested_price,
        )
        self.booked.append(row.number, gone)

    def _close(self, row: Row, at: int, order: str) -> None:
        opened = self.open.pop(order, None)
        if opened is None or len(row.cells) != _COLUMNS:
            raise ValueError(f"order {order} is closed but not open")
        printed, stated = figures.number(row.cells[8]), figures.number(row.cells[9])
        booked = stated - self.balance
        if abs(booked - printed) > _CENT:
            raise ValueError(
                f"does not reconcile: the balance moves by {booked}, the profit is {printed} "
                f"(difference {booked - printed})"
            )
        self.balance = stated
        self.closed += 1
        lots = figures.lots(row.cells[4])
        if lots != opened.lots:
            raise ValueError("a partial close in a tester's report cannot be read")
        deal = Deal(
            account=ACCOUNT,
            at=at,
            id=f"{order}/out",
            position=order,
            symbol=self.symbol,
            side="sell" if opened.side == "buy" else "buy",
            entry="out",
            lots=lots,
            price=figures.positive_price(row.cells[5]),
            profit=booked,
            order=order,
            reason=_CLOSES[row.cells[2]],
        )
        self.booked.append(row.number, deal)
