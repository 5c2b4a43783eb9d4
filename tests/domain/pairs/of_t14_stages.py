"""T14: stages and transitions."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event
from propdesk.domain.rulebook import Clock, Phase, Promotion, Rulebook
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.stages import (
    StageAccount,
    TransitionFacts,
    TransitionTerms,
    judge_transition,
    transition_terms,
)
from propdesk.domain.terms import FAIL, Amount, Effect, RuleTerms
from tests.domain.pairs.registry import Answer, shows
from tests.domain.rules.histories import (
    CATALOGUE,
    SIZE,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    start,
)

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
shows("T14", DO, "activation deadline", Promotion(), "activation_days", (7, None),
      lambda promotion: NEXT(transition_terms(promotion)))  # fmt: skip
shows("T14", DO, "manual review", TERMS, "moment", ("after_manual_review", "at_once"), NEXT)
BACK = asked("funded", sent_back="demote_stage", status="active")
shows("T14", DO, "reset-to-stage-1 (LeveledUp)", TERMS, "demote_to", ("first", "previous"), BACK)
RESET = Effect(kind="reset_account")
RULE = DailyLoss(base="initial", allowance=Amount(percent=d(5)), comparison="touch")
shows("T14", DO, "reset-to-start (PropFunding, Alpha funded 2-min breach wipes profit)", RULE,
      "effects", ((RESET,), (FAIL,)),
      lambda rule: judge(rule, [start(), reported("09:00", "10:00", "-5000")]))  # fmt: skip


def every_stage(book: Rulebook) -> list[Evaluation]:
    """One history, judged once by each phase with its own copy of the rules."""
    answers = []
    for phase in book.phases:
        evaluator = Evaluator(book, phase, size=SIZE, catalogue=CATALOGUE)
        evaluator.feed(HISTORY)
        answers.append(evaluator.result())
    return answers


def staged(*rules: RuleTerms) -> tuple[Phase, ...]:
    """Phases with one rule each; the last is funded."""
    last = len(rules) - 1
    return tuple(
        Phase(name=f"p{n}", stage="funded" if n == last else "evaluation", rules=(rule,))
        for n, rule in enumerate(rules)
    )


HELD = buy("09:00", "p")
HISTORY: list[Event] = [
    start(),
    quote("08:00", "10000"),
    HELD,
    quote("10:00", "13000"),
    quote("11:00", "12000"),
    close("12:00", HELD, "12000"),
    reported("13:00", "14:00", "-7000"),
]
EOD = OverallLoss(mode="trailing", allowance=Amount(percent=d(8)), comparison="touch",
                  peak_source="eod_balance")  # fmt: skip
LIVE = replace(EOD, peak_source="live_equity")
LOCKED = replace(LIVE, lock=Lock(at=Amount(money=d(-6000))))
SIX = replace(EOD, allowance=Amount(percent=d(4)))
PAUSE = replace(RULE, effects=(Effect(kind="pause_until", until="next_day"),))
for word, flipped, same in (
    ("TPT EOD → intraday → EOD", (EOD, LIVE, EOD), (EOD, EOD, EOD)),
    ("MFFU Rapid EOD → intraday", (EOD, LIVE), (EOD, EOD)),
    ("Tradeify lock only when funded", (LIVE, LOCKED), (LIVE, LIVE)),
    ("Goat Pay-Later 8 % → 6 %", (EOD, SIX), (EOD, EOD)),
    ("The5ers Bootcamp pause only when funded", (RULE, PAUSE), (RULE, RULE)),
):
    shows("T14", "stages", word, BOOK, "phases", (staged(*flipped), staged(*same)), every_stage)
shows("T4", "lock_trigger", "per stage (funded only)", BOOK, "phases",
      (staged(LIVE, LOCKED), staged(LIVE, LIVE)), every_stage)  # fmt: skip
shows("T3", "enabled_when", "stage", BOOK, "phases",
      (staged(EOD, RULE), staged(EOD, EOD)), every_stage)  # fmt: skip
