"""The history an MQL5 signal's page exports, of MetaTrader 4 and 5, read as one account."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from propdesk.connectors.history import new_events, read_history
from propdesk.connectors.refusal import Unreadable
from propdesk.domain.events import BalanceAdjusted, Deal, Event, OrderSeen
from propdesk.domain.exact import ZERO

MQL5_SIGNAL = """\
Time;Type;Volume;Symbol;Price;Volume;Time;Price;Commission;Swap;Profit
2026.03.03 09:00:00;Sell;0.10;XAUUSD;4 320.50;0.10;2026.03.03 10:00:00;4 310.50;-0.16999999999999998;-1.20;100.00
2026.03.02 10:00:00;Buy;0.01;XAUUSD;4300.00;0.01;2026.03.02 11:00:00;4295.00;-0.18;;-5.00
2026.03.01 22:00:00;Balance;;;;;;;;;500
"""  # noqa: E501 - rows as the page writes them
MQL4_SIGNAL = """\
Time;Type;Volume;Symbol;Price;S/L;T/P;Time;Price;Commission;Swap;Profit;Comment
2026.03.04 01:05:00;Buy Stop;0.01;XAUUSD;4 394.88;4 301.22;;2026.03.04 21:05:00;4 332.41;;;;cancelled
2026.03.02 10:00:00;Buy;0.01;XAUUSD;4300.00;4295.00;4310.00;2026.03.02 11:00:00;4295.00;-0.18;;-5.00;[sl]
2026.03.01 22:00:00;Balance;;;;;;;;;;500;
"""  # noqa: E501 - rows as the page writes them


def read(text: str) -> tuple[Event, ...]:
    return tuple(read_history(text.encode(), "signal.csv").events)


def test_a_row_is_both_ends_of_a_trade_and_the_oldest_comes_first() -> None:
    history = read_history(MQL5_SIGNAL.encode(), "signal.csv")
    assert (history.kind, history.currency, history.closed_trades) == ("mql5_signal", "USD", 2)
    assert history.opening_balance == 500
    deals = [each for each in history.events if isinstance(each, Deal)]
    assert [(each.id, each.side, each.price, each.profit) for each in deals] == [
        ("2/in", "buy", Decimal("4300.00"), ZERO),
        ("2/out", "sell", Decimal("4295.00"), Decimal("-5.00")),
        ("3/in", "sell", Decimal("4320.50"), ZERO),
        ("3/out", "buy", Decimal("4310.50"), Decimal("100.00")),
    ]


def test_a_sum_is_the_one_the_page_shows() -> None:
    last = [each for each in read(MQL5_SIGNAL) if isinstance(each, Deal)][-1]
    assert (last.commission, last.swap) == (Decimal("-0.17"), Decimal("-1.20"))


def test_an_order_that_was_cancelled_is_an_order_and_a_stop_is_a_reason() -> None:
    events = read(MQL4_SIGNAL)
    orders = [each for each in events if isinstance(each, OrderSeen)]
    assert [(each.action, each.kind, each.side) for each in orders] == [
        ("placed", "stop", "buy"),
        ("cancelled", "stop", "buy"),
    ]
    opened, closed = (each for each in events if isinstance(each, Deal))
    assert (opened.stop, opened.target, closed.reason) == (
        Decimal("4295.00"),
        Decimal("4310.00"),
        "stop_loss",
    )


def test_a_later_export_adds_only_what_is_new() -> None:
    head, newest, *rest = MQL5_SIGNAL.splitlines(keepends=True)
    earlier = read_history("".join([head, *rest]).encode(), "earlier.csv")
    later = read_history("".join([head, newest, *rest]).encode(), "later.csv")
    added = [each for each in new_events(earlier, later) if isinstance(each, Deal)]
    assert [each.id for each in added] == ["3/in", "3/out"]


@pytest.mark.parametrize(
    ("old", "new", "row", "said"),
    [
        ("0.10;2026.03.03 10", "0.05;2026.03.03 10", 2, "another volume than its own"),
        (";Buy;", ";Borrow;", 3, "a row of type 'Borrow' is not known"),
        ("4295.00;-0.18", "nothing;-0.18", 3, "'nothing' is not a number"),
        ("2026.03.02 11:00:00", "yesterday", 3, "yesterday"),
        (";Balance;;;;;;;;;500", ";Balance", 4, "a row of 2 cells"),
        ("XAUUSD;4300", ";4300", 3, "the row names no symbol"),
    ],
)
def test_a_wrong_row_is_refused(old: str, new: str, row: int, said: str) -> None:
    assert old in MQL5_SIGNAL
    with pytest.raises(Unreadable) as refused:
        read(MQL5_SIGNAL.replace(old, new))
    assert (refused.value.row, said in refused.value.reason) == (row, True)


def test_the_real_pair_of_one_strategy_is_read(shared: Path) -> None:
    folder = shared / "behaviour"
    five = read_history(folder / "mql5_gold_spike_mt5_2375480_positions.csv")
    with (folder / "mql5_gold_spike_mt5_2375480_positions.csv").open() as lines:
        rows = list(csv.reader(lines, delimiter=";"))[1:]
    profits = [Decimal(each[-1].replace(" ", "")) for each in rows if each[1] != "Balance"]
    booked = [each.profit for each in five.events if isinstance(each, Deal)]
    assert (five.closed_trades, sum(booked)) == (len(profits), sum(profits))
    moved = sum(each.amount for each in five.events if isinstance(each, BalanceAdjusted))
    deposits = [Decimal(each[-1].replace(" ", "")) for each in rows if each[1] == "Balance"]
    assert five.opening_balance + moved == sum(deposits)
    excerpt = folder / "mql5_gold_spike_mt4_2349227_ORDERBOOK_excerpt.csv"
    with pytest.raises(Unreadable, match="before the account's first deposit"):
        read_history(excerpt)
    four = read_history(excerpt, size=Decimal(10000))
    assert four.closed_trades == 37
