"""Holding time: trades that are held long enough, and a little less long or less often."""

from collections.abc import Sequence
from decimal import Decimal

from propdesk.domain.events import Event
from propdesk.domain.instants import MINUTE, SECOND
from propdesk.domain.rules.holding_time import HoldingTime
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import CENT, NoExample, Setting
from propdesk.domain.worked_examples.story import Story


def probe(setting: Setting) -> Probe:
    """By the measure: how long one trade is held, how many are short, or what a short one earns."""
    rule = setting.rule
    if not isinstance(rule, HoldingTime):
        raise NoExample("this is no rule about holding")
    if rule.measure == "share_of_trades":
        return _by_number(setting, rule)
    if rule.measure == "share_of_profit":
        return _by_profit(setting, rule)
    return _by_time(setting, rule)


def _by_time(setting: Setting, rule: HoldingTime) -> Probe:
    longest = 2 * rule.seconds + 60

    def history(seconds_less: int) -> Sequence[Event]:
        story = Story(setting)
        for _ in range(rule.trades_min):
            story.trade(Decimal(1), (longest - seconds_less) * SECOND)
        story.end_day()
        return story.events

    return Probe(history, longest - 1, "it is held one second longer")


def _by_number(setting: Setting, rule: HoldingTime) -> Probe:
    trades = max(20, rule.trades_min)

    def history(short: int) -> Sequence[Event]:
        story = Story(setting)
        for number in range(trades):
            late = number >= trades - short
            story.trade(Decimal(1), SECOND if late else _long(rule))
        story.end_day()
        return story.events

    return Probe(history, trades, "one trade fewer is short")


def _by_profit(setting: Setting, rule: HoldingTime) -> Probe:
    earned = (setting.size / 1000).quantize(CENT)

    def history(cents: int) -> Sequence[Event]:
        story = Story(setting)
        for _ in range(max(1, rule.trades_min - 1)):
            story.trade(earned, _long(rule))
        story.trade(Decimal(cents) * CENT, SECOND)
        story.end_day()
        return story.events

    return Probe(history, int(setting.size * 50), "the short trade earns one cent less", first=1)


def _long(rule: HoldingTime) -> int:
    return rule.seconds * SECOND + MINUTE
