"""Inactivity: the next trade comes in time, or a day too late."""

from collections.abc import Sequence

from propdesk.domain.events import Event
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, Setting
from propdesk.domain.worked_examples.story import Story

DAYS_MAX = 400


def probe(setting: Setting) -> Probe:
    """A trade on Monday and the next one ``n`` calendar days later."""

    def history(days: int) -> Sequence[Event]:
        story = Story(setting)
        story.trade(CENT)
        story.calendar_day(days)
        story.trade(CENT)
        return story.events

    return Probe(history, DAYS_MAX, "the next trade is one day earlier", first=1)
