"""Size consistency: a second trade as large as allowed, and one step of volume more."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.instants import DAY
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """A trade of the usual size, then one that is ``n`` volume steps larger a day later."""

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting)
        lots = story.usual_lots
        story.leave(story.enter(lots))
        story.at += DAY
        story.leave(story.enter(lots + Decimal(steps) * story.instrument.volume_step))
        return story.events

    step = setting.instrument().volume_step
    return Probe(history, int(10_000 / step), f"the second trade is {step:f} lots smaller")
