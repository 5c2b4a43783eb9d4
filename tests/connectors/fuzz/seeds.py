"""The sound files that mutations start from: made ones, and the real ones where they are.

A reader that has no made file here fails the suite: give it a small one that it reads.
"""

import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tests.connectors.made_pages import MT4, MT5
from tests.connectors.made_workbooks import workbook_of_page
from tests.connectors.test_any_table_is_read_by_its_columns import TRIPS
from tests.connectors.test_calendar_formats import SAME_INSTANT
from tests.connectors.test_histories_of_mql5_signals import MQL4_SIGNAL, MQL5_SIGNAL
from tests.connectors.test_tables_of_metatrader_4 import deposit, line, table
from tests.connectors.test_trades_of_tradovate_and_ctrader import CTRADER, TRADOVATE

STATEMENT_DOORS = ("statement", "accounts", "told")
_DOORS = {"ticks": ("quotes",), "bars": ("quotes",), "calendar": ("calendar",)}
REAL_BYTES_MAX = 800_000
"""Larger ones take most of a run's time and hold nothing that smaller ones do not."""

MT4_TESTER = """<html><head><title>Strategy Tester: Made</title></head><body><table>
<tr><td colspan=2>Symbol</td><td colspan=4>EURUSD (Euro vs US Dollar)</td></tr>
<tr><td>Initial deposit</td><td>10000.00</td><td></td><td></td><td>Spread</td><td>25</td></tr>
<tr><td>Net profit</td><td>90.00</td><td>Gross</td><td>90.00</td><td>Loss</td><td>0.00</td></tr>
</table><table>
<tr><td>#</td><td>Time</td><td>Type</td><td>Order</td><td>Size</td><td>Price</td><td>S/L</td>
<td>T/P</td><td>Profit</td><td>Balance</td></tr>
<tr><td>1</td><td>2026.03.02 10:00</td><td>buy limit</td><td>1</td><td>1.00</td><td>1.08000</td>
<td>0.00000</td><td>1.08100</td><td colspan=2></td></tr>
<tr><td>2</td><td>2026.03.02 11:00</td><td>buy</td><td>1</td><td>1.00</td><td>1.08000</td>
<td>0.00000</td><td>1.08100</td><td colspan=2></td></tr>
<tr><td>3</td><td>2026.03.02 12:00</td><td>t/p</td><td>1</td><td>1.00</td><td>1.08100</td>
<td>0.00000</td><td>1.08100</td><td>90.00</td><td>10090.00</td></tr>
</table></body></html>
"""
MT5_TESTER = (
    MT5.replace("Trade History Report", "Strategy Tester Report")
    .replace("Account:", "Currency:")
    .replace("700&nbsp;(USD,&nbsp;Sample-Demo,&nbsp;demo,&nbsp;Hedge)", "USD")
)
_MT4_HISTORY = """Ticket,Open Time,Type,Size,Item,Price,S/L,T/P,Close Time,Price,Commission,Taxes,\
Swap,Profit
101,2026.03.02 10:00:00,buy,1.00,EURUSD,1.08000,0.00000,1.08100,2026.03.02 12:00:00,1.08100,\
-7.00,0.00,0.00,100.00
103,2026.03.03 10:00:00,sell,0.50,GBPUSD,1.27000,0.00000,0.00000,2026.03.04 12:00:00,1.27200,\
0.00,0.00,-1.20,-100.00
"""
_EVENTS = """{"type":"account_opened","at":"2026-03-02T09:00:00Z","account":"A1","currency":"USD",\
"balance":"10000"}
{"type":"quote","at":"2026-03-02T10:00:00Z","symbol":"EURUSD","bid":"1.08000","ask":"1.08010"}
{"type":"deal","at":"2026-03-02T10:00:00Z","account":"A1","id":"1","position":"P1",\
"symbol":"EURUSD","side":"buy","entry":"in","lots":"1","price":"1.08010"}
{"type":"deal","at":"2026-03-02T12:00:00Z","account":"A1","id":"2","position":"P1",\
"symbol":"EURUSD","side":"sell","entry":"out","lots":"1","price":"1.08100","profit":"90"}
"""
_PLAIN_TRIPS = TRIPS.replace("$", "").replace("100,000", "100000").replace("50,000", "50000")
_LEAN_TICKS = "36000000,1.08000,1.08010\n36000500,1.08001,1.08011\n79200579.427,1.081,1.0811\n"
_LEAN_BARS = (
    "36000000,1.08,1.081,1.079,1.0805,0,1.0801,1.0811,1.0791,1.0806,0\n"
    "36060000,1.0805,1.082,1.08,1.081,0,1.0806,1.0821,1.0801,1.0811,0\n"
)
_MT5_TICKS = (
    "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\r\n"
    "2026.03.02\t10:00:00.100\t1.10000\t1.10010\t\t\t6\r\n"
    "2026.03.02\t10:00:01.000\t1.09990\t\t\t\t2\r\n"
)
_MT5_BARS = (
    "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n"
    "2026.03.02\t10:00:00\t1.10000\t1.10050\t1.09990\t1.10020\t40\t0\t7\r\n"
    "2026.03.02\t10:01:00\t1.10020\t1.10030\t1.10010\t1.10010\t12\t0\t0\r\n"
)
_HISTDATA_BARS = (
    "20120201 000000;1.306600;1.306650;1.306560;1.306560;0\n"
    "20120201 000100;1.306570;1.306570;1.306470;1.306560;0\n"
)
_BAR_TABLE = (
    "time,symbol,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close\n"
    "2026-03-02T10:00:00Z,EURUSD,1.1,1.2,1.0,1.1,1.101,1.201,1.001,1.101\n"
    "2026-03-02T10:01:00Z,EURUSD,1.1,1.2,1.0,1.1,1.101,1.201,1.001,1.101\n"
)
_QUOTES = (
    "time,symbol,bid,ask\n2026-03-02T10:00:00Z,EURUSD,1.08000,1.08010\n"
    "2026-03-02T10:00:01Z,GBPUSD,1.27000,1.27010\n2026-03-02T10:00:02Z,EURUSD,1.08001,1.08011\n"
)


@dataclass(frozen=True, slots=True)
class Seed:
    """A sound file, its name and the doors it may come in through; none need to open to it."""

    name: str
    content: bytes
    doors: tuple[str, ...]


def _lean(member: str, text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(member), text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parquet() -> bytes:
    columns = {
        "time": [datetime(2026, 3, 2, 10, 0, second, tzinfo=UTC) for second in range(3)],
        "symbol": ["EURUSD"] * 3,
        "bid": [Decimal("1.08000")] * 3,
        "ask": [Decimal("1.08010")] * 3,
    }
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def made_seeds() -> tuple[Seed, ...]:
    """One file at least for each reader and each format, small enough to be read in no time."""
    statements = {
        "mt4.htm": MT4.encode(),
        "mt4-utf16.htm": MT4.encode("utf-16"),
        "mt5.html": MT5.encode("utf-16"),
        "mt4.xlsx": workbook_of_page(MT4),
        "mt5.xlsx": workbook_of_page(MT5),
        "mt4-tester.htm": MT4_TESTER.encode(),
        "mt5-tester.html": MT5_TESTER.encode(),
        "ctrader.csv": CTRADER.encode(),
        "events.jsonl": _EVENTS.encode(),
    }
    several = table(deposit(1, 77), line(2, 77), deposit(3, 78), line(4, 78))
    quotes = {
        "EURUSD_mt5.csv": _MT5_TICKS.encode("utf-16"),
        "EURUSD_M1.csv": _MT5_BARS.encode(),
        "DAT_ASCII_EURUSD_T_202001.csv": b"20200101 170000065,1.121200,1.121720,0\n" * 2,
        "DAT_ASCII_EURUSD_M1_2012.csv": _HISTDATA_BARS.encode(),
        "bars.csv": _BAR_TABLE.encode(),
        "quotes.parquet": _parquet(),
        "20260302_quote.zip": _lean("20260302_eurusd_tick_quote.csv", _LEAN_TICKS),
        "20260302_bars.zip": _lean("20260302_eurusd_minute_quote.csv", _LEAN_BARS),
        "quotes.csv": _QUOTES.encode(),
        "quotes.csv.gz": gzip.compress(_QUOTES.encode(), mtime=0),
    }
    return (
        *(Seed(name, content, ("statement", "told")) for name, content in statements.items()),
        Seed("signal5.csv", MQL5_SIGNAL.encode(), STATEMENT_DOORS),
        Seed("signal4.csv", MQL4_SIGNAL.encode(), STATEMENT_DOORS),
        Seed("tradovate.csv", TRADOVATE.encode(), ("told", "statement")),
        Seed("trips.csv", _PLAIN_TRIPS.encode(), ("columns",)),
        Seed("mt4-history.csv", _MT4_HISTORY.encode(), ("told", "statement")),
        Seed("mt4-table.csv", several, ("accounts", "statement", "told")),
        *(Seed(name, content, ("quotes",)) for name, content in quotes.items()),
        *(Seed(name, text.encode(), ("calendar",)) for name, text, _ in SAME_INSTANT.values()),
    )


def real_seeds(folder: Path) -> Iterator[Seed]:
    """Every file of the folder of real data; each is tried as whatever it might be."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size <= REAL_BYTES_MAX:
            kind = path.parts[len(folder.parts)]
            yield Seed(path.name, path.read_bytes(), _DOORS.get(kind, STATEMENT_DOORS))
