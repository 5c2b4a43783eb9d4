"""Activity days: one day too few, or a last day that earns a cent too little."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.rules.activity_days import ActivityDays
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, NoExample, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """Days of one per cent each; where a day must earn a sum, the last one earns ``n`` cents."""
    rule = setting.rule
    if not isinstance(rule, ActivityDays):
        raise NoExample("this is no rule about days")
    required = (rule.required_by_payout or (rule.required,))[0]
    if not required:
        raise NoExample("no day is required before the first payout")
    profit = (setting.size / 100).quantize(CENT)

    def days(count: int) -> Story:
        story = Story(setting)
        for number in range(count):
            story.day(number)
            if rule.filters.min_result_percent is None:
                story.trade(profit)
            else:
                story.wide_trade()
        return story

    def by_count(count: int) -> Sequence[Event]:
        story = days(count)
        story.end_day()
        return story.events

    def by_cents(cents: int) -> Sequence[Event]:
        story = days(max(required, rule.trading_days) - 1)
        story.day(max(required, rule.trading_days) - 1)
        story.trade(Decimal(cents) * CENT)
        story.end_day()
        return story.events

    if rule.threshold is None or rule.trading_days > required:
        last = max(required, rule.trading_days) + 1
        return Probe(by_count, last, "there is one day fewer", means="meets")
    last = int(profit / CENT)
    return Probe(by_cents, last, "the last day earns one cent less", means="meets")
