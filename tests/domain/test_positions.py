"""What deals open and close, on hedging and netting accounts, and what is refused."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.domain.events import Deal, StopSet
from propdesk.domain.positions import (
    ImpossibleDeal,
    NotPositive,
    PositionBook,
    PositionExists,
    TooManyLots,
    UnknownPosition,
    UnknownStop,
    WrongSide,
    shown,
)


def deal(text, **more):
    """``"7 buy in 0.30 EURUSD 1.10 p1"``: number (also the moment), side, entry, lots, …"""
    number, side, entry, lots, symbol, price, position = text.split()
    given_with_it: dict[str, Any] = {k: Decimal(v) if k in MONEY else v for k, v in more.items()}
    return Deal(
        account="A",
        at=int(number),
        id=f"d{number}",
        position="" if position == "-" else position,
        symbol=symbol,
        side=side,
        entry=entry,
        lots=Decimal(lots),
        price=Decimal(price),
        **given_with_it,
    )


MONEY = {"commission", "swap", "profit", "fee", "stop", "target"}


def play(deals, *, netting, minor_digits=2):
    book = PositionBook(netting, minor_digits=minor_digits)
    closed = [trade for each in deals for trade in book.apply(each)]
    return book, closed


def state(book):
    return [
        (p.id, p.side, str(p.lots), shown(p.average).normalize()) for p in book.positions.values()
    ]


def test_hedged_positions_stand_side_by_side():
    book, closed = play(
        [
            deal("1 buy in 1.00 EURUSD 1.10 p1"),
            deal("2 sell in 0.40 EURUSD 1.11 p2"),
            deal("3 sell out 1.00 EURUSD 1.12 p1", profit="2000.00", reason="take_profit"),
        ],
        netting=False,
    )
    assert state(book) == [("p2", "sell", "0.40", Decimal("1.11"))]
    (trade,) = closed
    assert (trade.id, trade.position, trade.side, trade.lots) == ("d3", "p1", "buy", Decimal(1))
    assert (trade.open_price, trade.close_price) == (Decimal("1.10"), Decimal("1.12"))
    assert (trade.opened_at, trade.closed_at, trade.reason) == (1, 3, "take_profit")
    assert (trade.net, trade.partial) == (Decimal("2000.00"), False)
    assert book.lots_open() == book.lots_open("EURUSD") == Decimal("0.40")
    assert book.lots_open("GBPUSD") == 0


def test_partial_closes_share_the_opening_costs_and_the_last_takes_the_rest():
    # 7.00 over thirds: 2.33, then half of 4.67 is 2.335 -> 2.34, then 2.33.
    _, closed = play(
        [
            deal("1 buy in 0.30 EURUSD 1.10 p1", commission="-7.00", swap="-0.10", fee="-1"),
            deal("2 sell out 0.10 EURUSD 1.11 p1", profit="100", commission="-1.00"),
            deal("3 sell out 0.10 EURUSD 1.12 p1", profit="200", swap="-0.50", fee="-0.20"),
            deal("4 sell out 0.10 EURUSD 1.13 p1", profit="300"),
        ],
        netting=False,
    )
    assert [t.commission for t in closed] == [Decimal(c) for c in ("-3.33", "-2.34", "-2.33")]
    assert [t.swap for t in closed] == [Decimal(s) for s in ("-0.03", "-0.54", "-0.03")]
    assert [t.fee for t in closed] == [Decimal(f) for f in ("-0.33", "-0.54", "-0.33")]
    assert [t.partial for t in closed] == [True, True, False]
    assert [t.net for t in closed] == [Decimal(n) for n in ("96.31", "196.58", "297.31")]
    assert {t.max_lots for t in closed} == {Decimal("0.30")}


def test_shares_of_a_yen_commission_are_whole_yen():
    _, closed = play(
        [
            deal("1 sell in 0.03 JP225 21700 p1", commission="-100"),
            deal("2 buy out 0.01 JP225 21600 p1", profit="1000"),
            deal("3 buy out 0.02 JP225 21600 p1", profit="2000"),
        ],
        netting=False,
        minor_digits=0,
    )
    assert [t.commission for t in closed] == [Decimal(-33), Decimal(-67)]


def test_a_commission_finer_than_the_cent_is_shared_as_finely():
    _, closed = play(
        [
            deal("1 buy in 2 BTCUSD 100 p1", commission="-0.0015"),
            deal("2 sell out 1 BTCUSD 100 p1"),
            deal("3 sell out 1 BTCUSD 100 p1"),
        ],
        netting=False,
    )
    assert [t.commission for t in closed] == [Decimal("-0.0008"), Decimal("-0.0007")]


def test_a_close_by_closes_both_legs_and_books_the_loss_once():
    book, closed = play(
        [
            deal("1 buy in 4 EURUSD 1.14475 p1"),
            deal("2 sell in 6 EURUSD 1.14417 p2"),
            deal("3 sell out_by 4 EURUSD 1.14417 p1", profit="-232.00", counter_position="p2"),
            deal("4 buy out_by 4 EURUSD 1.14475 p2", counter_position="p1"),
        ],
        netting=False,
    )
    assert [(t.position, t.by, t.net, t.partial) for t in closed] == [
        ("p1", "p2", Decimal(-232), False),
        ("p2", "p1", Decimal(0), True),
    ]
    assert state(book) == [("p2", "sell", "2", Decimal("1.14417"))]


def test_netting_adds_average_and_reduces_at_the_average():
    book, closed = play(
        [
            deal("1 buy in 1 USDCHF 0.97430 77"),
            deal("2 buy in 1 USDCHF 0.97394 78"),
            deal("3 sell out 0.5 USDCHF 0.98062 79", profit="331.42"),
        ],
        netting=True,
    )
    assert state(book) == [("77", "buy", "1.5", Decimal("0.97412"))]
    assert closed[0].open_price == Decimal("0.97412")
    assert book.positions["USDCHF"].max_lots == 2
    assert book.positions["USDCHF"].deals == ("d1", "d2", "d3")
    assert book.find("77") is book.find("USDCHF") is book.positions["USDCHF"]
    assert book.find("78") is None


def test_an_average_without_an_end_stays_exact():
    book, _ = play(
        [deal("1 buy in 2 EURUSD 1.10000 -"), deal("2 buy in 1 EURUSD 1.10001 -")], netting=True
    )
    position = book.positions["EURUSD"]
    assert position.average == Fraction("3.30001") / 3
    assert position.open_price == Decimal("1.100003333333")
    assert position.id == "EURUSD"


def test_a_reversal_closes_then_opens_the_rest():
    book, closed = play(
        [
            deal("1 buy in 2 ES 5000 -", commission="-4.00", stop="4990", target="5020"),
            deal(
                "2 sell inout 3 ES 5010 -",
                commission="-6.01",
                fee="-0.30",
                swap="-1",
                profit="1000",
                stop="5015",
            ),
        ],
        netting=True,
    )
    (trade,) = closed
    assert (trade.side, trade.lots, trade.profit, trade.partial) == ("buy", 2, 1000, False)
    # two thirds of 6.01 is 4.00666…
    assert (trade.commission, trade.swap, trade.fee) == (
        Decimal("-8.01"),
        Decimal(-1),
        Decimal("-0.20"),
    )
    position = book.positions["ES"]
    assert (position.side, position.lots, position.average) == ("sell", 1, 5010)
    assert (position.commission, position.fee, position.swap) == (
        Decimal("-2.00"),
        Decimal("-0.10"),
        0,
    )
    assert (position.opened_at, position.stop, position.target) == (2, Decimal(5015), None)
    assert position.signed_lots == -1


@pytest.mark.parametrize("lots", ["1", "2"])
def test_an_inout_that_reverses_nothing_is_a_close(lots):
    book, closed = play(
        [deal("1 buy in 2 ES 5000 -"), deal(f"2 sell inout {lots} ES 5010 -")], netting=True
    )
    assert [t.lots for t in closed] == [Decimal(lots)]
    assert book.lots_open() == 2 - Decimal(lots)
    assert len(book.positions) == (0 if lots == "2" else 1)


def test_a_hedged_position_may_be_filled_in_parts():
    book, _ = play(
        [
            deal("1 buy in 1 EURUSD 1.10 p1", stop="1.09"),
            deal("2 buy in 3 EURUSD 1.12 p1", commission="-2", swap="-1", fee="-3", target="1.2"),
        ],
        netting=False,
    )
    position = book.positions["p1"]
    assert (position.average, position.lots) == (Decimal("1.115"), 4)
    assert (position.stop, position.target) == (Decimal("1.09"), Decimal("1.2"))
    assert (position.commission, position.swap, position.fee) == (-2, -1, -3)


@pytest.mark.parametrize(
    ("netting", "before", "text", "error", "why"),
    [
        (False, [], "1 sell out 1 EURUSD 1.1 p1", UnknownPosition, "p1"),
        (True, [], "1 sell out 1 EURUSD 1.1 -", UnknownPosition, "EURUSD position"),
        (False, ["buy in 1 EURUSD 1.1 p1"], "9 sell out 1.01 EURUSD 1.1 p1", TooManyLots, "only 1"),
        (True, ["buy in 1 EURUSD 1.1 -"], "9 sell out 1.01 EURUSD 1.1 -", TooManyLots, "only 1"),
        (False, ["buy in 1 EURUSD 1.1 p1"], "9 buy out 1 EURUSD 1.1 p1", WrongSide, "close a buy"),
        (False, ["buy in 1 EURUSD 1.1 p1"], "9 sell out 1 GBPUSD 1.1 p1", WrongSide, "of EURUSD"),
        (False, ["buy in 1 EURUSD 1.1 p1"], "9 buy in 1 GBPUSD 1.1 p1", WrongSide, "of EURUSD"),
        (False, ["buy in 1 EURUSD 1.1 p1"], "9 sell in 1 EURUSD 1.1 p1", PositionExists, "other"),
        (True, ["buy in 1 EURUSD 1.1 -"], "9 sell in 1 EURUSD 1.1 -", PositionExists, "other"),
        (False, ["buy in 1 EURUSD 1.1 p1"], "9 sell inout 2 EURUSD 1.1 p1", WrongSide, "netting"),
        (True, [], "9 sell inout 2 EURUSD 1.1 -", UnknownPosition, "EURUSD"),
        (False, ["buy in 1 EURUSD 1.1 p1"], "9 buy out_by 1 EURUSD 1.1 p1", WrongSide, "close"),
        (False, [], "1 buy in 0 EURUSD 1.1 p1", NotPositive, "positive"),
        (False, [], "1 buy in -1 EURUSD 1.1 p1", NotPositive, "positive"),
        (False, [], "1 buy in NaN EURUSD 1.1 p1", NotPositive, "positive"),
        (False, [], "1 buy in Infinity EURUSD 1.1 p1", NotPositive, "positive"),
    ],
)
def test_an_impossible_deal_is_refused_and_changes_nothing(netting, before, text, error, why):
    book, _ = play([deal(f"{n} {each}") for n, each in enumerate(before)], netting=netting)
    held = {key: replace(position) for key, position in book.positions.items()}
    with pytest.raises(error, match=why) as raised:
        book.apply(deal(text))
    assert isinstance(raised.value, ImpossibleDeal)
    assert isinstance(raised.value, ValueError)
    assert raised.value.deal.id in str(raised.value)
    assert book.positions == held


def test_a_closed_position_is_gone():
    book, _ = play(
        [deal("1 buy in 1 EURUSD 1.1 p1"), deal("2 sell out 1 EURUSD 1.1 p1")], netting=False
    )
    with pytest.raises(UnknownPosition):
        book.apply(deal("3 sell out 0.01 EURUSD 1.1 p1"))


@pytest.mark.parametrize(
    ("side", "stops", "widest"),
    [
        ("buy", ["1.09", "1.08", "1.095"], "1.08"),
        ("sell", ["1.11", "1.12", "1.105"], "1.12"),
        ("buy", ["1.09", None, "1.095"], "1.09"),
        ("sell", [None, "1.12", None], "1.12"),
        ("buy", [None, None, None], None),
    ],
)
def test_the_first_and_the_widest_stop_are_remembered(side, stops, widest):
    book = PositionBook(netting=False)
    first, *later = stops
    opening = deal(f"10 {side} in 1 EURUSD 1.10 p1")
    book.apply(replace(opening, stop=first and Decimal(first)))
    for at, stop in enumerate(later, 11):
        book.set_stop(StopSet("A", at, "p1", Decimal(stop) if stop else None))
    position = book.positions["p1"]
    assert position.stop == (stops[-1] and Decimal(stops[-1]))
    assert position.widest_stop == (widest and Decimal(widest))
    firsts = [at for at, stop in enumerate(stops, 10) if stop]
    assert position.first_stop_at == (firsts[0] if firsts else None)
    opposite = "sell" if side == "buy" else "buy"
    (trade,) = book.apply(deal(f"20 {opposite} out 1 EURUSD 1.10 p1"))
    assert (trade.widest_stop, trade.first_stop_at) == (
        position.widest_stop,
        position.first_stop_at,
    )


def test_an_added_fill_may_bring_a_stop():
    book, _ = play(
        [deal("1 buy in 1 ES 5000 -"), deal("2 buy in 1 ES 5001 -", stop="4990")], netting=True
    )
    position = book.positions["ES"]
    assert (position.stop, position.first_stop_at) == (Decimal(4990), 2)
    assert (position.opened_at, position.deals) == (1, ("d1", "d2"))


def test_targets_move_and_the_first_is_remembered():
    book = PositionBook(netting=True)
    book.apply(deal("1 buy in 1 ES 5000 7"))
    for at, target in ((2, "5010"), (3, "5005"), (4, None)):
        book.set_stop(StopSet("A", at, "7", None, Decimal(target) if target else None))
    position = book.positions["ES"]
    assert (position.target, position.first_target) == (None, Decimal(5010))


def test_a_stop_on_a_position_that_is_not_open_is_refused():
    with pytest.raises(UnknownStop, match="p9"):
        PositionBook(netting=False).set_stop(StopSet("A", 1, "p9", Decimal(1)))
    with pytest.raises(UnknownStop):
        PositionBook(netting=True).set_stop(StopSet("A", 1, "p9", Decimal(1)))


# --- properties ------------------------------------------------------------------------------

HUNDREDTHS = st.integers(1, 300)
MILLS = st.integers(-2000, 2000)


@given(st.lists(HUNDREDTHS, min_size=1, max_size=6), MILLS, MILLS, MILLS)
def test_the_parts_of_a_position_add_up_to_the_whole(parts, commission, swap, fee):
    costs = {
        name: Decimal(value).scaleb(-2)
        for name, value in (("commission", commission), ("swap", swap), ("fee", fee))
    }
    total = Decimal(sum(parts)).scaleb(-2)
    opening = deal(f"0 buy in {total} EURUSD 1.1 p1", **costs)
    closes = [
        deal(f"{n} sell out {Decimal(part).scaleb(-2)} EURUSD 1.2 p1")
        for n, part in enumerate(parts, 1)
    ]
    book, closed = play([opening, *closes], netting=False)
    assert not book.positions
    assert sum(t.lots for t in closed) == total
    for name, value in costs.items():
        assert sum(getattr(t, name) for t in closed) == value
        assert all(abs(getattr(t, name)) <= abs(value) for t in closed)
        assert all(getattr(t, name) == round(getattr(t, name), 2) for t in closed)
    assert [t.partial for t in closed] == [True] * (len(parts) - 1) + [False]


@given(
    st.lists(st.tuples(st.booleans(), HUNDREDTHS, st.integers(-50, 50)), min_size=1, max_size=12)
)
def test_netting_earns_what_the_cash_flows_say(steps):
    """Average arithmetic against plain cash: realised plus open profit is what was paid and got.

    No order of lots (first in, first out or any other) enters: the average keeps the total.
    """
    book = PositionBook(netting=True)
    held, cash, realised = Decimal(0), Decimal(0), Fraction(0)
    for number, (is_buy, hundredths, points) in enumerate(steps):
        lots, price = Decimal(hundredths).scaleb(-2), Decimal("1.1") + Decimal(points).scaleb(-5)
        signed = lots if is_buy else -lots
        after = held + signed
        if held == 0 or (held > 0) == is_buy:
            entry = "in"
        else:
            entry = "out" if after == 0 or (after > 0) == (held > 0) else "inout"
        side = "buy" if is_buy else "sell"
        for trade in book.apply(deal(f"{number} {side} {entry} {lots} EURUSD {price} -")):
            sign = 1 if trade.side == "buy" else -1
            realised += (
                sign
                * Fraction(trade.lots)
                * (Fraction(trade.close_price) - Fraction(trade.average))
            )
        held, cash = after, cash - signed * price
        position = book.positions.get("EURUSD")
        assert (position.signed_lots if position else Decimal(0)) == held
        owed = Fraction(held) * Fraction(position.average) if position else Fraction(0)
        assert realised == Fraction(cash) + owed


def test_a_long_life_of_adding_and_reducing_stays_exact():
    book = PositionBook(netting=True)
    book.apply(deal("0 buy in 1 EURUSD 1.1 -"))
    realised, cash = Fraction(0), Fraction("-1.1")
    for number in range(1, 400):
        price = Decimal("1.1") + Decimal(number % 7).scaleb(-5)
        lots = Decimal(3 + number % 11).scaleb(-2)
        book.apply(deal(f"{number} buy in {lots} EURUSD {price} -"))
        (trade,) = book.apply(deal(f"{number} sell out {lots} EURUSD 1.1 -"))
        realised += Fraction(lots) * (Fraction("1.1") - Fraction(trade.average))
        cash += Fraction(lots) * (Fraction("1.1") - Fraction(price))
    assert realised == cash + Fraction(book.positions["EURUSD"].average)
