"""Concentration: one instrument that loses a cent more than its share in a day."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """A closed trade in one instrument that loses ``n`` cents."""

    def history(cents: int) -> Sequence[Event]:
        story = Story(setting)
        story.trade(-Decimal(cents) * CENT)
        return story.events

    return Probe(history, int(setting.size * 50), "one cent less is lost")
