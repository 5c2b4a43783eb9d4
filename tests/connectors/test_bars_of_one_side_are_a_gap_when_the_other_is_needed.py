"""Bars of the bid or the ask alone: enough while only that side is needed, a gap otherwise."""

from pathlib import Path

import pytest

from propdesk.connectors.history import History, read_history
from propdesk.connectors.merging import merge
from propdesk.connectors.quotes.source import open_quotes
from propdesk.domain.events import Bar, Event, GapClosed, GapOpened
from propdesk.domain.instants import format_instant

DEAL = (
    '{{"type":"deal","account":"A","id":"D{n}","position":"{position}","at":"2026-03-02T{at}:00Z",'
    '"symbol":"{symbol}","side":"{side}","entry":"{entry}","lots":"{lots}","price":"1.1"}}'
)


def history(*deals: str, currency: str = "USD", netting: bool = False) -> History:
    """Deals as ``"10:00 P buy in"``, one lot of EURUSD unless size and symbol follow."""
    lines = [
        (
            '{"type":"account_opened","account":"A","at":"2026-03-02T08:00:00Z","currency":"'
            f'{currency}","balance":"100000","netting":{str(netting).lower()}}}'
        )
    ]
    for n, told in enumerate(deals):
        clock, position, side, entry, *rest = told.split()
        lots, symbol = rest[0] if rest else "1", rest[1] if len(rest) > 1 else "EURUSD"
        lines.append(
            DEAL.format(
                n=n, at=clock, position=position, side=side, entry=entry, lots=lots, symbol=symbol
            )
        )
    return read_history("\n".join(lines).encode(), "given.jsonl")


def bars(folder: Path, side: str, symbol: str = "EURUSD") -> Path:
    rows = "".join(
        f"2026-03-02T{hour:02}:{minute:02}:00Z,1.1,1.2,1.0,1.1\n"
        for hour in range(9, 14)
        for minute in range(60)
    )
    path = folder / f"{symbol}-{side}.csv"
    path.write_text("time,open,high,low,close\n" + rows)
    return path


def told(events: list[Event]) -> list[str]:
    found = []
    for event in events:
        clock = format_instant(event.at)[11:16]
        if isinstance(event, GapOpened):
            found.append(f"{clock} {event.symbol}? {event.reason}")
        elif isinstance(event, GapClosed):
            found.append(f"{clock} {event.symbol}!")
    return found


ONLY_BID, ONLY_ASK = "the quotes tell only the bid", "the quotes tell only the ask"


@pytest.mark.parametrize(
    ("side", "deals", "gaps"),
    [
        ("bid", ["10:00 P buy in", "12:00 P sell out"], []),
        ("ask", ["10:00 P sell in", "12:00 P buy out"], []),
        ("bid", ["10:00 P sell in", "12:00 P buy out"],
         [f"10:00 EURUSD? {ONLY_BID}", "12:00 EURUSD!"]),
        ("ask", ["10:00 P buy in", "12:00 P sell out"],
         [f"10:00 EURUSD? {ONLY_ASK}", "12:00 EURUSD!"]),
        # a hedge needs both sides for as long as it lasts
        ("bid", ["10:00 P buy in", "10:30 Q sell in", "11:00 Q buy out", "12:00 P sell out"],
         [f"10:30 EURUSD? {ONLY_BID}", "11:00 EURUSD!"]),
        ("bid", ["10:00 Q sell in", "10:30 P buy in", "11:00 Q buy out", "12:00 P sell out"],
         [f"10:00 EURUSD? {ONLY_BID}", "11:00 EURUSD!"]),
        # a part of a short closed leaves the gap open
        ("bid", ["10:00 P sell in 2", "11:00 P buy out 1", "12:00 P buy out 1"],
         [f"10:00 EURUSD? {ONLY_BID}", "12:00 EURUSD!"]),
        # opened after the last bar: there the quotes' end is the hole, and no second one
        ("bid", ["10:00 P sell in", "15:00 P buy out"],
         [f"10:00 EURUSD? {ONLY_BID}", "15:00 EURUSD!"]),
        ("bid", ["14:30 P sell in", "15:00 P buy out"],
         [f"14:30 EURUSD? {ONLY_BID}", "15:00 EURUSD!"]),
        ("bid", ["10:00 P sell in", "14:30 Q buy in", "14:40 P buy out", "15:00 Q sell out"],
         [f"10:00 EURUSD? {ONLY_BID}", "15:00 EURUSD!"]),
    ],
)  # fmt: skip
def test_the_other_side_is_a_gap_while_it_is_needed(tmp_path, side, deals, gaps) -> None:
    events = list(merge(history(*deals), open_quotes([bars(tmp_path, side)])))
    assert told(events) == gaps


def test_a_position_turned_round_needs_the_other_side(tmp_path) -> None:
    turned = history("10:00 P buy in", "11:00 P sell inout 2", "12:00 P buy out", netting=True)
    events = list(merge(turned, open_quotes([bars(tmp_path, "bid")])))
    assert told(events) == [f"11:00 EURUSD? {ONLY_BID}", "12:00 EURUSD!"]


def test_no_price_of_one_side_passes_while_the_other_is_needed(tmp_path) -> None:
    short = history("10:00 P sell in", "12:00 P buy out")
    events = list(merge(short, open_quotes([bars(tmp_path, "bid")])))
    clocks = [format_instant(event.at)[11:16] for event in events if isinstance(event, Bar)]
    assert len(clocks) == 180
    assert not [clock for clock in clocks if "10:00" <= clock < "12:00"]


def test_both_sides_are_needed_to_convert(tmp_path) -> None:
    both = [bars(tmp_path, side, "EURGBP") for side in ("bid", "ask")]
    held = history("10:00 P buy in 1 EURGBP", "12:00 P sell out 1 EURGBP")
    rate = bars(tmp_path, "bid", "GBPUSD")
    assert told(list(merge(held, open_quotes([*both, rate])))) == [
        f"10:00 GBPUSD? {ONLY_BID}",
        "12:00 GBPUSD!",
    ]
    other = bars(tmp_path, "ask", "GBPUSD")
    assert told(list(merge(held, open_quotes([*both, rate, other])))) == []
    # a yen pair in dollars converts at its own closing price
    yen = history("10:00 P buy in 1 USDJPY", "12:00 P sell out 1 USDJPY")
    assert told(list(merge(yen, open_quotes([bars(tmp_path, "bid", "USDJPY")])))) == []
