"""T1 and T2: when a day ends, and what counts as balance, equity and a day's profit."""

from dataclasses import replace
from datetime import date, time
from typing import Any

from propdesk.domain.clock import SnapshotWindow
from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import (
    BalanceAdjusted,
    DayReported,
    NewsScheduled,
    OrderSeen,
    PayoutMoved,
    TimePassed,
)
from propdesk.domain.rulebook import Accounting, Clock, Rulebook
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.exposure import Cap, ExposureLimit
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.rules.holding_time import HoldingTime
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.news import News
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import Amount, Effect, RuleTerms
from tests import story
from tests.domain.pairs.registry import Answer, shows
from tests.domain.rules.histories import (
    ACCOUNT,
    CATALOGUE,
    SIZE,
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

FIVE = Amount(percent=d(5))
DAILY = DailyLoss(base="day_start_balance", allowance=FIVE, comparison="touch")
OVERALL = OverallLoss(mode="static", allowance=FIVE, comparison="touch")
GOAL = ProfitTarget(target=FIVE, measured_on="adjusted_balance")
HALF = Consistency(limit=ShareLimit(percent=d(50)), operator="at_most")
UTC = Clock(zone="UTC", reset=time(0))
PLAIN = Accounting(platform="exact")


def told(book: Rulebook, *events: Any) -> Evaluation:
    evaluator = Evaluator(book, book.phases[0], size=SIZE, catalogue=CATALOGUE)
    evaluator.feed([start(), *events])
    return evaluator.result()


def by_clock(rule: RuleTerms, *events: Any) -> Answer:
    book = replace(story.rulebook(rule), accounting=PLAIN)
    return lambda clock: told(replace(book, clock=clock), *events)


def by_accounting(rule: RuleTerms, *events: Any) -> Answer:
    book = replace(story.rulebook(rule), clock=UTC)
    return lambda accounting: told(replace(book, accounting=accounting), *events)


def made(amount: int, day: int = 1, clock: str = "10:00") -> object:
    return reported("09:00", clock, str(amount), day=day, id=f"m{day}{clock}")


def until(day: int, clock: str = "12:00") -> TimePassed:
    return TimePassed(at(clock, day))


LATE = by_clock(DAILY, made(-3000, 1, "20:00"), made(-3000, 1, "23:30"), until(3))
AT_NIGHT = by_clock(
    DAILY, made(-3000, 1, "20:00"), reported("00:01", "00:15", "-3000", day=2), until(3)
)
ZONES = (
    "IANA zone, not a fixed offset: Europe/Prague (FTMO), America/New_York 17:00 (Goat, FXIFY, "
    "Blueberry, Sieg, Trade Prime), America/Chicago 17:00 (Topstep), UTC 00:00 (Aqua, Hyro, "
    "PropHood), UTC 00:30 (Breakout), UTC 22:00 (BEM, DNA), UTC+8 (BitFunded, iTrader 05:00), "
    "broker server time = GMT+2/+3 switching on US DST dates (FundedNext, PipFarm, most MT5 firms)"
)
for zone, hour in (
    ("Europe/Prague", 0),
    ("America/New_York", 17),
    ("America/Chicago", 17),
    ("Asia/Singapore", 5),
    ("server", 0),
):
    clock = replace(UTC, reset=time(hour))
    shows("T1", "day_reset.tz", ZONES, clock, "zone", (zone, "UTC"), LATE)
for reset in (time(0, 30), time(22)):
    shows("T1", "day_reset.tz", ZONES, UTC, "reset", (reset, time(0)), AT_NIGHT)
SESSION = (
    "start/end with gap (18:00–17:00 ET; 17:00–15:10 CT; 20:00–20:00 EST; 18:00–16:45) and "
    "session_label = end date (Sunday evening = Monday)"
)
# On the evening of Sunday 7 March, but in the session of Monday: the week's loss is another's.
SUNDAY_EVENING = by_clock(
    replace(DAILY, horizon="week"),
    made(-3000, 3),
    reported("01:10", "01:30", "-3000", day=8, id="evening"),
    until(9),
)
for zone, opens, ends, in_the_gap in (
    ("America/New_York", time(18), time(17), "22:30"),
    ("America/Chicago", time(17), time(15, 10), "21:30"),
    ("EST", time(20), None, ""),
    ("America/New_York", time(18), time(16, 45), "21:50"),
):
    futures = Clock(zone=zone, reset=opens, label="end", session_end=ends)
    if ends is not None:
        shows("T1", "session", SESSION, futures, "session_end", (ends, None),
              by_clock(FlatBy(before="session_end"), reported("15:00", in_the_gap, "1", day=2))
              )  # fmt: skip
    shows("T1", "session", SESSION, futures, "label", ("end", "start"), SUNDAY_EVENING)
# 22:00 UTC is 17:00 in New York; 4,000 are closed, and for a moment 6,000 open against them.
NEW_YORK = Clock(zone="America/New_York", reset=time(17))
FUZZY = SnapshotWindow(before_minutes=3, after_minutes=3)
FIRM, INSTANT = "firms note a fuzzy 16:57–17:03 window", "instant"
for value, clocks, windows in (
    (FIRM, ("21:58", "21:59"), (FUZZY, None)),
    (INSTANT, ("22:01", "22:02"), (None, FUZZY)),
):
    fallen = (quote(clocks[0], "4000"), quote(clocks[1], "10000"))
    around = by_clock(
        DAILY, quote("08:00", "10000"), made(4000), buy("11:00", "p"), *fallen, until(2, "00:00")
    )
    shows("T1", "day_reset.snapshot_window", value, NEW_YORK, "snapshot_window", windows, around)
CLOSING = by_clock(
    OverallLoss(mode="trailing", allowance=FIVE, comparison="touch", peak_source="eod_balance"),
    made(4000),
    made(1000, 1, "21:59"),
    made(-5500, 2),
)
shows("T1", "day_reset.snapshot_window", FIRM, NEW_YORK, "snapshot_window", (FUZZY, None), CLOSING)
# 4,000 closed on the first day, 8,500 open against it: nothing is wrong before the reset.
AT_THE_RESET = by_clock(
    DAILY,
    quote("08:00", "10000"),
    made(4000),
    buy("11:00", "p"),
    quote("12:00", "1500"),
    until(2, "00:30"),
)
RESET = "eod_reset_is_an_event"
shows("T1", RESET, "re-evaluate all limits at the reset with no trade and no tick",
      UTC, "reset", (time(0), time(1)), AT_THE_RESET)  # fmt: skip
MERGED = by_clock(DAILY, made(-3000), made(-3000, 2), until(4))
shows("T1", "holiday_policy", "early close merges into next session", UTC, "merged_dates",
      ((date(2021, 3, 1),), ()), MERGED)  # fmt: skip
DAYS = ActivityDays(required=2, count_kind="closed_profit", threshold=Amount(money=d(50)))
HALF_DAY = DayReported(ACCOUNT, at("12:00"), profit=d(600), half_day=True)
shows("T1", "holiday_policy", "half-days do not count", DAYS, "half_days", ("excluded", "count"),
      lambda rule: judge(rule, [start(), HALF_DAY, until(3)]))  # fmt: skip
WEEKEND = FlatBy(before="weekend", at=time(22), zone="UTC")
FRIDAY = (date(2021, 3, 5),)


def held(rule: RuleTerms) -> Evaluation:
    return judge(rule, [start(), buy("09:00", "P", day=2), until(6)])


shows("T1", "holiday_policy", "auto-close not run on early closes", WEEKEND, "not_enforced_on",
      (FRIDAY, ()), held)  # fmt: skip
shows("T1", "holiday_policy", "Friday holiday moves weekend deadline to Thursday", WEEKEND,
      "holidays", (FRIDAY, ()), held)  # fmt: skip
IDLE = Inactivity(days=5)
KINDS = "weekend_rule_clock, news_clock, inactivity_day_kind"
SEPARATE = "calendar vs trading days, separate zones allowed"
shows("T1", KINDS, SEPARATE, IDLE, "unit", ("trading_days", "calendar_days"),
      lambda rule: judge(rule, [start(), made(1, 2), until(9)]))  # fmt: skip
shows("T1", KINDS, SEPARATE, WEEKEND, "zone", ("America/New_York", "UTC"), held)

TRAIL = OverallLoss(mode="trailing", allowance=FIVE, comparison="touch",
                    peak_source="closed_balance")  # fmt: skip
FROM_ZERO = replace(story.rulebook(OVERALL), clock=UTC, deposit_tolerance=SIZE)
shows("T2", "balance_origin", "I or 0 (XFA style: start 0, floor negative)", PLAIN,
      "balance_origin", ("zero", "initial"),
      lambda accounting: told(replace(FROM_ZERO, accounting=accounting), made(1)))  # fmt: skip
OPEN = buy("09:00", "p")
FLOATING = by_accounting(OVERALL, quote("08:00", "10000"), OPEN, quote("10:00", "4000"))
shows("T2", "equity_components", "floating", PLAIN, "floating_in_equity", (False, True), FLOATING)
Q = quote("08:00", "10000")


def fell(**costs: Any) -> Answer:
    """A position that stands 100 above the floor but for its costs."""
    return by_accounting(OVERALL, Q, buy("09:00", "p", **costs), quote("10:00", "5100"))


SLIPPED = by_accounting(
    OVERALL,
    Q,
    OrderSeen(ACCOUNT, at("08:59"), "O", "placed", "ONE", "buy", requested_price=d(10000)),
    buy("09:00", "p", price=d(10100), order="O"),
    quote("10:00", "5100"),
)
for part, field, history in (
    ("commission", "commission_in_equity", fell(commission=d(-100))),
    ("swap", "swap_in_equity", fell(swap=d(-100))),
    ("fees", "fees_in_equity", fell(fee=d(-100))),
    ("slippage", "slippage_in_equity", SLIPPED),
):
    shows("T2", "equity_components", part, PLAIN, field, (True, False), history)
    shows("T2", "equity_components", "each in/out", PLAIN, field, (False, True), history)
SPREAD = by_accounting(
    DAILY,
    quote("08:00", "10000"),
    OPEN,
    quote("20:00", "10500"),
    quote("10:00", "10700", day=2),
    close("12:00", OPEN, "10700", day=3),
    made(10, 3, "13:00"),
    until(4),
)
ATTRIBUTED = "trade_day_attribution"
for word, one, other in (
    ("by close day (default)", "close_day", "open_day"),
    ("open day", "open_day", "close_day"),
    ("equity delta", "equity_delta", "balance_delta"),
    ("balance delta", "balance_delta", "equity_delta"),
):
    shows("T2", ATTRIBUTED, word, PLAIN, "day_profit", (one, other), SPREAD)
BONUS = BalanceAdjusted(ACCOUNT, at("11:00"), d(500), "bonus")
shows("T2", "excluded_pnl", "bonuses/refunds", PLAIN, "excluded_pnl", (("bonuses",), ()),
      by_accounting(GOAL, made(100), BONUS))  # fmt: skip
WARN, REMOVED = (Effect(kind="warn"),), (Effect(kind="profit_adjust", factor=d(0)),)
PART = (Effect(kind="profit_adjust", factor=d("0.4")),)


def counted(*events: Any) -> Answer:
    """What a rule that takes profit away leaves of it for the target."""
    return lambda rule: judge((rule, GOAL), [start(), Q, *events])


PAYROLLS = NewsScheduled(at("00:00"), "n", at("12:30"), "Payrolls", ("USD",))
NEWS = News(window_before_minutes=d(2), window_after_minutes=d(2), restricts=("open",),
            targets="all")  # fmt: skip
SHORT = HoldingTime(measure="each", seconds=120)
LOTS = ExposureLimit(unit="lots", aggregation="all_open", cap=Cap(at_most=d(1)), when="at_close")
NIGHT = Hedging(same_account="banned_overnight")
LARGE, LONG, OTHER = buy("09:00", "l", "2"), buy("09:00", "l"), sell("10:00", "s")
FROM_HEDGES = (close("01:00", LONG, "10700", day=2), close("02:00", OTHER, "10600", day=2))
EXCLUDED = "excluded_pnl"
AT_NEWS = counted(PAYROLLS, reported("12:29", "14:00", "1000"))
for sides in ((PART, REMOVED), (PART, WARN)):
    shows("T2", EXCLUDED, "news-window profit (× factor)", NEWS, "effects", sides, AT_NEWS)
shows("T2", EXCLUDED, "sub-minimum-hold trades", SHORT, "effects", (REMOVED, WARN),
      counted(reported("09:00", "09:01:59", "1000")))  # fmt: skip
shows("T2", EXCLUDED, "over-lot trades", LOTS, "effects", (REMOVED, WARN),
      counted(LARGE, close("10:00", LARGE, "10500")))  # fmt: skip
shows("T2", EXCLUDED, "overnight-hedge profits", NIGHT, "effects", (REMOVED, WARN),
      counted(LONG, OTHER, *FROM_HEDGES))  # fmt: skip
PAID = PayoutMoved(ACCOUNT, at("12:00", 2), "paid", "P", d(2000), d(1600))


def after_payout(rule: RuleTerms) -> Evaluation:
    return judge(rule, [start(), made(3000), PAID, made(1, 3), until(5)])


EFFECT = "withdrawal_effect"
shows("T2", EFFECT, "on balance", PLAIN, "payouts", ("lower_balance", "leave_balance"),
      by_accounting(OVERALL, made(3000), PAID, until(3)))  # fmt: skip
for one, other in (("unchanged", "reduce_peak"), ("reduce_peak", "unchanged"),
                   ("reset", "unchanged")):  # fmt: skip
    shows("T2", EFFECT, "on HWM (unchanged / reduced by payout / reset)", TRAIL, "on_payout",
          (one, other), after_payout)  # fmt: skip
shows("T2", EFFECT, "on floor (see T4)", TRAIL, "on_payout", ("set_initial", "unchanged"),
      after_payout)  # fmt: skip
shows("T2", EFFECT, "on trading-day counters (reset)", DAYS, "per", ("payout_cycle", "account"),
      after_payout)  # fmt: skip
