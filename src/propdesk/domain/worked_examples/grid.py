"""Grid: positions at falling prices, and the one that makes a grid of them."""

from collections.abc import Sequence

from propdesk.domain.events import Event
from propdesk.domain.rules.grid import Grid
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import Story

SPACING_STEPS = 50


def probe(setting: Setting) -> Probe:
    """``n`` buys, each so many steps below the one before."""
    rule = setting.rule
    if not isinstance(rule, Grid):
        raise NoExample("this is no rule about levels")

    def history(levels: int) -> Sequence[Event]:
        story = Story(setting)
        for _ in range(levels):
            story.enter(story.instrument.volume_step)
            story.quote(story.price - SPACING_STEPS * story.step)
        return story.events

    return Probe(history, rule.levels + 1, "there is one level fewer")
