"""The trade list of the invented platform Coral, CSV. One row is a round trip, profit net."""

from propdesk.connectors import figures
from propdesk.connectors.readers.template import Options, Reader
from propdesk.connectors.refusal import at_row
from propdesk.connectors.sheet import Row, Sheet
from propdesk.connectors.statement import Stated, Statement
from propdesk.domain.events import Deal, Side

_COLUMNS = ("no", "opened", "closed", "symbol", "side", "lots", "in", "out", "net")


def _recognise(sheet: Sheet) -> bool:
    return sheet.first_words().startswith("Coral Markets ")


def _read(sheet: Sheet, options: Options) -> Statement:
    table = sheet.table(*_COLUMNS)
    if table is None or not table.rows or len(sheet.rows[0].cells) != 5:
        raise sheet.refuse(1, "the trade list breaks off before its table")
    _, account, currency, first, last = sheet.rows[0].cells
    deals: list[tuple[Deal, int]] = []
    for row in table.rows:
        with at_row(sheet.name, row.number):
            deals += [(deal, row.number) for deal in _deals(row, account, options)]
    deals.sort(key=lambda one: one[0].at)
    with at_row(sheet.name, 1):
        opening, stated = figures.number(first), figures.number(last)
        if opening + sum(deal.profit for deal, _ in deals) != stated:
            raise ValueError(f"does not reconcile: the rows do not make the balance {stated}")
    return Statement(
        platform="exact",
        account=account,
        currency=currency,
        entries=tuple(deal for deal, _ in deals),
        rows=tuple(row for _, row in deals),
        closed_trades=len(table.rows),
        opening=opening,
        stated=Stated(stated, deals[-1][0].at),
    )


def _deals(row: Row, account: str, options: Options) -> list[Deal]:
    no, opened, closed, symbol, side, lots, price, close_price, net = row.cells
    if side not in {"buy", "sell"}:
        raise ValueError(f"{side[:20]!r} is not a side of a trade")
    out: Side = "sell" if side == "buy" else "buy"
    way: Side = "buy" if out == "sell" else "sell"
    at, end = figures.moment(opened, options.zone), figures.moment(closed, options.zone)
    size, paid, got = map(figures.positive_price, (lots, price, close_price))
    return [
        Deal(account, at, f"{no}/in", no, symbol, way, "in", size, paid),
        Deal(account, end, f"{no}/out", no, symbol, out, "out", size, got,
             profit=figures.number(net)),
    ]  # fmt: skip


READER = Reader(name="coral", title="Coral trade list (CSV)", export="Choose Export, then CSV.",
                containers=frozenset({"table"}), recognise=_recognise, read=_read)  # fmt: skip
