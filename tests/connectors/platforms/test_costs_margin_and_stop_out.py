"""Commission, swap at the rollover, margin, margin call and stop-out: by hand, to the cent."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random
from types import MappingProxyType

import pytest

from propdesk.connectors.simulated_platform.terms import GroupTerms, Swap
from propdesk.domain.events import AccountReported, BalanceAdjusted, Deal
from propdesk.domain.instants import DAY, HOUR, parse_instant
from propdesk.ports.platform import (
    AdjustBalance,
    CreateAccount,
    MarginCalled,
    SetGroup,
    SetLeverage,
)
from tests.connectors.platforms.conformance import (
    assert_sums_are_the_snapshot,
    deltas_of,
    done,
    read,
)
from tests.connectors.platforms.simulated_stage import GROUPS, SimulatedStage

SWAPS = MappingProxyType({"EURUSD": Swap(Decimal("-7.0"), Decimal("2.5"))})
PRICED = GroupTerms("main", swaps=SWAPS, commissions=MappingProxyType({"indices": Decimal(0)}))
KEPT = replace(PRICED, name="kept", swap_booked="at_close")
EVERYTHING = (PRICED, KEPT, *(each for each in GROUPS if each.name != "main"))


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[SimulatedStage]:
    stage = SimulatedStage(tmp_path, EVERYTHING)
    stage.quote("GBPUSD", "1.26500", "1.26510")
    stage.quote("USDJPY", "149.500", "149.510")
    stage.quote("XAUUSD", "2350.00", "2350.20")
    stage.quote("GER40", "18000.00", "18001.00")
    yield stage
    stage.end()


def opened(stage: SimulatedStage, balance: str = "100000.00", group: str = "main") -> str:
    return done(stage.platform, CreateAccount(f"c-{group}", group, Decimal(balance))).account


def deals(stage: SimulatedStage, account: str) -> list[Deal]:
    return [each for each in deltas_of(read(stage.platform), account) if isinstance(each, Deal)]


# --- commission and profit -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("lots", "commission"),
    [("1.00", "-3.00"), ("0.01", "-0.03"), ("0.37", "-1.11"), ("2.50", "-7.50")],
)
def test_every_fill_pays_its_commission(stage: SimulatedStage, lots: str, commission: str) -> None:
    account = opened(stage)
    position = stage.buy(account, lots)
    assert position
    stage.close(account, position)
    assert [each.commission for each in deals(stage, account)] == [Decimal(commission)] * 2


def test_an_asset_class_may_be_free_of_commission(stage: SimulatedStage) -> None:
    account = opened(stage)
    stage.place(account, symbol="GER40")
    assert [each.commission for each in deals(stage, account)] == [Decimal(0)]


@pytest.mark.parametrize(
    ("symbol", "side", "then", "profit"),
    [
        ("EURUSD", "buy", ("1.08513", "1.08523"), "503.00"),
        ("EURUSD", "sell", ("1.08513", "1.08523"), "-523.00"),
        # A gain of 49,000 yen is divided by the dearer ask, a loss by the bid; here the position's
        # own closing price is the rate: 49,000 / 150.000 and 61,000 / 150.010 ... to the cent.
        ("USDJPY", "buy", ("150.000", "150.010"), "326.67"),
        ("USDJPY", "sell", ("150.000", "150.010"), "-339.98"),
        ("XAUUSD", "buy", ("2360.50", "2360.70"), "1030.00"),
        # Euros become dollars at the bid of a gain, 1.08000.
        ("GER40", "buy", ("18101.00", "18102.00"), "108.00"),
        ("GER40", "sell", ("18099.00", "18100.00"), "-108.01"),
    ],
)
def test_profit_is_booked_in_account_money(
    stage: SimulatedStage, symbol: str, side: str, then: tuple[str, str], profit: str
) -> None:
    account = opened(stage)
    position = stage.place(account, side, symbol=symbol).position
    stage.quote(symbol, *then)
    (held,) = stage.platform.snapshot(account).positions
    assert held.profit == Decimal(profit)
    stage.close(account, position)
    assert deals(stage, account)[-1].profit == Decimal(profit)
    assert_sums_are_the_snapshot(stage.platform, account)


def test_the_parts_of_a_position_earn_what_they_are(stage: SimulatedStage) -> None:
    account = opened(stage)
    position = stage.buy(account, "1.00")
    assert position
    stage.price("1.08113", "1.08123")
    for lots in ("0.33", "0.33", "0.34"):
        stage.close(account, position, lots)
    profits = [each.profit for each in deals(stage, account)[1:]]
    assert profits == [Decimal("33.99"), Decimal("33.99"), Decimal("35.02")]


# --- swap --------------------------------------------------------------------------------------
# 2026-03-02 is a Monday; the server's day ends at 22:00 UTC.
@pytest.mark.parametrize(
    ("day", "nights"), [(0, 1), (1, 1), (2, 3), (3, 1), (4, 1), (5, 0), (6, 0)]
)
@pytest.mark.parametrize(("side", "night"), [("buy", "-7.00"), ("sell", "2.50")])
def test_each_night_is_charged_and_wednesday_counts_three(
    stage: SimulatedStage, day: int, nights: int, side: str, night: str
) -> None:
    account = opened(stage)
    stage.place(account, side)
    before = parse_instant("2026-03-02T21:59:59Z") + day * DAY
    stage.core.pass_time(before)
    paid_before = adjustments(stage, account)
    stage.core.pass_time(before + 1_000_000)
    paid = adjustments(stage, account)[len(paid_before) :]
    assert [(each.amount, each.kind) for each in paid] == (
        [(Decimal(night) * nights, "correction")] if nights else []
    )
    assert_sums_are_the_snapshot(stage.platform, account)


def adjustments(stage: SimulatedStage, account: str) -> list[BalanceAdjusted]:
    found = deltas_of(read(stage.platform), account)
    return [each for each in found if isinstance(each, BalanceAdjusted)]


def test_a_week_has_seven_nights(stage: SimulatedStage) -> None:
    account = opened(stage)
    stage.place(account)
    stage.core.pass_time(stage.clock.now + 7 * DAY)
    assert sum(each.amount for each in adjustments(stage, account)) == Decimal("-49.00")
    again = stage.platform.snapshot(account).balance
    stage.restart()
    stage.core.pass_time(stage.clock.now + 7 * DAY)
    assert stage.platform.snapshot(account).balance == again


def test_what_was_closed_before_the_rollover_pays_nothing(stage: SimulatedStage) -> None:
    account = opened(stage)
    position = stage.buy(account, "1.00")
    assert position
    stage.close(account, position)
    stage.core.pass_time(stage.clock.now + 2 * DAY)
    assert adjustments(stage, account) == []


def test_a_swap_that_is_kept_is_in_equity_and_booked_by_parts(stage: SimulatedStage) -> None:
    account = opened(stage, group="kept")
    position = stage.buy(account, "1.00")
    assert position
    stage.core.pass_time(stage.clock.now + 2 * DAY)
    snapshot = stage.platform.snapshot(account)
    assert [each.swap for each in snapshot.positions] == [Decimal("-14.00")]
    assert snapshot.balance == Decimal("99997.00")
    assert_sums_are_the_snapshot(stage.platform, account)
    stage.clock.now += 2 * DAY
    stage.close(account, position, "0.33")
    stage.restart()
    stage.close(account, position)
    assert [each.swap for each in deals(stage, account)[1:]] == [Decimal("-4.62"), Decimal("-9.38")]


# --- margin ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("symbol", "lots", "leverage", "margin"),
    [
        # FX: lots x size in the base currency, at its price now; 100,000 EUR x 1.08010 / 100.
        ("EURUSD", "1.00", 100, "1080.10"),
        ("EURUSD", "1.00", 30, "3600.33"),
        ("USDJPY", "0.50", 100, "500.00"),
        # CFDs: the value at the opening price.
        ("XAUUSD", "1.00", 100, "2350.20"),
        ("GER40", "2.00", 100, "388.86"),
    ],
)
def test_margin_follows_the_mode_of_the_instrument(
    stage: SimulatedStage, symbol: str, lots: str, leverage: int, margin: str
) -> None:
    account = opened(stage)
    stage.place(account, lots=lots, symbol=symbol)
    done(stage.platform, SetLeverage("l", account, Decimal(leverage)))
    assert stage.platform.snapshot(account).margin == Decimal(margin)


def test_of_two_directions_the_larger_is_charged(stage: SimulatedStage) -> None:
    account = opened(stage)
    stage.place(account, "buy", "1.00")
    stage.place(account, "sell", "0.40")
    assert stage.platform.snapshot(account).margin == Decimal("1080.10")
    stage.place(account, "sell", "1.10")
    assert stage.platform.snapshot(account).margin == Decimal("1620.15")


@pytest.mark.parametrize(("balance", "is_filled"), [("1080.09", False), ("1080.10", True)])
def test_an_order_needs_its_margin_to_the_cent(
    stage: SimulatedStage, balance: str, is_filled: bool
) -> None:
    account = opened(stage, balance)
    assert (stage.buy(account, "1.00") is not None) is is_filled


# --- margin call and stop-out --------------------------------------------------------------------
# 2,000 dollars, one lot bought at 1.08010: commission 3.00, margin 1,080.10. Equity is 1,997.00
# less 10 dollars for each pip the bid is below 1.08010.
@pytest.mark.parametrize(
    ("bid", "called", "is_out"),
    [
        ("1.07094", False, False),  # 1,081.00
        ("1.07093", True, False),  # 1,080.00 <= 1,080.10
        ("1.06554", True, False),  # 541.00
        ("1.06553", True, True),  # 540.00 <= 540.05
    ],
)
def test_the_call_and_the_stop_out_come_at_their_level(
    stage: SimulatedStage, bid: str, called: bool, is_out: bool
) -> None:
    account = opened(stage, "2000.00")
    assert stage.buy(account, "1.00")
    stage.price("1.07500", "1.07510")
    stage.price(bid, str(Decimal(bid) + Decimal("0.00010")))
    found = deltas_of(read(stage.platform), account)
    assert any(isinstance(each, MarginCalled) for each in found) is called
    assert (deals(stage, account)[-1].reason == "stop_out") is is_out
    assert bool(stage.platform.snapshot(account).positions) is not is_out


def test_the_call_is_said_once_and_again_after_it_was_over(stage: SimulatedStage) -> None:
    account = opened(stage, "2000.00")
    stage.buy(account, "1.00")
    for bid in ("1.07000", "1.06900", "1.07900", "1.07000"):
        stage.price(bid, str(Decimal(bid) + Decimal("0.00010")))
    found = deltas_of(read(stage.platform), account)
    assert len([each for each in found if isinstance(each, MarginCalled)]) == 2


def test_the_largest_loss_goes_first_and_no_more_than_must(stage: SimulatedStage) -> None:
    account = opened(stage, "2500.00")
    small = stage.buy(account, "0.50")
    large = stage.place(account, lots="1.00", symbol="GBPUSD").position
    stage.quote("GBPUSD", "1.25000", "1.25010")  # 1,510 lost; 985.50 left of 1,805.15
    assert len(deals(stage, account)) == 2
    stage.quote("GBPUSD", "1.24850", "1.24860")
    closing = [each for each in deals(stage, account) if each.entry == "out"]
    assert [(each.position, each.reason) for each in closing] == [(large, "stop_out")]
    assert [each.position for each in stage.platform.snapshot(account).positions] == [small]
    assert_sums_are_the_snapshot(stage.platform, account)


def test_a_conversion_rate_alone_can_stop_out(stage: SimulatedStage) -> None:
    account = opened(stage, "10200.00")
    stage.place(account, lots="50.00", symbol="GER40")
    stage.quote("GER40", "17950.00", "17951.00")
    assert len(deals(stage, account)) == 1
    done(stage.platform, AdjustBalance("p", account, Decimal("-2570.00"), "withdrawal"))
    assert len(deals(stage, account)) == 1
    stage.price("1.16000", "1.16010")
    assert deals(stage, account)[-1].reason == "stop_out"


def test_lower_leverage_can_stop_out(stage: SimulatedStage) -> None:
    account = opened(stage, "2000.00")
    stage.buy(account, "1.00")
    done(stage.platform, SetLeverage("l", account, Decimal(25)))
    assert deals(stage, account)[-1].reason == "stop_out"


def test_nothing_is_stopped_out_in_a_closed_market(stage: SimulatedStage) -> None:
    account = opened(stage, "2000.00")
    stage.buy(account, "1.00")
    stage.clock.now += 5 * DAY
    done(stage.platform, SetLeverage("l", account, Decimal(25)))
    assert len(deals(stage, account)) == 1
    stage.clock.now += DAY + 13 * HOUR
    stage.price("1.07000", "1.07010")
    assert deals(stage, account)[-1].reason == "stop_out"


@pytest.mark.parametrize("is_restarted", [False, True])
def test_no_level_is_passed_unseen(stage: SimulatedStage, is_restarted: bool) -> None:
    """Prices creep by a point: the account is out at the very first that reaches its level."""
    account = opened(stage, "2000.00")
    stage.buy(account, "1.00")
    stage.buy(account, "0.20")
    if is_restarted:
        stage.restart()
    for number in range(1, 2000):
        bid = Decimal("1.08000") - Decimal(number).scaleb(-5)
        before = stage.platform.snapshot(account)
        stage.price(str(bid), str(bid + Decimal("0.00010")))
        if len(deals(stage, account)) > 2:
            break
    assert before.equity is not None
    assert before.margin is not None
    assert before.equity * 2 > before.margin
    # One point further it would have been at half the margin, or below.
    assert (before.equity - Decimal("1.20")) * 2 <= before.margin


def test_a_report_follows_each_deal_with_equity_and_margin(stage: SimulatedStage) -> None:
    account = opened(stage)
    stage.buy(account, "1.00")
    found = deltas_of(read(stage.platform), account)
    report = next(each for each in found if isinstance(each, AccountReported))
    deal = next(each for each in found if isinstance(each, Deal))
    assert report.at == deal.at
    assert (report.balance, report.equity, report.margin) == (
        Decimal("99997.00"),
        Decimal("99987.00"),
        Decimal("1080.10"),
    )


def test_a_group_of_another_currency_is_refused(stage: SimulatedStage) -> None:
    account = opened(stage)
    assert not done(stage.platform, SetGroup("g", account, "euro")).is_confirmed
    assert not done(stage.platform, SetGroup("h", account, "netting")).is_confirmed


@pytest.mark.parametrize("seed", range(12))
def test_after_every_quote_no_account_stands_below_its_level(
    stage: SimulatedStage, seed: int
) -> None:
    """Random positions in dollars, euros and yen, prices that creep and jump: looked at the long
    way after each quote, although the platform looks only when it must."""
    chance = Random(f"margin/{seed}")
    account = opened(stage, "2500.00")
    prices = {
        "EURUSD": (Decimal("1.08000"), Decimal("0.00001")),
        "GBPUSD": (Decimal("1.26500"), Decimal("0.00001")),
        "USDJPY": (Decimal("149.500"), Decimal("0.001")),
        "XAUUSD": (Decimal("2350.00"), Decimal("0.01")),
        "GER40": (Decimal("18000.00"), Decimal("0.10")),
    }
    for number in range(400):
        symbol = chance.choice(sorted(prices))
        if number % 10 == 0:
            lots = Decimal(chance.randint(10, 90)).scaleb(-2)
            stage.place(account, chance.choice(("buy", "sell")), str(lots), symbol=symbol)
        bid, point = prices[symbol]
        step = chance.choice((1, 3, 10, 40, 120, 400)) * chance.choice((1, -1))
        bid += step * point
        prices[symbol] = bid, point
        assert stage.quote(symbol, str(bid), str(bid + 10 * point))
        snapshot = stage.platform.snapshot(account)
        if not snapshot.positions:
            continue
        assert snapshot.equity is not None
        assert snapshot.margin is not None
        assert snapshot.equity * 2 > snapshot.margin, number
        is_below = snapshot.equity <= snapshot.margin
        assert stage.core.books.accounts[account].is_called is is_below, number
    assert_sums_are_the_snapshot(stage.platform, account)
