"""What a payout does to the balance, and to everything that is measured from it."""

from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import BalanceAdjusted, PayoutMoved, TimePassed
from propdesk.domain.payouts import PayoutTerms, Split
from propdesk.domain.rulebook import Accounting, Clock, Phase, Rulebook
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount
from tests.domain.rules.histories import ACCOUNT, CATALOGUE, SIZE, at, d, reported, start

FIVE = Amount(money=d(5000))
DAILY = DailyLoss(base="day_start_balance", allowance=FIVE, comparison="touch")
TRAIL = OverallLoss(mode="trailing", allowance=FIVE, comparison="touch",
                    peak_source="closed_balance", on_payout="reduce_peak")  # fmt: skip
CYCLE = ProfitTarget(target=FIVE, measured_on="balance", per_cycle=True)
PAYS = PayoutTerms(split=Split(percent=d(80)), first_after_days=0,
                   first_counted_from="activation", cycle_days=0)  # fmt: skip
WON = reported("09:00", "10:00", "3000", day=1)
PAID = PayoutMoved(ACCOUNT, at("12:00", 2), "paid", "P", d(2000), d(1600))


def judged(payouts: str, *events: Any) -> Evaluation:
    accounting = Accounting(platform="exact", payouts=payouts)  # type: ignore[arg-type]
    phase = Phase(name="funded", stage="funded", rules=(DAILY, TRAIL, CYCLE), payout=PAYS)
    book = Rulebook(
        name="test",
        version="1",
        effective_from=date(2021, 1, 1),
        currency="USD",
        clock=Clock(zone="UTC", reset=time(0)),
        phases=(phase,),
        accounting=accounting,
    )
    evaluator = Evaluator(book, phase, size=SIZE, catalogue=CATALOGUE)
    evaluator.feed([start(), WON, *events])
    return evaluator.result()


@pytest.mark.parametrize(
    ("payouts", "balance", "daily_base", "payable", "left"),
    [
        ("lower_balance", 101000, 101000, 1000, 100000),
        ("leave_balance", 103000, 103000, 1000, 103000),
    ],
)
def test_paid_from_the_balance_or_beside_it(
    payouts: str, balance: int, daily_base: int, payable: int, left: int
) -> None:
    result = judged(payouts, PAID)
    assert result.balance == d(balance)
    limits = {line.rule: line for line in result.limits}
    assert limits["daily_loss"].base == d(daily_base)
    # Lowered by its terms, the mark of the closed balance is where the balance still stands.
    assert limits["overall_loss"].peak == d(balance)
    goals = {goal.rule: goal for goal in result.objectives}
    assert goals["profit_target"].current == d(0)  # a new cycle begins either way
    # What was paid is not payable again, though it is still in the balance.
    assert result.payout is not None
    assert (result.payout.amount, result.payout.balance_after) == (d(payable), d(left))
    assert sum(day.profit for day in result.days) == d(3000)


@pytest.mark.parametrize("step", ["requested", "approved", "denied"])
@pytest.mark.parametrize("payouts", ["lower_balance", "leave_balance"])
def test_only_what_is_paid_counts(payouts: str, step: Any) -> None:
    assert judged(payouts, replace(PAID, step=step)).balance == d(103000)


@pytest.mark.parametrize("payouts", ["lower_balance", "leave_balance"])
def test_a_payout_the_platform_booked_has_lowered_the_balance(payouts: str) -> None:
    booked = BalanceAdjusted(ACCOUNT, at("12:00", 2), d(-2000), "payout")
    assert judged(payouts, booked).balance == d(101000)


@pytest.mark.parametrize(
    ("payouts", "lost", "status"),
    [
        ("lower_balance", 4999, "active"),
        ("lower_balance", 5000, "breached"),
        ("leave_balance", 4999, "active"),
        ("leave_balance", 5000, "breached"),
    ],
)
def test_either_way_the_payout_is_no_loss_of_the_day(payouts: str, lost: int, status: str) -> None:
    loss = reported("13:00", "14:00", str(-lost), day=2)
    assert judged(payouts, PAID, loss, TimePassed(at("15:00", 2))).status == status
