"""Consistency: several equal days, and one that earns more and more."""

import math
from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.rules.consistency import Consistency
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, NoExample, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """So many days of a half per cent that none is too large a part, then one of ``n`` cents."""
    rule = setting.rule
    if not isinstance(rule, Consistency):
        raise NoExample("this is no consistency rule")
    share = rule.limit.resolve(setting.size, setting.phase.stage, 1)
    days = math.ceil(Decimal(100) / share) + 1
    each = (setting.size / 200).quantize(CENT)
    by_target = rule.denominator == "profit_target"
    if by_target:
        days, each = 1, CENT  # what the other days earned does not matter

    def history(cents: int) -> Sequence[Event]:
        story = Story(setting)
        for number in range(days):
            story.day(number)
            story.trade(each)
        story.day(days)
        story.trade(Decimal(cents) * CENT)
        story.end_day()
        return story.events

    return Probe(
        history,
        int(setting.size * 90),
        "the best day earns one cent less",
        first=int(each / CENT),
        means="raises" if by_target and rule.raises_target else "breaks",
        target=None if rule.target is None else rule.target.resolve(setting.size),
    )
