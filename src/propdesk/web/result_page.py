"""What the page of a judged history shows, made from the result and nothing else.

It must not judge again; every figure is the result's own.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from propdesk.domain.instants import DAY, MINUTE, parse_instant
from propdesk.web.answer import Answer, answer_of
from propdesk.web.drawing import Breach, Drawing, drawing
from propdesk.web.goals import Goal, goal_of
from propdesk.web.judging import deciding_verdict
from propdesk.web.month_grid import Month, months_of
from propdesk.web.payout_words import Why, reasons_of
from propdesk.web.room import Room, room_of
from propdesk.web.trade_list import numbered

STRIP_MINUTES = 30
STRIP_LINES = ("overall_floor", "daily_floor", "balance", "equity_high", "equity_low")
RANGES = {"1d": 1, "1w": 7, "1m": 31, "all": None}
"""Days before the end of the history that the chart shows."""
LATEST_TRADES = 5


@dataclass(frozen=True, slots=True)
class Page:
    answer: Answer
    room: Room
    goals: tuple[Goal, ...]
    verdict: Mapping[str, Any] | None
    chart: Drawing | None
    strip: Drawing | None
    data: dict[str, Any]
    """What the script draws from."""
    span: str
    """The range the chart shows, a key of ``RANGES``."""
    months: tuple[Month, ...]
    latest: tuple[Mapping[str, Any], ...]
    reasons: tuple[Why, ...]

    @property
    def ranges(self) -> tuple[tuple[str, int], ...]:
        """Each range with the seconds it shows; 0 is all."""
        return tuple((name, 86_400 * (days or 0)) for name, days in RANGES.items())


@dataclass(frozen=True, slots=True)
class DayPage:
    """One trading day: its record, curve and trades, and the days beside it."""

    record: Mapping[str, Any]
    trades: tuple[Mapping[str, Any], ...]
    verdicts: tuple[Mapping[str, Any], ...]
    chart: Drawing | None
    data: dict[str, Any]
    earlier: str
    later: str


def page_of(result: Mapping[str, Any], zone: str, span: str = "all") -> Page:
    """The page of a result; times are shown on the clock ``zone``."""
    verdict = deciding_verdict(result)
    breach = None if verdict is None else Breach(verdict["at"], verdict["observed"])
    series = _with_levels(result)
    starts = [day["start"] for day in result["days"]]
    trades = numbered(result)
    return Page(
        answer=answer_of(result, verdict, zone),
        room=room_of(result),
        goals=tuple(goal_of(each) for each in result["objectives"]),
        verdict=verdict,
        chart=_drawn(_last(series, RANGES[span]), starts, breach),
        strip=None if breach is None else _strip(series, breach),
        data={"series": series, "days": starts, "breach": verdict, "zone": zone},
        span=span,
        months=months_of(result, trades),
        latest=tuple(reversed(trades[-LATEST_TRADES:])),
        reasons=reasons_of(result.get("payout")),
    )


def day_page(result: Mapping[str, Any], zone: str, day: str) -> DayPage | None:
    """The page of one trading day; None where nothing happened on it."""
    names = [each["day"] for each in result["days"]]
    if day not in names:
        return None
    place = names.index(day)
    record = result["days"][place]
    start, end = parse_instant(record["start"]), parse_instant(record["end"])
    verdict = deciding_verdict(result)
    verdicts = [v for v in result["verdicts"] if start <= parse_instant(v["at"]) < end]
    series = [row for row in _with_levels(result) if start <= parse_instant(row["at"]) <= end]
    within = verdict if verdict in verdicts else None
    breach = None if within is None else Breach(within["at"], within["observed"])
    return DayPage(
        record=record,
        trades=tuple(trade for trade in numbered(result) if trade["day"] == day),
        verdicts=tuple(verdicts),
        chart=_drawn(series, (), breach),
        data={"series": series, "days": [], "breach": within, "zone": zone},
        earlier=names[place - 1] if place else "",
        later=names[place + 1] if place + 1 < len(names) else "",
    )


def _last(series: list[dict[str, Any]], days: int | None) -> list[dict[str, Any]]:
    """The points of the last ``days`` days before the end of the series."""
    if days is None or not series:
        return series
    since = parse_instant(series[-1]["at"]) - days * DAY
    return [row for row in series if parse_instant(row["at"]) >= since]


def _drawn(
    series: list[dict[str, Any]], starts: Sequence[str], breach: Breach | None
) -> Drawing | None:
    inside = breach is not None and bool(series) and _reaches(series, breach)
    return drawing(series, starts, breach if inside else None)


def _reaches(series: list[dict[str, Any]], breach: Breach) -> bool:
    first, last = parse_instant(series[0]["at"]), parse_instant(series[-1]["at"])
    return first <= parse_instant(breach.at) <= last


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
