"""A table nobody knows, read by a file that says which column means what; or every mistake."""

import csv
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from propdesk.connectors.column_map import ColumnMap, ColumnsRefused, read_column_map
from propdesk.connectors.history import History, read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import AccountOpened, BalanceAdjusted, Deal, Event
from propdesk.domain.instants import format_instant
from propdesk.domain.instruments import Catalogue, Instrument
from tests.connectors.made_workbooks import sheet, workbook

D = Decimal

FILLS = """\
Blue Harbour Markets;;;;;;;;;;
Date;Type;Deal;Position;Instrument;Volume;Price;Comm.;Swap;P/L;Balance
02.03.2026 09:00:00;Deposit;1;;;;;;;10.000,00;10.000,00
02.03.2026 10:00:00;Buy;2;77;EURUSD;1,00;1,08000;-3,50;;;9.996,50
02.03.2026 11:00:00;Buy;3;77;EURUSD;0,50;1,08100;;;;9.996,50
02.03.2026 12:00:00;Sell;4;77;EURUSD;1,50;1,08200;-3,50;(1,25);250,00;10.241,75
02.03.2026 12:30:00;Note;;;;;;;;;
03.03.2026 10:00:00;Sell;5;78;GBPUSD;0,50;1,27000;;;;10.241,75
03.03.2026 11:00:00;Buy;6;78;GBPUSD;0,50;1,27200;;;-100,00;10.141,75
04.03.2026 10:00:00;Withdrawal;7;;;;;;;-141,75;10.000,00
"""
FILL_COLUMNS: dict[str, Any] = {
    "rows": "deals",
    "account": 4711,
    "currency": "USD",
    "zone": "Europe/Prague",
    "platform": "mt5",
    "columns": {
        "time": "Date", "kind": "Type", "side": "Type", "id": "Deal", "position": "Position",
        "symbol": "Instrument", "lots": "Volume", "price": "Price", "commission": "Comm.",
        "swap": "Swap", "profit": "P/L", "balance": "Balance",
    },
    "words": {"balance": ["Deposit", "Withdrawal"], "skip": "Note"},
    "formats": {"time": "%d.%m.%Y %H:%M:%S", "decimal": ",", "thousands": "."},
}  # fmt: skip
TRIPS = """\
Ticket,Side,Market,Units,Opened,In,Closed,Out,Cost,Net
A1,Long,EURUSD,"100,000",2026-03-02 10:00:00,1.08000,2026-03-02 12:00:00,1.08100,$7.00,$93.00
A2,Short,EURUSD,"50,000",2026-03-02 11:00:00,1.08050,2026-03-02 11:30:00,1.08150,$3.50,($53.50)
"""
TRIP_COLUMNS: dict[str, Any] = {
    "rows": "trades",
    "currency": "USD",
    "profit": "net",
    "costs": "positive",
    "size": "units",
    "columns": {
        "position": "Ticket", "side": "Side", "symbol": "Market", "lots": "Units",
        "open_time": "Opened", "open_price": "In", "close_time": "Closed", "close_price": "Out",
        "commission": "Cost", "profit": "Net",
    },
    "formats": {"thousands": ",", "without": "$"},
}  # fmt: skip


def column_map(folder: Path, given: Any, name: str = "columns.yaml") -> ColumnMap:
    path = folder / name
    path.write_text(yaml.safe_dump(given, sort_keys=False), encoding="utf-8")
    return read_column_map(path)


def read(folder: Path, text: str, given: Any, **said: Any) -> History:
    return read_history(text.encode(), "table.csv", columns=column_map(folder, given), **said)


def changed(given: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """The map with some parts replaced; inside columns, words and formats one by one."""
    made = dict(given)
    for key, value in parts.items():
        inside = isinstance(value, dict) and isinstance(made.get(key), dict)
        made[key] = {**made[key], **value} if inside else value
    return {key: value for key, value in made.items() if value is not None}


def deals(history: History) -> list[tuple[str, ...]]:
    return [
        (format_instant(e.at)[5:16], e.position, e.side, e.entry, str(e.lots), str(e.commission),
         str(e.swap), str(e.profit))
        for e in history.events
        if isinstance(e, Deal)
    ]  # fmt: skip


def test_fills_with_their_balance_are_read_and_reconciled(tmp_path) -> None:
    history = read(tmp_path, FILLS, FILL_COLUMNS)
    assert deals(history) == [
        ("03-02T09:00", "77", "buy", "in", "1.00", "-3.50", "0", "0"),
        ("03-02T10:00", "77", "buy", "in", "0.50", "0", "0", "0"),
        ("03-02T11:00", "77", "sell", "out", "1.50", "-3.50", "-1.25", "250.00"),
        ("03-03T09:00", "78", "sell", "in", "0.50", "0", "0", "0"),
        ("03-03T10:00", "78", "buy", "out", "0.50", "0", "0", "-100.00"),
    ]
    opened, *rest = history.events
    assert isinstance(opened, AccountOpened)
    assert (opened.account, opened.currency, opened.balance) == ("4711", "USD", D(10_000))
    [moved] = [each for each in rest if isinstance(each, BalanceAdjusted)]
    assert (moved.amount, moved.kind, moved.id) == (D("-141.75"), "withdrawal", "7")
    assert (history.stated_balance, history.closed_trades) == (D(10_000), 2)
    assert (history.platform, history.source_zone) == ("mt5", "Europe/Prague")
    assert (history.kind, history.netting) == ("mapped_table", False)


def test_round_trips_in_units_with_costs_inside_the_profit(tmp_path) -> None:
    history = read(tmp_path, TRIPS, TRIP_COLUMNS, source_zone="UTC", size=D(5000))
    assert deals(history) == [
        ("03-02T10:00", "A1", "buy", "in", "1", "0", "0", "0"),
        ("03-02T11:00", "A2", "sell", "in", "0.5", "0", "0", "0"),
        ("03-02T11:30", "A2", "buy", "out", "0.5", "-3.50", "0", "-50.00"),
        ("03-02T12:00", "A1", "sell", "out", "1", "-7.00", "0", "100.00"),
    ]
    assert (history.opening_balance, history.stated_balance) == (D(5000), None)
    assert any("nothing the rows could be reconciled with" in note for note in history.notes)


def test_round_trips_are_reconciled_as_they_closed_whatever_their_order(tmp_path) -> None:
    text = """\
no,way,what,size,opened,in,closed,out,fee,swap,net,after
1,buy,EURUSD,1,2026-03-02T10:00:00+0100,1.1,2026-03-02T12:00:00+0100,1.2,7,-2,100,1150
2,buy,EURUSD,1,2026-03-02T10:30:00+0100,1.1,2026-03-02T11:00:00+0100,1.2,7,1.5,50,1050
3,buy,EURUSD,1,2026-03-02T11:00:00+0100,1.1,2026-03-02T13:00:00+0100,1.2,0,0,25,
"""
    given = {
        "rows": "trades", "currency": "USD", "profit": "net", "costs": "positive",
        "columns": {
            "id": "no", "side": "way", "symbol": "what", "lots": "size", "open_time": "opened",
            "open_price": "in", "close_time": "closed", "close_price": "out", "fee": "fee",
            "swap": "swap", "profit": "net", "balance": "after",
        },
        "formats": {"time": "%Y-%m-%dT%H:%M:%S%z"},
    }  # fmt: skip
    history = read(tmp_path, text, given)
    assert (history.opening_balance, history.stated_balance) == (D(1000), D(1175))
    closed = [each for each in history.events if isinstance(each, Deal) and each.entry == "out"]
    # A cost without a sign is one; a swap may be earned, so its sign stands.
    assert [(format_instant(e.at)[11:16], e.fee, e.swap, e.profit) for e in closed] == [
        ("10:00", D(-7), D("1.5"), D("55.5")),
        ("11:00", D(-7), D(-2), D(109)),
        ("12:00", D(0), D(0), D(25)),
    ]


def test_without_positions_the_fills_of_a_symbol_are_netted(tmp_path) -> None:
    text = """\
time,symbol,side,lots,price,profit
2026-03-02 10:00:00,EURUSD,buy,1,1.1,0
2026-03-02 10:01:00,EURUSD,sell,0.4,1.1,0
2026-03-02 10:02:00,EURUSD,sell,1,1.1,0
2026-03-02 10:03:00,EURUSD,buy,0.4,1.1,0
2026-03-02 10:04:00,EURUSD,buy,1,1.1,0
"""
    columns = {name: name for name in ("time", "symbol", "side", "lots", "price", "profit")}
    given = {"rows": "deals", "currency": "USD", "columns": columns}
    history = read(tmp_path, text, given, size=D(1000))
    assert history.netting
    assert [(position, entry) for _, position, _, entry, *_ in deals(history)] == [
        ("EURUSD 1", "in"),
        ("EURUSD 1", "out"),
        ("EURUSD 1", "inout"),
        ("EURUSD 1", "out"),
        ("EURUSD 2", "in"),
    ]


def test_a_table_may_begin_with_its_latest_row(tmp_path) -> None:
    title, header, *rows = FILLS.splitlines(keepends=True)
    turned = read(tmp_path, title + header + "".join(reversed(rows)), FILL_COLUMNS)
    assert list(turned.events) == list(read(tmp_path, FILLS, FILL_COLUMNS).events)


def test_json_does_as_well_as_yaml_and_a_heading_may_stand_twice(tmp_path) -> None:
    path = tmp_path / "columns.json"
    columns = {**TRIP_COLUMNS["columns"], "open_price": "Price#1", "close_price": "Price#2"}
    path.write_text(json.dumps({**TRIP_COLUMNS, "columns": columns}, indent=1))
    text = TRIPS.replace("In,", "Price,").replace("Out,", "Price,")
    history = read_history(
        text.encode(), "t.csv", "UTC", size=D(5000), columns=read_column_map(path)
    )
    assert list(history.events) == list(
        read(tmp_path, TRIPS, TRIP_COLUMNS, source_zone="UTC", size=D(5000)).events
    )


def test_the_same_table_in_two_containers_gives_the_same_events(tmp_path) -> None:
    columns = column_map(tmp_path, FILL_COLUMNS)
    rows = [[c or None for c in row] for row in csv.reader(io.StringIO(FILLS), delimiter=";")]
    cells = "".join(
        "<tr>" + "".join(f"<td>{each or ''}</td>" for each in row) + "</tr>" for row in rows
    )

    def events(content: bytes) -> list[Event]:
        return list(read_history(content, "any", columns=columns).events)

    book = workbook(sheet([["another", "sheet"]]), sheet(rows))
    page = f"<html><table>{cells}</table></html>".encode()
    assert events(FILLS.encode()) == events(book) == events(page)


@pytest.mark.parametrize(
    ("old", "new", "row", "said"),
    [
        ("250,00;10.241,75", "250,01;10.241,75", 6, "stated as 10241.75, the rows make 10241.76"),
        ("1,00;1,08000", "1.00;1,08000", 4, "'1.00' is not a number"),
        ("10.000,00;10.000,00", "1.0000,00;10.000,00", 3, "'1.0000,00' is not a number"),
        ("(1,25)", "(-1,25)", 6, "is not a number"),
        ("02.03.2026 10:00:00", "2026-03-02 10:00", 4, "not a time of the form %d.%m.%Y"),
        ("02.03.2026 10:00:00", "02.03.0001 10:00:00", 4, "the year 1 is not one of trading"),
        ("02.03.2026 10:00:00;Buy", "02.03.2026 10:00:00;Kauf", 4, "'Kauf' is none of the words"),
        ("EURUSD;1,00", ";1,00", 4, "the cell 'Instrument' is empty"),
        ("EURUSD;1,00", "EURUSD;0", 4, "a size of '0' is not possible"),
        ("1,08000", "0", 4, "'0' is not more than zero"),
        ("Sell;4;77", "Sell;3;77", 6, "'3' already stands in row 5"),
        ("1,50;1,08200", "1,60;1,08200", 6, "position '77' has only 1.50 lots open"),
        ("EURUSD;0,50", "BLUE;0,50", 5, "instrument 'BLUE' is not in the catalogue"),
        ("02.03.2026 11:00:00", "01.03.2026 11:00:00", 5, "the fills are not in order of time"),
    ],
)
def test_a_wrong_row_is_refused_with_its_number(tmp_path, old, new, row, said) -> None:
    assert old in FILLS
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, FILLS.replace(old, new, 1), FILL_COLUMNS)
    assert (refused.value.file, refused.value.row) == ("table.csv", row)
    assert said in refused.value.reason


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("EURUSD", "BLUE", "units of 'BLUE' are not lots"),
        ("2026-03-02 12:00:00", "2026-03-02 09:00:00", "closes before it opens"),
        ("$93.00", "", "the cell 'Net' is empty"),
        ("2026-03-02 12:00:00", "", "the cell 'Closed' is empty"),
    ],
)
def test_a_wrong_round_trip_is_refused(tmp_path, old, new, said) -> None:
    with pytest.raises(Unreadable, match=rf"table.csv:2: .*{said}"):
        read(tmp_path, TRIPS.replace(old, new, 1), TRIP_COLUMNS, source_zone="UTC", size=D(5000))


def test_units_that_make_no_finite_lots_are_refused(tmp_path) -> None:
    odd = Catalogue([Instrument("EURUSD", 5, D(3), "EUR", "USD", "EUR")])
    with pytest.raises(Unreadable, match=r"table.csv:3: 50000 units of EURUSD are no finite"):
        read(tmp_path, TRIPS, TRIP_COLUMNS, catalogue=odd, size=D(5000))


def test_a_table_without_the_columns_or_currency_is_refused(tmp_path) -> None:
    with pytest.raises(Unreadable, match=r"table.csv: it has no column 'Volume', 'P/L'"):
        read(tmp_path, FILLS.replace("Volume", "V").replace("P/L", "R"), FILL_COLUMNS)
    twice = FILLS.replace("Swap", "Comm.")
    given = changed(FILL_COLUMNS, columns={"swap": "Comm.", "commission": "Price"})
    with pytest.raises(Unreadable, match="no single row has all the headings"):
        read(tmp_path, twice, given)
    with pytest.raises(Unreadable, match=r"no currency is named"):
        read(tmp_path, FILLS, changed(FILL_COLUMNS, currency=None))
    with pytest.raises(Unreadable, match=r"table.csv:2: the table holds no row"):
        read(tmp_path, "".join(FILLS.splitlines(keepends=True)[:2]), FILL_COLUMNS)


def test_the_sheet_of_a_workbook_is_named_where_two_would_do(tmp_path) -> None:
    rows = [[c or None for c in row] for row in csv.reader(io.StringIO(TRIPS))]
    book = workbook(sheet(rows), sheet(rows))

    def columns(**parts: Any) -> ColumnMap:
        return column_map(tmp_path, changed(TRIP_COLUMNS, **parts))

    with pytest.raises(Unreadable, match=r"2 sheets have these columns \('Tab 1', 'Tab 2'\)"):
        read_history(book, "b.xlsx", columns=columns(), size=D(1))
    with pytest.raises(Unreadable, match="the workbook has no sheet 'Blue'"):
        read_history(book, "b.xlsx", columns=columns(sheet="Blue"), size=D(1))
    found = read_history(book, "b.xlsx", columns=columns(sheet="Tab 2"), size=D(1))
    assert found.closed_trades == 2


def test_every_mistake_of_a_file_of_columns_is_told_at_once(tmp_path) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text("""\
rows: fills
zone: Mars/Olympus
colour: blue
platform: mt6
columns:
  time: Date
  size: Volume
  symbol: ""
  kind: Type
words:
  buy: [B, S]
  sell: S
formats:
  decimal: ;
  thousands: .
  time: "%d.%m.%Y"
""")
    with pytest.raises(ColumnsRefused) as refused:
        read_column_map(path)
    assert str(refused.value).splitlines() == [
        "columns.yaml:1: rows: is 'fills'; one of deals, trades",
        "columns.yaml:2: zone: 'Mars/Olympus' is neither 'server' nor an IANA time zone",
        (
            "columns.yaml:3: colour: is not known; one of rows, platform, profit, costs, size, "
            "account, currency, zone, sheet, columns, words, formats"
        ),
        "columns.yaml:4: platform: is 'mt6'; one of mt4, mt5, ctrader, futures, exact",
        "columns.yaml:5: columns: side, lots, price missing; deals need them",
        (
            "columns.yaml:7: columns.size: is not known; one of time, symbol, side, lots, price, "
            "profit, id, position, kind, balance, comment, commission, swap, fee"
        ),
        "columns.yaml:8: columns.symbol: must be the heading of a column",
        "columns.yaml:10: words: trade is missing: the words of the column kind for a trade",
        "columns.yaml:12: words.sell: 's' already means buy",
        "columns.yaml:14: formats.decimal: is ';'; one of ., ,",
        "columns.yaml:16: formats.time: does not tell year, month, day, hour and minute",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "columns.yaml:1: the file is empty"),
        ("- a\n- b\n", "columns.yaml:1: a map of columns is a list of keys"),
        ("rows: [", "columns.yaml:1: this is no YAML"),
        ("rows: deals\n", "columns.yaml:1: columns: time, symbol, side, lots, price missing"),
        ("columns: 7\n", "columns.yaml:1: rows is missing"),
        ("formats: {time: soon}\n", "formats.time: must be a form such as"),
        ("formats: {time: '%d.%d.%Y %H:%M'}\n", "formats.time: is not a form of times: redefin"),
        ("formats: {time: '%Q'}\n", "formats.time: is not a form of times: 'Q' is a bad"),
        ("formats: {decimal: '.', thousands: '.'}\n", "are the same mark"),
        ("words: {skip: a}\n", "are words of a column kind"),
        ("words: {buy: [[a]]}\n", "words.buy: must be a text or a list of texts"),
        ("account: [1]\n", "account: must be a text"),
    ],
)
def test_a_file_that_is_no_map_of_columns_is_refused(tmp_path, text, said) -> None:
    path = tmp_path / "columns.yaml"
    path.write_text(text)
    with pytest.raises(Unreadable) as refused:
        read_column_map(path)
    assert said in str(refused.value)
    with pytest.raises(Unreadable, match=r"none.yaml: cannot be opened"):
        read_column_map(tmp_path / "none.yaml")
