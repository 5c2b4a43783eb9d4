"""T14: stages and transitions."""

from datetime import date, time
from typing import Any

from propdesk.domain.rulebook import Clock, Phase, Rulebook
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.stages import StageAccount, TransitionFacts, TransitionTerms, judge_transition
from propdesk.domain.terms import FAIL, Amount, Effect
from tests.domain.pairs.registry import Answer, shows
from tests.domain.rules.histories import d, judge, reported, start

BOOK = Rulebook(
    name="test", version="1", effective_from=date(2021, 1, 1), currency="USD",
    clock=Clock(zone="UTC", reset=time(0)),
    phases=(Phase(name="one"), Phase(name="two"), Phase(name="funded", stage="funded")),
)  # fmt: skip
TERMS = TransitionTerms(next_balance="initial")


def asked(phase: str = "one", **more: Any) -> Answer:
    given = {"status": "passed", "accounts": (StageAccount(d(50000), d(54000)),), "flat": True,
             "passed_on": date(2021, 3, 1), "today": date(2021, 3, 2), **more}  # fmt: skip
    return lambda terms: judge_transition(BOOK, phase, terms, TransitionFacts(**given))


DO = "transition actions"
NEXT = asked()
shows("T14", DO, "new account at I", TERMS, "next_balance", ("initial", "carry"), NEXT)
shows("T14", DO, "carry balance (Topstep live = min(Σ, largest size))", TERMS, "next_balance",
      ("carry", "sum_capped_at_largest"), NEXT)  # fmt: skip
shows("T14", DO, "limits reset", TERMS, "limits", ("reset", "carried"), NEXT)
shows("T14", DO, "activation deadline", TERMS, "activation_days", (7, None), NEXT)
shows("T14", DO, "manual review", TERMS, "moment", ("after_manual_review", "at_once"), NEXT)
BACK = asked("funded", sent_back="demote_stage", status="active")
shows("T14", DO, "reset-to-stage-1 (LeveledUp)", TERMS, "demote_to", ("first", "previous"), BACK)
RESET = Effect(kind="reset_account")
RULE = DailyLoss(base="initial", allowance=Amount(percent=d(5)), comparison="touch")
shows("T14", DO, "reset-to-start (PropFunding, Alpha funded 2-min breach wipes profit)", RULE,
      "effects", ((RESET,), (FAIL,)),
      lambda rule: judge(rule, [start(), reported("09:00", "10:00", "-5000")]))  # fmt: skip
