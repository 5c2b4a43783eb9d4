"""Sound files of any length in the form that packs the most rows into a byte, one a container.

They are what an export would be if an account had traded for a century; each is read whole.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from scripts.statement_pages import Head, Trade, mt4_page, mt5_page

from tests.connectors.made_workbooks import Cell, sheet, workbook

D = Decimal
_BEGUN = datetime(1995, 1, 2, 0, 0, 1)  # noqa: DTZ001 - the server's clock
_CODES = ("USD", "EUR", "GBP", "JPY")


@dataclass(frozen=True, slots=True)
class Dense:
    """How a file of any number of rows is made, its name, and the door it comes in through.

    ``rows``: twice what a packed list holds unpacked, whether of rows or of events.
    """

    name: str
    door: str
    made: Callable[[int], bytes]
    rows: int = 9_000


def _trades(count: int) -> Iterator[Trade]:
    """Trades in the order in which they were opened; many overlap."""
    random = Random("trades")
    at = _BEGUN
    for number in range(count):
        at += timedelta(seconds=random.randint(20, 600))
        if at.weekday() > 4:  # markets are closed, and clocks are put back and forth
            at += timedelta(days=2)
        closed = at + timedelta(seconds=random.randint(10, 7_200))
        price, move = random.randint(104_000, 112_000), random.randint(-300, 300)
        side, lots = random.choice(("buy", "sell")), D(random.randint(1, 300)) / 100
        yield Trade(
            ticket=1_000_000 + number,
            symbol=random.choice(("EURUSD", "GBPUSD")),
            side=side,
            lots=lots,
            opened=f"{at:%Y.%m.%d %H:%M:%S}",
            open_price=D(price).scaleb(-5),
            closed=f"{closed:%Y.%m.%d %H:%M:%S}",
            close_price=D(price + move).scaleb(-5),
            profit=(move if side == "buy" else -move) * lots,
            commission=(-7 * lots).quantize(D("0.01")),
            comment=random.choice(("", "", "[sl]", "[tp]")),
        )


def _moments(count: int) -> Iterator[datetime]:
    random = Random("moments")
    at = _BEGUN
    for _ in range(count):
        at += timedelta(minutes=random.randint(20, 60))
        yield at


def _head(made: str) -> Head:
    return Head("700", "USD", D("90000000.00"), "1995.01.01 09:00:00", made)


def _mt4_page(rows: int) -> bytes:
    """A statement without the attributes of its cells."""
    page = mt4_page(_head("2099 March 6, 18:00"), sorted(_trades(rows), key=lambda t: t.closed))
    return page.replace(" nowrap", "").replace(" align=right", "").encode()


def _mt5_page(rows: int) -> bytes:
    return mt5_page(_head("2099.03.06 18:00"), list(_trades(rows))).encode()


def _mt4_table(rows: int) -> bytes:
    header = (
        "TICKET,LOGIN,SYMBOL,CMD,VOLUME,OPEN_TIME,OPEN_PRICE,SL,TP,CLOSE_TIME,COMMISSION,SWAPS,"
        "CLOSE_PRICE,PROFIT,TAXES,COMMENT"
    )
    body = (
        f"{t.ticket},77,{t.symbol},{int(t.side == 'sell')},{t.lots * 100:.0f},"
        f"{_dashed(t.opened)},{t.open_price},0,0,{_dashed(t.closed)},{t.commission},0,"
        f"{t.close_price},{t.profit},0,{t.comment}"
        for t in _trades(rows)
    )
    return "\n".join([header, *body]).encode()


def _dashed(time: str) -> str:
    return time.replace(".", "-")


_HISTORY = (
    "Ticket", "Open Time", "Type", "Size", "Item", "Price", "S/L", "T/P", "Close Time", "Price",
    "Commission", "Taxes", "Swap", "Profit",
)  # fmt: skip


def _mt4_rows(rows: int) -> Iterator[list[str]]:
    yield [*_HISTORY]
    for t in _trades(rows):
        yield [
            str(t.ticket), t.opened, t.side, f"{t.lots}", t.symbol, f"{t.open_price}", "0", "0",
            t.closed, f"{t.close_price}", f"{t.commission}", "0", "0", f"{t.profit}",
        ]  # fmt: skip


def _mt4_history(rows: int) -> bytes:
    return "\n".join(",".join(cells) for cells in _mt4_rows(rows)).encode()


def _mt4_workbook(rows: int) -> bytes:
    """Figures as numbers, the rest as texts, as a spreadsheet keeps what is pasted into it."""
    figures = {0, 3, 5, 6, 7, 9, 10, 11, 12, 13}

    def stored(place: int, text: str) -> Cell:
        return D(text) if place in figures and text[-1].isdigit() else text

    table = ([stored(n, text) for n, text in enumerate(cells)] for cells in _mt4_rows(rows))
    return workbook(sheet(table))


def _signal(rows: int) -> bytes:
    header = "Time;Type;Volume;Symbol;Price;Volume;Time;Price;Commission;Swap;Profit"
    body = [
        f"{t.opened};{t.side.title()};{t.lots};{t.symbol};{t.open_price};{t.lots};{t.closed};"
        f"{t.close_price};{t.commission};;{t.profit}"
        for t in _trades(rows)
    ]
    return "\n".join([header, *reversed(body)]).encode()


def _tradovate(rows: int) -> bytes:
    random = Random("tradovate")
    lines = [
        (
            "symbol,_priceFormat,_priceFormatType,_tickSize,buyFillId,sellFillId,qty,buyPrice,"
            "sellPrice,pnl,boughtTimestamp,soldTimestamp,duration"
        )
    ]
    for number, at in enumerate(_moments(rows)):
        price, move = random.randint(20_000, 24_000), random.randint(0, 200)
        closed = at + timedelta(seconds=random.randint(1, 900))
        lines.append(
            f"MESH5,-2,0,0.25,{2 * number + 1},{2 * number + 2},1,{D(price) / 4},"
            f"{D(price + move) / 4},${D(move) * 5 / 4:.2f},{at:%m/%d/%Y %H:%M:%S},"
            f"{closed:%m/%d/%Y %H:%M:%S},1min"
        )
    return "\n".join(lines).encode()


def _ctrader(rows: int) -> bytes:
    lines = [
        (
            "Deal ID,Symbol,Opening Direction,Closing Direction,Opening time (UTC+8),Closing Time "
            "(UTC+8),Entry price,Closing price,Closing Quantity,Commissions,Net USD,Balance USD"
        )
    ]
    balance = D(90_000_000)
    for t in sorted(_trades(rows), key=lambda trade: trade.closed):
        ends = ("Buy", "Sell") if t.side == "buy" else ("Sell", "Buy")
        net = t.profit + t.commission
        balance += net
        lines.append(
            f"{t.ticket},{t.symbol},{ends[0]},{ends[1]},{_spelled(t.opened)},{_spelled(t.closed)},"
            f"{t.open_price},{t.close_price},{t.lots} Lots,{t.commission},{net},{balance}"
        )
    return "\n".join(lines).encode()


def _spelled(time: str) -> str:
    at = datetime.strptime(time, "%Y.%m.%d %H:%M:%S")  # noqa: DTZ007
    return f"{at:%d %b %Y %H:%M:%S}.000"


def _trips(rows: int) -> bytes:
    """A table for the file of columns that the door of that name brings along."""
    body = (
        f"{t.ticket},{'Long' if t.side == 'buy' else 'Short'},{t.symbol},{t.lots * 100_000:.0f},"
        f"{_dashed(t.opened)},{t.open_price},{_dashed(t.closed)},{t.close_price},0,{t.profit}"
        for t in _trades(rows)
    )
    return "\n".join(["Ticket,Side,Market,Units,Opened,In,Closed,Out,Cost,Net", *body]).encode()


_TESTER_HEAD = (
    "<html><head><title>Strategy Tester: Made</title></head><body><table>"
    "<tr><td colspan=2>Symbol<td colspan=4>EURUSD (Euro vs US Dollar)"
    "<tr><td>Initial deposit<td>{0:.2f}<td><td><td>Spread<td>25"
    "<tr><td>Net profit<td>{1:.2f}<td>Gross<td>1.00<td>Loss<td>0.00</table><table>"
    "<tr><td>#<td>Time<td>Type<td>Order<td>Size<td>Price<td>S/L<td>T/P<td>Profit<td>Balance"
)


def _tester(rows: int) -> bytes:
    deposit = balance = D(90_000_000)
    lines = []
    for number, (time, closes, t) in enumerate(_steps(rows // 2), start=1):
        balance += t.profit if closes else D(0)
        price, kind = (t.close_price, "close") if closes else (t.open_price, t.side)
        booked = f"<td>{t.profit:.2f}<td>{balance:.2f}" if closes else "<td colspan=2>"
        lines.append(
            f"<tr><td>{number}<td>{time[:16]}<td>{kind}<td>{t.ticket}<td>{t.lots}<td>{price}"
            f"<td>0<td>0{booked}"
        )
    head = _TESTER_HEAD.format(deposit, balance - deposit)
    return "\n".join([head, *lines, "</table></body></html>"]).encode()


def _steps(trades: int) -> list[tuple[str, bool, Trade]]:
    steps = [step for t in _trades(trades) for step in ((t.opened, False, t), (t.closed, True, t))]
    return sorted(steps, key=lambda step: (step[0][:16], step[2].ticket, step[1]))


def _event_file(rows: int) -> bytes:
    lines = [('{"type":"account_opened","at":"1995-01-01T09:00:00Z","account":"A","currency":"USD",'
             '"balance":"90000000"}')]  # fmt: skip
    for number, (time, closes, t) in enumerate(_steps(rows // 2)):
        at = _dashed(time[:16]).replace(" ", "T") + ":00Z"
        side, price = (t.closing_side, t.close_price) if closes else (t.side, t.open_price)
        told = f'"out","profit":"{t.profit}"' if closes else '"in"'
        lines.append(
            f'{{"type":"deal","at":"{at}","account":"A","id":"{number}","position":"{t.ticket}",'
            f'"symbol":"{t.symbol}","side":"{side}","entry":{told},"lots":"{t.lots}",'
            f'"price":"{price}"}}'
        )
    return "\n".join(lines).encode()


def _calendar_table(rows: int) -> bytes:
    random = Random("table")
    body = (
        f"CPI {n % 900},{random.choice(_CODES)},{at:%Y-%m-%d %H:%M},{random.randint(1, 3)}"
        for n, at in enumerate(_moments(rows))
    )
    return "\n".join(["title,currency,date,impact", *body]).encode()


def _calendar_json(rows: int) -> bytes:
    random = Random("json")
    releases = [
        {"title": f"CPI {n % 900}", "country": random.choice(_CODES),
         "date": f"{at:%Y-%m-%dT%H:%M}Z", "impact": random.choice(("Low", "High"))}
        for n, at in enumerate(_moments(rows))
    ]  # fmt: skip
    return json.dumps(releases, separators=(",", ":")).encode()


def _calendar_ics(rows: int) -> bytes:
    events = (
        f"BEGIN:VEVENT\nUID:{n}\nDTSTART:{at:%Y%m%dT%H%M%S}Z\nSUMMARY:USD CPI {n % 900}\nEND:VEVENT"
        for n, at in enumerate(_moments(rows))
    )
    return "\n".join(["BEGIN:VCALENDAR", *events, "END:VCALENDAR", ""]).encode()


def _calendar_events(rows: int) -> bytes:
    return "\n".join(
        f'{{"type":"news","at":"1994-12-01T00:00:00Z","id":"{n}",'
        f'"release_at":"{at:%Y-%m-%dT%H:%M}:00Z","title":"CPI","currencies":["USD"]}}'
        for n, at in enumerate(_moments(rows))
    ).encode()


DENSE = {
    "page of MetaTrader 4": Dense("mt4.htm", "statement", _mt4_page),
    "page of MetaTrader 5": Dense("mt5.html", "statement", _mt5_page, rows=2_500),
    "page of a tester": Dense("tester.htm", "statement", _tester),
    "server's table": Dense("trades.csv", "told", _mt4_table),
    "table of tickets": Dense("history.csv", "told", _mt4_history),
    "workbook of tickets": Dense("history.xlsx", "told", _mt4_workbook),
    "signal": Dense("signal.csv", "told", _signal),
    "round trips of Tradovate": Dense("performance.csv", "told", _tradovate),
    "deals of cTrader": Dense("deals.csv", "told", _ctrader),
    "table by its columns": Dense("trips.csv", "columns", _trips),
    "event file": Dense("events.jsonl", "statement", _event_file),
    "calendar as a table": Dense("calendar.csv", "calendar", _calendar_table),
    "calendar in JSON": Dense("calendar.json", "calendar", _calendar_json),
    "calendar in ICS": Dense("calendar.ics", "calendar", _calendar_ics),
    "calendar of events": Dense("calendar.jsonl", "calendar", _calendar_events),
}
