"""A reached target is not a pass while something must be settled first."""

import pytest

from propdesk.domain.events import Event
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Effect
from tests.story import deal, judged, money, opened, quote, reported, rulebook

TARGET = ProfitTarget(target=money("1000"))


def earned(*between: Event) -> list[Event]:
    """One lot from 1.08000 to 1.10000 with a dip to 1.07000: −1,000, then +2,000."""
    return [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:00:01", "EURUSD", "1.08000", "1.08000"),
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
        quote("2026-03-02 09:00:00", "EURUSD", "1.07000", "1.07001"),
        *between,
        quote("2026-03-02 10:00:00", "EURUSD", "1.10000", "1.10001"),
        deal("2026-03-02 10:00:01", "P1", "sell", "out", "1.00", "1.10000", profit="2000"),
    ]


def soft(kind: str) -> DailyLoss:
    return DailyLoss(
        base="day_start_balance",
        allowance=money("1000"),
        comparison="touch",
        effects=(Effect(kind=kind),),  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("warn", "passed"),
        ("manual_review", "active"),
        ("reset_account", "active"),
        ("demote_stage", "active"),
        ("fail", "breached"),
    ],
)
def test_the_effect_of_a_broken_limit_decides(kind, status):
    assert judged(rulebook(soft(kind), TARGET), earned()).status == status


@pytest.mark.parametrize(
    ("balance", "equity", "status"),
    [
        ("100000", "99000", "passed"),
        ("100000", "98999.99", "active"),
        ("99999.99", "99000", "active"),
    ],
)
def test_a_platform_that_disagrees_holds_the_pass_and_breaks_nothing(balance, equity, status):
    told = reported("2026-03-02 09:00:01", balance, equity)
    evaluation = judged(rulebook(TARGET), earned(told))
    assert (evaluation.status, evaluation.verdicts != ()) == (status, status == "passed")
    assert bool(evaluation.mismatches) is (status == "active")


def test_a_late_price_is_not_the_price_now_and_leaves_the_outcome_unknown():
    """09:00 arrives again after 10:00 with a price that would break the limit."""
    late = quote("2026-03-02 09:30:00", "EURUSD", "1.07000", "1.07001")
    story: list[Event] = [
        opened("2026-03-02 08:00:00"),
        quote("2026-03-02 08:00:01", "EURUSD", "1.08000", "1.08000"),
        deal("2026-03-02 08:00:02", "P1", "buy", "in", "1.00", "1.08000"),
        quote("2026-03-02 10:00:00", "EURUSD", "1.10000", "1.10001"),
        late,
    ]
    assert judged(rulebook(soft("fail")), story).status == "unknown"


def test_a_late_deal_leaves_the_outcome_unknown():
    story = earned()
    late = deal("2026-03-02 09:30:00", "P2", "buy", "in", "0.01", "1.08000")
    assert judged(rulebook(soft("warn")), [*story[:-1], late]).status == "unknown"
