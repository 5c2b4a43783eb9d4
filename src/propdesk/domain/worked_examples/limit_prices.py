"""Limit prices: a position opened at the exchange's limit, and one price step below it."""

from collections.abc import Sequence
from dataclasses import replace

from propdesk.domain.events import Event, InstrumentDefined
from propdesk.domain.instants import DAY
from propdesk.domain.instruments import Instrument
from propdesk.domain.worked_examples.boundary import Probe
from propdesk.domain.worked_examples.setting import FUTURES_SYMBOLS, Setting
from propdesk.domain.worked_examples.story import Story

BAND_STEPS = 200


def probe(setting: Setting) -> Probe:
    """A session whose limit up is 200 steps away, and a buy ``n`` steps up."""

    def history(steps: int) -> Sequence[Event]:
        story = Story(setting, "" if setting.futures else FUTURES_SYMBOLS[0])
        limit_up = story.price + BAND_STEPS * story.step
        told = replace(_told(story.at, story.instrument), limit_up=limit_up)
        story.add(replace(told, limits_until=story.at + DAY))
        story.quote(story.price + steps * story.step)
        story.enter(story.instrument.volume_step)
        return story.events

    return Probe(history, BAND_STEPS, "the price is one step lower")


def _told(at: int, instrument: Instrument) -> InstrumentDefined:
    return InstrumentDefined(
        at=at,
        symbol=instrument.symbol,
        digits=instrument.digits,
        contract_size=instrument.contract_size,
        base_currency=instrument.base_currency,
        profit_currency=instrument.profit_currency,
        margin_currency=instrument.margin_currency,
        mode=instrument.mode.value,
        tick_size=instrument.tick_size,
        tick_value=instrument.tick_value,
        volume_step=instrument.volume_step,
        asset_class=instrument.asset_class,
        mini_equivalent=instrument.mini_equivalent,
        correlated=instrument.correlated,
    )
