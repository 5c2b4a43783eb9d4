"""The extremes of a minute, of many sums at once. Values only."""

from dataclasses import dataclass

from propdesk.engine.layout import Ints, ShortInts


@dataclass(frozen=True, slots=True)
class MinuteExtremes:
    """Columns of equal length, a row per sum that keeps minutes and had a value."""

    slot: ShortInts
    low: Ints
    high: Ints
