"""The profit target: what counts towards it, when it is met, and the quote that meets it."""

from typing import Any

import pytest

from propdesk.domain.events import (
    AccountReported,
    BalanceAdjusted,
    Bar,
    PayoutMoved,
    StateReported,
)
from propdesk.domain.judging import Objective
from propdesk.domain.rulebook import Phase, Promotion, Rulebook
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount
from tests import story
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, reported, start

TEN = Amount(percent=d(10))
DEPOSIT = BalanceAdjusted(ACCOUNT, at("11:00"), d(1000), "deposit")
BONUS = BalanceAdjusted(ACCOUNT, at("11:00"), d(500), "bonus")


def target(measured_on: str = "balance_flat", amount: Amount = TEN, **more: Any) -> ProfitTarget:
    return ProfitTarget(target=amount, measured_on=measured_on, **more)  # type: ignore[arg-type]


def goal_of(rule: ProfitTarget, *events: Any) -> Objective:
    (goal,) = judge(rule, [start(), *events]).objectives
    return goal


def made(amount: str, clock: str = "10:00", *, day: int = 1, **more: Any) -> Any:
    return reported("09:00", clock, amount, day=day, id=f"{day}-{clock}", **more)


def paid(amount: str, clock: str = "12:00") -> PayoutMoved:
    return PayoutMoved(ACCOUNT, at(clock), "paid", clock, d(amount))


@pytest.mark.parametrize(
    ("measured_on", "events", "current", "level"),
    [
        ("balance_flat", [made("2000")], 2000, 110000),
        ("balance", [made("2000"), DEPOSIT], 3000, 110000),
        ("equity", [made("2000"), DEPOSIT], 3000, 110000),
        # Money moved in counts for neither of these: the balance has to be higher by it.
        ("net_closed_profit", [made("2000"), DEPOSIT], 2000, 111000),
        ("adjusted_balance", [made("2000"), BONUS], 2000, 110500),
        # 2,000 and 300, of which commission took 7 and swap 3.
        ("net_closed_profit",
         [made("2000", commission=d(-7), swap=d(-3)), made("300", "11:00")], 2290, 110000),
        ("gross_closed_profit",
         [made("2000", commission=d(-7), swap=d(-3)), made("300", "11:00")], 2300, 109990),
        ("gross_closed_profit", [made("2000"), made("-300", "11:00")], 1700, 110000),
        # After a payout the same balance has to be reached again …
        ("balance", [made("2000"), paid("1500"), made("100", "13:00")], 600, 110000),
        # … and what was closed stays closed.
        ("net_closed_profit", [made("2000"), paid("1500"), made("100", "13:00")], 2100, 108500),
    ],
)  # fmt: skip
def test_what_counts(measured_on: str, events: list[Any], current: int, level: int) -> None:
    goal = goal_of(target(measured_on), *events)
    assert (goal.rule, goal.required, goal.current, goal.met) == (
        "profit_target", 10000, current, False,
    )  # fmt: skip
    assert (dict(goal.figures), goal.blocks) == ({"target_balance": level}, "pass")


@pytest.mark.parametrize(
    ("measured_on", "events", "current", "level"),
    [
        # 2,000 earned, 1,500 of it paid out, then 100 more, then 1,000 paid in.
        ("balance_flat", [], 1100, 110500),
        ("balance", [], 1100, 110500),
        ("equity", [], 1100, 110500),
        ("net_closed_profit", [], 100, 111500),
        ("adjusted_balance", [], 100, 111500),
        ("gross_closed_profit", [], 100, 111500),
        ("net_closed_profit", [paid("500", "15:00"), made("7", "16:00")], 7, 111100),
    ],
)
def test_a_target_of_each_payout_cycle(
    measured_on: str, events: list[Any], current: int, level: int
) -> None:
    late = BalanceAdjusted(ACCOUNT, at("14:00"), d(1000), "deposit")
    history = [made("2000"), paid("1500"), made("100", "13:00"), late, *events]
    goal = goal_of(target(measured_on, per_cycle=True), *history)
    assert (goal.current, goal.figures["target_balance"]) == (current, level)


@pytest.mark.parametrize("measured_on", ["balance", "net_closed_profit", "gross_closed_profit"])
def test_a_cycle_known_from_its_middle(measured_on: str) -> None:
    state = StateReported(ACCOUNT, at("08:00"), balance=d(106000), cycle_profit=d(4000))
    assert goal_of(target(measured_on, per_cycle=True), state, made("50")).current == 4050
    unknown = StateReported(ACCOUNT, at("08:00"), balance=d(100000))
    assert goal_of(target(measured_on, per_cycle=True), unknown, made("50")).current == 50


@pytest.mark.parametrize(
    ("of", "required"),
    [
        # 120,000 earned up to, 15,000 paid out: the cycle starts with 105,000; then 2,000 more.
        ("initial", 10000),
        ("balance_after_last_payout", 10500),
        ("cycle_start", 10500),
        ("balance", 10700),
    ],
)
def test_what_the_target_is_a_part_of(of: Any, required: int) -> None:
    rule = target(amount=Amount(percent=d(10), of=of), per_cycle=True)
    history = [made("20000"), paid("15000"), made("2000", "13:00")]
    assert goal_of(rule, *history).required == required
    first = Amount(percent=d(10), of=of)
    assert goal_of(target(amount=first), made("0")).required == 10000


@pytest.mark.parametrize(
    ("profit", "status"), [("9999.99", "active"), ("10000", "passed"), ("10000.01", "passed")]
)
def test_a_cent_either_side_of_the_target(profit: str, status: str) -> None:
    result = judge(target(), [start(), made(profit)])
    assert (result.status, result.objectives[0].met) == (status, status == "passed")


OPEN = [quote("07:00", "10000"), buy("08:00", "a")]  # equity = the balance − 10,000 + the price


@pytest.mark.parametrize(
    ("measured_on", "met"), [("balance_flat", False), ("balance", True), ("equity", True)]
)
def test_a_position_still_open(measured_on: str, met: bool) -> None:
    goal = goal_of(target(measured_on), *OPEN, made("10000"), quote("11:00", "10000"))
    assert (goal.current, goal.met) == (10000, met)


def test_equity_that_is_not_known_meets_nothing_and_misses_nothing() -> None:
    goal = goal_of(target("equity"), buy("08:00", "a"), made("10000"))
    assert (goal.current, goal.met, goal.figures["target_balance"]) == (None, None, 110000)
    result = judge(target("equity"), [start(), buy("08:00", "a"), made("10000")])
    assert result.status == "unknown"


def test_a_bar_meets_it_only_by_its_worst_price() -> None:
    def hour(low: str) -> Bar:
        worst, best = d(low), d(30000)
        return Bar(at("09:00"), "ONE", 3_600_000_000, *(worst, best, worst, worst) * 2)

    assert goal_of(target("equity"), *OPEN, hour("19999.99")).met is False
    assert goal_of(target("equity"), *OPEN, hour("20000")).met is True


def open_book(*rules: ProfitTarget) -> Rulebook:
    """A phase that is passed with positions open."""
    book = story.rulebook(*rules, zone="UTC")
    phase = Phase(name="phase", rules=rules, promotion=Promotion(flat_required=False))
    return Rulebook(**{**vars(book), "phases": (phase,)})


def lot(*path: str, extra: Any = ()) -> list[Any]:
    """One lot of EURUSD bought at 1.10000 and quoted at these bids: a point is a dollar."""
    return [
        story.opened("2026-03-02 08:00:00"),
        story.quote("2026-03-02 08:00:01", "EURUSD", "1.10000", "1.10000"),
        *extra,
        story.deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.10000"),
        *(
            story.quote(f"2026-03-02 09:00:0{no}", "EURUSD", bid, "2.00000")
            for no, bid in enumerate(path)
        ),
    ]


@pytest.mark.parametrize("fast", [True, False])
@pytest.mark.parametrize(
    ("path", "passed_at"),
    [
        (["1.19999", "1.15000"], None),
        (["1.19999", "1.20000", "1.15000"], "2026-03-02 09:00:01"),
        (["1.25000", "1.15000"], "2026-03-02 09:00:00"),
    ],
)
def test_one_quote_meets_a_target_by_equity(path: list[str], passed_at: Any, fast: bool) -> None:
    result = story.judged(open_book(target("equity")), lot(*path), fast=fast)
    moments = [each.at for each in result.verdicts if each.outcome == "pass"]
    assert moments == ([] if passed_at is None else [story.at(passed_at)])
    assert result.status == ("active" if passed_at is None else "passed")


@pytest.mark.parametrize("fast", [True, False])
def test_money_paid_in_brings_a_target_by_equity_nearer(fast: bool) -> None:
    deposit = story.adjusted("2026-03-02 08:00:01", "1000", "deposit")
    book = open_book(target("equity"))
    near = story.judged(book, lot("1.18999", "1.15000", extra=(deposit,)), fast=fast)
    there = story.judged(book, lot("1.19000", "1.15000", extra=(deposit,)), fast=fast)
    assert (near.status, there.status) == ("active", "passed")


def test_a_target_by_equity_waits_for_what_else_must_be_met() -> None:
    """The second target is met by the balance alone, an hour after equity was there first."""
    book = open_book(target("equity"), target("balance", Amount(money=d(5))))
    path = lot("1.25000", "1.15000", "1.25000")
    assert story.judged(book, path).status == "active"
    refund = story.adjusted("2026-03-02 10:00:00", "5", "refund")
    assert story.judged(book, [*path, refund]).status == "passed"
    below = story.adjusted("2026-03-02 09:00:01", "5", "refund")
    later = [*path[:-1], below, path[-1]]
    assert story.judged(book, later[:-1]).status == "active"
    assert story.judged(book, later).status == "passed"


@pytest.mark.parametrize(("equity", "status"), [("110000", "passed"), ("109999.99", "active")])
def test_a_platform_that_reports_equity(equity: str, status: str) -> None:
    report = AccountReported(ACCOUNT, at("09:00"), d(100000), d(equity))
    assert judge(target("equity"), [start(), report]).status == status


def test_a_whole_trade_and_its_parts_earn_the_same() -> None:
    whole = buy("08:00", "a", "2")
    half = [close("09:00", whole, "13000", "1"), close("10:00", whole, "13000", "1")]
    history = [quote("07:00", "10000"), whole, *half]
    goal = goal_of(target("gross_closed_profit"), *history)
    assert goal.current == 6000
    assert goal_of(target("net_closed_profit"), *history).current == 6000


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (target(), ("10 % of the initial balance (10,000.00), measured on the balance with every "
         "position closed.")),
        (target("balance", Amount(money=d(3000))), "3,000.00, measured on the balance."),
        (target("equity", Amount(money=d(1)), per_cycle=True),
         "1.00 since the last payout, measured on the equity, open profit included."),
        (target("net_closed_profit", Amount(money=d(1))),
         "1.00, measured on the closed profit after costs."),
        (target("gross_closed_profit", Amount(money=d(1))),
         "1.00, measured on the closed profit before commission and swap."),
        (target("adjusted_balance", Amount(money=d(1))),
         "1.00, measured on the balance without money moved in or out."),
    ],
)  # fmt: skip
def test_the_rule_in_a_sentence(rule: ProfitTarget, sentence: str) -> None:
    assert rule.sentence(d(100000)) == f"Earn at least {sentence}"
    assert rule.formula() == "current ≥ target"
