"""Limits on size in rows: the rule, and what is said of whom."""

from fractions import Fraction
from typing import Any

from propdesk.domain.rules.exposure import Cap, ExposureLimit
from propdesk.domain.terms import Effect
from tests.domain.rules.histories import d


def cap(most: str | int) -> Cap:
    return Cap(at_most=d(most))


def terms(**more: Any) -> ExposureLimit:
    """At most ten lots open in all; what is over is said."""
    figures: dict[str, Any] = {
        "unit": "lots", "aggregation": "all_open", "cap": cap(10),
        "effects": (Effect(kind="warn"),),
    }  # fmt: skip
    return ExposureLimit(**{**figures, **more})


def over(
    when: str, size: str, most: str, position: str, of: str = "all", **more: Any
) -> tuple[Any, ...]:
    """So much against so much, of a bucket, since this position."""
    unit, comparison = more.get("unit", "lots"), more.get("comparison", "cross")
    detail = {"of": of, "unit": unit, "position": position}
    day_and_time = when if " " in when else f"1 {when}:00"
    return (
        day_and_time, more.get("outcome", "warn"), Fraction(size), d(most), comparison, detail,
    )  # fmt: skip
