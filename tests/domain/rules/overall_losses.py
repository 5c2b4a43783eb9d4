"""Overall limits of 5 % and what happens to them, for the tests of that rule."""

from typing import Any

from propdesk.domain.events import PayoutMoved, TimePassed, TradeReported
from propdesk.domain.rules.floor_lock import Lock
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.terms import Amount, Effect
from tests.domain.rules.histories import ACCOUNT, at, d, judge, reported, start

FIVE = Amount(percent=d(5))
PAUSE = Effect(kind="pause_until", until="next_day")


def money(amount: str | int) -> Amount:
    return Amount(money=d(amount))


def static(**more: Any) -> OverallLoss:
    return OverallLoss(**{"mode": "static", "allowance": FIVE, "comparison": "touch", **more})


def trailing(source: str = "closed_balance", **more: Any) -> OverallLoss:
    return static(**{"mode": "trailing", "peak_source": source, **more})


def floor_of(rule: OverallLoss, *events: Any, fast: bool = True) -> tuple[object, object]:
    """The floor after these events, and whether it is locked."""
    (line,) = judge(rule, [start(), *events], fast=fast).limits
    return line.floor, line.locked


def made(amount: str, clock: str = "10:00", *, day: int = 1) -> TradeReported:
    return reported("09:00", clock, amount, day=day, id=f"{day}-{clock}")


def paid(amount: str, share: str | None = None, clock: str = "12:00", *, day: int = 1) -> Any:
    trader = None if share is None else d(share)
    return PayoutMoved(ACCOUNT, at(clock, day), "paid", f"{day}-{clock}", d(amount), trader)


def until(day: int) -> TimePassed:
    return TimePassed(at("00:00", day))


def lock(at_: Amount, trigger: str = "floor_reaches", **more: Any) -> Lock:
    return Lock(at=at_, trigger=trigger, **more)  # type: ignore[arg-type]


ZERO, THREE = money(0), money(3000)
