"""Statements in the forms of MetaTrader 4 and 5, written from made-up trades.

For samples and tests only: the readers must be shown real exports too, and are.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

ZERO = Decimal(0)


@dataclass(frozen=True)
class Trade:
    """One round trip; times are the server's, ``2026.03.02 10:00:00``. ``closed`` empty: open."""

    ticket: int
    symbol: str
    side: str
    lots: Decimal
    opened: str
    open_price: Decimal
    closed: str
    close_price: Decimal
    profit: Decimal
    commission: Decimal = ZERO
    swap: Decimal = ZERO
    stop: Decimal | None = None
    target: Decimal | None = None
    comment: str = ""

    @property
    def closing_side(self) -> str:
        return "sell" if self.side == "buy" else "buy"


@dataclass(frozen=True)
class Head:
    """Whose statement it is and when it was made."""

    account: str
    currency: str
    deposit: Decimal
    deposited: str
    made: str
    company: str = "Sample Broker"


def money(amount: Decimal) -> str:
    """``-1 234.50``: blanks between thousands, as the terminals print."""
    return f"{amount:,.2f}".replace(",", " ")


def _price(value: Decimal | None, like: Decimal) -> str:
    return format((value or ZERO).quantize(like), "f")


def _row(cells: Iterable[str], attributes: str = "") -> str:
    return f"<tr {attributes}>{''.join(f'<td nowrap>{cell}</td>' for cell in cells)}</tr>\n"


# --- MetaTrader 4 ------------------------------------------------------------------------------

_MT4_HEAD = (
    "Ticket,Open Time,Type,Size,Item,Price,S / L,T / P,"
    "Close Time,Price,Commission,Taxes,Swap,Profit"
)


def mt4_page(head: Head, trades: Sequence[Trade]) -> str:
    """A detailed statement: closed transactions, open trades, no working orders, the summary."""
    closed = [trade for trade in trades if trade.closed]
    floating = [trade for trade in trades if not trade.closed]
    traded = sum((t.profit + t.swap + t.commission for t in closed), ZERO)
    float_sum = sum((t.profit + t.swap + t.commission for t in floating), ZERO)
    balance = head.deposit + traded
    return (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN">\n<html><head>\n'
        f"<title>Statement: {head.account} - Sample</title></head><body>\n"
        f"<div align=center><b>{escape(head.company)}</b></div>\n<table border=0>\n"
        f"<tr align=left><td colspan=2><b>Account: {head.account}</b></td>"
        f"<td colspan=5><b>Name: Sample</b></td><td colspan=2><b>Currency: {head.currency}</b></td>"
        f"<td colspan=2><b>Leverage: 1:100</b></td><td colspan=3><b>{head.made}</b></td></tr>\n"
        + _mt4_heading("Closed Transactions:")
        + _row(_MT4_HEAD.split(","))
        + f'<tr align=right><td title="Deposit">1</td><td>{head.deposited}</td><td>balance</td>'
        f"<td colspan=10 align=left>Deposit</td><td>{money(head.deposit)}</td></tr>\n"
        + "".join(_mt4_trade(trade) for trade in closed)
        + _mt4_sums(closed)
        + f"<tr><td colspan=12>Closed P/L:</td><td colspan=2>{money(traded)}</td></tr>\n"
        + _mt4_heading("Open Trades:")
        + _row(_MT4_HEAD.split(","))
        + (
            "".join(_mt4_trade(t) for t in floating)
            or "<tr><td colspan=13>No transactions</td></tr>"
        )
        + _mt4_sums(floating)
        + _mt4_heading("Working Orders:")
        + _row([*_MT4_HEAD.split(",")[:8], "Market Price", ""])
        + "<tr><td colspan=13>No transactions</td></tr>\n"
        + _mt4_heading("Summary:")
        + _mt4_summary("Deposit/Withdrawal:", head.deposit, "Credit Facility:", ZERO)
        + _mt4_summary("Closed Trade P/L:", traded, "Floating P/L:", float_sum)
        + _mt4_summary("Balance:", balance, "Equity:", balance + float_sum)
        + "</table></body></html>\n"
    )


def _mt4_heading(text: str) -> str:
    return f"<tr align=left><td colspan=14><b>{text}</b></td></tr>\n"


def _mt4_summary(left: str, amount: Decimal, right: str, other: Decimal) -> str:
    return (
        f"<tr><td colspan=2><b>{left}</b></td><td colspan=2>{money(amount)}</td>"
        f"<td colspan=4><b>{right}</b></td><td>{money(other)}</td><td colspan=5></td></tr>\n"
    )


def _mt4_sums(trades: Sequence[Trade]) -> str:
    sums = (
        sum((t.commission for t in trades), ZERO),
        ZERO,
        sum((t.swap for t in trades), ZERO),
        sum((t.profit for t in trades), ZERO),
    )
    return f"<tr><td colspan=10></td>{''.join(f'<td>{money(s)}</td>' for s in sums)}</tr>\n"


def _mt4_trade(trade: Trade) -> str:
    cells = [
        trade.opened,
        trade.side,
        f"{trade.lots:.2f}",
        trade.symbol.lower(),
        format(trade.open_price, "f"),
        _price(trade.stop, trade.open_price),
        _price(trade.target, trade.open_price),
        trade.closed or "&nbsp;",
        format(trade.close_price, "f"),
        money(trade.commission),
        "0.00",
        money(trade.swap),
        money(trade.profit),
    ]
    title = f' title="{escape(trade.comment)}"' if trade.comment else ""
    rest = "".join(f"<td>{cell}</td>" for cell in cells)
    return f"<tr align=right><td{title}>{trade.ticket}</td>{rest}</tr>\n"


# --- MetaTrader 5 ------------------------------------------------------------------------------

_POSITIONS = "Time|Position|Symbol|Type|Volume|Price|S / L|T / P|Time|Price|Commission|Swap|Profit"
_ORDERS = "Open Time|Order|Symbol|Type|Volume|Price|S / L|T / P|Time|State|Comment"
_DEALS = (
    "Time|Deal|Symbol|Type|Direction|Volume|Price|Order|Cost|Commission|Fee|Swap|Profit|Balance|"
    "Comment"
)


def mt5_page(head: Head, trades: Sequence[Trade], kept: str = "Hedge") -> str:
    """A trade history report of closed trades: positions, orders, deals, the summary."""
    steps = sorted(
        [(t.opened, 0, t.ticket, t) for t in trades] + [(t.closed, 1, t.ticket, t) for t in trades],
        key=lambda step: step[:3],
    )
    balance, deals, orders = head.deposit, [], []
    commission = swap = ZERO
    for number, (time, out, _, trade) in enumerate(steps, start=1):
        booked = trade.profit + trade.swap if out else ZERO
        # The whole commission is charged when a position is opened.
        charged = ZERO if out else trade.commission
        balance += booked + charged
        commission, swap = commission + charged, swap + (trade.swap if out else ZERO)
        deals.append(_mt5_deal(9000 + number, time, trade, charged, balance, out=bool(out)))
        orders.append(_mt5_order(time, trade, out=bool(out)))
    total = balance - commission - swap
    return (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">\n<html><head>\n'
        f"<title>{head.account}: Sample - Trade History Report</title></head><body><table>\n"
        + _mt5_heading("Trade History Report")
        + _mt5_label("Name:", "Sample")
        + _mt5_label(
            "Account:",
            f"{head.account}&nbsp;({head.currency},&nbsp;Sample-Demo,&nbsp;demo,&nbsp;{kept})",
        )
        + _mt5_label("Company:", escape(head.company))
        + _mt5_label("Date:", head.made)
        + _mt5_heading("Positions")
        + _mt5_header(_POSITIONS)
        + "".join(_mt5_position(trade) for trade in trades)
        + "<tr><td></td></tr>\n"
        + _mt5_heading("Orders")
        + _mt5_header(_ORDERS)
        + "".join(orders)
        + "<tr><td></td></tr>\n"
        + _mt5_heading("Deals")
        + _mt5_header(_DEALS)
        + f"<tr><td>{head.deposited}</td><td>9000</td><td></td><td>balance</td>"
        + '<td></td><td></td><td></td><td></td><td class="hidden"></td>'
        + "<td>0.00</td><td>0.00</td><td>0.00</td>"
        + f"<td>{money(head.deposit)}</td><td>{money(head.deposit)}</td><td></td></tr>\n"
        + "".join(deals)
        + '<tr><td colspan="8"></td>'
        + "".join(f"<td>{money(s)}</td>" for s in (commission, ZERO, swap, total, balance))
        + "<td></td></tr>\n<tr><td></td></tr>\n"
        + f'<tr><td colspan="3">Balance:</td><td colspan="2">{money(balance)}</td></tr>\n'
        + f'<tr><td colspan="3">Equity:</td><td colspan="2">{money(balance)}</td></tr>\n'
        + "</table></body></html>\n"
    )


def _mt5_heading(text: str) -> str:
    return f'<tr align="center"><th colspan="14"><div><b>{text}</b></div></th></tr>\n'


def _mt5_label(label: str, text: str) -> str:
    return f'<tr><th colspan="4">{label}</th><th colspan="10"><b>{text}</b></th></tr>\n'


def _mt5_header(names: str) -> str:
    return _row(f"<b>{name}</b>" for name in names.split("|")).replace(
        "<td nowrap><b>Cost", '<td class="hidden"><b>Cost'
    )


def _optional(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f")


def _mt5_position(trade: Trade) -> str:
    cells = [
        trade.opened,
        str(trade.ticket),
        trade.symbol,
        trade.side,
        format(trade.lots, "f"),
        format(trade.open_price, "f"),
        _optional(trade.stop),
        _optional(trade.target),
        trade.closed,
        format(trade.close_price, "f"),
        money(trade.commission),
        money(trade.swap),
        money(trade.profit),
    ]
    inside = "".join(f"<td>{cell}</td>" for cell in cells)
    hidden = f'<td class="hidden" colspan="8">{escape(trade.comment)}</td>'
    typed = f"<td>{trade.side}</td>"
    return f"<tr>{inside.replace(typed, typed + hidden, 1)}</tr>\n"


def _mt5_order(time: str, trade: Trade, *, out: bool) -> str:
    return _row(
        [
            time,
            str(trade.ticket + out),
            trade.symbol,
            trade.closing_side if out else trade.side,
            f"{trade.lots} / {trade.lots}",
            format(trade.close_price if out else trade.open_price, "f"),
            "" if out else _optional(trade.stop),
            "" if out else _optional(trade.target),
            time,
            "filled",
            trade.comment if out else "",
        ]
    )


def _mt5_deal(
    number: int, time: str, trade: Trade, charged: Decimal, balance: Decimal, *, out: bool
) -> str:
    cells = [
        time,
        str(number),
        trade.symbol,
        trade.closing_side if out else trade.side,
        "out" if out else "in",
        format(trade.lots, "f"),
        format(trade.close_price if out else trade.open_price, "f"),
        str(trade.ticket + out),
        money(charged),
        "0.00",
        money(trade.swap if out else ZERO),
        money(trade.profit if out else ZERO),
        money(balance),
        trade.comment if out else "",
    ]
    before, after = cells[:8], cells[8:]
    joined = "".join(f"<td>{c}</td>" for c in before) + '<td class="hidden"></td>'
    return f"<tr>{joined}{''.join(f'<td>{c}</td>' for c in after)}</tr>\n"
