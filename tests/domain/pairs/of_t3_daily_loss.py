"""T3: the daily loss limit."""

from typing import Any

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.events import TimePassed
from propdesk.domain.rules.daily_loss import DailyLoss, StepUp
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import FAIL, Amount, AppliesTo, Effect
from propdesk.wire.rulebook_file import LoadedRulebook, parse_rulebook, with_add_ons
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import buy, close, d, judge, quote, reported, start

FIVE = Amount(percent=d(5))
RULE = DailyLoss(base="day_start_balance", allowance=FIVE, comparison="touch")
ANY = DailyLoss(base="initial", allowance=FIVE, comparison="touch")


def over(*events: Any, **account: Any) -> Answer:
    return lambda rule: judge(rule, [start(**account), *events])


def lost(amount: int, day: int = 1, ident: str = "") -> object:
    return reported("09:00", "10:00", str(-amount), day=day, id=f"{ident}{day}")


def until(day: int) -> TimePassed:
    return TimePassed(quote("00:00", "1", day=day).at)


WON, HELD = buy("08:00", "a"), buy("09:00", "b")
TWO_DAYS = over(
    quote("07:00", "10000"),
    WON,
    close("08:30", WON, "12000"),
    HELD,
    quote("10:00", "11800"),
    quote("11:00", "11000"),
    quote("12:00", "11500", day=2),
    quote("13:00", "11200", day=2),
)
table(
    "T3", "base", RULE, "base", TWO_DAYS,
    {
        "I": ("initial", "day_start_balance"),
        "B0": ("day_start_balance", "initial"),
        "E0": ("day_start_equity", "day_start_balance"),
        "max(B0,E0)": ("max_balance_equity", "day_start_balance"),
        "peak_E_today (intraday trailing)": ("day_peak_equity", "day_start_equity"),
        "peak_E_account": ("account_peak_equity", "day_peak_equity"),
    },
)  # fmt: skip
table(
    "T3", "amount", RULE, "allowance", TWO_DAYS,
    {
        "absolute by size": (Amount(by_size={d(100000): d(4000)}), FIVE),
        "% of I": (FIVE, Amount(percent=d(5), of="base")),
        "% of base (compounds)": (Amount(percent=d(5), of="base"), FIVE),
    },
)  # fmt: skip
SETS_OFF = over(quote("07:00", "10000"), HELD, quote("09:30", "13000"), lost(6000))
AFTER_A_GAIN = over(reported("09:00", "10:00", "2000", id="w"), lost(6000, 2))
shows("T3", "tested_value", "E only", ANY, "tested", ("equity", "balance_or_equity"), SETS_OFF)
shows("T3", "tested_value", "B or E", ANY, "tested", ("balance_or_equity", "equity"), SETS_OFF)
FROM_EQUITY = DailyLoss(base="day_start_equity", allowance=FIVE, comparison="touch")
shows("T3", "tested_value", "net day P&L", FROM_EQUITY, "tested", ("day_net", "equity"),
      AFTER_A_GAIN)  # fmt: skip
shows("T3", "tested_value", "closed+floating of today", RULE, "tested",
      ("closed_plus_floating", "equity"), AFTER_A_GAIN)  # fmt: skip
AT_THE_FLOOR = over(lost(5000))
shows("T3", "operator", "touch (≤)", RULE, "comparison", ("touch", "cross"), AT_THE_FLOOR)
shows("T3", "operator", "cross (<)", RULE, "comparison", ("cross", "touch"), AT_THE_FLOOR)
OVERALL = OverallLoss(mode="static", allowance=Amount(percent=d(3)), comparison="touch",
                      effects=(Effect(kind="warn"),))  # fmt: skip
shows("T3", "clamp", "max(daily floor, overall floor)", RULE, "clamp_to_overall", (True, False),
      lambda rule: judge((OVERALL, rule), [start(), lost(4000)]))  # fmt: skip

PAUSE = Effect(kind="pause_until", until="next_day")
MONTH = Effect(kind="pause_until", until="next_month")
BREAK = Effect(kind="pause_until", until="days", days=3)
BROKEN = over(lost(5000))
table(
    "T3", "effect", RULE, "effects", BROKEN,
    {
        "hard fail": ((FAIL,), (PAUSE,)),
        "soft pause until reset": ((PAUSE,), (FAIL,)),
        "pause until next month": ((MONTH,), (PAUSE,)),
        "N-day break": ((BREAK,), (PAUSE,)),
    },
)  # fmt: skip
TWICE = over(lost(5000), lost(5000, 3))
shows("T3", "effect", "graduated list", RULE, "effects", ((PAUSE, FAIL), (PAUSE,)), TWICE)
PAYABLE = Effect(kind="fail_but_payable", percent=d(50), claim_days=7)
shows("T3", "payout_after_breach", "conditions + % + claim window", RULE, "effects",
      ((PAYABLE,), (FAIL,)), BROKEN)  # fmt: skip
EARNED = over(reported("09:00", "10:00", "6000", id="w"), lost(5000, 2))
SIX = Amount(percent=d(6))
shows("T3", "step_up", "amount changes after profit trigger, effective next session", RULE,
      "step_up", (StepUp(profit=SIX, allowance=Amount(percent=d(7))), None), EARNED)  # fmt: skip
shows("T3", "step_up", "or removed", RULE, "step_up", (StepUp(profit=SIX), None), EARNED)
DAYS = over(lost(1000), lost(1000, 9), until(10))
table(
    "T3", "horizon", RULE, "horizon", DAYS,
    {"day": ("day", "month"), "week": ("week", "month"), "month": ("month", "day")},
)  # fmt: skip
shows("T3", "enabled_when", "size", RULE, "sizes", ((d(50000),), ()), BROKEN)
shows("T3", "enabled_when", "equity band", RULE, "equity_below", (d(90000), None), BROKEN)
SWING = AppliesTo(account_types=("swing",))
shows("T3", "enabled_when", "per account type", RULE, "applies_to", (SWING, AppliesTo()),
      over(lost(5000), account_type="standard"))  # fmt: skip
# A trader who bought without the limit bought the add-on that takes it out.
OFFER = parse_rulebook(
    b"""
name: test
version: "1"
effective_from: 2021-01-01
currency: USD
clock: {zone: UTC, reset: 00:00}
accounting: {platform: exact}
phases:
  - name: phase
    rules:
      - {rule: daily_loss, base: initial, allowance: {percent: 5}, comparison: touch}
      - {rule: profit_target, target: {percent: 8}}
add_ons:
  no-daily-limit:
    overrides: {phases.phase.rules.daily_loss: null}
""",
    "test",
)


def bought(choice: LoadedRulebook) -> Evaluation:
    book = with_add_ons(OFFER, choice.add_ons).rulebook
    return judge(book.phases[0].rules, [start(), lost(5000)])


shows("T3", "enabled_when", "optional by trader", OFFER, "add_ons", (("no-daily-limit",), ()),
      bought)  # fmt: skip
