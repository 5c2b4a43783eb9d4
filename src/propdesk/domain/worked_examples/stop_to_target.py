"""Stop against target: a stop as far away as allowed, and one price step further."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import Setting
from propdesk.domain.worked_examples.story import Story

TARGET_STEPS = 20


def probe(setting: Setting) -> Probe:
    """A position with a target 20 price steps away and its stop ``n``."""

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting)
        story.enter(
            story.usual_lots,
            stop=story.price - Decimal(steps) * story.step,
            target=story.price + TARGET_STEPS * story.step,
        )
        story.quote(story.price)
        return story.events

    return Probe(history, 100 * TARGET_STEPS, "the stop is one price step nearer", first=1)
