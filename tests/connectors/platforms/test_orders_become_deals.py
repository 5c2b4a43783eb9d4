"""Orders of every kind, protective prices, and what an account must not do."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from propdesk.connectors.simulated_platform.terms import GroupTerms
from propdesk.domain.events import Deal, OrderSeen, StopSet
from propdesk.domain.instants import HOUR, SECOND
from propdesk.ports.platform import AccountSnapshot, CreateAccount, Reason, Rights, SetRights
from propdesk.ports.platform_trading import (
    CancelOrder,
    ChangeOrder,
    ClosePosition,
    PlaceOrder,
    ProtectPosition,
)
from tests.connectors.platforms.conformance import (
    account_on,
    assert_sums_are_the_snapshot,
    deltas_of,
    done,
    read,
)
from tests.connectors.platforms.simulated_stage import SimulatedStage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[SimulatedStage]:
    stage = SimulatedStage(tmp_path)
    yield stage
    stage.end()


@pytest.fixture
def account(stage: SimulatedStage) -> str:
    return account_on(stage)


def deals(stage: SimulatedStage, account: str) -> list[Deal]:
    return [each for each in deltas_of(read(stage.platform), account) if isinstance(each, Deal)]


def orders(stage: SimulatedStage, account: str) -> list[OrderSeen]:
    found = deltas_of(read(stage.platform), account)
    return [each for each in found if isinstance(each, OrderSeen)]


def now(stage: SimulatedStage, account: str) -> AccountSnapshot:
    return stage.platform.snapshot(account)


# The price stands at 1.08000 / 1.08010. Quotes are bids, the ask is a pip above.
@pytest.mark.parametrize(
    ("side", "kind", "price", "misses", "hits", "filled"),
    [
        # A limit is filled at its price or better, a stop where the market is.
        ("buy", "limit", "1.07910", "1.07901", "1.07900", "1.07910"),
        ("buy", "limit", "1.07910", "1.07901", "1.07850", "1.07860"),
        ("sell", "limit", "1.08100", "1.08099", "1.08100", "1.08100"),
        ("sell", "limit", "1.08100", "1.08099", "1.08200", "1.08200"),
        ("buy", "stop", "1.08110", "1.08099", "1.08100", "1.08110"),
        ("buy", "stop", "1.08110", "1.08099", "1.08300", "1.08310"),
        ("sell", "stop", "1.07900", "1.07901", "1.07900", "1.07900"),
        ("sell", "stop", "1.07900", "1.07901", "1.07700", "1.07700"),
    ],
)
def test_a_pending_order_is_filled_when_its_side_reaches_its_price(
    stage: SimulatedStage,
    account: str,
    side: str,
    kind: str,
    price: str,
    misses: str,
    hits: str,
    filled: str,
) -> None:
    answer = stage.place(account, side, "0.50", kind=kind, price=price)
    assert answer.is_done
    for bid, is_filled in ((misses, False), (hits, True)):
        stage.price(bid, str(Decimal(bid) + Decimal("0.00010")))
        assert bool(deals(stage, account)) is is_filled
    (deal,) = deals(stage, account)
    assert (deal.side, deal.lots, deal.price) == (side, Decimal("0.50"), Decimal(filled))
    assert (deal.reason, deal.order) == ("pending", answer.order)
    assert [each.action for each in orders(stage, account)] == ["placed", "filled"]
    assert not now(stage, account).orders
    assert_sums_are_the_snapshot(stage.platform, account)


def test_a_stop_limit_waits_for_two_prices(stage: SimulatedStage, account: str) -> None:
    stage.place(account, kind="stop_limit", price="1.08200", limit_price="1.08150")
    stage.price("1.08140", "1.08150")
    assert not deals(stage, account)
    stage.price("1.08195", "1.08205")
    assert [each.kind for each in now(stage, account).orders] == ["limit"]
    stage.price("1.08130", "1.08140")
    assert [each.price for each in deals(stage, account)] == [Decimal("1.08140")]


@pytest.mark.parametrize(
    ("side", "bid", "ask", "reason", "price"),
    [
        ("buy", "1.07801", "1.07811", None, None),
        ("buy", "1.07800", "1.07810", "stop_loss", "1.07800"),
        ("buy", "1.07500", "1.07510", "stop_loss", "1.07500"),
        ("buy", "1.08199", "1.08209", None, None),
        ("buy", "1.08200", "1.08210", "take_profit", "1.08200"),
        ("sell", "1.08189", "1.08199", None, None),
        ("sell", "1.08190", "1.08200", "stop_loss", "1.08200"),
        ("sell", "1.07791", "1.07801", None, None),
        ("sell", "1.07790", "1.07800", "take_profit", "1.07800"),
    ],
)
def test_stop_and_target_close_at_the_price_that_reached_them(
    stage: SimulatedStage,
    account: str,
    side: str,
    bid: str,
    ask: str,
    reason: str | None,
    price: str | None,
) -> None:
    low, high = "1.07800", "1.08200"
    stop, target = (low, high) if side == "buy" else (high, low)
    stage.place(account, side, stop=stop, target=target)
    stage.price(bid, ask)
    closing = [each for each in deals(stage, account) if each.entry == "out"]
    assert [(each.reason, each.price) for each in closing] == (
        [] if price is None else [(reason, Decimal(price))]
    )
    assert_sums_are_the_snapshot(stage.platform, account)


def test_a_moved_stop_is_the_one_that_counts(stage: SimulatedStage, account: str) -> None:
    position = stage.buy(account, "1.00")
    assert position
    stage.protect(account, position, "1.07000", "1.09000")
    stage.protect(account, position, "1.07950", "1.09000")
    stage.price("1.07950", "1.07960")
    assert [each.reason for each in deals(stage, account)] == ["manual", "stop_loss"]


@pytest.mark.parametrize("side", ["buy", "sell"])
def test_a_trailing_stop_follows_and_never_goes_back(
    stage: SimulatedStage, account: str, side: str
) -> None:
    """Twenty pips behind, from where it loses nothing on."""
    stage.place(account, side, trail="0.00200")
    sign = 1 if side == "buy" else -1
    start = Decimal("1.08000")

    def price(pips: int) -> None:
        bid = start + sign * Decimal(pips) * Decimal("0.00010")
        stage.price(str(bid), str(bid + Decimal("0.00010")))

    def stops() -> list[Decimal | None]:
        found = deltas_of(read(stage.platform), account)
        return [each.stop for each in found if isinstance(each, StopSet)]

    price(15)
    assert stops() == []
    for pips in (25, 30, 24, 31):
        price(pips)
    closing = start if side == "buy" else start + Decimal("0.00010")
    at = [closing + sign * Decimal(each - 20) * Decimal("0.00010") for each in (25, 30, 31)]
    assert stops() == at
    price(11)
    assert [each.reason for each in deals(stage, account)] == ["manual", "stop_loss"]


def test_an_order_ends_when_its_time_is_over(stage: SimulatedStage, account: str) -> None:
    ends = stage.clock.now + HOUR
    stage.place(account, kind="limit", price="1.07000", expires_at=ends)
    stage.clock.now = ends - 2 * SECOND
    stage.price("1.08001", "1.08011")
    assert now(stage, account).orders
    stage.core.pass_time(ends)
    assert [each.action for each in orders(stage, account)] == ["placed", "expired"]
    assert not now(stage, account).orders
    stage.price("1.06000", "1.06010")
    assert not deals(stage, account)


def test_a_changed_order_waits_for_its_new_price(stage: SimulatedStage, account: str) -> None:
    order = stage.bid_below(account, "0.10", "1.07000")
    assert order
    change = ChangeOrder(account, order, Decimal("1.06000"))
    assert stage.trading.trade(change).is_done
    stage.price("1.06500", "1.06510")
    assert not deals(stage, account)
    stage.price("1.05900", "1.05910")
    assert len(deals(stage, account)) == 1


def test_a_cancelled_order_is_never_filled(stage: SimulatedStage, account: str) -> None:
    order = stage.bid_below(account, "0.10", "1.07000")
    assert order
    assert stage.trading.trade(CancelOrder(account, order)).is_done
    again = stage.trading.trade(CancelOrder(account, order))
    assert again.reason is Reason.UNKNOWN_ORDER
    stage.price("1.06000", "1.06010")
    assert not deals(stage, account)


def test_an_order_that_triggers_without_rights_is_rejected(
    stage: SimulatedStage, account: str
) -> None:
    stage.bid_below(account, "0.10", "1.07000")
    done(stage.platform, SetRights("r", account, Rights.READ_ONLY))
    stage.price("1.06000", "1.06010")
    assert not deals(stage, account)
    last = orders(stage, account)[-1]
    assert (last.action, last.reason) == ("rejected", "not_allowed")


def test_a_stop_works_whatever_the_trader_may_do(stage: SimulatedStage, account: str) -> None:
    stage.place(account, stop="1.07000")
    done(stage.platform, SetRights("r", account, Rights.DISABLED))
    stage.price("1.06990", "1.07000")
    assert not now(stage, account).positions


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"lots": "0"}, Reason.INVALID),
        ({"lots": "0.005"}, Reason.INVALID),
        ({"lots": "-1"}, Reason.INVALID),
        ({"lots": "NaN"}, Reason.INVALID),
        ({"lots": "1001"}, Reason.INVALID),
        ({"symbol": "NOSUCH"}, Reason.UNKNOWN_SYMBOL),
        ({"symbol": "GBPUSD"}, Reason.NO_PRICE),
        ({"lots": "100"}, Reason.NOT_ENOUGH_MONEY),
        ({"stop": "1.08010"}, Reason.INVALID),
        ({"target": "1.08010"}, Reason.INVALID),
        ({"trail": "0"}, Reason.INVALID),
        ({"stop": "1.070001"}, Reason.INVALID),
        ({"kind": "limit"}, Reason.INVALID),
        ({"kind": "limit", "price": "1.08010"}, Reason.INVALID),
        ({"kind": "stop", "price": "1.08010"}, Reason.INVALID),
        ({"kind": "stop_limit", "price": "1.09000"}, Reason.INVALID),
        ({"kind": "limit", "price": "1.07000", "limit_price": "1.06000"}, Reason.INVALID),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    stage: SimulatedStage, account: str, more: dict[str, Any], reason: Reason
) -> None:
    answer = stage.place(account, **more)
    assert (answer.reason, answer.is_done) == (reason, False)
    assert not deals(stage, account)
    assert now(stage, account).balance == 100000


@pytest.mark.parametrize("level", ["NaN", "Infinity", "-1", "0", "1.070001", "1E+40"])
def test_a_level_that_is_no_price_changes_nothing(
    stage: SimulatedStage, account: str, level: str
) -> None:
    order, position = stage.bid_below(account, "0.10", "1.07000"), stage.buy(account, "0.10")
    assert order
    assert position
    before = now(stage, account)
    wrong = Decimal(level)
    for request in (
        ChangeOrder(account, order, wrong),
        ChangeOrder(account, order, Decimal("1.07000"), stop=wrong),
        ProtectPosition(account, position, stop=wrong),
        ProtectPosition(account, position, target=wrong),
        ProtectPosition(account, position, trail=wrong),
        ClosePosition(account, position, wrong),
    ):
        answer = stage.trading.trade(request)
        assert answer.reason is Reason.INVALID
    after = now(stage, account)
    assert (after.orders, after.positions) == (before.orders, before.positions)


def test_the_same_request_again_is_done_once(stage: SimulatedStage, account: str) -> None:
    order = PlaceOrder(account, "EURUSD", "buy", Decimal("0.10"), key="click-1")
    first = stage.trading.trade(order)
    assert first.is_done
    stage.restart()
    assert stage.trading.trade(order) == first
    assert len(deals(stage, account)) == 1
    other = PlaceOrder(account, "EURUSD", "sell", Decimal("0.10"), key="click-1")
    assert stage.trading.trade(other).reason is Reason.KEY_REUSED


def test_a_closed_position_cannot_be_closed_again(stage: SimulatedStage, account: str) -> None:
    position = stage.buy(account, "1.00")
    assert position
    assert stage.close(account, position)
    answer = stage.trading.trade(ClosePosition(account, position))
    assert answer.reason is Reason.UNKNOWN_POSITION


def test_no_more_is_closed_than_is_open(stage: SimulatedStage, account: str) -> None:
    position = stage.buy(account, "1.00")
    assert position
    answer = stage.trading.trade(ClosePosition(account, position, Decimal("1.01")))
    assert answer.reason is Reason.INVALID
    assert len(deals(stage, account)) == 1


# --- netting -------------------------------------------------------------------------------
def netting(stage: SimulatedStage) -> str:
    return done(stage.platform, CreateAccount("n", "netting", Decimal(100000))).account


@pytest.mark.parametrize(
    ("fills", "entries", "held"),
    [
        # What is bought and sold in turn; the last column: side, lots, average.
        ([("buy", "1.00"), ("buy", "0.50")], ["in", "in"], ("buy", "1.50")),
        ([("buy", "1.00"), ("sell", "0.40")], ["in", "out"], ("buy", "0.60")),
        ([("buy", "1.00"), ("sell", "1.00")], ["in", "out"], None),
        ([("buy", "1.00"), ("sell", "1.50")], ["in", "inout"], ("sell", "0.50")),
        (
            [("sell", "1.00"), ("buy", "3.00"), ("sell", "2.50")],
            ["in", "inout", "inout"],
            ("sell", "0.50"),
        ),
    ],
)
def test_a_netting_account_has_one_position_of_a_symbol(
    stage: SimulatedStage,
    fills: list[tuple[str, str]],
    entries: list[str],
    held: tuple[str, str] | None,
) -> None:
    account = netting(stage)
    for number, (side, lots) in enumerate(fills):
        assert stage.place(account, side, lots).is_done
        stage.price(f"1.0800{number + 1}", f"1.0801{number + 1}")
    assert [each.entry for each in deals(stage, account)] == entries
    positions = now(stage, account).positions
    assert [(each.side, each.lots) for each in positions] == (
        [] if held is None else [(held[0], Decimal(held[1]))]
    )
    assert_sums_are_the_snapshot(stage.platform, account)


def test_the_average_of_a_netting_position_is_exact(stage: SimulatedStage) -> None:
    account = netting(stage)
    stage.place(account, lots="1.00")  # at 1.08010
    stage.price("1.08100", "1.08110")
    stage.place(account, lots="2.00")
    stage.price("1.08000", "1.08010")
    stage.place(account, "sell", "3.00")
    (*_opening, closing) = deals(stage, account)
    # 300,000 x 1.08000 - 100,000 x 1.08010 - 200,000 x 1.08110
    assert closing.profit == Decimal("-230.00")


def test_a_hedging_account_holds_both_sides(stage: SimulatedStage, account: str) -> None:
    stage.place(account, "buy", "1.00")
    stage.place(account, "sell", "1.00")
    assert [each.side for each in now(stage, account).positions] == ["buy", "sell"]


# --- terms of a group ----------------------------------------------------------------------
def test_slippage_is_never_to_the_good_and_bounded(tmp_path: Path) -> None:
    stage = SimulatedStage(tmp_path, (GroupTerms("main", slippage_points=5),))
    account = account_on(stage)
    for number in range(30):
        stage.place(account, ("buy", "sell")[number % 2], "0.01")
    filled = deals(stage, account)
    worse = {each.price - Decimal("1.08010") for each in filled if each.side == "buy"}
    worse |= {Decimal("1.08000") - each.price for each in filled if each.side == "sell"}
    assert worse <= {Decimal(points).scaleb(-5) for points in range(6)}
    assert len(worse) > 3
    stage.end()


def test_some_orders_are_requoted_where_the_group_says_so(tmp_path: Path) -> None:
    stage = SimulatedStage(tmp_path, (GroupTerms("main", requotes_per_mille=500),))
    account = account_on(stage)
    answers = [stage.place(account, lots="0.01") for _ in range(40)]
    refused = [each for each in answers if each.reason is Reason.REQUOTE]
    assert 5 < len(refused) < 35
    rejected = [each for each in orders(stage, account) if each.action == "rejected"]
    assert [each.reason for each in rejected] == ["requote"] * len(refused)
    assert len(deals(stage, account)) == 40 - len(refused)
    stage.end()
