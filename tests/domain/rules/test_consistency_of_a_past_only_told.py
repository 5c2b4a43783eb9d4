"""Consistency of an account that starts mid-life: a figure nobody told is not known, never zero."""

from typing import Any

import pytest

from propdesk.domain.events import DayReported, PayoutMoved, StateReported
from propdesk.domain.judging import Objective
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.terms import Amount
from tests.domain.rules.histories import ACCOUNT, at, d, judge, start

HALF = ShareLimit(percent=d(50))
TARGET = Amount(money=d(10000))


def terms(**more: Any) -> Consistency:
    return Consistency(**{"limit": HALF, "operator": "at_most", **more})


def state(balance: str, best: str | None = None, **more: Any) -> StateReported:
    figures = {"balance": d(balance), "best_day": None if best is None else d(best), **more}
    return StateReported(ACCOUNT, at("08:00"), **figures)


def goal(rule: Consistency, *events: object) -> Objective:
    (only,) = judge(rule, [start(), *events]).objectives
    return only


CYCLE = terms(since="last_payout")
WINS = terms(denominator="positive_days")
OF_TARGET = terms(denominator="profit_target", target=TARGET)
EXCESS = terms(since="last_payout", consequence="raises_target_by_excess", target=TARGET)
RATIO = terms(
    since="last_payout",
    denominator="profit_target",
    consequence="raises_target_by_ratio",
    target=TARGET,
)


@pytest.mark.parametrize(
    ("rule", "told", "best", "total", "met"),
    [
        (terms(), state("104000", "2000"), 2000, 4000, True),
        (terms(), state("104000", "2000.01"), d("2000.01"), 4000, False),
        (terms(), state("104000"), None, 4000, None),
        (terms(), state("99000"), None, -1000, None),
        (terms(), state("100000"), 0, 0, False),  # nothing was earned: no share, and known
        (terms(undefined="not_applied"), state("100000"), 0, 0, True),
        (CYCLE, state("104000", "2000", cycle_profit=d(4000)), 2000, 4000, True),
        (CYCLE, state("109000", "2000", cycle_profit=d(4000)), 2000, 4000, True),
        (CYCLE, state("109000", "2000"), 2000, 9000, True),  # no payout: all is of this cycle
        (CYCLE, state("109000", "2000", payouts=0), 2000, 9000, True),
        (CYCLE, state("109000", "2000", payouts=1), 2000, None, None),
        (CYCLE, state("109000", payouts=1, cycle_profit=d(0)), 0, 0, False),
        (terms(), state("109000", "4500", payouts=1), 4500, 9000, True),  # counts from the start
        (terms(), state("109000", "4500", cycle_profit=d(0)), 4500, 9000, True),
        (WINS, state("104000", "2000"), 2000, None, None),
        (WINS, state("100000", "2000"), 2000, None, None),  # lost again: the wins are not told
        (WINS, state("100000"), 0, 0, False),
        (OF_TARGET, state("104000", "5000"), 5000, 10000, True),  # the past total is not asked
        (OF_TARGET, state("104000"), None, 10000, None),
        (EXCESS, state("112000", "2000", cycle_profit=d(10000)), 2000, 10000, True),
        (EXCESS, state("112000", "2000", payouts=2), 2000, None, None),
        (RATIO, state("112000", "2000", cycle_profit=d(10000)), 2000, 10000, True),
        (RATIO, state("112000", "2000", payouts=2), 2000, 10000, None),  # earned: not told
    ],
)
def test_what_is_known_of_a_told_past(
    rule: Consistency, told: StateReported, best: object, total: object, met: bool | None
) -> None:
    found = goal(rule, told)
    assert (found.figures["best"], found.figures["total"], found.met) == (best, total, met)


def test_figures_that_need_what_is_not_known_are_not_given() -> None:
    found = goal(terms(), state("104000"))
    assert found.figures == {
        "share": None,
        "best": None,
        "total": 4000,
        "limit_amount": 2000,  # half of 4,000 is known without the best day
        "excess": None,
        "additional_needed": None,
    }
    assert found.current is None
    found = goal(EXCESS, state("112000", "7000", payouts=2))
    assert found.figures == {
        "share": None,
        "best": 7000,
        "total": None,
        "limit_amount": None,
        "excess": None,
        "additional_needed": None,
        "new_target": 12000,  # 7,000 is 2,000 above one half of the target
    }


def test_a_rule_that_speaks_by_verdicts_waits_for_nothing() -> None:
    clips = terms(denominator="profit_target", consequence="clips_excess", target=TARGET)
    assert goal(clips, state("104000")).met is True


def test_with_the_payout_everything_is_known_again() -> None:
    paid = PayoutMoved(ACCOUNT, at("09:00"), "paid", "P", d(1000))
    days = [DayReported(ACCOUNT, at("12:00", day), profit=d(500)) for day in (2, 3)]
    for rule in (CYCLE, terms(since="last_payout", denominator="positive_days")):
        found = goal(rule, state("104000", payouts=1), paid, *days)
        figures = found.figures
        assert (figures["best"], figures["total"], found.met) == (500, 1000, True)
    still = goal(terms(), state("104000", payouts=1), paid, *days)  # counted from the start
    assert (still.figures["best"], still.met) == (None, None)


def test_a_later_day_can_be_better_than_the_told_one() -> None:
    better = DayReported(ACCOUNT, at("12:00", 2), profit=d(3000))
    found = goal(terms(), state("104000", "2000"), better)
    assert (found.figures["best"], found.figures["total"]) == (3000, 7000)
