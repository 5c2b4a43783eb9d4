"""Every format of quotes, in files made and real: its prices, its clock, its refusals."""

import gzip
import zipfile
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scripts import quote_formats

from propdesk.connectors.quotes import registry
from propdesk.connectors.quotes.source import QuoteSource, open_quotes
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Bar, Quote
from propdesk.domain.instants import DAY, MINUTE, SECOND, format_instant

D = Decimal
TICKS = "<DATE>\t<TIME>\t<BID>\t<ASK>\t<LAST>\t<VOLUME>\t<FLAGS>\r\n"
BARS = "<DATE>\t<TIME>\t<OPEN>\t<HIGH>\t<LOW>\t<CLOSE>\t<TICKVOL>\t<VOL>\t<SPREAD>\r\n"
TWO_BARS = (
    "2026.03.02\t10:00:00\t1.10000\t1.10050\t1.09990\t1.10020\t40\t0\t7\r\n"
    "2026.03.02\t10:01:00\t1.10020\t1.10030\t1.10010\t1.10010\t12\t0\t0\r\n"
)


def put(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def stream(path: Path, symbol: str = "EURUSD", zone: str | None = None) -> list[Quote | Bar]:
    return list(open_quotes([path], zone).stream(symbol))


def ticks(path: Path, zone: str | None = None) -> list[tuple[str, str, str]]:
    return [
        (format_instant(each.at), str(each.bid), str(each.ask))
        for each in stream(path, zone=zone)
        if isinstance(each, Quote)
    ]


# --- MetaTrader 5 --------------------------------------------------------------------------------


def test_an_empty_side_of_a_tick_of_metatrader_is_unchanged(tmp_path) -> None:
    rows = (
        "2026.03.02\t10:00:00.100\t1.10000\t\t\t\t2\r\n"  # the ask is not told yet
        "2026.03.02\t10:00:00.200\t\t1.10010\t\t\t4\r\n"
        "2026.03.02\t10:00:01.000\t1.09990\t\t\t\t2\r\n"
        "2026.03.02\t10:00:01.000\t\t\t1.1\t5\t24\r\n"  # a trade: both sides as they were
        "2026.03.02\t10:00:02\t1.10005\t1.10020\t\t\t6\r\n"
    )
    path = put(tmp_path / "EURUSD.pro_202603020000_202603032359.csv", TICKS + rows)
    # New York plus seven hours is UTC+2 until the eighth of March 2026.
    assert ticks(path) == [
        ("2026-03-02T08:00:00.200Z", "1.10000", "1.10010"),
        ("2026-03-02T08:00:01Z", "1.09990", "1.10010"),
        ("2026-03-02T08:00:01Z", "1.09990", "1.10010"),
        ("2026-03-02T08:00:02Z", "1.10005", "1.10020"),
    ]
    assert ticks(path, "UTC")[0][0] == "2026-03-02T10:00:00.200Z"
    wide = tmp_path / "wide" / path.name
    wide.parent.mkdir()
    wide.write_bytes((TICKS + rows).encode("utf-16"))
    assert ticks(wide) == ticks(path)


def test_bars_of_metatrader_tell_the_bid_and_the_least_the_ask_can_have_been(tmp_path) -> None:
    path = put(tmp_path / "EURUSD_M1.csv", BARS + TWO_BARS)
    assert open_quotes([path]).known("EURUSD") == "bid"
    first, second = stream(path)
    bid = [D(p) for p in ("1.10000", "1.10050", "1.09990", "1.10020")]
    ask = [D(p) for p in ("1.10007", "1.10057", "1.09997", "1.10027")]
    assert isinstance(second, Bar)
    assert first == Bar(1_772_438_400 * SECOND, "EURUSD", MINUTE, *bid, *ask)
    assert second.ask_low == second.bid_low == D("1.10010")
    bare = put(path, (BARS + TWO_BARS).replace("\t<SPREAD>", "").replace("\t7\r", "\r"))
    assert stream(bare)[0] == Bar(first.at, "EURUSD", MINUTE, *bid, *bid)


def test_days_of_metatrader_have_no_time(tmp_path) -> None:
    head = BARS.replace("\t<TIME>", "")
    rows = "".join(
        f"2026.03.{day:02}\t1.1\t1.2\t1.0\t1.1\t9\t0\t3\r\n" for day in (5, 6, 9, 10)
    )  # clocks go forward in between
    bars = stream(put(tmp_path / "EURUSD_Daily.csv", head + rows))
    assert [format_instant(bar.at) for bar in bars] == [
        "2026-03-04T22:00:00Z", "2026-03-05T22:00:00Z", "2026-03-08T21:00:00Z",
        "2026-03-09T21:00:00Z",
    ]  # fmt: skip
    assert {bar.span_us for bar in bars if isinstance(bar, Bar)} == {DAY}


# --- HistData ------------------------------------------------------------------------------------


def test_histdata_keeps_winter_time_all_the_year(tmp_path, shared: Path) -> None:
    winter = "20200102 170000065,1.121200,1.121720,0\n20200102 170010447,1.121200,1.121920,0\n"
    summer = winter.replace("202001", "202007")
    path = put(tmp_path / "DAT_ASCII_EURUSD_T_202001.csv", winter)
    assert ticks(path, "Europe/Prague") == [
        ("2020-01-02T22:00:00.065Z", "1.121200", "1.121720"),
        ("2020-01-02T22:00:10.447Z", "1.121200", "1.121920"),
    ]
    assert ticks(put(path, summer))[0][0] == "2020-07-02T22:00:00.065Z"
    real = open_quotes([shared / "ticks/nautilus_histdata_eurusd_20200101.csv.gz"])
    every = list(real.stream("EURUSD"))
    assert (len(every), format_instant(every[0].at)) == (9500, "2020-01-01T22:00:00.065Z")
    assert format_instant(every[-1].at) == "2020-01-02T04:00:52.125Z"


def test_minutes_of_histdata_tell_the_bid_alone(tmp_path) -> None:
    rows = "20120201 000000;1.306600;1.306650;1.306560;1.306560;0\n"
    path = tmp_path / "DAT_ASCII_EURUSD_M1_2012.zip"
    with zipfile.ZipFile(path, "w") as archive:  # as it comes, with a report of gaps
        archive.writestr("DAT_ASCII_EURUSD_M1_2012.csv", rows)
        archive.writestr("DAT_ASCII_EURUSD_M1_2012.txt", "no gaps")
    source = open_quotes([path])
    [bar] = source.stream("EURUSD")
    sides = [D(p) for p in ("1.306600", "1.306650", "1.306560", "1.306560")]
    assert bar == Bar(1_328_072_400 * SECOND, "EURUSD", MINUTE, *sides, *sides)
    assert (source.known("EURUSD"), source.has_bars()) == ("bid", True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("DAT_ASCII_EURUSD_M1_2012.csv", rows)
        archive.writestr("readme.txt", "another file")
    with pytest.raises(Unreadable, match="holds one file; this one holds 2"):
        open_quotes([path])


# --- tables of bars ------------------------------------------------------------------------------

OHLC = "timestamp,open,high,low,close\n"


def test_bars_of_bid_and_ask_in_two_files_are_one(tmp_path, shared: Path) -> None:
    folder = shared / "bars"
    source = open_quotes(sorted(folder.glob("nautilus_fxcm_usdjpy-m1-*.csv.gz")))
    bars = list(source.stream("USDJPY"))
    assert (len(bars), source.known("USDJPY")) == (28_761, "both")
    first = bars[0]
    assert isinstance(first, Bar)
    assert (format_instant(first.at), first.span_us) == ("2013-02-01T00:00:00Z", MINUTE)
    assert (first.bid_close, first.ask_close) == (D("91.653"), D("91.655"))
    # 2,144 of these bars are crossed: both sides are told as one span
    spans = [
        b for b in bars if isinstance(b, Bar) and (b.bid_low, b.bid_high) == (b.ask_low, b.ask_high)
    ]
    assert len(spans) >= 2144
    alone = open_quotes([folder / "nautilus_fxcm_usdjpy-m1-ask-2013.csv.gz"])
    assert alone.known("USDJPY") == "ask"


def test_bars_of_two_files_must_be_of_the_same_minutes(tmp_path) -> None:
    rows = [f"2026-03-02T10:0{n}:00Z,1.1,1.2,1.0,1.1\n" for n in range(4)]
    put(tmp_path / "eurusd-bid.csv", OHLC + "".join(rows))
    put(tmp_path / "eurusd-ask.csv", OHLC + "".join(rows[:2] + rows[3:]))
    with pytest.raises(Unreadable, match="only one has a bar at 2026-03-02T10:02:00Z"):
        stream(tmp_path)
    put(tmp_path / "eurusd-ask.csv", OHLC + "".join(rows[:3]))
    with pytest.raises(Unreadable, match="only one has a bar at 2026-03-02T10:03:00Z"):
        stream(tmp_path)
    put(tmp_path / "eurusd-ask.csv", OHLC + "".join(rows[::2]))
    with pytest.raises(Unreadable, match="the bars of bid and ask are not of one length"):
        stream(tmp_path)


BOTH = "time,symbol,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close\n"


def test_a_table_may_hold_both_sides_and_several_symbols(tmp_path) -> None:
    rows = "".join(
        f"2026-03-02T10:{n:02}:00Z,{symbol},1.1,1.3,1.0,1.2,1.2,1.4,1.1,1.3\n"
        for n in (0, 5, 10)
        for symbol in ("EURUSD", "GBPUSD.pro")
    )
    source = open_quotes([put(tmp_path / "bars.csv", BOTH + rows)])
    assert source.symbols == ("EURUSD", "GBPUSD")
    bars = list(source.stream("GBPUSD"))
    prices = [D(p) for p in ("1.1", "1.3", "1.0", "1.2", "1.2", "1.4", "1.1", "1.3")]
    assert bars[0] == Bar(1_772_445_600 * SECOND, "GBPUSD", 5 * MINUTE, *prices)
    assert (len(bars), source.known("GBPUSD")) == (3, "both")


# --- Parquet -------------------------------------------------------------------------------------

AT = [1_772_445_600_000_000, 1_772_445_601_500_000]


def parquet(path: Path, **columns: object) -> Path:
    pq.write_table(pa.table(columns), path)
    return path


def times(unit: str = "us", zone: str | None = "UTC") -> object:
    scale = {"ms": 1000, "us": 1, "ns": 1}[unit]
    made = [at // scale * (1000 if unit == "ns" else 1) for at in AT]
    return pa.array(made, pa.timestamp(unit, zone))


def exact(*prices: str) -> object:
    return pa.array([D(price) for price in prices], pa.decimal128(12, 5))


CSV = (
    "time,bid,ask\n2026-03-02T10:00:00Z,1.10000,1.10010\n2026-03-02T10:00:01.500Z,1.10005,1.10020\n"
)


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
def test_the_same_ticks_in_parquet_text_and_gzip_are_the_same(tmp_path, unit) -> None:
    columns = {"bid": exact("1.10000", "1.10005"), "ask": exact("1.10010", "1.10020")}
    path = parquet(tmp_path / "EURUSD.parquet", time=times(unit), **columns)
    plain = put(tmp_path / "EURUSD.csv", CSV)
    packed = tmp_path / "EURUSD.csv.gz"
    packed.write_bytes(gzip.compress(CSV.encode()))
    found = stream(path)
    assert found == stream(plain) == stream(packed)
    assert [str(each.bid) for each in found if isinstance(each, Quote)] == ["1.10000", "1.10005"]
    naive = parquet(tmp_path / "EURUSD.parquet", time=times(unit, None), **columns)
    assert stream(naive, zone="UTC") == found
    assert format_instant(stream(naive, zone="server")[0].at) == "2026-03-02T08:00:00Z"


def test_floats_of_parquet_are_taken_only_where_they_print_as_prices(tmp_path) -> None:
    path = tmp_path / "quotes.parquet"
    given = {"symbol": ["EURUSD", "EURUSD"], "time": times()}
    parquet(path, **given, bid=[1.1, 1.10005], ask=[1.1001, 1.1002])
    assert ticks(path) == [
        ("2026-03-02T10:00:00Z", "1.1", "1.1001"),
        ("2026-03-02T10:00:01.500Z", "1.10005", "1.1002"),
    ]
    parquet(path, **given, bid=[1.1, 1.1 * 3], ask=[1.2, 1.2])
    with pytest.raises(Unreadable, match=r"parquet:2: 3.3000000000000003 is a binary float of m"):
        stream(path)
    parquet(path, **{**given, "symbol": ["BLUE", "BLUE"]}, bid=[1.1, 1.1], ask=[1.2, 1.2])
    with pytest.raises(Unreadable, match=r"parquet:1: the prices of BLUE are binary floats"):
        stream(path)


def test_bars_of_parquet_are_read_like_those_of_a_table(tmp_path) -> None:
    names = BOTH.strip().split(",")[2:]
    sides = ("1.1", "1.3", "1.0", "1.2", "1.2", "1.4", "1.1", "1.3")
    columns = {name: exact(p, p) for name, p in zip(names, sides, strict=True)}
    minutes = pa.array([AT[0], AT[0] + MINUTE], pa.timestamp("us", "UTC"))
    path = parquet(tmp_path / "EURUSD.parquet", time=minutes, **columns)
    rows = "".join(
        f"2026-03-02T10:0{n}:00Z,EURUSD," + ",".join(f"{D(p):.5f}" for p in sides) + "\n"
        for n in (0, 1)
    )
    assert stream(path) == stream(put(tmp_path / "bars.csv", BOTH + rows))
    one_side = dict(zip(("open", "high", "low", "close"), list(columns.values())[:4], strict=True))
    named = parquet(tmp_path / "EURUSD-ask.parquet", time=minutes, **one_side)
    assert open_quotes([named]).known("EURUSD") == "ask"


@pytest.mark.parametrize(
    ("columns", "row", "said"),
    [
        ({"time": times()}, None, "its columns name neither bid and ask nor bars"),
        ({"bid": [1.1]}, None, "its columns name no time"),
        ({"time": [1, 2], "bid": [1, 1], "ask": [1, 1]}, None, "of type int64, not timestamps"),
        ({"time": times("us", None), "bid": [1, 1], "ask": [2, 2]}, None, "have no time zone"),
        ({"time": times(), "bid": [1, None], "ask": [2, 2]}, 2, "a cell is empty"),
        ({"time": times(), "bid": [1, -1], "ask": [2, 2]}, 2, "'-1' is not a price"),
        ({"time": pa.array([2**55, 2**55], pa.timestamp("us")), "bid": [1, 1], "ask": [2, 2]}, 1,
         "a time of no year"),
        ({"time": times(), "bid": [True, True], "ask": [2, 2]}, 1, "'True' is not a decimal"),
        ({"time": times(), "bid": [b"1", b"1"], "ask": [2, 2]}, 1, "is not a price"),
        ({"time": times(), "bid": exact("1", "1"), "ask": [float("nan"), 1.0]}, 1, "not a finite"),
        ({"time": pa.array(AT[::-1], pa.timestamp("us", "UTC")), "bid": [1, 1], "ask": [2, 2]}, 2,
         "time goes backwards"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_parquet_is_refused(tmp_path, columns, row, said) -> None:
    if "bid" in columns and "open" not in columns and "ask" not in columns:
        columns = {**columns, "ask": [1.2]}
    path = parquet(tmp_path / "EURUSD-ask.parquet", **columns)
    with pytest.raises(Unreadable) as refused:
        stream(path, zone="server" if said.startswith("a time") else None)
    assert (refused.value.file, refused.value.row) == (path.name, row)
    assert said in refused.value.reason


def test_a_parquet_file_cut_off_or_too_large_is_refused(tmp_path, monkeypatch) -> None:
    path = parquet(tmp_path / "EURUSD.parquet", time=times(), bid=[1.1, 1.1], ask=[1.2, 1.2])
    monkeypatch.setattr("propdesk.connectors.quotes.formats.parquet.UNPACKED_BYTES_MAX", 100)
    with pytest.raises(Unreadable, match="unpacks to more than 100 bytes"):
        stream(path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(Unreadable, match="no Parquet file that can be read"):
        stream(path)


# --- what is wrong with text ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "row", "said"),
    [
        ("EURUSD.csv", TICKS, None, "the table holds no quotes"),
        ("EURUSD.csv", TICKS + "2026.03.02\t10:00:00\t1.1\t\t\t\t2", None, "holds no quotes"),
        ("EURUSD.csv", TICKS + "2026.02.30\t10:00:00\t1\t2", 2, "'2026.02.30' is not a date"),
        ("EURUSD.csv", TICKS + "2026.03.02\t25:00:00\t1\t2", 2, "'25:00:00' is not a time of day"),
        ("EURUSD.csv", TICKS + "2026.03.02\tnoon\t1\t2", 2, "'noon' is not a time of day"),
        ("EURUSD.csv", TICKS + "2026.03.02\t10:00:00", 2, "the row has too few columns"),
        ("EURUSD.csv", TICKS + "2026.03.02\t10:00:00\t0\t2", 2, "'0' is not a price"),
        ("EURUSD.csv", TICKS + "0001.01.01\t00:00:00\t1\t2", 2, "in which anybody traded"),
        ("EURUSD.csv", TICKS + "9999.12.31\t23:00:00\t1\t2", 2, "in which anybody traded"),
        ("EURUSD.csv", "time,bid,ask\n0001-01-01T00:00:00Z,1,2", 2, "the year 1 is not one of"),
        ("EURUSD.csv", "99991231 230000000,1,2,0", 1, "in which anybody traded"),
        ("ticks.csv", TICKS, None, "the file names no symbol"),
        ("EURUSD-GBPUSD.csv", TICKS, None, "the file names no symbol"),
        ("EURUSD.csv", BARS + TWO_BARS.splitlines()[0], None, "one bar alone"),
        ("EURUSD.csv", BARS + TWO_BARS.replace("\t7\r", "\t-7\r"), 2, "'-7' is not a spread"),
        ("EURUSD.csv", BARS + TWO_BARS.replace("1.10050", "1.1005"), 2, "different numbers of dec"),
        ("EURUSD.csv", BARS + TWO_BARS.replace("1.10050", "1.10010"), 2, "does not hold its own"),
        ("EURUSD.csv", BARS + TWO_BARS.replace("10:01", "09:01"), 3, "time goes backwards"),
        ("EURUSD.csv", "20200101 170000065,1.1,\n", 1, "'' is not a decimal number"),
        ("EURUSD.csv", "20200101 170000065,1.1,1.2\n20200101 17,1,2", 2, "'17' is not a time"),
        ("EURUSD.csv", "20120201 000000;1;2;0.5\n", 1, "these are no quotes that are read"),
        ("EURUSD.csv", "20120201 000000;1;2;0.5;3;0\n", 1, "does not hold its own open and close"),
        ("EURUSD.csv", OHLC + "2026-03-02T10:00:00Z,1,2,1,2\n", 1, "say in the file's name which"),
        ("bid-ask-EURUSD.csv", OHLC + "2026-03-02T10:00:00Z,1,2,1,2\n", 1, "the file's name which"),
        ("EURUSD-bid.csv", BOTH[:BOTH.index(",ask_open")] + "\n1", 1, "only in part"),
        ("EURUSD-bid.csv", OHLC + "2026-03-02T10:00:00,1,2,1,2\n", 2, "has no time zone"),
        ("x-bid.csv", OHLC + "2026-03-02T10:00:00Z,1,2,1,2\n", 2, "names a symbol"),
        ("EURUSD-bid.csv", OHLC + "2026-03-02T10:00:00Z,1,2,1,2\n2026-03-02T10:02:00Z,1,2,1,2\n"
         "2026-03-02T10:05:00Z,1,2,1,2\n", None, "no bars of one length"),
    ],
)  # fmt: skip
def test_a_wrong_file_of_text_is_refused(tmp_path, name, text, row, said) -> None:
    with pytest.raises(Unreadable) as refused:
        stream(put(tmp_path / name, text))
    assert (refused.value.file, refused.value.row) == (name, row)
    assert said in refused.value.reason


# --- all of them ---------------------------------------------------------------------------------


def test_every_real_file_of_quotes_is_read(shared: Path) -> None:
    files = [
        path
        for folder in ("ticks", "bars")
        for path in sorted((shared / folder).rglob("*"))
        if path.is_file() and path.suffix != ".md"
    ]
    assert len(files) >= 40
    for path in files:
        source: QuoteSource = open_quotes([path])
        [symbol] = source.symbols
        assert next(source.stream(symbol)).symbol == symbol


def test_a_file_that_two_formats_know_is_refused(tmp_path, monkeypatch) -> None:
    one, *_ = registry.all_formats()
    monkeypatch.setattr(registry, "all_formats", lambda: (one, one))
    path = put(tmp_path / "EURUSD-bid.csv", OHLC)
    with pytest.raises(Unreadable, match="more than one format knows this file: bar_table, bar_ta"):
        open_quotes([path])


def test_the_reference_says_what_the_formats_say() -> None:
    assert quote_formats.PAGE.read_text() == quote_formats.page(), (
        "run python scripts/quote_formats.py"
    )
