"""Each part of equity in and out: a cost left out counts once its position is closed."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import AccountReported, OrderSeen, TimePassed
from propdesk.domain.rulebook import Accounting, Clock, Phase, Promotion, Rulebook
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, TermsError
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    SIZE,
    at,
    buy,
    close,
    d,
    quote,
    sell,
    start,
)

FLOOR = OverallLoss(mode="static", allowance=Amount(money=d(5000)), comparison="touch")
GOAL = ProfitTarget(target=Amount(money=d(50)), measured_on="balance")
Q = quote("08:00", "10000")


def evaluating(
    *events: Any, fast: bool = True, netting: bool = False, **accounting: Any
) -> Evaluator:
    phase = Phase(
        name="phase",
        rules=(FLOOR, GOAL),
        promotion=Promotion(flat_required=False),
        accounting=Accounting(platform="exact", **accounting),
    )
    book = Rulebook(
        name="test",
        version="1",
        effective_from=date(2021, 1, 1),
        currency="USD",
        clock=Clock(zone="UTC", reset=time(0)),
        phases=(phase,),
    )
    evaluator = Evaluator(book, phase, size=SIZE, catalogue=CATALOGUE, fast=fast)
    evaluator.feed([start(netting=netting), *events])
    return evaluator


def judged(*events: Any, **more: Any) -> Evaluation:
    return evaluating(*events, **more).result()


def equity(result: Evaluation) -> Any:
    return None if result.equity is None else result.equity.low


COSTS: dict[str, Any] = {"commission": d(-7), "swap": d(-3), "fee": d(-2)}
OPENED = buy("09:00", "p", "2", **COSTS)
HALF = replace(close("10:00", OPENED, "10000", "1"), commission=d(-5))
REST = close("11:00", OPENED, "10000", "1")


@pytest.mark.parametrize(
    ("left_out", "opened", "half_closed"),
    [
        ({}, 99988, 99983),
        ({"commission_in_equity": False}, 99995, "99986.50"),
        ({"swap_in_equity": False}, 99991, "99984.50"),
        ({"fees_in_equity": False}, 99990, 99984),
        (
            {"commission_in_equity": False, "swap_in_equity": False, "fees_in_equity": False},
            100000,
            99989,
        ),
    ],
)
def test_a_cost_left_out_counts_once_it_is_closed(
    left_out: dict[str, bool], opened: Any, half_closed: Any
) -> None:
    assert equity(judged(Q, OPENED, **left_out)) == d(opened)
    assert equity(judged(Q, OPENED, HALF, **left_out)) == d(half_closed)
    closed = judged(Q, OPENED, HALF, REST, **left_out)
    assert (equity(closed), closed.balance) == (d(99983), d(99983))


def test_a_commission_not_yet_booked_is_a_commission() -> None:
    opened = buy("09:00", "p", unbooked=d(-7))
    assert equity(judged(Q, opened)) == d(99993)
    assert equity(judged(Q, opened, commission_in_equity=False)) == d(100000)
    assert equity(judged(Q, opened, fees_in_equity=False)) == d(99993)


@pytest.mark.parametrize("netting", [False, True])
def test_unbooked_commission_adds_up_and_is_booked_part_by_part(netting: bool) -> None:
    fills = (
        buy("09:00", "p", unbooked=d(-7)),
        buy("09:10", "p" if not netting else "q", unbooked=d(-3)),
    )
    part = replace(close("10:00", fills[0], "10000", "0.5"), commission=d(-2))
    for events, expected in ((fills[:1], 99993), (fills, 99990), ((*fills, part), 99990)):
        assert equity(judged(Q, *events, netting=netting)) == d(expected)
    last = replace(close("11:00", fills[0], "10000", "1.5"), commission=d(-8))
    closed = judged(Q, *fills, part, last, netting=netting)
    assert (equity(closed), closed.balance) == (d(99990), d(99990))


@pytest.mark.parametrize(
    ("part", "costs"),
    [
        ("commission_in_equity", {"commission": d(-100)}),
        ("swap_in_equity", {"swap": d(-100)}),
        ("fees_in_equity", {"fee": d(-100)}),
    ],
)
@pytest.mark.parametrize(
    ("price", "with_it", "without"),
    [
        ("5101", "active", "active"),
        ("5100", "breached", "active"),
        ("5001", "breached", "active"),
        ("5000", "breached", "breached"),
    ],
)
def test_a_limit_on_the_point_where_one_cost_decides(
    part: str, costs: dict[str, Any], price: str, with_it: str, without: str
) -> None:
    events = (Q, buy("09:00", "p", **costs), quote("10:00", price))
    assert judged(*events, **{part: True}).status == with_it
    assert judged(*events, **{part: False}).status == without


@pytest.mark.parametrize("fast", [True, False])
def test_open_profit_left_out_moves_no_extreme_of_the_day(fast: bool) -> None:
    events = (Q, buy("09:00", "p"), quote("10:00", "4000"), quote("11:00", "16000"))
    result = judged(*events, fast=fast, floating_in_equity=False)
    (day,) = result.days
    assert (result.status, day.min_equity, day.max_equity) == ("active", SIZE, SIZE)


def test_without_open_profit_no_quote_is_needed() -> None:
    silent = (buy("09:00", "p"), TimePassed(at("12:00")))
    assert judged(*silent).status == "unknown"
    assert judged(*silent, floating_in_equity=False).status == "active"


def order(price: str | None, name: str = "O", clock: str = "08:59", **more: Any) -> OrderSeen:
    asked = None if price is None else d(price)
    figures = {"requested_price": asked, "lots": d(1), **more}
    return OrderSeen(ACCOUNT, at(clock), name, "placed", "ONE", "buy", "market", **figures)


SLIPPED = buy("09:00", "p", price=d(10030), order="O")


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((order("10000"), SLIPPED), 100000),
        ((SLIPPED, order("10000", clock="09:01")), 100000),  # the order is told after its fill
        ((order("9990"), order("10000", clock="08:59:30"), SLIPPED), 100000),  # the latest price
        ((order("10040"), SLIPPED), 99960),  # filled better than asked for
        ((order(None), SLIPPED), None),
        ((SLIPPED,), None),
        ((order("10000"), replace(SLIPPED, order=None)), None),
        ((order("10000"), replace(SLIPPED, side="sell")), 100000),
        # two fills of one position: asked for at 10,000 and 10,060
        (
            (
                order("10000"),
                SLIPPED,
                order("10060", "P"),
                buy("09:10", "p", price=d(10090), order="P"),
            ),
            99940,
        ),
        # half of it closed at the price it was filled at: the other half is still as asked for
        (
            (
                order("10000"),
                replace(SLIPPED, lots=d(2)),
                close("10:00", SLIPPED, "10030", "1"),
            ),
            100000,
        ),
        # closed and opened anew
        (
            (
                order("10000"),
                SLIPPED,
                close("10:00", SLIPPED, "10030"),
                order("10020", "P"),
                buy("10:10", "p", price=d(10030), order="P"),
            ),
            99980,
        ),
    ],
)
def test_without_slippage_a_position_counts_from_the_price_asked_for(
    events: tuple[Any, ...], expected: int | None
) -> None:
    result = judged(Q, *events, quote("12:00", "10000"), slippage_in_equity=False)
    assert equity(result) == (None if expected is None else d(expected))
    if expected is None:
        assert result.status == "unknown"
        assert [(gap.symbol, gap.reason) for gap in result.coverage.gaps] == [
            ("ONE", "the price an open position was asked for is not in the log")
        ]


def test_a_price_told_late_leaves_the_worst_of_the_others_as_it_was() -> None:
    events = (
        order("10000"),
        replace(SLIPPED, price=d(10000)),
        quote("09:30", "9000"),
        buy("09:40", "q", price=d(9050), order="Q"),
        quote("10:00", "10000"),
        order("9000", "Q", clock="10:01"),
        close("10:02", SLIPPED, "10000"),
    )
    evaluator = evaluating(Q, *events, slippage_in_equity=False)
    assert evaluator.account is not None
    (trade,) = evaluator.account.situation.trades
    assert trade.worst_floating == d(-1000)
    assert equity(evaluator.result()) == d(100000) + trade.net + 1000


def test_a_part_closed_before_another_fill_weighs_what_is_left_of_it() -> None:
    events = (
        order("10000"),
        replace(SLIPPED, lots=d(4)),
        close("10:00", SLIPPED, "10030", "3"),
        order("10040", "P"),
        buy("10:10", "p", price=d(10060), order="P"),
    )
    # one lot asked for at 10,000 and one at 10,040
    result = judged(Q, *events, quote("12:00", "10000"), slippage_in_equity=False)
    assert equity(result) == d(99960)


def test_a_reversal_leaves_only_its_own_price() -> None:
    turned = sell("10:00", "p", "3", price=d(9990), entry="inout", order="P")
    events = (order("10000"), SLIPPED, order("10000", "P"), replace(turned, profit=d(-40)))
    for slippage, expected in ((False, 99960), (True, 99940)):
        result = judged(
            Q, *events, quote("12:00", "10000"), netting=True, slippage_in_equity=slippage
        )
        assert equity(result) == d(expected)


def test_once_closed_slippage_is_in_the_balance() -> None:
    events = (order("10000"), SLIPPED, close("10:00", SLIPPED, "10000"))
    assert equity(judged(Q, *events, slippage_in_equity=False)) == d(99970)


@pytest.mark.parametrize(
    "left_out",
    [
        {},
        {"commission_in_equity": False},
        {"swap_in_equity": False},
        {"fees_in_equity": False},
        {"floating_in_equity": False},
    ],
)
@pytest.mark.parametrize(("told", "mismatches"), [(99988, 0), (99989, 1)])
def test_the_platforms_report_is_held_against_its_own_equity(
    left_out: dict[str, bool], told: int, mismatches: int
) -> None:
    report = AccountReported(ACCOUNT, at("09:30"), equity=d(told))
    assert len(judged(Q, OPENED, report, **left_out).mismatches) == mismatches


def test_a_report_says_nothing_of_an_equity_without_slippage() -> None:
    report = AccountReported(ACCOUNT, at("09:30"), equity=d(1))
    events = (Q, order("10000"), SLIPPED, report)
    assert not judged(*events, slippage_in_equity=False).mismatches


@pytest.mark.parametrize(
    "part",
    [
        "floating_in_equity",
        "commission_in_equity",
        "swap_in_equity",
        "fees_in_equity",
        "slippage_in_equity",
    ],
)
def test_a_reported_equity_cannot_be_taken_apart(part: str) -> None:
    with pytest.raises(TermsError, match=r"^equity that the platform reports has every part"):
        Accounting(equity_source="reported", **{part: False})  # type: ignore[arg-type]
    report = AccountReported(ACCOUNT, at("09:30"), balance=d(100100), equity=d(94000))
    result = judged(report, TimePassed(at("12:00")), **{part: False})
    if part == "floating_in_equity":  # the balance is all that counts
        assert (result.status, equity(result)) == ("passed", d(100100))
        return
    assert (result.status, equity(result)) == ("unknown", None)
    (gap,) = result.coverage.gaps
    assert gap.reason == "a reported equity does not say what it is made of"
