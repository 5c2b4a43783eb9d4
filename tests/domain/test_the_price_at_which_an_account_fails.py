"""The failing price is the first tick that breaks the limit, computed by hand here."""

from decimal import Decimal

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import evaluate
from propdesk.domain.events import Event
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss, Tested
from propdesk.domain.situation import Span
from propdesk.domain.terms import Comparison, RuleTerms
from tests import story
from tests.story import CATALOGUE, deal, opened, percent, quote

START = opened("2026-03-02 08:00:00")


def overall(comparison: Comparison = "touch", tested: Tested = "equity") -> OverallLoss:
    return OverallLoss(mode="static", allowance=percent("10"), comparison=comparison, tested=tested)


def judged(*events: Event, rules: tuple[RuleTerms, ...] = (overall(),)) -> Evaluation:
    return evaluate(
        (START, *events),
        story.rulebook(*rules),
        phase="phase",
        size=Decimal(100000),
        catalogue=CATALOGUE,
        sampled=True,
    )


def told(evaluation: Evaluation) -> list[tuple[str, str, str]]:
    return [(each.symbol, each.side, str(each.price)) for each in evaluation.failing_prices]


@pytest.mark.parametrize(
    ("side", "comparison", "expected"),
    [
        # 100,000 less 10,000 on 1 lot is 0.10000: bought at 1.08000, bid 0.98000 is the floor
        ("buy", "touch", ("EURUSD", "bid", "0.98000")),
        ("buy", "cross", ("EURUSD", "bid", "0.97999")),
        ("sell", "touch", ("EURUSD", "ask", "1.18000")),
        ("sell", "cross", ("EURUSD", "ask", "1.18001")),
    ],
)
def test_touch_and_cross(side: str, comparison: Comparison, expected: tuple[str, ...]) -> None:
    found = judged(
        deal("2026-03-02 09:00:00", "P1", side, "in", "1", "1.08000"),
        quote("2026-03-02 09:00:01", "EURUSD", "1.08000", "1.08010"),
        rules=(overall(comparison),),
    )
    assert told(found) == [expected]


def test_costs_and_closed_losses_bring_it_nearer() -> None:
    found = judged(
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "3", "1.08000", commission="-10.50"),
        quote("2026-03-02 09:00:01", "EURUSD", "1.08000", "1.08010"),
    )
    # 9,989.50 on 3 lots is 0.0332983…: at 1.04671 it is 9,987, at 1.04670 it is 9,990
    assert told(found) == [("EURUSD", "bid", "1.04670")]


def test_a_rate_that_moves_with_the_price_itself() -> None:
    found = judged(
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "10", "150.000", symbol="USDJPY"),
        quote("2026-03-02 09:00:01", "USDJPY", "150.000", "150.010"),
    )
    # (p - 150) * 1,000,000 / p = -10,000 gives p = 148.5148514…: the tick below breaks it
    assert told(found) == [("USDJPY", "bid", "148.514")]


def test_another_symbols_rate_stays_where_it_is() -> None:
    found = judged(
        quote("2026-03-02 08:59:00", "GBPUSD", "1.25000", "1.26000"),
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "0.85000", symbol="EURGBP"),
        quote("2026-03-02 09:00:01", "EURGBP", "0.85000", "0.85010"),
    )
    # a loss is bought at the ask 1.26: 10,000 / 126,000 is 0.0793650…
    assert told(found) == [("EURGBP", "bid", "0.77063")]


@pytest.mark.parametrize(
    "events",
    [
        # its rate was never quoted
        (
            deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "0.85000", symbol="EURGBP"),
            quote("2026-03-02 09:00:01", "EURGBP", "0.85000", "0.85010"),
        ),
        # no price at all
        (deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "1.08000"),),
        # nothing is open
        (quote("2026-03-02 09:00:01", "EURUSD", "1.08000", "1.08010"),),
        # both sides of one symbol
        (
            deal("2026-03-02 09:00:00", "P1", "buy", "in", "2", "1.08000"),
            deal("2026-03-02 09:00:00", "P2", "sell", "in", "1", "1.08000"),
            quote("2026-03-02 09:00:01", "EURUSD", "1.08000", "1.08010"),
        ),
        # so small that not even a price of nearly nothing breaks the limit
        (
            deal("2026-03-02 09:00:00", "P1", "buy", "in", "0.01", "1.08000"),
            quote("2026-03-02 09:00:01", "EURUSD", "1.08000", "1.08010"),
        ),
    ],
    ids=["no rate", "no price", "flat", "hedged", "too small"],
)
def test_what_is_not_known_is_not_told(events: tuple[Event, ...]) -> None:
    assert told(judged(*events)) == []


def test_a_symbol_that_converts_another_positions_profit_is_not_told() -> None:
    found = judged(
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "0.85000", symbol="EURGBP"),
        deal("2026-03-02 09:00:00", "P2", "buy", "in", "1", "1.25000", symbol="GBPUSD"),
        quote("2026-03-02 09:00:01", "GBPUSD", "1.25000", "1.26000"),
        quote("2026-03-02 09:00:01", "EURGBP", "0.85000", "0.85010"),
    )
    assert {symbol for symbol, _, _ in told(found)} == {"EURGBP"}


@pytest.mark.parametrize(
    ("tested", "price"),
    [
        ("equity", "0.98000"),
        # equity is above the balance: it falls past it to the same floor
        ("balance_or_equity", "0.98000"),
        ("balance", None),
    ],
)
def test_what_is_held_against_the_floor(tested: Tested, price: str | None) -> None:
    found = judged(
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "1.08000"),
        quote("2026-03-02 09:00:01", "EURUSD", "1.08100", "1.08110"),
        rules=(overall(tested=tested),),
    )
    assert told(found) == ([] if price is None else [("EURUSD", "bid", price)])


def test_a_days_net_loss_counts_from_its_start() -> None:
    net = DailyLoss(
        base="day_start_equity", allowance=percent("5"), comparison="touch", tested="day_net"
    )
    found = judged(
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "1.08000"),
        quote("2026-03-02 09:00:01", "EURUSD", "1.08100", "1.08110"),
        rules=(net,),
    )
    assert told(found) == [("EURUSD", "bid", "1.03000")]


def test_open_profit_that_is_no_part_of_equity_has_no_failing_price() -> None:
    events = (
        START,
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "1.08000"),
        quote("2026-03-02 09:00:01", "EURUSD", "1.08100", "1.08110"),
    )
    book = story.rulebook(overall(), floating_in_equity=False)
    found = evaluate(events, book, phase="phase", size=Decimal(100000), catalogue=CATALOGUE)
    assert told(found) == []


def test_what_is_open_is_told_with_its_profit() -> None:
    found = judged(
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "1.08000"),
        quote("2026-03-02 09:00:01", "EURUSD", "1.08100", "1.08110"),
    )
    (position,) = found.positions
    assert (position.symbol, position.side, str(position.lots)) == ("EURUSD", "buy", "1")
    assert position.floating == Span(Decimal(100), Decimal(100))
    assert position.open_price == Decimal("1.08000")


def test_the_equity_drawdown_needs_every_tick_and_no_money_moved() -> None:
    trade = (
        quote("2026-03-02 08:59:59", "EURUSD", "1.08000", "1.08010"),
        deal("2026-03-02 09:00:00", "P1", "buy", "in", "1", "1.08000"),
        quote("2026-03-02 09:05:00", "EURUSD", "1.07500", "1.07510"),
        quote("2026-03-02 09:10:00", "EURUSD", "1.08200", "1.08210"),
        deal("2026-03-02 09:11:00", "P1", "sell", "out", "1", "1.08200", profit="200"),
    )
    known = judged(*trade).statistics
    assert known is not None
    assert known.drawdown_of_equity is not None
    assert known.drawdown_of_equity.high == 500
    without = (trade[1], trade[-1])
    paid = (*trade, story.adjusted("2026-03-02 10:00:00", "-100", "withdrawal"))
    for events in (without, paid):
        unknown = judged(*events).statistics
        assert unknown is not None
        assert unknown.drawdown_of_equity is None
