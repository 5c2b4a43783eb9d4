"""Daily and overall loss limits: a day in which the account falls cent by cent."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.rules.daily_loss import DailyLoss
from propdesk.domain.rules.overall_loss import OverallLoss
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, NoExample, Setting, step_value
from propdesk.domain.worked_examples.story import Story

# The part of the loss that is still open at the end: so many cents, give or take half of it.
OPEN_CENTS = 1000


def probe(setting: Setting) -> Probe:
    """A first day that earns one per cent, then one that loses ``n`` cents, the last few open."""
    rule = setting.rule
    only = rule.sizes if isinstance(rule, DailyLoss) else ()
    if only and setting.size not in only:
        raise NoExample("it does not bind accounts of this size")

    def history(cents: int) -> Sequence[Event]:
        story = Story(setting)
        story.trade((setting.size / 100).quantize(CENT))
        story.day(1)
        _lose(story, cents, by_balance=getattr(rule, "tested", "") == "balance")
        if isinstance(rule, OverallLoss) and rule.check == "day_end":
            story.end_day()
        return story.events

    return Probe(history, int(setting.size * 90), "one cent less is lost", first=2 * OPEN_CENTS)


def _lose(story: Story, cents: int, *, by_balance: bool) -> None:
    """Lose so much in all: round sums by a closed trade, the rest by one that stays open.

    Where no price step is one cent, or only the balance counts, the closed trade has the cents.
    """
    value = step_value(story.instrument)
    lots = CENT / value
    step = story.instrument.volume_step
    by_price = lots >= step and lots % step == 0 and not by_balance
    if not by_price:
        lots = step
    half = OPEN_CENTS // 2
    open_cents = (cents + half) % OPEN_CENTS + half if by_price else OPEN_CENTS
    story.trade(Decimal(open_cents - cents) * CENT)
    story.enter(lots)
    steps = Decimal(open_cents) * CENT / (value * lots)
    story.quote(story.price - steps * story.step)
