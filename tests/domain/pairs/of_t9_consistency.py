"""T9: consistency."""

from dataclasses import replace
from typing import Any

from propdesk.domain.events import PayoutMoved, TimePassed
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.profit_cap import ProfitCap
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import FAIL, Amount, Effect
from propdesk.domain.trade_ideas import Grouping
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import ACCOUNT, at, d, judge, reported, start

TARGET = Amount(money=d(10000))
HALF = ShareLimit(percent=d(50))
RULE = Consistency(limit=HALF, operator="at_most", target=TARGET)
GOAL = ProfitTarget(target=TARGET, measured_on="adjusted_balance")


def over(*events: Any, until: int = 9) -> Answer:
    return lambda rule: judge((rule, GOAL), [start(), *events, TimePassed(at("00:00", until))])


def made(amount: int, day: int = 1, opened: str = "09:00", closed: str = "10:00") -> object:
    return reported(opened, closed, str(amount), day=day, id=f"m{day}{closed}")


DAYS = over(
    made(3000), made(1000, 1, "09:30", "11:00"), made(500, 1, "15:00", "16:00"), made(-400, 2),
    made(2000, 3),
)  # fmt: skip
table(
    "T9", "unit", replace(RULE, grouping=Grouping(overlap=True)), "unit", DAYS,
    {
        "day": ("day", "trade"),
        "trade": ("trade", "day"),
        "trade idea": ("trade_idea", "trade"),
    },
)  # fmt: skip
table(
    "T9", "denominator", RULE, "denominator", DAYS,
    {
        "net profit": ("net_profit", "positive_days"),
        "sum of positive days": ("positive_days", "net_profit"),
        "profit target": ("profit_target", "net_profit"),
    },
)  # fmt: skip
PAID = PayoutMoved(ACCOUNT, at("12:00", 2), "paid", "P", d(1000))
CYCLES = over(made(3000), made(1000, 2), PAID, made(2000, 3), made(1000, 4))
shows("T9", "denominator", "cycle profit since last payout", RULE, "since",
      ("last_payout", "start"), CYCLES)  # fmt: skip
shows("T9", "denominator", "since account start", RULE, "since", ("start", "last_payout"), CYCLES)
table(
    "T9", "limit", RULE, "limit", CYCLES,
    {
        "constant": (HALF, ShareLimit(percent=d(40))),
        "by payout number (20→25→30; 40,40,40,45,45,50)": (
            ShareLimit(by_payout=(d(50), d(25))), HALF,
        ),
        "by size": (ShareLimit(by_size={d(50000): d(30)}), HALF),
        "by stage": (ShareLimit(by_stage={"evaluation": d(40), "funded": d(50)}), HALF),
    },
)  # fmt: skip
EVEN = over(made(1000), made(1000, 2))
shows("T9", "operator", "≤", RULE, "operator", ("at_most", "below"), EVEN)
shows("T9", "operator", "strict <", RULE, "operator", ("below", "at_most"), EVEN)
RICH = over(made(6000), made(1000, 2))
table(
    "T9", "effect", replace(RULE, denominator="profit_target"), "consequence", RICH,
    {
        "blocks pass/payout": ("blocks", "clips_excess"),
        "raises target by ratio": ("raises_target_by_ratio", "blocks"),
        "raises by excess": ("raises_target_by_excess", "blocks"),
        "clips the excess": ("clips_excess", "blocks"),
    },
)  # fmt: skip
DAILY = ProfitCap(cap=Amount(money=d(3000)), horizon="day")
shows("T9", "effect", "daily cap removes profit", DAILY, "cap",
      (Amount(money=d(3000)), Amount(money=d(9000))), RICH)  # fmt: skip
BREAKING = replace(RULE, consequence="violates", denominator="profit_target")
RESET = Effect(kind="reset_account")
TWICE = over(made(6000), made(1000, 2), made(9000, 3))
shows("T9", "effect", "reset account on 1st, fail on 2nd", BREAKING, "effects",
      ((RESET, FAIL), (FAIL,)), TWICE)  # fmt: skip
shows("T9", "effect", "fail", BREAKING, "effects", ((FAIL,), (RESET,)), RICH)
LOST = over(made(-100))
shows("T9", "undefined_when", "total ≤ 0 → not applied", RULE, "undefined",
      ("not_applied", "unmet"), LOST)  # fmt: skip
shows("T9", "undefined_when", "unmet", RULE, "undefined", ("unmet", "not_applied"), LOST)
shows("T9", "undefined_when", "share may exceed 100 %", RULE, "limit",
      (ShareLimit(percent=d(150)), ShareLimit(percent=d(100))),
      over(made(3000), made(-600, 2)))  # fmt: skip
