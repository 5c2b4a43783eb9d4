"""When the rules want to be asked next: an interval of equity and a moment.

Inside the open interval, and before the moment, no rule of the account has anything to say.
"""

from collections.abc import Iterable
from decimal import Decimal

from propdesk.domain.consequences import AnyJudge
from propdesk.domain.values import value


@value(frozen=True, slots=True)
class Watch:
    """``restless``: some rule did not say when it is calm and is asked on every mark."""

    low: Decimal | None
    high: Decimal | None
    timers: tuple[int, ...]
    restless: bool


def watch_of(judges: Iterable[AnyJudge], *, interval: bool = True) -> Watch:
    """The tightest interval and every timer of these rules; without an ``interval`` none is named,
    because somebody else watches it."""
    lows, highs, timers, restless = [], [], [], False
    for judge in judges:
        timer = judge.timer() if "timer" in judge.hears else None
        if timer is not None:
            timers.append(timer)
        if not judge.watches_marks:
            continue
        if "calm" not in judge.hears:
            restless = True
            continue
        if not interval:
            continue
        calm = judge.calm()
        if calm.low is not None:
            lows.append(calm.low)
        if calm.high is not None:
            highs.append(calm.high)
        if calm.trail is not None:
            highs.append(calm.trail.peak)
    return Watch(max(lows, default=None), min(highs, default=None), tuple(timers), restless)
