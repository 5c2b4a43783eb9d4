"""Open risk: a position that falls, or whose stop lies further away, by one price step."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.rules.open_risk import STOPS, OpenRisk
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting, step_value
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """One position with ``n`` price steps of loss, or ``n`` steps to its stop."""
    rule = setting.rule
    if not isinstance(rule, OpenRisk):
        raise NoExample("this is no rule about open risk")
    lots = Story(setting).usual_lots
    value = step_value(setting.instrument()) * lots
    by_stop = rule.measure in STOPS

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting)
        away = story.price - Decimal(steps) * story.step
        story.enter(lots, stop=away if by_stop else None)
        if not by_stop:
            story.quote(away)
        return story.events

    nearer = "the stop is one price step nearer" if by_stop else "the price is one step higher"
    return Probe(history, int(setting.size / 2 / value), f"{nearer} ({value:,.2f})")
