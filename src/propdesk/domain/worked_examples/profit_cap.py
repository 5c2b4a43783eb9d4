"""Profit cap: a day or month that earns the cap, and a cent more."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """A day with one trade of ``n`` cents."""

    def history(cents: int) -> Sequence[Event]:
        story = Story(setting)
        story.trade(Decimal(cents) * CENT)
        story.end_day()
        return story.events

    return Probe(history, int(setting.size * 90), "one cent less is earned", first=1)
