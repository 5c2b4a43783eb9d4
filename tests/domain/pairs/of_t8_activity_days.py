"""T8: activity days."""

from dataclasses import replace
from typing import Any

from propdesk.domain.events import DayReported, PayoutMoved, TimePassed
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.trade_filter import TradeFilter
from propdesk.domain.terms import Amount
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import (
    ACCOUNT,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    reported,
    start,
)

HALF = Amount(percent=d("0.5"))
DAYS = ActivityDays(required=5, count_kind="trade_opened")
EARNING = ActivityDays(required=5, count_kind="closed_profit", threshold=HALF)


def over(*events: Any, until: int = 9) -> Answer:
    return lambda rule: judge(rule, [start(), *events, TimePassed(at("00:00", until))])


def traded(day: int, profit: str = "600", closed: str = "11:00", **more: Any) -> object:
    return reported("10:00", closed, profit, day=day, id=f"t{day}{closed}", **more)


def on(day: int, profit: str, **more: Any) -> DayReported:
    return DayReported(ACCOUNT, at("12:00", day), profit=d(profit), **more)


BOUGHT = buy("10:00", "p")
OVER_NIGHT = over(
    BOUGHT,
    quote("11:00", "10000"),
    quote("11:00", "10000", day=2),
    close("12:00", BOUGHT, "10700", day=3),
)
table(
    "T8", "count_kind", DAYS, "count_kind", OVER_NIGHT,
    {
        "trade opened that day": ("trade_opened", "executed"),
        "executed": ("executed", "trade_opened"),
        "opened and closed same day": ("opened_and_closed", "trade_opened"),
        "any day a position is open": ("position_open", "trade_opened"),
    },
)  # fmt: skip
ONE, TWO = buy("10:00", "a"), buy("11:00", "b")
SPREAD = over(
    quote("09:00", "10000"),
    ONE,
    TWO,
    close("12:00", ONE, "10300"),
    quote("13:00", "10000"),
    quote("23:00", "10600"),
    close("12:00", TWO, "10200", day=2),
)
MORE_MONEY = over(traded(1), PayoutMoved(ACCOUNT, at("12:00"), "paid", "P", d(300)))
shows("T8", "count_kind", "closed P&L ≥ x", EARNING, "count_kind",
      ("closed_profit", "opened_profit"), SPREAD)  # fmt: skip
shows("T8", "count_kind", "equity delta ≥ x", EARNING, "count_kind",
      ("equity_delta", "closed_profit"), SPREAD)  # fmt: skip
shows("T8", "count_kind", "profit on trades opened that day ≥ x", EARNING, "count_kind",
      ("opened_profit", "closed_profit"), SPREAD)  # fmt: skip
shows("T8", "count_kind", "balance delta ≥ x", EARNING, "count_kind",
      ("balance_delta", "equity_delta"), SPREAD)  # fmt: skip
GROWING = over(on(1, "10000"), on(2, "520"))
OF_DAY = Amount(percent=d("0.5"), of="base")
table(
    "T8", "threshold", EARNING, "threshold", GROWING,
    {
        "absolute by size ($50, $100, $150, $200)": (Amount(by_size={d(100000): d(530)}), HALF),
        "% of I": (HALF, OF_DAY),
        "% of previous balance": (OF_DAY, HALF),
    },
)  # fmt: skip
LOSING = over(quote("09:00", "10000"), BOUGHT, traded(1), quote("12:00", "9800"), until=2)
shows("T8", "open_loss_offsets", "open losses at day end reduce the day's profit", EARNING,
      "open_loss_offsets", (True, False), LOSING)  # fmt: skip
NONE = TradeFilter()
SHORT = over(traded(1, closed="10:00:30"))
shows("T8", "filters", "min hold 60 s", DAYS, "filters",
      (TradeFilter(min_hold_seconds=60), NONE), SHORT)  # fmt: skip
shows("T8", "filters", "only instruments used to reach target", DAYS, "filters",
      (TradeFilter(instruments_of_target=Amount(money=d(600))), NONE),
      over(traded(1), traded(2, symbol="TWO")))  # fmt: skip
SMALL = over(traded(1, "10", notional=d(4000)))
shows("T8", "filters", "min notional % of I", DAYS, "filters",
      (TradeFilter(min_notional_percent=d(5)), NONE), SMALL)  # fmt: skip
shows("T8", "filters", "min absolute P&L % of trade", DAYS, "filters",
      (TradeFilter(min_result_percent=d(1)), NONE), SMALL)  # fmt: skip
shows("T8", "filters", "≥ 70 % of average size", DAYS, "filters",
      (TradeFilter(min_percent_of_average_size=d(70)), NONE),
      over(traded(1), traded(2, lots=d("0.1"))))  # fmt: skip
shows("T8", "filters", "half-days excluded", EARNING, "half_days", ("excluded", "count"),
      over(on(1, "600", half_day=True)))  # fmt: skip
shows("T8", "filters", "weekends excluded", DAYS, "weekends", ("excluded", "count"),
      over(traded(6)))  # fmt: skip
PAID = PayoutMoved(ACCOUNT, at("13:00", 2), "paid", "P", d(100))
CYCLES = over(traded(1), traded(2), PAID, traded(3))
shows("T8", "required", "n per stage", DAYS, "required", (3, 5), CYCLES)
shows("T8", "required", "per payout cycle", replace(DAYS, per="payout_cycle"),
      "required_by_payout", ((5, 3), ()), CYCLES)  # fmt: skip
shows("T8", "required", "lifetime", DAYS, "per", ("account", "payout_cycle"), CYCLES)
shows("T8", "required", "reset after payout", DAYS, "per", ("payout_cycle", "account"), CYCLES)
shows("T8", "required", "*m of n profitable*", replace(EARNING, required=2), "trading_days",
      (4, 0), CYCLES)  # fmt: skip
EXACT = over(on(1, "500"))
shows("T8", "operator", "≥", EARNING, "operator", ("at_least", "above"), EXACT)
shows("T8", "operator", ">", EARNING, "operator", ("above", "at_least"), EXACT)
