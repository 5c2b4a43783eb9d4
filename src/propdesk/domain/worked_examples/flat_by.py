"""Flat by a deadline: a position closed in time, and one a second later."""

from collections.abc import Sequence

from propdesk.domain.events import Event
from propdesk.domain.instants import DAY, SECOND
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import Setting
from propdesk.domain.worked_examples.story import Story

# Every weekend and every session end lies within it.
LONGEST = 8 * DAY // SECOND


def probe(setting: Setting) -> Probe:
    """One position held for ``n`` seconds from Monday on."""

    def history(seconds: int) -> Sequence[Event]:
        story = Story(setting)
        position = story.enter(story.usual_lots, after=0)
        story.at += seconds * SECOND
        story.leave(position)
        return story.events

    return Probe(history, LONGEST, "it is closed one second earlier", first=1)
