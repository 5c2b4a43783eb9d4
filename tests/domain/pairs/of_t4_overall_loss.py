"""T4: the overall loss limit."""

from typing import Any

from propdesk.domain.events import PayoutMoved, Scaled, TimePassed
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, reported, start

FIVE = Amount(percent=d(5))
STATIC = OverallLoss(mode="static", allowance=FIVE, comparison="touch")
TRAILING = OverallLoss(
    mode="trailing", allowance=FIVE, comparison="touch", peak_source="closed_balance"
)


def over(*events: Any) -> Answer:
    return lambda rule: judge(rule, [start(), *events])


def made(amount: int, day: int = 1, clock: str = "10:00") -> object:
    return reported("09:00", clock, str(amount), day=day, id=f"{clock}-{day}")


PAID = PayoutMoved(ACCOUNT, at("12:00", 2), "paid", "P", d(2000), d(1600))
EARNED = over(made(2000), made(1, 2))
AND_PAID = over(made(2000), made(1, 2), PAID, made(1, 2, "13:00"))
shows("T4", "mode", "static", TRAILING, "mode", ("static", "trailing"), EARNED)
shows("T4", "mode", "trailing", TRAILING, "mode", ("trailing", "static"), EARNED)
RISING = OverallLoss(mode="payout_trailing", allowance=FIVE, comparison="touch",
                     peak_source="closed_balance", on_payout="raise_by_trader_share")  # fmt: skip
shows("T4", "mode", "payout_trailing (moves only on payouts by trader share)", RISING, "mode",
      ("payout_trailing", "trailing"), AND_PAID)  # fmt: skip
STEPPED = OverallLoss(mode="stepped", allowance=FIVE, comparison="touch",
                      step_profit=Amount(money=d(2000)),
                      step_allowance=Amount(money=d(1000)))  # fmt: skip
shows("T4", "mode", "stepped (one-off re-anchor at trigger)", STEPPED, "mode",
      ("stepped", "static"), EARNED)  # fmt: skip

WON, HELD = buy("08:00", "a"), buy("09:00", "b")
PEAKS = over(
    quote("07:00", "10000"),
    WON,
    close("08:30", WON, "13000"),
    made(-1000),
    HELD,
    quote("11:00", "14000"),
    quote("12:00", "10700"),
    quote("12:00", "10600", day=2),
)
table(
    "T4", "peak_source", TRAILING, "peak_source", PEAKS,
    {
        "closed B": ("closed_balance", "eod_balance"),
        "EOD B": ("eod_balance", "closed_balance"),
        "EOD max(B,E)": ("eod_max_balance_equity", "eod_balance"),
        "live E incl. floating": ("live_equity", "closed_balance"),
        '"balance or equity"': ("live_max_balance_equity", "closed_balance"),
    },
)  # fmt: skip
SAME_DAY = over(made(2000), made(-1000, clock="11:00"))
shows("T4", "peak_update", "instant", TRAILING, "peak_update", ("instant", "day_reset"), SAME_DAY)
shows("T4", "peak_update", "at day reset only", TRAILING, "peak_update", ("day_reset", "instant"),
      SAME_DAY)  # fmt: skip
OF_PEAK = Amount(percent=d(5), of="peak")
table(
    "T4", "distance", TRAILING, "allowance", EARNED,
    {
        "absolute": (Amount(money=d(3000)), FIVE),
        "% of I": (FIVE, OF_PEAK),
        "% of peak": (OF_PEAK, FIVE),
    },
)  # fmt: skip


def fixed(amount: str, trigger: str = "floor_reaches", **more: Any) -> Lock:
    return Lock(at=Amount(money=d(amount)), trigger=trigger, **more)  # type: ignore[arg-type]


AT_START = fixed("0")
MUCH = over(made(9000), made(1, 2))
BELOW = fixed("-750")
table(
    "T4", "lock", TRAILING, "lock", MUCH,
    {
        "none": (None, AT_START),
        "at I": (AT_START, None),
        "at I + 100": (fixed("100"), AT_START),
        "at I + x %": (Lock(at=Amount(percent=d(2))), AT_START),
        "below I": (BELOW, AT_START),
    },
)  # fmt: skip
PROFIT = Amount(money=d(3000))
MILESTONE = fixed("0", "realised_profit", profit=PROFIT, level_from="milestone")
shows("T4", "lock", "above I (milestone)", TRAILING, "lock",
      (MILESTONE, fixed("0", "realised_profit", profit=PROFIT)), MUCH)  # fmt: skip
shows("T4", "lock", "at target", TRAILING, "lock",
      (fixed("3000", "realised_profit", profit=PROFIT), AT_START), MUCH)  # fmt: skip
SOME = over(made(3000), made(1, 2))
REALISED = fixed("0", "realised_profit", profit=PROFIT)
shows("T4", "lock_trigger", "floor reaches level", TRAILING, "lock", (AT_START, REALISED), SOME)
shows("T4", "lock_trigger", "profit ≥ x realised", TRAILING, "lock", (REALISED, AT_START), SOME)
OPEN_PROFIT = over(quote("07:00", "10000"), HELD, quote("11:00", "13000"), quote("12:00", "12000"))
shows("T4", "lock_trigger", "profit ≥ x by equity", TRAILING, "lock",
      (fixed("0", "equity_profit", profit=PROFIT), REALISED), OPEN_PROFIT)  # fmt: skip
shows("T4", "lock_trigger", "a payout processed", TRAILING, "lock",
      (fixed("0", "payout"), AT_START), AND_PAID)  # fmt: skip
RECOVERED = over(
    quote("07:00", "10000"), HELD, quote("11:00", "5000"), quote("12:00", "10000"),
    TimePassed(at("00:00", 2)),
)  # fmt: skip
shows("T4", "check_timing", "every tick", STATIC, "check", ("tick", "day_end"), RECOVERED)
shows("T4", "check_timing", "at EOD only", STATIC, "check", ("day_end", "tick"), RECOVERED)
SETS_OFF = over(quote("07:00", "10000"), HELD, quote("09:30", "13000"), made(-6000))
OPEN_LOSS = over(quote("07:00", "10000"), HELD, quote("09:30", "4000"))
shows("T4", "tested_value", "E", STATIC, "tested", ("equity", "balance"), OPEN_LOSS)
shows("T4", "tested_value", "B only (CTI)", STATIC, "tested", ("balance", "equity"), OPEN_LOSS)
shows("T4", "tested_value", "B or E", STATIC, "tested", ("balance_or_equity", "equity"), SETS_OFF)
AT_THE_FLOOR = over(made(-5000))
shows("T4", "operator", "touch", STATIC, "comparison", ("touch", "cross"), AT_THE_FLOOR)
shows("T4", "operator", "cross", STATIC, "comparison", ("cross", "touch"), AT_THE_FLOOR)
table(
    "T4", "on_payout", TRAILING, "on_payout", AND_PAID,
    {
        "unchanged": ("unchanged", "reduce_peak"),
        "set to 0/I immediately": ("set_initial", "unchanged"),
        "HWM reduced by payout (floor drops)": ("reduce_peak", "unchanged"),
        "reset to initial rules": ("reset", "unchanged"),
    },
)  # fmt: skip
shows("T4", "on_payout", "lock at I", TRAILING, "also_locks_on_payout", (True, False),
      lambda rule: AND_PAID(_locking(rule)))  # fmt: skip
shows("T4", "on_payout", "rises by trader share", RISING, "on_payout",
      ("raise_by_trader_share", "unchanged"), AND_PAID)  # fmt: skip
GROWN = over(made(2000), Scaled(ACCOUNT, at("12:00"), d(150000), d(152000)), made(1, 2))
shows("T4", "on_scale", "recompute from new I", STATIC, "on_scale",
      ("recompute", "from_balance"), GROWN)  # fmt: skip
shows("T4", "on_scale", "from base at approval", STATIC, "on_scale",
      ("from_balance", "recompute"), GROWN)  # fmt: skip
shows("T4", "news_buffer", "temporary % allowance", STATIC, "news_buffer",
      (Amount(percent=d(1)), None), AT_THE_FLOOR)  # fmt: skip


def _locking(rule: OverallLoss) -> OverallLoss:
    return OverallLoss(
        mode="trailing",
        allowance=FIVE,
        comparison="touch",
        peak_source="closed_balance",
        lock=AT_START,
        also_locks_on_payout=rule.also_locks_on_payout,
    )
