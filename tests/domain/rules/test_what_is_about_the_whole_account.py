"""Which rules instruments cannot narrow: those about balance, equity, days or the account."""

from decimal import Decimal

import pytest

from propdesk.domain.rules.capital import Capital
from propdesk.domain.rules.condition import Condition
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.holding_time import HoldingTime
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_cap import ProfitCap
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.rules.time_limit import TimeLimit
from propdesk.domain.rules.whole_account import is_about_the_account
from propdesk.domain.terms import RuleTerms
from tests.story import money

FORTY = ShareLimit(percent=Decimal(40))


@pytest.mark.parametrize(
    ("terms", "whole"),
    [
        (Capital(accounts_max=2), True),
        (DailyLoss(base="initial", allowance=money("5000"), comparison="touch"), True),
        (OverallLoss(mode="static", allowance=money("9000"), comparison="touch"), True),
        (ProfitCap(cap=money("900"), horizon="day"), True),
        (ProfitTarget(target=money("9000")), True),
        (TimeLimit(days=30), True),
        (HoldingTime(measure="each", seconds=60), False),
        (Consistency(limit=FORTY, operator="at_most", unit="day"), True),
        (Consistency(limit=FORTY, operator="at_most", unit="trade"), False),
        (Condition(says="x", expression="flat", on=("day_end",)), True),
        (Condition(says="x", expression="flat", on=("deal", "day_end")), True),
        (Condition(says="x", expression="flat", on=("deal",)), False),
        (Inactivity(days=30, activity="assignment", open_position_counts=False), True),
        (Inactivity(days=30, activity="open"), False),
    ],
    ids=lambda value: value.rule if isinstance(value, RuleTerms) else str(value),
)
def test_only_what_is_made_of_instruments_is_narrowed_by_them(
    terms: RuleTerms, whole: bool
) -> None:
    assert is_about_the_account(terms) is whole
