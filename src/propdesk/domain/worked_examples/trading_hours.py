"""Trading hours: a position opened, or still held, at the last moment allowed."""

from collections.abc import Sequence

from propdesk.domain.events import Event, OrderSeen
from propdesk.domain.instants import DAY, SECOND
from propdesk.domain.rules.trading_hours import TradingHours
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import ACCOUNT, Story


def probe(setting: Setting) -> Probe:
    """What is restricted, ``n`` seconds after the last session's beginning."""
    rule = setting.rule
    if not isinstance(rule, TradingHours):
        raise NoExample("this is no rule about hours")
    opened, closes = _session(setting, rule)

    def history(seconds: int) -> Sequence[Event]:
        story = Story(setting)
        moment = opened + seconds * SECOND
        if "open" in rule.restricts:
            story.quote(story.price)
            story.at = moment
            story.enter(story.usual_lots)
        elif "orders" in rule.restricts:
            story.at = moment
            story.add(_order(story))
        else:
            story.at = opened
            position = story.enter(story.usual_lots, after=0)
            story.at = moment
            story.leave(position)
        return story.events

    last = (closes - opened) // SECOND + 60
    return Probe(history, last, "it happens one second earlier", first=1)


def _session(setting: Setting, rule: TradingHours) -> tuple[int, int]:
    """The beginning of the first whole session after the account is opened, and its end."""
    start = Story(setting).at
    breaks = [each for each in rule.hours.breaks(start) if each.opens >= start]
    if not breaks:
        raise NoExample("the hours have no end")
    opened = breaks[0].opens
    closes = next((each.closes for each in rule.hours.breaks(opened) if each.closes > opened), None)
    return opened, opened + DAY if closes is None else closes


def _order(story: Story) -> OrderSeen:
    instrument = story.instrument
    return OrderSeen(
        ACCOUNT, story.at, "O1", "placed", instrument.symbol, "buy", "limit",
        instrument.volume_step, story.price - story.step,
    )  # fmt: skip
