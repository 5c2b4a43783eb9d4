"""What the page of a judged history shows, made from the result and nothing else.

It must not judge again: a percentage of room used is for eyes, every figure is the result's own.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from propdesk.domain.instants import MINUTE, parse_instant
from propdesk.web.answer import Answer, answer_of
from propdesk.web.drawing import Breach, Drawing, drawing
from propdesk.web.judging import deciding_verdict

STRIP_MINUTES = 30
STRIP_LINES = ("overall_floor", "daily_floor", "balance", "equity_high", "equity_low")
SHOWN_ELSEWHERE = frozenset({"rule", "required", "current", "met"})
# Shares of a limit used up: safe below the first, then watch, caution, critical.
BANDS = ((Decimal(50), "safe"), (Decimal(70), "watch"), (Decimal(90), "caution"))
CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of a limit is used."""

    line: Mapping[str, Any]
    used: Decimal | None
    band: str
    broken: Mapping[str, Any] | None
    """The verdict that broke it, where one did."""

    @property
    def width(self) -> str:
        return "0" if self.used is None else f"{min(self.used, Decimal(100)):.2f}"


@dataclass(frozen=True, slots=True)
class Goal:
    """An objective, with how far it is along."""

    goal: Mapping[str, Any]
    percent: Decimal | None
    figures: tuple[tuple[str, Any], ...]

    @property
    def state(self) -> str:
        return {True: "met", False: "open", None: "unknown"}[self.goal["met"]]


@dataclass(frozen=True, slots=True)
class Page:
    answer: Answer
    meters: tuple[Meter, ...]
    goals: tuple[Goal, ...]
    verdict: Mapping[str, Any] | None
    chart: Drawing | None
    strip: Drawing | None
    data: dict[str, Any]
    """What the script draws from."""


def page_of(result: Mapping[str, Any], zone: str) -> Page:
    """The page of a result; times are shown on the clock ``zone``."""
    verdict = deciding_verdict(result)
    breach = None if verdict is None else Breach(verdict["at"], verdict["observed"])
    series = _with_levels(result)
    starts = [day["start"] for day in result["days"]]
    return Page(
        answer=answer_of(result, verdict, zone),
        meters=tuple(_meter(line, result) for line in result["limits"]),
        goals=tuple(_goal(each) for each in result["objectives"]),
        verdict=verdict,
        chart=drawing(series, starts, breach),
        strip=None if breach is None else _strip(series, breach),
        data={"series": series, "days": starts, "breach": verdict, "zone": zone},
    )


def _strip(series: list[dict[str, Any]], breach: Breach) -> Drawing | None:
    moment = parse_instant(breach.at)
    reach = STRIP_MINUTES * MINUTE
    near = [row for row in series if abs(parse_instant(row["at"]) - moment) <= reach]
    names = [name for name in STRIP_LINES if name != "overall_floor" or _close(near)]
    return drawing(near, (), breach, names)


def _close(near: list[dict[str, Any]]) -> bool:
    """Whether the overall floor is what matters: without a daily floor it is."""
    return all(row["daily_floor"] is None for row in near)


def _with_levels(result: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The series with the target, and each day's floor where the point itself names none."""
    goals = result["objectives"]
    target = next((each["target_balance"] for each in goals if each.get("target_balance")), None)
    days = result["days"]
    starts = [parse_instant(day["start"]) for day in days]
    rows = []
    for row in result["series"]:
        # A roll is sampled with the day it ends, and drawn with the day it starts.
        place = bisect_right(starts, parse_instant(row["at"])) - 1
        floor = row["daily_floor"]
        if floor is None and place >= 0:
            floor = days[place]["daily_floor"]
        rows.append({**row, "daily_floor": floor, "target": target})
    return _with_holes(rows, result["coverage"]["gaps"])


def _with_holes(
    rows: list[dict[str, Any]], gaps: Sequence[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """A point without equity where each gap starts, so that no line bridges what is not known."""
    times = [parse_instant(row["at"]) for row in rows]
    holes = []
    for gap in gaps:
        place = bisect_right(times, parse_instant(gap["from"])) - 1
        if place >= 0:
            unknown = {"at": gap["from"], "equity_low": None, "equity_high": None}
            holes.append({**rows[place], **unknown})
    return sorted((*rows, *holes), key=lambda row: parse_instant(row["at"]))


def _meter(line: Mapping[str, Any], result: Mapping[str, Any]) -> Meter:
    broken = next(
        (
            verdict
            for verdict in result["verdicts"]
            if verdict["rule"] == line["rule"] and verdict["outcome"].startswith("fail")
        ),
        None,
    )
    room, allowance = _figure(line["room"]), _figure(line["allowance"])
    if room is None or allowance is None or allowance <= 0:
        return Meter(line, None, "unknown", broken)
    used = max(Decimal(0), (allowance - room) * 100 / allowance)
    band = next((word for bound, word in BANDS if used < bound), CRITICAL)
    return Meter(line, used, band, broken)


def _goal(goal: Mapping[str, Any]) -> Goal:
    required, current = _figure(goal["required"]), _figure(goal["current"])
    percent = None
    if required is not None and current is not None and required > 0:
        percent = max(Decimal(0), min(Decimal(100), current * 100 / required))
    more = tuple(
        (name, value) for name, value in goal.items() if name not in SHOWN_ELSEWHERE and value
    )
    return Goal(goal, percent, more)


def _figure(text: object) -> Decimal | None:
    if text is None or isinstance(text, bool):
        return None
    try:
        return Decimal(str(text))
    except InvalidOperation:
        return None
