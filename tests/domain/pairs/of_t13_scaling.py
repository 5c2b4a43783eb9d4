"""T13: scaling."""

from typing import Any

from propdesk.domain.events import Scaled
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.scaling import (
    ScalingFacts,
    ScalingStep,
    ScalingTerms,
    ScalingTrigger,
    judge_scaling,
)
from propdesk.domain.terms import Amount
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import ACCOUNT, at, d, judge, reported, start

LINEAR, DOUBLE = ScalingStep(percent_of_original=d(25)), ScalingStep(factor=d(2))
ANY = ScalingTrigger()
TERMS = ScalingTerms(trigger=ANY, step=LINEAR)
TEN = Amount(percent=d(10))


def at_review(**more: Any) -> Answer:
    given = {"original": d(100000), "size": d(100000), "balance": d(100000), "months": 3,
             "cycle_profit": d(9000), **more}  # fmt: skip
    return lambda terms: judge_scaling(terms, ScalingFacts(**given))


REVIEW = at_review(
    month_profits=(d(9), d(-1), d(-2)), withdrawals=(d(7000),), buying_power_percent=d(49),
    flat=False,
)  # fmt: skip
table(
    "T13", "trigger", TERMS, "trigger", REVIEW,
    {
        "months + cumulative %": (ScalingTrigger(months=4, profit=TEN), ANY),
        "n of m green months": (ScalingTrigger(green_months=2, green_of_months=3), ANY),
        "n payouts": (ScalingTrigger(payouts=2), ANY),
        "in profit at review": (ScalingTrigger(in_profit_at_review=True), ANY),
        "profit in account": (ScalingTrigger(profit_in_account=TEN), ANY),
        "withdrawn amount ≥ % of tier start": (ScalingTrigger(withdrawn_percent=d(10)), ANY),
        "buying-power %": (ScalingTrigger(buying_power_percent=d(50)), ANY),
    },
)  # fmt: skip
GROWN = at_review(size=d(125000), balance=d(130000), steps_done=1)
TABLE = ScalingStep(table={d(125000): d(200000)})
table(
    "T13", "step", TERMS, "step", GROWN,
    {
        "+ % of original (linear)": (LINEAR, ScalingStep(factor=d("1.25"))),
        "× factor": (DOUBLE, LINEAR),
        "table": (TABLE, LINEAR),
        "to milestone": (ScalingStep(table={d(100000): d(125000)}), TABLE),
    },
)  # fmt: skip
shows("T13", "step", "first different from later", TERMS, "first_step", (DOUBLE, None), REVIEW)
shows("T13", "cap, per_person", "2 M, 4 M, 2.5 M", TERMS, "cap", (d(110000), None), REVIEW)
shows("T13", "side_effects", "split up", TERMS, "split_percents", ((d(90),), ()), REVIEW)
shows("T13", "side_effects", "trader keeps/forfeits profit", TERMS, "profit",
      ("kept", "forfeited"), GROWN)  # fmt: skip
shows("T13", "side_effects", "manual request", TERMS, "trigger",
      (ScalingTrigger(on_request=True), ANY), REVIEW)  # fmt: skip
shows("T13", "side_effects", "must be flat", TERMS, "trigger",
      (ScalingTrigger(flat=True), ANY), REVIEW)  # fmt: skip
# Grown from 100,000 to 125,000 with 9,000 of profit kept: what may be lost is of the new size.
LIMIT = OverallLoss(mode="static", allowance=Amount(percent=d(10)), comparison="touch")
SCALED = (reported("09:00", "10:00", "9000"), Scaled(ACCOUNT, at("12:00"), d(125000), d(134000)))
shows("T13", "side_effects", "limits recomputed", LIMIT, "on_scale",
      ("recompute", "from_balance"), lambda rule: judge(rule, [start(), *SCALED]))  # fmt: skip
