"""Each kind of simulated trader, by what he asks for in a situation that is his."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from random import Random

import pytest

from propdesk.connectors.simulated_platform.traders import (
    copier,
    disciplined,
    gambler,
    grid,
    inactive,
    martingale,
    news,
    scalper,
)
from propdesk.connectors.simulated_platform.traders.mix import PROFILES
from propdesk.connectors.simulated_platform.traders.seen import (
    Held,
    Nature,
    Profile,
    Seen,
    Signal,
    SymbolSeen,
    Targets,
    lots_for,
)
from propdesk.domain.instants import HOUR, MINUTE, parse_instant
from propdesk.ports.platform_trading import CancelOrder, ClosePosition, PlaceOrder, TradeRequest

NOON = parse_instant("2026-03-04T12:00:00Z")
RISING = [1.08 + number / 10_000 for number in range(96)]
EURO = SymbolSeen(1.0894, 1.0895, 5, RISING, 0.0004, 100_000.0)
NAMES = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCAD", "XAUUSD", "NAS100", "BTCUSD")
SYMBOLS = dict.fromkeys(NAMES, EURO)
CALM = Seen(
    account="A",
    at=NOON,
    balance=100_000.0,
    equity=100_000.0,
    day_start=100_000.0,
    positions=(),
    orders=(),
    last_profits=(),
    trades_today=0,
    symbols=SYMBOLS,
    targets=Targets(100_000.0, 10_000.0, 5_000.0, 10_000.0),
    release_at=None,
    signal=None,
)
HELD = Held("1", "EURUSD", "buy", Decimal("1.00"), Decimal("1.08900"), NOON - HOUR, 40.0)


def asked(profile: Profile, seen: Seen) -> list[Sequence[TradeRequest]]:
    """What he does by a hundred draws of chance."""
    return [profile.decide(seen, Random(number)) for number in range(100)]


def orders(profile: Profile, seen: Seen) -> list[PlaceOrder]:
    return [each for some in asked(profile, seen) for each in some if isinstance(each, PlaceOrder)]


def at_risk(order: PlaceOrder) -> float:
    """Money lost at the stop, in per cent of the size."""
    assert order.stop is not None
    entry = EURO.ask if order.side == "buy" else EURO.bid
    return abs(entry - float(order.stop)) * float(order.lots) * EURO.money / 1000


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_the_same_is_asked_for_in_the_same_situation(profile: Profile) -> None:
    busy = replace(CALM, release_at=NOON + 5 * MINUTE, signal=Signal(1, "EURUSD", "sell"))
    for seen in (CALM, busy, replace(busy, positions=(HELD,))):
        assert asked(profile, seen) == asked(profile, seen)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_nobody_opens_at_night_or_without_a_market(profile: Profile) -> None:
    assert orders(profile, replace(CALM, at=NOON + 11 * HOUR)) == []
    assert orders(profile, replace(CALM, symbols={}, release_at=NOON + MINUTE)) == []


def test_the_disciplined_follows_the_trend_at_a_set_risk_and_stops() -> None:
    found = orders(disciplined.PROFILE, CALM)
    assert found
    assert {each.side for each in found} == {"buy"}
    assert all(1.5 < at_risk(each) < 2.0 for each in found)
    assert orders(disciplined.PROFILE, replace(CALM, equity=97_000.0)) == []
    assert orders(disciplined.PROFILE, replace(CALM, trades_today=4)) == []
    # Done, he trades for the days one has to have, with next to nothing.
    over = orders(disciplined.PROFILE, replace(CALM, balance=110_000.0, equity=110_000.0))
    assert all(at_risk(each) < 0.1 for each in over)


def test_the_disciplined_judge_for_themselves_and_some_judge_better() -> None:
    """Where the day ends above, who has an eye buys more often; none is always right."""
    known = dict.fromkeys(NAMES, replace(EURO, heads=1))

    def bought(eye: float) -> float:
        seen = replace(CALM, symbols=known, nature=Nature(eye=eye))
        found = [
            each
            for number in range(2000)
            for each in disciplined.PROFILE.decide(seen, Random(number))
            if isinstance(each, PlaceOrder)
        ]
        return sum(each.side == "buy" for each in found) / len(found)

    dull, sharp = disciplined.HITS
    assert bought(0.0) == pytest.approx(dull, abs=0.05)
    assert bought(1.0) == pytest.approx(sharp, abs=0.05)


def test_the_disciplined_differ_in_what_they_dare() -> None:
    risks = [
        max(at_risk(each) for each in orders(disciplined.PROFILE, replace(CALM, nature=nature)))
        for nature in (Nature(nerve=0.0), Nature(nerve=1.0))
    ]
    assert risks[1] > 1.3 * risks[0]


def test_the_gambler_risks_much_and_is_impatient() -> None:
    assert max(at_risk(each) for each in orders(gambler.PROFILE, CALM)) > 4
    old = replace(CALM, positions=(HELD._replace(opened_at=NOON - 5 * HOUR),))
    assert all(
        isinstance(each, ClosePosition) for some in asked(gambler.PROFILE, old) for each in some
    )
    assert all(asked(gambler.PROFILE, old))
    assert not any(asked(gambler.PROFILE, replace(CALM, positions=(HELD,))))


def test_the_martingale_doubles_until_he_wins() -> None:
    def risk(*profits: float) -> float:
        found = orders(martingale.PROFILE, replace(CALM, last_profits=profits))
        return max(at_risk(each) for each in found)

    base = risk()
    assert risk(-10.0) == pytest.approx(2 * base, rel=0.02)
    assert risk(5.0, -10.0, -20.0) == pytest.approx(4 * base, rel=0.02)
    assert risk(-10.0, -20.0, 5.0) == pytest.approx(base, rel=0.02)


def test_the_grid_has_even_rungs_and_no_stop() -> None:
    some = next(each for each in asked(grid.PROFILE, CALM) if each)
    rungs = [each for each in some if isinstance(each, PlaceOrder)]
    assert [each.kind for each in rungs] == ["limit"] * grid.RUNGS
    assert {each.stop for each in rungs} == {None}
    prices = [each.price or Decimal(0) for each in rungs]
    steps = {abs(b - a) for a, b in pairwise(prices)}
    assert max(steps) - min(steps) <= Decimal("0.00001")
    lost = replace(CALM, positions=(HELD._replace(profit=-7_000.0),), orders=("9",))
    assert {type(each) for each in asked(grid.PROFILE, lost)[0]} == {ClosePosition, CancelOrder}
    assert not any(asked(grid.PROFILE, replace(CALM, orders=("9",))))


def test_the_news_trader_waits_on_both_sides_of_a_release() -> None:
    assert orders(news.PROFILE, CALM) == []
    assert orders(news.PROFILE, replace(CALM, release_at=NOON + 30 * MINUTE)) == []
    first, second = asked(news.PROFILE, replace(CALM, release_at=NOON + 5 * MINUTE))[0]
    assert isinstance(first, PlaceOrder)
    assert isinstance(second, PlaceOrder)
    assert (first.side, second.side) == ("buy", "sell")
    assert first.kind == second.kind == "stop"
    assert (first.price or 0) > EURO.ask
    assert (second.price or 0) < EURO.bid
    one_is_in = replace(CALM, positions=(HELD,), orders=("9",))
    assert asked(news.PROFILE, one_is_in)[0] == [CancelOrder("A", "9")]


def test_copiers_do_the_same_and_nothing_without_a_signal() -> None:
    assert orders(copier.PROFILE, CALM) == []
    found = orders(copier.PROFILE, replace(CALM, signal=Signal(7, "XAUUSD", "sell")))
    assert len(found) == 100
    assert {(each.symbol, each.side) for each in found} == {("XAUUSD", "sell")}


def test_the_scalper_is_out_within_minutes() -> None:
    assert max(at_risk(each) for each in orders(scalper.PROFILE, CALM)) < 0.4
    young = replace(CALM, positions=(HELD._replace(opened_at=NOON - 20 * MINUTE),))
    assert not any(asked(scalper.PROFILE, young))
    assert all(asked(scalper.PROFILE, replace(CALM, positions=(HELD,))))
    assert orders(scalper.PROFILE, replace(CALM, trades_today=15)) == []


def test_the_inactive_one_hardly_trades() -> None:
    assert len(orders(inactive.PROFILE, CALM)) < 10


@pytest.mark.parametrize(
    ("money", "lots"), [(100.0, "1.00"), (1.99, "0.01"), (0.99, None), (123.456, "1.23")]
)
def test_lots_are_cut_to_the_step(money: float, lots: str | None) -> None:
    assert lots_for(EURO, money, 0.001) == (None if lots is None else Decimal(lots))
