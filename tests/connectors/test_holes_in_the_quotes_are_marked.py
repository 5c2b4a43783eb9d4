"""A history and its quotes as one log: order, and every hole that matters, no other."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from propdesk.connectors.history import History, read_history
from propdesk.connectors.market_hours import hours_of, moment_after, open_time
from propdesk.connectors.merging import merge
from propdesk.connectors.quotes.source import open_quotes
from propdesk.connectors.symbols import built_in_catalogue
from propdesk.domain.events import AccountOpened, Deal, Event, GapClosed, GapOpened, Quote
from propdesk.domain.instants import HOUR, MINUTE, SECOND, format_instant, parse_instant
from propdesk.wire.event_file import write_event
from propdesk.wire.markets import markets

MONDAY = "2026-03-02T"


def at(clock: str) -> int:
    """``"10:00"`` of the Monday, or a whole ISO time without its Z."""
    return parse_instant((clock if "T" in clock else MONDAY + clock) + "Z")


def history(*deals: tuple[str, str, str], currency: str = "USD", symbol: str = "EURUSD") -> History:
    """Deals as (time, position, entry) of an account opened at 08:00."""
    start = min([at("09:00"), *(at(clock) for clock, _, _ in deals)]) - HOUR
    lines = [write_event(AccountOpened("A", start, currency, Decimal(100_000)))]
    for number, (clock, position, entry) in enumerate(deals):
        side = "buy" if entry == "in" else "sell"
        lines.append(
            f'{{"type":"deal","account":"A","id":"D{number}","position":"{position}",'
            f'"at":"{format_instant(at(clock))}","symbol":"{symbol}","side":"{side}",'
            f'"entry":"{entry}","lots":"1","price":"1.1"}}'
        )
    return read_history("\n".join(lines).encode(), "given.jsonl")


def quotes(folder: Path, *clocks: str, symbol: str = "EURUSD") -> Path:
    rows = "".join(f"{format_instant(at(clock))},1.1,1.2\n" for clock in clocks)
    path = folder / f"{symbol}.csv"
    path.write_text("time,bid,ask\n" + rows, encoding="utf-8")
    return path


def every(minutes: int, since: str, until: str) -> list[str]:
    start, end = at(since), at(until)
    return [format_instant(moment)[:-1] for moment in range(start, end + 1, minutes * MINUTE)]


def told(events: list[Event]) -> list[str]:
    """Gaps in words: ``"10:00 EURUSD? silence"`` opens, ``"10:20 EURUSD!"`` closes."""
    found = []
    for event in events:
        clock = format_instant(event.at)[11:16]
        if isinstance(event, GapOpened):
            found.append(f"{clock} {event.symbol}? {event.reason}")
        elif isinstance(event, GapClosed):
            found.append(f"{clock} {event.symbol}!")
    return found


LONG = [("10:00", "P", "in"), ("12:00", "P", "out")]


@pytest.mark.parametrize(
    ("deals", "clocks", "gaps"),
    [
        (LONG, every(5, "09:00", "13:00"), []),
        # a ten-minute hole
        (LONG, [*every(5, "09:00", "11:00"), *every(5, "11:10", "13:00")],
         ["11:00 EURUSD? silence", "11:10 EURUSD!"]),
        # exactly as long as is allowed, and a second more
        (LONG, [*every(5, "09:00", "11:00"), "11:05:00", "11:10:00", *every(5, "11:15", "13:00")],
         []),
        (LONG, [*every(5, "09:00", "11:00"), "11:05:01", "11:10:00", *every(5, "11:15", "13:00")],
         ["11:00 EURUSD? silence", "11:05 EURUSD!"]),
        # nothing is open in the hole
        (LONG, [*every(5, "09:00", "09:30"), *every(5, "09:55", "12:00"), "14:00"], []),
        # the position opens inside the hole, or closes inside it
        (LONG, [*every(5, "09:00", "09:50"), *every(5, "10:20", "12:00")],
         ["10:00 EURUSD? silence", "10:20 EURUSD!"]),
        (LONG, [*every(5, "09:00", "11:40"), *every(5, "12:30", "13:00")],
         ["11:40 EURUSD? silence", "12:00 EURUSD!"]),
        # quotes begin after the position, or end before it does
        (LONG, every(5, "10:30", "13:00"), ["10:00 EURUSD? no quotes yet", "10:30 EURUSD!"]),
        (LONG, every(5, "09:00", "11:00"), ["11:05 EURUSD? quotes end", "12:00 EURUSD!"]),
        # the last quote is still fresh when the position closes
        (LONG, every(5, "09:00", "11:55"), []),
        # no quotes of the symbol before, in or after
        (LONG, [], ["10:00 EURUSD? no quotes yet", "12:00 EURUSD!"]),
        # still open at the end of the log
        (LONG[:1], every(5, "09:00", "11:00"), []),
        (LONG[:1], [*every(5, "09:00", "11:00"), *every(5, "11:30", "12:00")],
         ["11:00 EURUSD? silence", "11:30 EURUSD!"]),
        # a second position keeps the symbol needed
        ([LONG[0], ("10:30", "Q", "in"), LONG[1], ("13:00", "Q", "out")],
         [*every(5, "09:00", "11:55"), *every(5, "12:30", "13:00")],
         ["11:55 EURUSD? silence", "12:30 EURUSD!"]),
    ],
)  # fmt: skip
def test_a_hole_is_marked_while_a_position_needs_the_symbol(
    tmp_path: Path, deals, clocks, gaps
) -> None:
    source = open_quotes([quotes(tmp_path, *clocks)] if clocks else [])
    events = list(merge(history(*deals), source))
    assert told(events) == gaps
    assert [event.at for event in events] == sorted(event.at for event in events)


def test_a_deal_goes_before_the_quotes_of_its_moment(tmp_path: Path) -> None:
    source = open_quotes([quotes(tmp_path, *every(5, "09:00", "12:00"))])
    events = list(merge(history(*LONG), source))
    same = [type(event).__name__ for event in events if event.at == at("10:00")]
    assert same == ["Deal", "Quote"]


def test_a_symbol_that_converts_the_profit_is_needed_too(tmp_path: Path) -> None:
    crossing = history(*LONG, symbol="EURGBP")
    own = quotes(tmp_path, *every(5, "09:00", "13:00"), symbol="EURGBP")
    assert told(list(merge(crossing, open_quotes([own])))) == [
        "10:00 GBPUSD? no quotes yet",
        "12:00 GBPUSD!",
    ]
    rate = quotes(tmp_path, *every(5, "09:00", "13:00"), symbol="GBPUSD")
    assert told(list(merge(crossing, open_quotes([own, rate])))) == []


def test_quotes_nobody_needs_are_left_out(tmp_path: Path) -> None:
    needed = quotes(tmp_path, *every(5, "07:00", "12:00"))
    other = quotes(tmp_path, *every(5, "07:00", "12:00"), symbol="NZDUSD")
    events = list(merge(history(*LONG), open_quotes([needed, other])))
    prices = [event for event in events if isinstance(event, Quote)]
    assert {price.symbol for price in prices} == {"EURUSD"}
    assert min(price.at for price in prices) == at("08:00")


def test_quotes_of_several_symbols_are_joined_by_time(tmp_path: Path) -> None:
    crossing = history(*LONG, symbol="EURGBP")
    files = [
        quotes(tmp_path, *every(3, "09:00", "13:00"), symbol="EURGBP"),
        quotes(tmp_path, *every(2, "09:00", "13:00"), symbol="GBPUSD"),
    ]
    moments = [event.at for event in merge(crossing, open_quotes(files))]
    assert moments == sorted(moments)


@pytest.mark.parametrize("symbol", ["EURUSD", "XAUUSD"])
def test_a_real_weekend_is_no_hole(shared: Path, symbol: str) -> None:
    folder = shared / f"ticks/lean_oanda_{symbol.lower()}"
    source = open_quotes([folder / f"2014050{day}_quote.zip" for day in (2, 4)])
    held = history(
        ("2014-05-02T20:30:00", "P", "in"), ("2014-05-04T23:00:00", "P", "out"), symbol=symbol
    )
    events = list(merge(held, source))
    assert told(events) == []
    quotes_of = {format_instant(e.at)[:10] for e in events if isinstance(e, Quote)}
    assert quotes_of == {"2014-05-02", "2014-05-04"}


def test_a_real_weekend_is_one_hole_where_markets_never_rest(shared: Path) -> None:
    crypto = history(
        ("2014-05-02T20:30:00", "P", "in"), ("2014-05-04T23:00:00", "P", "out"), symbol="EURUSD"
    )
    source = open_quotes([shared / f"ticks/lean_oanda_eurusd/2014050{d}_quote.zip" for d in (2, 4)])
    known = built_in_catalogue()
    coin = replace(known.get("EURUSD"), asset_class="crypto")
    events = list(merge(crypto, source, catalogue=known.with_overrides([coin])))
    assert [gap.partition(" ")[2] for gap in told(events)] == ["EURUSD? silence", "EURUSD!"]


def test_quotes_an_event_file_brings_itself_count() -> None:
    opened = AccountOpened("A", at("08:00"), "USD", Decimal(1))
    quote = Quote(at("09:00"), "EURUSD", Decimal("1.1"), Decimal("1.2"))
    deal = Deal("A", at("09:01"), "1", "P", "EURUSD", "buy", "in", Decimal(1), Decimal("1.1"))
    lines = "\n".join(write_event(event) for event in (opened, quote, deal))
    own = read_history(lines.encode(), "x.jsonl")
    assert [type(event).__name__ for event in merge(own, open_quotes([]))] == [
        "AccountOpened",
        "Quote",
        "Deal",
    ]


@pytest.mark.parametrize(
    ("hours", "since", "until", "hours_open"),
    [
        # New York is at UTC-5 in the first week of March 2026: the close is at 22:00 UTC.
        ("forex", "2026-03-03T10:00:00", "2026-03-03T12:00:00", 2),
        ("forex", "2026-03-03T21:00:00", "2026-03-04T00:00:00", 3),
        ("metals", "2026-03-03T21:00:00", "2026-03-04T00:00:00", 2),
        ("forex", "2026-03-06T21:00:00", "2026-03-06T23:00:00", 1),
        # That Sunday the clocks go forward: the market opens at 21:00 UTC.
        ("forex", "2026-03-06T22:00:00", "2026-03-08T21:00:00", 0),
        ("forex", "2026-03-06T22:00:00", "2026-03-08T22:00:00", 1),
        ("metals", "2026-03-06T22:00:00", "2026-03-08T22:00:00", 0),
        ("metals", "2026-03-06T22:00:00", "2026-03-08T23:00:00", 1),
        ("crypto", "2026-03-06T22:00:00", "2026-03-08T22:00:00", 48),
        ("forex", "2025-12-24T22:00:00", "2025-12-25T22:00:00", 0),
        ("forex", "2025-12-24T21:00:00", "2025-12-25T23:00:00", 2),
        ("forex", "2026-03-03T12:00:00", "2026-03-03T10:00:00", 0),
    ],
)
def test_when_a_market_is_open(hours: str, since: str, until: str, hours_open: int) -> None:
    assert open_time(markets()[hours].hours, at(since), at(until)) == hours_open * HOUR


@pytest.mark.parametrize(
    ("hours", "since", "after"),
    [
        ("forex", "2026-03-03T10:00:00", "2026-03-03T10:05:00"),
        ("forex", "2026-03-06T21:58:00", "2026-03-08T21:03:00"),
        ("metals", "2026-03-06T21:58:00", "2026-03-08T22:03:00"),
        ("crypto", "2026-03-06T21:58:00", "2026-03-06T22:03:00"),
    ],
)
def test_five_open_minutes_later(hours: str, since: str, after: str) -> None:
    assert (
        format_instant(moment_after(markets()[hours].hours, at(since), 5 * MINUTE)) == after + "Z"
    )


def test_open_time_adds_up_over_any_split() -> None:
    start = datetime(2026, 2, 27)  # noqa: DTZ001 - only a list of moments is made of it
    stamps = [
        at((start + timedelta(hours=7 * step)).isoformat(timespec="seconds")) for step in range(60)
    ]
    for hours in (markets()["forex"].hours, markets()["metals"].hours):
        parts = sum(open_time(hours, one, other) for one, other in pairwise(stamps))
        assert parts == open_time(hours, stamps[0], stamps[-1])
        assert 0 < parts < stamps[-1] - stamps[0] - SECOND


@pytest.mark.parametrize(
    ("symbol", "market"),
    [
        ("ESZ5", "cme_equities"), ("GER40", "german_index"), ("EURUSD", "forex"),
        ("XAUXYZ", "metals"), ("UNKNOWN", "forex"), ("BTCUSD", "crypto"),
    ],
)  # fmt: skip
def test_silence_is_judged_by_the_hours_of_the_instruments_market(symbol: str, market: str) -> None:
    assert hours_of(symbol, built_in_catalogue()) == markets()[market].hours
