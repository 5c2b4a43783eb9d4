"""Hedging: long and short at once, and the same two trades one after the other."""

from collections.abc import Sequence

from propdesk.domain.events import AccountOpened, Deal, Event, GroupFormed
from propdesk.domain.rules.hedging import Hedging
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import ACCOUNT, Story

OTHER = "second"


def probe(setting: Setting) -> Probe:
    """A buy and a sale of one symbol over the day's end: 0, one after the other; 1, at once."""
    rule = setting.rule
    if not isinstance(rule, Hedging):
        raise NoExample("this is no rule about hedges")
    if rule.same_account == "allowed":
        return _across(setting)

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


def _across(setting: Setting) -> Probe:
    """Another account of the owner sells: 0, after this one has closed; 1, while it is long."""

    def history(at_once: int) -> Sequence[Event]:
        story = Story(setting)
        stages = (setting.phase.stage, setting.phase.stage)
        story.add(_other(setting, story.at))
        story.add(GroupFormed(story.at, "group", (ACCOUNT, OTHER), "owner", stages))
        first = story.enter(story.usual_lots)
        if not at_once:
            story.leave(first)
        instrument, price = story.instrument, story.price
        lots = story.usual_lots
        story.add(Deal(OTHER, story.at, "O1", "O1", instrument.symbol, "sell", "in", lots, price))
        if at_once:
            story.leave(first)
        return story.events

    return Probe(history, 1, "the first account closes before the second sells")


def _other(setting: Setting, at: int) -> AccountOpened:
    currency, size = setting.rulebook.currency, setting.size
    return AccountOpened(OTHER, at, currency, size, size=size, stage=setting.phase.stage)
