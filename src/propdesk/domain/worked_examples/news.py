"""News: a trade that comes a second too near to a release."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event, NewsScheduled, PayoutMoved
from propdesk.domain.instants import HOUR, MINUTE, SECOND
from propdesk.domain.rules.news import News
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.domain.worked_examples.story import ACCOUNT, Story

# How far outside the window the first history begins, in seconds.
OUTSIDE = 60
# A payout ends the cycle, whatever it is.
PAID = Decimal(1)


def probe(setting: Setting) -> Probe:
    """A trade opened, or closed, ``n`` seconds nearer to the release than a minute outside."""
    rule = setting.rule
    if not isinstance(rule, News):
        raise NoExample("this is no rule about news")
    before = int(rule.window_before_minutes * 60)
    opening = not {"open", "pending_fill"}.isdisjoint(rule.restricts)

    def history(seconds: int) -> Sequence[Event]:
        story = Story(setting)
        release = _release(story, before)
        moment = release - (before + OUTSIDE - seconds) * SECOND
        if opening:
            story.quote(story.price)
            story.at = moment
            position = _enter(story, rule)
            story.at = max(story.at, _leaves_at(rule, moment, release))
        else:
            position = _enter(story, rule)
            story.at = moment - MINUTE
        story.quote(story.price + story.step * _rise(setting), after=MINUTE)
        story.leave(position, reason="manual" if opening else _reason(rule))
        story.end_day()
        if rule.counted == "cycle_end":
            story.add(PayoutMoved(ACCOUNT, story.at, "paid", "payout", PAID))
        return story.events

    what = "it is opened" if opening else "it is closed"
    return Probe(history, OUTSIDE + before, f"{what} one second earlier")


def _release(story: Story, before: int) -> int:
    """Announce a release for later in the day."""
    release = story.at + HOUR + before * SECOND
    symbol = story.instrument.symbol
    currencies = (story.instrument.profit_currency,)
    story.add(NewsScheduled(story.at, "N1", release, "Payrolls", currencies, (symbol,)))
    return release


def _rise(setting: Setting) -> int:
    """By how many steps the price rises: some profit, or more than any cap on it."""
    rule = setting.rule
    return 20_000 if isinstance(rule, News) and rule.profit_cap is not None else 100


def _enter(story: Story, rule: News) -> str:
    pending = "open" not in rule.restricts and "pending_fill" in rule.restricts
    lots = story.usual_lots
    return story.enter(lots, reason="pending" if pending else "manual", after=SECOND)


def _leaves_at(rule: News, opened: int, release: int) -> int:
    """When a trade opened near the release is closed: soon, or once the window is over."""
    if rule.min_hold_if_inside_minutes is not None:
        return opened + SECOND
    return release + int(rule.window_after_minutes * MINUTE) + HOUR


def _reason(rule: News) -> str:
    return "manual" if {"close", "hold"} & set(rule.restricts) else "take_profit"
