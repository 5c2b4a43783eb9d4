"""Martingale: after the losses in a row, a size in order and one step of volume more."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.rules.martingale import Martingale
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """The losing streak, then a trade of ``n`` volume steps; or a fill added at a worse price."""
    rule = setting.rule
    if not isinstance(rule, Martingale):
        raise NoExample("this is no rule about sizes after losses")
    if rule.pattern == "add_to_loser":
        return _added(setting)
    lots = Story(setting).usual_lots
    step = setting.instrument().volume_step

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting)
        for _ in range(rule.streak_min_losses):
            position = story.enter(lots)
            story.quote(story.price - story.step)
            story.leave(position)
        story.enter(Decimal(steps) * step)
        return story.events

    return Probe(
        history, int(100 * lots / step), f"the last trade is {step:f} lots smaller", first=1
    )


def _added(setting: Setting) -> Probe:
    """A second fill in the same direction, ``n`` price steps below the first."""

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting)
        story.enter(story.usual_lots)
        story.quote(story.price - steps * story.step)
        story.enter(story.usual_lots)
        return story.events

    return Probe(history, 1, "the price has not fallen")
