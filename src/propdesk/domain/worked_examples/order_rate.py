"""Order rate: the last action of a day that is allowed, and one more."""

from collections.abc import Sequence

from propdesk.domain.events import Event, OrderSeen
from propdesk.domain.instants import SECOND
from propdesk.domain.rules.order_rate import OrderRate
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import ACCOUNT, Story

ACTIONS_MAX = 5000


def probe(setting: Setting) -> Probe:
    """``n`` actions on one day, a second apart."""
    rule = setting.rule
    if not isinstance(rule, OrderRate):
        raise NoExample("this is no rule about counts")
    if rule.max_per_day is None:
        raise NoExample("the limit follows each trader's own habits")

    def history(count: int) -> Sequence[Event]:
        story = Story(setting)
        position = ""
        for number in range(count):
            if rule.counted == "executions" and number % 2:
                story.leave(position, after=SECOND)
            elif rule.counted in {"executions", "trades"}:
                position = story.enter(story.instrument.volume_step, after=SECOND)
            else:
                _order(story, number, modified=rule.counted == "modifications")
        return story.events

    return Probe(history, min(ACTIONS_MAX, rule.max_per_day + 2), "there is one fewer")


def _order(story: Story, number: int, *, modified: bool) -> None:
    instrument = story.instrument
    price = story.price - (number + 1) * story.step
    name = "O1" if modified else f"O{number + 1}"
    story.add(
        OrderSeen(
            ACCOUNT, story.at, name, "modified" if modified else "placed", instrument.symbol,
            "buy", "limit", instrument.volume_step, price,
        ),
        SECOND,
    )  # fmt: skip
