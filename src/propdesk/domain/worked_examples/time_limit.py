"""Time limit: the last day in time, and the day after it."""

from collections.abc import Sequence

from propdesk.domain.events import Event
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, Setting
from propdesk.domain.worked_examples.story import Story

DAYS_MAX = 1200


def probe(setting: Setting) -> Probe:
    """A first trade, and the clock ``n`` calendar days later."""

    def history(days: int) -> Sequence[Event]:
        story = Story(setting)
        story.trade(CENT)
        story.calendar_day(days)
        story.pass_time()
        return story.events

    return Probe(history, DAYS_MAX, "it is one day earlier", first=1)
