"""T5: limits on what is open, and the duty to set a stop."""

from dataclasses import replace
from typing import Any

from propdesk.domain.events import TimePassed
from propdesk.domain.rules.open_risk import OpenRisk
from propdesk.domain.rules.stop_loss import StopLoss
from propdesk.domain.rules.stop_to_target import StopToTarget
from propdesk.domain.terms import FAIL, Amount, Effect
from propdesk.domain.trade_ideas import Grouping
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import (
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    sell,
    start,
    stop,
)

THOUSAND = Amount(money=d(1000))
RULE = OpenRisk(scope="position", measure="floating", limit=THOUSAND, comparison="touch")
IDEA = replace(RULE, scope="trade_idea", measure="realised_and_floating")
Q, Q2 = quote("08:00", "10000"), quote("08:00", "10000", "TWO")
A, B = buy("09:00", "a"), buy("09:00", "b")
TWO = buy("09:00", "t", symbol="TWO")


def over(*events: Any) -> Answer:
    return lambda rule: judge(rule, [start(), Q, Q2, *events])


def fell(price: str, clock: str = "12:00", symbol: str = "ONE") -> object:
    return quote(clock, price, symbol)


PAIR = over(A, B, fell("9400"))
MIXED = over(A, TWO, fell("9400"), fell("9400", symbol="TWO"))
LATER = buy("10:00", "later", price=d(9400))
IN_A_ROW = over(A, fell("9400", "09:30"), close("09:40", A, "9400"), LATER, fell("8900"))
table(
    "T5", "scope", RULE, "scope", PAIR,
    {"position": ("position", "symbol"), "symbol": ("symbol", "position"),
     "trade idea": ("trade_idea", "position")},
)  # fmt: skip
shows("T5", "scope", "all open (portfolio)", RULE, "scope", ("portfolio", "symbol"), MIXED)
SHORT = sell("09:00", "s")
SHORT_LOST = over(A, SHORT, fell("9000"))
GAP = Grouping(gap_minutes=60)
table(
    "T5", "idea.grouping", IDEA, "grouping", IN_A_ROW,
    {"gap minutes after a close (or after a losing close): 2, 5, 10, 60": (GAP, Grouping())},
)  # fmt: skip
shows("T5", "idea.grouping", "direction same/any", IDEA, "grouping",
      (Grouping(direction="any"), Grouping()), SHORT_LOST)  # fmt: skip
shows("T5", "idea.grouping", "overlap", IDEA, "grouping",
      (Grouping(overlap=True), Grouping(overlap=False, gap_minutes=1)), PAIR)  # fmt: skip
shows("T5", "idea.grouping", "same symbol", IDEA, "grouping",
      (Grouping(), Grouping(symbol="any")), MIXED)  # fmt: skip
FIRST = buy("09:00", "f")
CHAIN = over(
    FIRST, buy("09:10", "m"), close("09:20", FIRST, "9600"), buy("09:30", "l"), fell("9690"),
)  # fmt: skip
shows("T5", "idea.grouping", "transitive chaining", IDEA, "grouping",
      (Grouping(transitive=True), Grouping(transitive=False)), CHAIN)  # fmt: skip
PART = buy("09:00", "p", "2")
PARTLY = over(PART, close("10:00", PART, "9400", "1"), fell("9500"))
shows("T5", "measure", "floating only", RULE, "measure",
      ("floating", "realised_and_floating"), PARTLY)  # fmt: skip
shows("T5", "measure", "realised+floating", RULE, "measure",
      ("realised_and_floating", "floating"), PARTLY)  # fmt: skip
shows("T5", "measure", "worst floating ever", RULE, "measure",
      ("worst_floating", "realised_and_floating"), PARTLY)  # fmt: skip
WIDENED = over(replace(A, stop=d(9500)), stop("09:30", "a", "8500"))
shows("T5", "measure", "widest stop ever set", RULE, "measure",
      ("widest_stop", "stop_at_entry"), WIDENED)  # fmt: skip
AT_ENTRY = over(replace(A, stop=d(8500)))
shows("T5", "measure", "stop distance at entry", RULE, "measure",
      ("stop_at_entry", "floating"), AT_ENTRY)  # fmt: skip
GAIN = reported("08:10", "08:30", "10000")
RICHER = over(GAIN, A, fell("8950"))
ONE_PERCENT = Amount(percent=d(1))
table(
    "T5", "limit", replace(RULE, drawdown=Amount(money=d(2000)), daily_limit=Amount(money=d(4000))),
    "limit", RICHER,
    {
        "% of I": (ONE_PERCENT, Amount(percent=d(1), of="balance")),
        "% of balance": (Amount(percent=d(1), of="balance"), ONE_PERCENT),
        "% of start-of-day profit with floor on drawdown amount": (
            Amount(percent=d(30), of="start_of_day_profit"), Amount(percent=d(5)),
        ),
        "share of DLL": (Amount(percent=d(20), of="daily_limit"), Amount(percent=d(5))),
    },
)  # fmt: skip
FLATTEN = Effect(kind="flatten", also=(Effect(kind="penalty", percent=d(50)),))
STRIKES = Effect(kind="strike", of=5, then=FAIL)
DENIED = Effect(kind="payout_denied")
shows("T5", "operator, effect", "touch/cross; hard", RULE, "comparison", ("touch", "cross"),
      over(A, fell("9000")))  # fmt: skip
table(
    "T5", "operator, effect", RULE, "effects", over(A, fell("8900")),
    {
        "auto-flatten + penalty (split → 50 %) then breach": ((FLATTEN, FAIL), (FAIL,)),
        "N strikes": ((STRIKES,), (FAIL,)),
        "payout denial": ((DENIED,), (FAIL,)),
    },
)  # fmt: skip
REMOVED = Effect(kind="profit_adjust", factor=d(0))
shows("T5", "operator, effect", "profit removed", RULE, "effects", ((REMOVED,), (DENIED,)),
      over(A, fell("8900")))  # fmt: skip
STOP = StopLoss(deadline_seconds=60)
BARE = over(A, TimePassed(at("09:04")))
shows("T5", "stop_loss", "required", replace(STOP, max_risk=THOUSAND), "required", (True, False),
      BARE)  # fmt: skip
table(
    "T5", "stop_loss", STOP, "deadline_seconds", BARE,
    {"deadline 60 s": (60, 0), "3 min": (180, 60), "5 min": (300, 180)},
)  # fmt: skip

shows("T5", "stop_loss", "cure 1 h once", replace(STOP, cures=1, cure_seconds=3600),
      "cure_seconds", (3600, 600), over(A, stop("09:30", "a", "9900")))  # fmt: skip
FAR = over(replace(A, stop=d(9400), target=d(10100)))
shows("T5", "max_stop_to_target", "5:1", StopToTarget(max_ratio=d(5)), "max_ratio", (d(5), d(7)),
      FAR)  # fmt: skip
