"""Position size: the largest order in order, and one step of volume more."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.rules.exposure import ExposureLimit
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import Story

LOTS_MAX = 2000


def probe(setting: Setting) -> Probe:
    """One position of ``n`` volume steps, opened and closed again."""
    rule = setting.rule
    if not isinstance(rule, ExposureLimit):
        raise NoExample("this is no rule about sizes")
    symbol = _symbol(setting, rule)
    step = setting.instrument(symbol).volume_step

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting, symbol)
        story.leave(story.enter(Decimal(steps) * step))
        return story.events

    return Probe(history, int(LOTS_MAX / step), f"it is {step:f} lots smaller", first=1)


def _symbol(setting: Setting, rule: ExposureLimit) -> str:
    """What the example trades: the first instrument or class that has a cap of its own."""
    if rule.cap is not None or rule.ladder:
        return ""
    name = next(iter(rule.caps))
    return name if setting.catalogue.find(name) is not None else setting.symbol_of(name)
