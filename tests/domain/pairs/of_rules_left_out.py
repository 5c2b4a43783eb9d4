"""Values that say a stage has no such rule, and counts of orders in a day."""

from datetime import date, time

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event, NewsScheduled, TimePassed
from propdesk.domain.rulebook import Accounting, Clock, Phase, Rulebook
from propdesk.domain.rules.flat_by import FlatBy
from propdesk.domain.rules.news import News
from propdesk.domain.rules.order_rate import OrderRate
from propdesk.domain.rules.time_limit import TimeLimit
from tests.domain.pairs.registry import shows
from tests.domain.rules.histories import (
    CATALOGUE,
    SIZE,
    at,
    buy,
    close,
    d,
    judge,
    quote,
    start,
)

FUNDED = Phase(name="funded", stage="funded", accounting=Accounting(platform="exact"))
PAYROLLS = NewsScheduled(at("00:00"), "n", at("12:30", 5), "Payrolls", ("USD",))
HISTORY: list[Event] = [
    start(),
    PAYROLLS,
    quote("08:00", "10000"),
    buy("12:30", "p", day=5, reason="manual"),
    TimePassed(at("12:00", 9)),
]


def judged(phase: Phase) -> Evaluation:
    book = Rulebook(name="test", version="1", effective_from=date(2021, 1, 1), currency="USD",
                    clock=Clock(zone="UTC", reset=time(0)), phases=(phase,))  # fmt: skip
    evaluator = Evaluator(book, phase, size=SIZE, catalogue=CATALOGUE)
    evaluator.feed(HISTORY)
    return evaluator.result()


NEWS = News(window_before_minutes=d(2), window_after_minutes=d(2), restricts=("open",),
            targets="currency")  # fmt: skip
WEEKEND = FlatBy(before="weekend", at=time(22), zone="UTC")
shows("T7", "time_limit", "none", FUNDED, "rules", ((), (TimeLimit(days=5),)), judged)
shows("T10", "weekend, overnight", "allowed", FUNDED, "rules", ((), (WEEKEND,)), judged)
shows("T14", "stages", "FTMO news only when funded", FUNDED, "rules", ((NEWS,), ()), judged)
BIG = buy("09:00", "a", "2")
FILLS = [start(), BIG, close("09:01", BIG, "10000", "1"), close("09:02", BIG, "10000", "1")]
RATE = OrderRate(counted="executions", max_per_day=2)
for field, sides in (("max_per_day", (2, 50)), ("counted", ("executions", "modifications"))):
    shows("T6", "max_orders_or_executions", "per day: 50 fills (TPT), 2 000 modifications (E8)",
          RATE, field, sides, lambda rule: judge(rule, FILLS))  # fmt: skip
