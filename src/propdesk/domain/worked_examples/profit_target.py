"""Profit target: a trade that earns it, and one that is a cent short."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """One closed trade that earns ``n`` cents."""

    def history(cents: int) -> Sequence[Event]:
        story = Story(setting)
        story.trade(Decimal(cents) * CENT)
        return story.events

    last = int(setting.size * 90)
    return Probe(history, last, "one cent less is earned", first=1, means="meets")
