"""T7: the profit objective."""

from dataclasses import replace
from typing import Any

from propdesk.domain.events import DayReported, PayoutMoved, TimePassed
from propdesk.domain.rulebook import Promotion
from propdesk.domain.rules.consistency import Consistency, ShareLimit
from propdesk.domain.rules.profit_target import ProfitTarget
from propdesk.domain.rules.time_limit import TimeLimit
from propdesk.domain.terms import Amount
from tests import story
from tests.domain.pairs.registry import Answer, shows
from tests.domain.rules.histories import ACCOUNT, at, buy, d, judge, quote, reported, start

TEN = Amount(percent=d(10))
GOAL = ProfitTarget(target=TEN)


def over(*events: Any) -> Answer:
    return lambda rule: judge(rule, [start(), *events])


def made(amount: int, day: int = 1) -> object:
    return reported("09:00", "10:00", str(amount), day=day, id=f"m{day}")


EARNED = over(made(8000), made(1, 2))
shows("T7", "target", "% of I by stage", GOAL, "target", (TEN, Amount(percent=d(8))), EARNED)
shows("T7", "target", "absolute by size", GOAL, "target",
      (Amount(by_size={d(100000): d(6000)}), TEN), EARNED)  # fmt: skip
PAID = PayoutMoved(ACCOUNT, at("12:00"), "paid", "P", d(2000))
AFTER_PAYOUT = over(made(8000), PAID, made(1, 2))
shows("T7", "target", "% of balance after last payout (per cycle)", GOAL, "target",
      (Amount(percent=d(10), of="balance_after_last_payout"), TEN), AFTER_PAYOUT)  # fmt: skip
OPEN = over(made(10000), quote("10:30", "10000"), buy("11:00", "p"), quote("12:00", "10500"))
shows("T7", "measured_on", "closed balance, flat required", GOAL, "measured_on",
      ("balance_flat", "balance"), OPEN)  # fmt: skip
shows("T7", "measured_on", "balance, not flat", GOAL, "measured_on",
      ("balance", "balance_flat"), OPEN)  # fmt: skip
shows("T7", "measured_on", "equity", GOAL, "measured_on", ("equity", "balance"), OPEN)
HALF = Consistency(limit=ShareLimit(percent=d(50)), operator="at_most", target=TEN)
RICH_DAY = over(made(6000), made(1000, 2), TimePassed(at("00:00", 3)))
shows("T7", "adjusters", "raised by consistency: best_day / pct (Topstep, E8, FN Futures, "
      "Earn2Trade)", HALF, "consequence", ("raises_target_by_ratio", "blocks"),
      RICH_DAY)  # fmt: skip
shows("T7", "adjusters", "+ excess only (BluSky)", HALF, "consequence",
      ("raises_target_by_excess", "raises_target_by_ratio"), RICH_DAY)  # fmt: skip


def promoted(until: str) -> Answer:
    on_first = DayReported(ACCOUNT, at("10:00"), profit=d(10000))
    events = (start(), on_first, TimePassed(story.at(until)))
    book = story.rulebook(GOAL, zone="UTC")

    def answer(moment: Promotion) -> object:
        (phase,) = book.phases
        phase = replace(phase, promotion=moment)
        return story.judged(replace(book, phases=(phase,)), events)

    return answer


NOW = Promotion(moment="at_once")
SAME_DAY, NEXT_DAY = promoted("2021-03-01 11:00"), promoted("2021-03-02 11:00")
shows("T7", "promotion_moment", "at once", NOW, "moment", ("at_once", "after_day_reset"), SAME_DAY)
shows("T7", "promotion_moment", "after day reset", NOW, "moment",
      ("after_day_reset", "at_once"), SAME_DAY)  # fmt: skip
shows("T7", "promotion_moment", "after manual review", NOW, "moment",
      ("after_manual_review", "after_day_reset"), NEXT_DAY)  # fmt: skip
LIMIT = TimeLimit(days=5)
LATE = over(made(1, 4), TimePassed(at("00:00", 7)))
shows("T7", "time_limit", "days from start", LIMIT, "counted_from",
      ("start", "first_trade"), LATE)  # fmt: skip
shows("T7", "time_limit", "from first trade", LIMIT, "counted_from",
      ("first_trade", "start"), LATE)  # fmt: skip
