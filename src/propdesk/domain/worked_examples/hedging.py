"""Hedging: long and short at once, and the same two trades one after the other."""

from collections.abc import Sequence

from propdesk.domain.events import Event
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """A buy and a sale of one symbol over the day's end: 0, one after the other; 1, at once."""
    rule = setting.rule
    if not isinstance(rule, Hedging):
        raise NoExample("this is no rule about hedges")
    if rule.same_account == "allowed":
        raise NoExample("it takes two accounts; the page has the history of one")

    def history(at_once: int) -> Sequence[Event]:
        story = Story(setting)
        first = story.enter(story.usual_lots)
        if not at_once:
            story.quote(story.price + story.step)
            story.leave(first)
        second = story.enter(story.usual_lots, "sell")
        story.end_day()
        story.quote(story.price + story.step)
        story.leave(second)
        if at_once:
            story.leave(first)
        return story.events

    return Probe(history, 1, "the first trade is closed before the second is opened")
