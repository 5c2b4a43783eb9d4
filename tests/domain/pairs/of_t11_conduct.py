"""T11: conduct of one account."""

from datetime import time
from typing import Any

from propdesk.domain.events import InstrumentDefined, OrderSeen
from propdesk.domain.market_hours import MarketHours, Session
from propdesk.domain.rulebook import Phase
from propdesk.domain.rules.concentration import Concentration
from propdesk.domain.rules.exposure import Cap, ExposureLimit
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.rules.holding_time import HoldingTime
from propdesk.domain.rules.limit_prices import LimitPrices
from propdesk.domain.rules.martingale import Martingale
from propdesk.domain.rules.order_rate import OrderRate
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect
from tests.domain.pairs.registry import Answer, shows
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    sell,
    start,
)

WARN = (Effect(kind="warn"),)


def over(*events: Any) -> Answer:
    return lambda rule: judge(rule, [start(), quote("00:00", "10000"), *events])


HABITS = over(
    reported("09:00", "09:00:03", "100", id="a"),
    reported("10:00", "10:00:40", "10", id="b"),
    reported("11:00", "11:10", "50", id="c"),
)
MEAN = HoldingTime(measure="mean", seconds=120, short="up_to", effects=WARN)
TRADES = HoldingTime(measure="share_of_trades", seconds=60, percent=d(50), comparison="touch",
                     effects=WARN)  # fmt: skip
PROFIT = HoldingTime(measure="share_of_profit", seconds=120, percent=d(50), short="up_to",
                     effects=WARN)  # fmt: skip
EACH = HoldingTime(measure="each", seconds=120, effects=WARN)
shows("T11", "short holding", "mean > 2 min", MEAN, "seconds", (120, 300), HABITS)
shows("T11", "short holding", "≥ 50 % of gross profit from > 2 min (Alpha)", PROFIT, "percent",
      (d(50), d(90)), HABITS)  # fmt: skip
shows("T11", "short holding", "< 50 % of trades under 1 min (E8)", TRADES, "percent",
      (d(50), d(90)), HABITS)  # fmt: skip
shows("T11", "short holding", "> 50 % of profit from ≤ 5 s (Lucid)", PROFIT, "seconds", (5, 120),
      HABITS)  # fmt: skip
for seconds in (180, 20, 5):
    shows("T11", "short holding",
          "each ≥ 2 min (PropXP, reviewed), 3 min (Funded Elite), 20 s (FFF), 5 s (TFF)", EACH,
          "seconds", (120, seconds), over(reported("10:00", "10:00:30", "10", id="b"),
          reported("11:00", "11:02:30", "5", id="d"), reported("12:00", "12:00:10", "1", id="e")),
          )  # fmt: skip
LOSSES = (reported("09:00", "10:00", "-10", id="a"), reported("10:10", "11:00", "-10", id="b"))
DOUBLED = over(*LOSSES, buy("12:00", "c", "2"))
RULE = Martingale(effects=WARN)
shows("T11", "martingale", "≥ 2 losses within 6 h then ≥ 2 × first lot (EverBlue)", RULE,
      "window_hours", (6, 1), DOUBLED)  # fmt: skip
shows("T11", "martingale", '"doubling" (Hyro)', RULE, "factor", (d(2), d(3)), DOUBLED)
ADDED = over(buy("09:00", "a"), buy("10:00", "b", price=d(9900)))
shows("T11", "martingale", "any add to loser (legacy Blue Guardian)", RULE, "pattern",
      ("add_to_loser", "after_losses"), ADDED)  # fmt: skip
FREE = Phase(name="phase")
shows("T11", "martingale", "allowed (CTI)", FREE, "rules", ((), (RULE,)),
      lambda phase: DOUBLED(phase.rules))  # fmt: skip
LOAD = "50 executions/day, 2 000 modifications, 100 % above own mean trades/day (FTT)"
FILLS = [buy(f"{9 + n // 60:02d}:{n % 60:02d}", f"p{n}") for n in range(51)]
shows("T11", "HFT / server load", LOAD, OrderRate(counted="executions", max_per_day=50,
      effects=WARN), "max_per_day", (50, 51), over(*FILLS))  # fmt: skip
CHANGES = [
    OrderSeen(ACCOUNT, at("09:00") + n, "o", "modified", "ONE", "buy", "limit", d(1), d(9990))
    for n in range(2001)
]
shows("T11", "HFT / server load", LOAD, OrderRate(counted="modifications", max_per_day=2000,
      effects=WARN), "max_per_day", (2000, 2001), over(*CHANGES))  # fmt: skip
CALM = [buy(f"{hour}:00", f"{day}-{hour}", day=day) for day in (1, 2) for hour in (10, 11)]
BUSY = [buy(f"1{n}:00", f"t{n}", day=3) for n in range(5)]
TWICE = OrderRate(counted="trades", above_mean_percent=d(100), mean_days_min=2, effects=WARN)
shows("T11", "HFT / server load", LOAD, TWICE, "above_mean_percent", (d(100), d(150)),
      over(*CALM, *BUSY))  # fmt: skip
ALL_IN = ExposureLimit(unit="margin_percent", aggregation="instrument", cap=Cap(at_most=d(50)),
                       percent_of="equity", leverage=d(10), effects=WARN)  # fmt: skip
for most in (d(70), d(60)):  # 60 lots at 10,000 need 60,000 of 100,000
    shows("T11", "one-sided / all-in / concentration", "margin %", ALL_IN, "cap",
          (Cap(at_most=d(50)), Cap(at_most=most)), over(buy("09:00", "a", "60")))  # fmt: skip
SPREAD = over(buy("09:00", "a", "30"), quote("09:30", "10000", "TWO"),
              buy("10:00", "b", "30", symbol="TWO"))  # fmt: skip
shows("T11", "one-sided / all-in / concentration", "margin %", ALL_IN, "aggregation",
      ("instrument", "all_open"), SPREAD)  # fmt: skip
SHARE = "share of DLL on one instrument/day"
ALL_ON_ONE = Concentration(percent=d(50), daily_limit=Amount(percent=d(4)),
                           measured="closed_and_open", effects=WARN)  # fmt: skip
HALF_GONE = over(
    quote("00:00", "10000", "TWO"), reported("08:00", "08:30", "-500", id="t"),
    buy("09:00", "p"), buy("09:00", "q", symbol="TWO"), quote("09:30", "12000", "TWO"),
    quote("10:00", "8400"),
)  # fmt: skip
shows("T11", "one-sided / all-in / concentration", SHARE, ALL_ON_ONE, "percent", (d(50), d(60)),
      HALF_GONE)  # fmt: skip
shows("T11", "one-sided / all-in / concentration", SHARE, ALL_ON_ONE, "measured",
      ("closed_and_open", "closed"), HALF_GONE)  # fmt: skip
AT_LIMIT = LimitPrices(forbidden="openings", effects=WARN)
SESSION = InstrumentDefined(
    at("00:00"), "ONE", 2, d(1), "USD", "USD", "USD", "cfd_index", asset_class="indices",
    limit_up=d(10000), limit_down=d(9000), limits_until=at("22:00"),
)  # fmt: skip
TPT = "trading at exchange limit prices (TPT)"
AT_TEN = buy("09:00", "p")
LEFT = buy("09:00", "p", price=d(9950))
shows("T11", "gap / limit-move", TPT, FREE, "rules", ((AT_LIMIT,), ()),
      lambda phase: over(SESSION, AT_TEN)(phase.rules))  # fmt: skip
shows("T11", "gap / limit-move", TPT, AT_LIMIT, "forbidden", ("openings", "fills"),
      over(SESSION, LEFT, close("10:00", LEFT, "10000")))  # fmt: skip
shows("T11", "gap / limit-move", TPT, AT_LIMIT, "within_ticks", (5000, 0),
      over(SESSION, LEFT))  # fmt: skip
HEDGE = Hedging(same_account="banned", cross_account="banned", effects=WARN)
LONG, SHORT = buy("09:00", "l"), sell("10:00", "s")
IN_A_DAY = over(LONG, SHORT, close("11:00", SHORT, "10000"))
for word, one, other in (
    ("same account: allowed", "allowed", "banned"),
    ("banned", "banned", "banned_overnight"),
    ("overnight only", "banned_overnight", "banned"),
):
    shows("T11", "hedging", word, HEDGE, "same_account", (one, other), IN_A_DAY)
FX = MarketHours(
    zone="UTC",
    sessions=(Session(from_day="sun", opens=time(22), to_day="fri", closes=time(22)),),
)
GAP = GapTrading(market=FX, break_hours_min=d(2), no_open_within_minutes=d(120), effects=WARN)
FRIDAY = buy("20:30", "P", day=5)
shows("T11", "gap / limit-move", "opening ≤ 2 h before a ≥ 2 h close", GAP,
      "no_open_within_minutes", (d(120), d(60)), over(FRIDAY))  # fmt: skip
GOAL = ProfitTarget(target=Amount(money=d(5000)), measured_on="adjusted_balance")
VOIDED = GapTrading(market=FX, break_hours_min=d(2), profit_cap=Amount(percent=d(1)),
                    effects=(Effect(kind="profit_adjust", factor=d(0)),))  # fmt: skip
shows("T11", "gap / limit-move", "gap profit above 1 % of equity voided (Investing Challenges)",
      VOIDED, "profit_cap", (Amount(percent=d(1)), Amount(percent=d(9))),
      lambda rule: judge((rule, GOAL), [start(), FRIDAY, close("09:00", FRIDAY, "11500", day=8)]),
      )  # fmt: skip
