"""Gap trading: a position opened too near to a long break, or earning too much over it."""

from collections.abc import Sequence

from propdesk.domain.events import Event
from propdesk.domain.instants import MINUTE, SECOND
from propdesk.domain.market_hours import Break
from propdesk.domain.rules.gap_trading import GapTrading
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting, step_value
from propdesk.domain.worked_examples.story import Story

# How far from the forbidden span the first history begins, in seconds.
OUTSIDE = 60


def probe(setting: Setting) -> Probe:
    """A position opened ``n`` seconds nearer to the break; or one earning ``n`` steps over it."""
    rule = setting.rule
    if not isinstance(rule, GapTrading):
        raise NoExample("this is no rule about gaps")
    return _by_time(setting, rule) if rule.no_open_within_minutes else _by_profit(setting, rule)


def _by_time(setting: Setting, rule: GapTrading) -> Probe:
    within = int((rule.no_open_within_minutes or 0) * 60)
    closes = _break(setting, rule).closes

    def history(seconds: int) -> Sequence[Event]:
        story = Story(setting)
        story.quote(story.price)
        story.at = closes - (within + OUTSIDE - seconds) * SECOND
        story.enter(story.usual_lots)
        return story.events

    return Probe(history, OUTSIDE + within, "it is opened one second earlier")


def _by_profit(setting: Setting, rule: GapTrading) -> Probe:
    ahead = _break(setting, rule)
    lots = Story(setting).usual_lots
    value = step_value(setting.instrument()) * lots

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting)
        position = story.enter(lots)
        story.at = ahead.opens + MINUTE
        story.quote(story.price + steps * story.step)
        story.leave(position)
        return story.events

    return Probe(history, int(setting.size / 2 / value), f"it earns {value:,.2f} less")


def _break(setting: Setting, rule: GapTrading) -> Break:
    """The first long break after the account is opened."""
    start = Story(setting).at
    least = rule.break_hours_min * 60 * MINUTE
    for each in rule.market.breaks(start):
        if each.micros >= least and each.closes > start:
            return each
    raise NoExample("the market has no break so long")
