"""Round trips of Tradovate and closing deals of cTrader: read whole, reconciled or refused."""

import csv
import io
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.connectors.history import History, read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import AccountOpened, Deal, Event
from propdesk.domain.instants import format_instant
from tests.connectors.made_workbooks import sheet, workbook

D = Decimal
SIZE = D(50_000)

# The report's form; the figures are made.
TRADOVATE = """\
symbol,_priceFormat,_priceFormatType,_tickSize,buyFillId,sellFillId,qty,buyPrice,sellPrice,pnl,\
boughtTimestamp,soldTimestamp,duration
MESH5,-2,0,0.25,101,102,1,6117.75,6130.25,$62.50,01/22/2025 23:02:03,01/23/2025 00:30:16,1h 28min
MESH5,-2,0,0.25,104,103,1,6158.25,6150.00,$(41.25),01/24/2025 22:50:00,01/24/2025 22:45:44,4min
MESH5,-2,0,0.25,107,105,1,6100.00,6101.00,$5.00,01/27/2025 15:00:09,01/27/2025 15:00:01,8sec
MESH5,-2,0,0.25,108,105,2,6103.00,6101.00,$(20.00),01/27/2025 15:00:20,01/27/2025 15:00:01,19sec
ESH5,-2,0,0.25,109,110,10,6000.00,6010.00,"$5,000.00",01/28/2025 15:00:00,01/28/2025 15:00:00,0sec
"""

CTRADER = """\
Deals
Deal ID,Order ID,Symbol,Opening Direction,Closing Direction,Opening time (UTC+8),\
Closing Time (UTC+8),Entry price,Closing price,Closing Quantity,Commissions,Pips,Net USD,Channel,\
Balance USD
DID315186380,356247791,EURUSD,Buy,Sell,20 Aug 2026 21:56:13.342,20 Aug 2026 22:10:00.001,1.10000,\
1.09900,1 Lots,-7.00,-10,-107.00,openapi_cbot-t,9 893.00
DID315186399,356247799,GBPUSD,Sell,Buy,20 Aug 2026 22:00:00.000,21 Aug 2026 01:00:00.000,1.30000,\
1.29800,0.5 Lots,-3.50,20,96.50,openapi_cbot-t,9 989.50
,,,,,,,,,1.5 Lots,-10.50,10,-10.50,,
"""


def read(text: str, name: str, size: Decimal | None = None) -> History:
    return read_history(text.encode(), name, "UTC", size=size)


def tradovate(text: str = TRADOVATE) -> History:
    return read(text, "Performance.csv", SIZE)


def ctrader(text: str = CTRADER) -> History:
    return read(text, "deals.csv")


def as_workbook(text: str) -> bytes:
    return workbook(
        sheet([[cell or None for cell in row] for row in csv.reader(io.StringIO(text))])
    )


def deals(history: History) -> list[tuple[str, str, str, str, str, str, str, str]]:
    return [
        (format_instant(e.at), e.id, e.position, e.symbol, e.side, e.entry, str(e.lots),
         str(e.profit + e.commission))
        for e in history.events
        if isinstance(e, Deal)
    ]  # fmt: skip


def test_the_earlier_fill_of_a_row_opens_and_parts_of_one_opening_are_one_position() -> None:
    history = tradovate()
    day = "2025-01-2"
    assert deals(history) == [
        (f"{day}2T23:02:03Z", "101", "101", "MESH5", "buy", "in", "1", "0"),
        (f"{day}3T00:30:16Z", "102/101", "101", "MESH5", "sell", "out", "1", "62.50"),
        # sold before it was bought: a short
        (f"{day}4T22:45:44Z", "103", "103", "MESH5", "sell", "in", "1", "0"),
        (f"{day}4T22:50:00Z", "104/103", "103", "MESH5", "buy", "out", "1", "-41.25"),
        # one fill of three contracts, closed in two parts
        (f"{day}7T15:00:01Z", "105", "105", "MESH5", "sell", "in", "3", "0"),
        (f"{day}7T15:00:09Z", "107/105", "105", "MESH5", "buy", "out", "1", "5.00"),
        (f"{day}7T15:00:20Z", "108/105", "105", "MESH5", "buy", "out", "2", "-20.00"),
        # within one second the lower number came first
        (f"{day}8T15:00:00Z", "109", "109", "ESH5", "buy", "in", "10", "0"),
        (f"{day}8T15:00:00Z", "110/109", "109", "ESH5", "sell", "out", "10", "5000.00"),
    ]
    assert (history.kind, history.platform) == ("tradovate_performance", "futures")
    assert (history.currency, history.opening_balance) == ("USD", SIZE)
    assert any("no commissions" in note for note in history.notes)


def test_the_real_report_of_tradovate_reconciles(shared: Path) -> None:
    path = shared / "tradovate" / "Performance.csv"
    history = read_history(path, source_zone="UTC", size=SIZE)
    found = [e for e in history.events if isinstance(e, Deal)]
    # 221 rows; the fill 6008479906 closed two of them, 6008481385 three.
    assert history.closed_trades == 221
    assert sum(e.entry == "out" for e in found) == 221
    assert sum(e.profit for e in found) == D("-140.00")
    assert sum(e.entry == "in" and e.side == "sell" for e in found) == 107
    assert history.symbols == ("MESH5", "MESM5", "MESU5", "MESZ5")


@pytest.mark.parametrize(
    ("old", "new", "row", "said"),
    [
        ("$62.50", "$62.51", 2, "the profit is stated as 62.51, the prices make 62.5"),
        ("$(41.25)", "$(41.25", 3, "a bracket is missing"),
        ("$(41.25)", "$(4125)", 3, "is not a number"),
        (",101,", ",x,", 2, "'x' is not the number of a fill"),
        ("01/22/2025 23", "22/01/2025 23", 2, "month must be in 1..12"),
        ("01/22/2025 23:02:03", "01/22/25 23:02", 2, "not a time of the form 01/22/2025"),
        ("01/22/2025 23:02:03", "01/01/0001 00:00:00", 2, "the year 1 is not one of trading"),
        ("01/22/2025 23:02:03", "soon", 2, "'soon' is not a time"),
        (",1,6117.75", ",0,6117.75", 2, "a volume of '0' lots is not possible"),
        (",6117.75,", ",-1,", 2, "'-1' is not a price"),
        ("MESH5,-2,0,0.25,101", ",-2,0,0.25,101", 2, "the row names no symbol"),
        ("MESH5,-2,0,0.25,101", "ABCD,-2,0,0.25,101", 2, "'ABCD' is not in the catalogue"),
        (",108,105,", ",107,105,", 5, "the row stands in the report twice"),
        ("108,105,2,6103.00,6101.00", "108,105,2,6106.00,6104.00", 5, "told in two ways"),
        (",109,110,", ",110,110,", 6, "both opens and closes"),
        (",8sec", ",8sec,9", 4, "a row of 14 cells in a table of 13 columns"),
    ],
)
def test_a_wrong_row_of_tradovate_is_refused(old, new, row, said) -> None:
    assert TRADOVATE.count(old) >= 1
    with pytest.raises(Unreadable) as refused:
        tradovate(TRADOVATE.replace(old, new, 1))
    assert (refused.value.file, refused.value.row) == ("Performance.csv", row)
    assert said in refused.value.reason


def test_a_report_of_tradovate_without_trades_or_size_is_refused() -> None:
    with pytest.raises(Unreadable, match=r"Performance.csv:1: the report holds no round trip"):
        tradovate(TRADOVATE.splitlines(keepends=True)[0])
    with pytest.raises(Unreadable, match="before the account's first deposit"):
        read(TRADOVATE, "Performance.csv")
    with pytest.raises(Unreadable, match="its money is in USD, not in EUR"):
        read_history(TRADOVATE.encode(), "p.csv", "UTC", currency="EUR", size=SIZE)


def test_closing_deals_of_ctrader_are_read_on_the_clock_the_header_names() -> None:
    history = ctrader()
    first, second = "DID315186380", "DID315186399"
    assert deals(history) == [
        ("2026-08-20T13:56:13.342Z", f"{first}/in", first, "EURUSD", "buy", "in", "1", "0"),
        ("2026-08-20T14:00:00Z", f"{second}/in", second, "GBPUSD", "sell", "in", "0.5", "0"),
        ("2026-08-20T14:10:00.001Z", f"{first}/out", first, "EURUSD", "sell", "out", "1",
         "-107.00"),
        ("2026-08-20T17:00:00Z", f"{second}/out", second, "GBPUSD", "buy", "out", "0.5", "96.50"),
    ]  # fmt: skip
    opened = next(iter(history.events))
    assert isinstance(opened, AccountOpened)
    assert (opened.balance, history.stated_balance) == (D("10000.00"), D("9989.50"))
    assert (history.platform, history.currency) == ("ctrader", "USD")
    assert history.source_zone == "UTC+8"
    assert not any("carry no zone" in note for note in history.notes)


def test_a_list_of_ctrader_may_begin_with_the_latest_deal() -> None:
    title, header, older, newer, totals = CTRADER.splitlines(keepends=True)
    turned = ctrader(title + header + newer + older + totals)
    assert deals(turned) == deals(ctrader())
    assert deals(ctrader(header + older + newer)) == deals(ctrader())


@pytest.mark.parametrize(
    ("text", "clock"),
    [("UTC", "13:56"), ("UTC+0", "13:56"), ("UTC-3", "16:56"), ("UTC+5:30", "08:26")],
)
def test_the_header_of_ctrader_names_any_clock(text, clock) -> None:
    given = CTRADER.replace("UTC+8", text).replace("20 Aug 2026 21:56", "20 Aug 2026 13:56")
    assert format_instant(tuple(ctrader(given).events)[1].at)[11:16] == clock


@pytest.mark.parametrize(
    ("old", "new", "row", "said"),
    [
        ("9 989.50", "9 989.51", 4, "its net make 9989.50 (difference 0.01)"),
        ("1.5 Lots,-10.50,10,-10.50", "1.5 Lots,-10.50,10,-10.51", 5, "the total of net is stated"),
        ("1.5 Lots,-10.50,10", "1.5 Lots,-10.51,10", 5, "the total of Commissions is stated"),
        ("Buy,Sell", "Buy,Buy", 3, "'Buy' and 'Buy' are not the two sides of a trade"),
        ("1 Lots", "100000", 3, "'100000' is not a quantity in lots"),
        ("20 Aug 2026 21:56:13.342", "32 Aug 2026 21:56:13.342", 3, "is not a time"),
        ("20 Aug 2026 21:56:13.342", "20 Aug 9999 21:56:13.342", 3, "the year 9999 is not one"),
        ("20 Aug 2026 21:56:13.342", "20/08/2026 21:56", 3, "not a time of the form 20 Aug 2026"),
        ("20 Aug 2026 21:56:13.342", "20 Aug 2026 23:56:13.342", 3, "closes before it opens"),
        ("Closing Time (UTC+8)", "Closing Time (UTC+7)", 2, "two clocks or two currencies"),
        ("Balance USD", "Balance EUR", 2, "two clocks or two currencies"),
        ("(UTC+8)", "(UTC+x)", 2, "names two clocks"),
        ("Channel,", "Balance USD,", 2, "names the column balance 2 times"),
        ("EURUSD", "", 3, "the row names no symbol"),
        ("DID315186399", "DID315186380", 4, "deal DID315186380 stands in it twice"),
        ("21 Aug 2026 01:00", "20 Aug 2026 22:05", 3, "is stated as 9893.00"),
    ],
)
def test_a_wrong_row_of_ctrader_is_refused(old, new, row, said) -> None:
    assert old in CTRADER
    with pytest.raises(Unreadable) as refused:
        ctrader(CTRADER.replace(old, new, 1))
    assert (refused.value.file, refused.value.row) == ("deals.csv", row)
    assert said in refused.value.reason


def test_a_list_of_ctrader_out_of_order_or_empty_is_refused() -> None:
    title, header, older, newer, totals = CTRADER.splitlines(keepends=True)
    with pytest.raises(Unreadable, match=r"deals.csv: the list holds no deal"):
        ctrader(title + header)
    with pytest.raises(Unreadable, match=r"deals.csv:4: a row stands under the totals of row 3"):
        ctrader(title + header + totals.replace("-10.50", "0") + older)
    third = newer.replace("DID315186399", "DID3").replace("9 989.50", "10 086.00")
    third = third.replace("21 Aug 2026 01:00", "20 Aug 2026 22:20")
    with pytest.raises(Unreadable, match=r"deals.csv:5: deal DID3 is not in order of time"):
        ctrader(title + header + older + newer + third)


@pytest.mark.parametrize(("text", "name"), [(TRADOVATE, "tradovate"), (CTRADER, "ctrader")])
def test_the_same_report_in_two_containers_gives_the_same_events(text, name) -> None:
    def events(content: bytes) -> list[Event]:
        return list(read_history(content, name, "UTC", size=SIZE).events)

    assert events(text.encode()) == events(as_workbook(text)) == events(text.encode("utf-16"))
