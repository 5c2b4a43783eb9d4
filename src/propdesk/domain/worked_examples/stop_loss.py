"""Stop-loss: set in time or a second too late, or one price step too far away."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.instants import MINUTE, SECOND
from propdesk.domain.rules.stop_loss import StopLoss
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting, step_value
from propdesk.domain.worked_examples.story import Story

NEAR = 10  # price steps to a stop that risks next to nothing
SECONDS_MAX = 24 * 3600


def probe(setting: Setting) -> Probe:
    """A stop set ``n`` seconds after the opening; where only its risk counts, ``n`` steps off."""
    rule = setting.rule
    if not isinstance(rule, StopLoss):
        raise NoExample("this is no rule about stops")
    return _by_time(setting) if rule.required else _by_risk(setting)


def _by_time(setting: Setting) -> Probe:
    def history(seconds: int) -> Sequence[Event]:
        story = Story(setting)
        stop = story.price - NEAR * story.step
        with_order = seconds == 0
        position = story.enter(story.usual_lots, stop=stop if with_order else None, after=0)
        if with_order:
            story.at += MINUTE
            story.quote(story.price)
            return story.events
        story.at += seconds * SECOND
        story.set_stop(position, stop)
        return story.events

    return Probe(history, SECONDS_MAX, "the stop is set one second earlier")


def _by_risk(setting: Setting) -> Probe:
    lots = Story(setting).usual_lots
    value = step_value(setting.instrument()) * lots

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting)
        story.enter(lots, stop=story.price - Decimal(steps) * story.step)
        return story.events

    last = int(setting.size / 2 / value)
    return Probe(history, last, f"the stop is one price step nearer ({value:,.2f})", first=1)
