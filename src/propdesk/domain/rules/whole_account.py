"""Which rules are about the account as a whole, so that no instrument can narrow them.

Balance, equity, the days and the account itself are not made of instruments. An account type, a
group or a tag narrows such a rule like any other. It judges nothing.
"""

from propdesk.domain.rules.capital import Capital
from propdesk.domain.rules.condition import Condition
from propdesk.domain.rules.consistency import Consistency
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_cap import ProfitCap
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.rules.time_limit import TimeLimit
from propdesk.domain.terms import RuleTerms

_ALWAYS = (Capital, DailyLoss, OverallLoss, ProfitCap, ProfitTarget, TimeLimit)


def is_about_the_account(terms: RuleTerms) -> bool:
    """Whether instruments and asset classes mean nothing to the rule as it is written."""
    match terms:
        case Consistency():
            return terms.unit == "day"  # a day's profit is that of all its trades
        case Condition():
            return set(terms.on) != {"deal"}  # the other moments are no instrument's
        case Inactivity():
            return terms.activity == "assignment"  # the days run from the account's start
        case _:
            return isinstance(terms, _ALWAYS)
