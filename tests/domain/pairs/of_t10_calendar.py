"""T10: news, weekend, overnight, inactivity."""

from dataclasses import replace
from datetime import time
from typing import Any

from propdesk.domain.events import NewsScheduled, OrderSeen, PayoutMoved, TimePassed
from propdesk.domain.market_hours import MarketHours, Session
from propdesk.domain.rulebook import Phase
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.rules.inactivity import Inactivity
from propdesk.domain.rules.news import News
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.terms import FAIL, Amount, Effect
from tests.domain.pairs.registry import Answer, shows, table
from tests.domain.rules.histories import ACCOUNT, at, buy, close, d, judge, quote, reported, start

RULE = News(window_before_minutes=d(2), window_after_minutes=d(2), restricts=("open", "close"),
            targets="currency")  # fmt: skip
GOAL = ProfitTarget(target=Amount(money=d(50000)), measured_on="adjusted_balance")


def release(**more: Any) -> NewsScheduled:
    figures = {"id": "payrolls", "title": "Non-Farm Payrolls", "currencies": ("USD",), **more}
    return NewsScheduled(at=at("00:00"), release_at=at("12:30"), **figures)


def over(*events: Any, about: NewsScheduled | None = None, **account: Any) -> Answer:
    known = (quote("00:00", "10000"), about or release())
    return lambda rule: judge((rule, GOAL), [start(**account), *known, *events])


INSIDE = buy("12:30", "P", reason="manual")
OPENS = over(INSIDE)
shows("T10", "news.window_before/after", "1, 2, 5 min (asymmetric allowed)", RULE,
      "window_after_minutes", (d(5), d(2)), over(buy("12:34", "P")))  # fmt: skip
EARLY = buy("09:00", "P", reason="manual")
ORDER = OrderSeen(ACCOUNT, at("10:00"), "O", "placed", "ONE", "buy", "limit", d(1))
LATER = TimePassed(at("13:00"))
STOPPED = over(EARLY, replace(close("12:31", EARLY, "10010"), reason="stop_loss"))
for word, sides, answer in (
    ("open", (("open",), ("close",)), OPENS),
    ("close", (("close",), ("open",)),
     over(EARLY, replace(close("12:31", EARLY, "10010"), reason="manual"))),
    ("pending fill", (("pending_fill",), ("open",)), over(buy("12:30", "P", reason="pending"))),
    ("SL/TP fill", (("sl_tp_fill",), ("close",)), STOPPED),
    ("holding at all", (("hold",), ("open",)), over(EARLY, LATER)),
    ("orders present", (("orders",), ("open",)), over(ORDER, LATER)),
):  # fmt: skip
    shows("T10", "news.restricts", word, RULE, "restricts", sides, answer)
ABROAD = over(INSIDE, about=release(currencies=("JPY",)))
shows("T10", "news.targets", "by currency/instrument map per event", RULE, "targets",
      ("currency", "all"), ABROAD)  # fmt: skip
shows("T10", "news.targets", "all instruments", RULE, "targets", ("all", "currency"), ABROAD)
shows("T10", "news.targets", "specific products per event type", replace(RULE, targets="listed"),
      "instruments_by_event", ({"non-farm": ("ONE",)}, {"crude oil": ("ONE",)}), OPENS)  # fmt: skip


def closed(clock: str, reason: str = "manual") -> Answer:
    opening = buy(clock, "P", reason="manual")
    return over(opening, replace(close("12:31", opening, "10010"), reason=reason))


EXEMPT = "news.exempt_if_opened_before"
shows("T10", EXEMPT, "> 2 min", RULE, "exempt_if_opened_before_minutes", (d(2), None),
      closed("12:27"))  # fmt: skip
shows("T10", EXEMPT, "5 h", RULE, "exempt_if_opened_before_minutes", (d(300), d(360)),
      closed("07:00"))  # fmt: skip
shows("T10", EXEMPT, "6 h; SL/TP only vs manual close",
      replace(RULE, exempt_if_opened_before_minutes=d(360)), "exempt_fills", ("sl_tp", "all"),
      closed("06:00"))  # fmt: skip
shows("T10", "news.min_hold_if_inside", "2 min", replace(RULE, restricts=("open",)),
      "min_hold_if_inside_minutes", (d(2), None),
      over(INSIDE, close("12:40", INSIDE, "10001")))  # fmt: skip
REMOVED = Effect(kind="profit_adjust", factor=d(0))
PART = Effect(kind="profit_adjust", factor=d("0.4"))
VOID = Effect(kind="strike", of=2, then=Effect(kind="payout_denied"))
TRADE = reported("12:29", "14:00", "3000")
TRADED = over(TRADE)
AND_PAID = over(TRADE, PayoutMoved(ACCOUNT, at("16:00"), "paid", "1", d(100)))
table(
    "T10", "news.effect", RULE, "effects", TRADED,
    {"breach": ((FAIL,), (REMOVED,)), "profit removed": ((REMOVED,), (PART,)),
     "strikes void payout": ((VOID,), (FAIL,))},
)  # fmt: skip
shows("T10", "news.effect", "profit × 0.4, losses full, at cycle end",
      replace(RULE, counted="cycle_end"), "effects", ((PART,), (REMOVED,)), AND_PAID)  # fmt: skip
shows("T10", "news.effect", "profit cap 1 % of I", replace(RULE, effects=(REMOVED,)), "profit_cap",
      (Amount(percent=d(1)), None), TRADED)  # fmt: skip
FOR_WHOM = "news.stage/account_type"
BOTH = ("evaluation", "funded")
shows("T10", FOR_WHOM, "evaluation free", RULE, "stages", (("funded",), BOTH), OPENS)
shows("T10", FOR_WHOM, "funded only", RULE, "stages", (("funded",), ("evaluation",)), OPENS)
shows("T10", FOR_WHOM, "swing exempt", RULE, "exempt_account_types", (("swing",), ()),
      over(INSIDE, account_type="swing"))  # fmt: skip

WEEKEND = FlatBy(before="weekend", at=time(22), zone="UTC")
HELD = over(buy("09:00", "P", day=5), TimePassed(at("12:00", 6)))
FLAT = "weekend, overnight"
shows("T10", FLAT, "flat by time (zone)", WEEKEND, "zone", ("America/New_York", "UTC"), HELD)
table(
    "T10", FLAT, WEEKEND, "effects", HELD,
    {
        "auto-closed soft": ((Effect(kind="close_position"),), (FAIL,)),
        "breach": ((FAIL,), (Effect(kind="close_position"),)),
        "reset to stage 1": ((Effect(kind="demote_stage"),), (FAIL,)),
    },
)  # fmt: skip
shows("T10", FLAT, "crypto exempt", WEEKEND, "exempt_asset_classes", (("indices",), ()), HELD)
MARKET = MarketHours(
    zone="UTC",
    sessions=(Session(from_day="sun", opens=time(22), to_day="fri", closes=time(22)),),
)
BREAK = FlatBy(before="break", market=MARKET, longer_than_hours=d(2))
shows("T10", FLAT, "break longer than 2 h", BREAK, "longer_than_hours", (d(2), d(72)), HELD)

IDLE = Inactivity(days=5, open_position_counts=False)
OPENED = buy("09:00", "P", day=2)
OVER_DAYS = over(OPENED, close("09:00", OPENED, "10000", day=5), TimePassed(at("12:00", 9)))
IDLY = "inactivity"
shows("T10", IDLY, "n calendar/trading days since last open", IDLE, "activity",
      ("open", "close"), OVER_DAYS)  # fmt: skip
shows("T10", IDLY, "last close", IDLE, "activity", ("close", "open"), OVER_DAYS)
shows("T10", IDLY, "assignment", IDLE, "activity", ("assignment", "close"), OVER_DAYS)
shows("T10", IDLY, "open position counts", replace(IDLE, activity="open"), "open_position_counts",
      (True, False), OVER_DAYS)  # fmt: skip
WAITS = over(
    OrderSeen(ACCOUNT, at("10:00", 2), "O", "placed", "ONE", "buy", "limit", d(1)),
    TimePassed(at("12:00", 9)),
)
shows("T10", IDLY, "pending does not", IDLE, "pending_order_counts", (False, True), WAITS)
EACH_WEEK = (
    reported("09:00", "10:00", "1", day=8, id="monday"),
    reported("09:00", "10:00", "1", day=21, id="sunday"),
    TimePassed(at("12:00", 22)),
)
shows("T10", IDLY, "one trade per ISO week", Phase(name="funded"), "rules",
      ((Inactivity(unit="iso_week"),), (Inactivity(days=7),)),
      lambda phase: judge(phase.rules, [start(), *EACH_WEEK]))  # fmt: skip
