"""Quotes of real and made-up files: every tick, in order, at its moment, in one name."""

import gzip
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.connectors.quotes.source import open_quotes
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import Bar, Quote
from propdesk.domain.instants import HOUR, MINUTE, SECOND, format_instant, parse_instant

D = Decimal


def lean(path: Path, text: str, member: str = "20140502_eurusd_tick_quote.csv") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, text)
    return path


def moments(path: Path, symbol: str = "EURUSD", zone: str | None = None) -> list[str]:
    return [format_instant(quote.at) for quote in open_quotes([path], zone).stream(symbol)]


def test_the_payrolls_spike_is_there_to_the_tick(shared: Path) -> None:
    source = open_quotes([shared / "ticks/lean_oanda_eurusd/20140502_quote.zip"])
    assert source.symbols == ("EURUSD",)
    since = parse_instant("2014-05-02T12:29:59Z")
    quotes = list(source.stream("EURUSD", since - 5 * MINUTE, since + 7 * SECOND))
    mids = [(quote.bid + quote.ask) / 2 for quote in quotes if isinstance(quote, Quote)]
    spreads = [quote.ask - quote.bid for quote in quotes if isinstance(quote, Quote)]
    assert max(mids) - min(mids) > D("0.0030")
    assert min(spreads) < D("0.0004") < D("0.0010") < max(spreads)


@pytest.mark.parametrize(
    ("folder", "symbol", "count", "first"),
    [
        ("lean_oanda_eurusd", "EURUSD", 144_725, "2014-05-01T00:00:00.292Z"),
        # Local midnight of fixed UTC-05:00 is 05:00 UTC, in summer too.
        ("lean_fxcm_eurusd", "EURUSD", 104_431, "2014-05-02T05:00:00.611Z"),
        # 43.142 ms after midnight: the float's microseconds are kept.
        ("lean_oanda_xauusd", "XAUUSD", 752_404, "2014-05-01T00:00:00.043142Z"),
    ],
)
def test_a_folder_of_days_is_one_stream(shared: Path, folder, symbol, count, first) -> None:
    source = open_quotes([shared / "ticks" / folder])
    earliest = next(source.stream(symbol))
    assert (source.symbols, format_instant(earliest.at)) == ((symbol,), first)
    latest, found = 0, 0
    for quote in source.stream(symbol):
        assert quote.at >= latest
        latest, found = quote.at, found + 1
    assert found == count


@pytest.mark.parametrize(
    ("path", "symbol", "bars"),
    [
        ("bars/lean_oanda_m1_eurusd/20140501_quote.zip", "EURUSD", True),
        ("bars/lean_crypto/cryptofuture_binance_minute_btcusd_20221213_quote.zip", "BTCUSD", True),
        ("ticks/nautilus_truefx_usdjpy-ticks.csv", "USDJPY", False),
    ],
)
def test_bars_and_tables_are_told_by_their_content(shared: Path, path, symbol, bars) -> None:
    source = open_quotes([shared / path])
    assert (source.symbols, source.has_bars()) == ((symbol,), bars)
    first = next(source.stream(symbol))
    assert isinstance(first, Bar if bars else Quote)


def test_a_bar_keeps_its_extremes(tmp_path: Path) -> None:
    row = "60000,1.10,1.14,1.09,1.12,0,1.11,1.15,1.10,1.13,0"
    path = lean(tmp_path / "q.zip", row, "20140502_eurusd_minute_quote.csv")
    [bar] = open_quotes([path]).stream("EURUSD")
    prices = [D(p) for p in ("1.10", "1.14", "1.09", "1.12", "1.11", "1.15", "1.10", "1.13")]
    start = parse_instant("2014-05-02T00:01:00Z")
    assert bar == Bar(start, "EURUSD", MINUTE, *prices)


def test_the_named_zone_goes_before_the_brokers(tmp_path: Path) -> None:
    path = lean(tmp_path / "fxcm/tick/q.zip", "0,1.1,1.2")
    assert moments(path) == ["2014-05-02T05:00:00Z"]
    assert moments(path, zone="server") == ["2014-05-01T21:00:00Z"]
    with pytest.raises(Unreadable, match="neither 'server' nor an IANA"):
        open_quotes([path], "Mars/Olympus")


@pytest.mark.parametrize(
    ("rows", "row", "said"),
    [
        ("0,1.1,1.2\n0,1.1", 2, "a tick has 3 columns, not 2"),
        ("1000,1.1,1.2\n999,1.1,1.2", 2, "time goes backwards"),
        ("-5,1.1,1.2", 1, "not a number of milliseconds"),
        ("90000000,1.1,1.2", 1, "more than a day"),
        ("0,NaN,1.2", 1, "not a finite number"),
        ("0,1.1,1e400", 1, "outside what an amount or a price may be"),
        ("0,0,1.2", 1, "'0' is not a price"),
        ("0,-1,1.2", 1, "'-1' is not a price"),
        ("x" * 3_000_000, None, "a line is longer than"),
    ],
)
def test_a_wrong_row_of_ticks_is_refused(tmp_path: Path, rows, row, said) -> None:
    path = tmp_path / "q.zip"
    with zipfile.ZipFile(path, "w") as archive:  # stored: a packed run of one letter is a bomb
        archive.writestr("20140502_eurusd_tick_quote.csv", rows)
    with pytest.raises(Unreadable, match=said) as refused:
        list(open_quotes([path]).stream("EURUSD"))
    assert (refused.value.file, refused.value.row) == ("q.zip", row)


def table(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "head", "row"),
    [
        ("any.csv", "time,symbol,bid,ask", "{t},EURUSD,1.1,1.2"),
        ("any.csv", "Symbol;Timestamp;Ask;Bid", "EURUSD;{t};1.2;1.1"),
        ("any.csv", "time\tinstrument\tbid\task", "{t}\teurusd.pro\t1.1\t1.2"),
        ("eurusd-2026.csv", "time,bid,ask,volume", "{t},1.1,1.2,7"),
        ("any.csv", "\ufefftime,symbol,bid,ask", "{t},EURUSD,1.1,1.2"),
    ],
)
def test_a_table_names_its_columns_in_any_order(tmp_path: Path, name, head, row) -> None:
    path = table(tmp_path / name, f"{head}\r\n{row.format(t='2026-03-02T10:00:00Z')}\r\n\r\n")
    at = parse_instant("2026-03-02T10:00:00Z")
    expected = [Quote(at, "EURUSD", D("1.1"), D("1.2"))]
    assert list(open_quotes([path]).stream("EURUSD")) == expected


@pytest.mark.parametrize(
    ("name", "text", "row", "said"),
    [
        ("EURUSD.csv", "bid,ask\n1,2", 1, "these are no quotes that are read: table of bars"),
        ("EURUSD.csv", "time,bid,ask,bid\n1,2,3,4", 1, "these are no quotes that are read"),
        ("EURUSD.csv", "", None, "the file is empty"),
        ("EURUSD.csv", "time,bid,ask\n", None, "holds no quotes"),
        ("EURUSD.csv", "time,bid,ask\n2026-03-02T10:00:00,1,2", 2, "has no time zone"),
        ("EURUSD.csv", "time,bid,ask\n2026-03-02T10:00:00Z,1", 2, "too few columns"),
        ("EURUSD.csv", "time,bid,ask\n2026-03-02T10:00:00Z,NaN,2", 2, "not a finite number"),
        ("EURUSD.csv", "time,bid,ask\n2026-03-02T10:00:01Z,1,2\n2026-03-02T10:00:00Z,1,2", 3,
         "time goes backwards"),
        ("quotes.csv", "time,bid,ask\n2026-03-02T10:00:00Z,1,2", 2, "names a symbol"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_refused(tmp_path: Path, name, text, row, said) -> None:
    with pytest.raises(Unreadable, match=said) as refused:
        open_quotes([table(tmp_path / name, text)])
    assert refused.value.row == row


def test_times_without_a_zone_are_read_on_the_named_clock(tmp_path: Path) -> None:
    path = table(tmp_path / "EURUSD.csv", "time,bid,ask\n2026-03-02 10:00:00,1.1,1.2\n")
    assert moments(path, zone="server") == ["2026-03-02T08:00:00Z"]


def test_a_packed_table_reads_like_a_plain_one(tmp_path: Path) -> None:
    path = tmp_path / "EURUSD.csv.gz"
    path.write_bytes(gzip.compress(b"time,bid,ask\n2026-03-02T10:00:00Z,1.1,1.2\n"))
    assert moments(path) == ["2026-03-02T10:00:00Z"]


def test_two_brokers_of_one_symbol_are_not_mixed(tmp_path: Path) -> None:
    one = lean(tmp_path / "one.zip", "1000,1.1,1.2\n5000,1.1,1.2")
    other = lean(tmp_path / "other.zip", "2000,1.1,1.2")
    with pytest.raises(Unreadable, match="overlaps with another file of EURUSD quotes"):
        list(open_quotes([one, other]).stream("EURUSD"))


def test_only_the_asked_span_is_read(tmp_path: Path) -> None:
    rows = "\n".join(f"{hour * 3_600_000},1.1,1.2" for hour in range(24))
    source = open_quotes([lean(tmp_path / "q.zip", rows)])
    midnight = parse_instant("2014-05-02T00:00:00Z")
    asked = source.stream("EURUSD", midnight + 3 * HOUR, midnight + 5 * HOUR)
    assert [(quote.at - midnight) // HOUR for quote in asked] == [3, 4, 5]
