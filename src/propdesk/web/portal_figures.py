"""What an account's page shows beside live state, made from what the engine tells and nothing else.

It must not judge; every figure is the engine's own.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from propdesk.domain.instants import MINUTE, SECOND, format_instant, parse_instant
from propdesk.ports.live_accounts import EngineAway, LiveAccounts
from propdesk.web.drawing import Breach, Drawing, drawing
from propdesk.web.goals import Goal, goal_of
from propdesk.web.month_grid import Month, months_of
from propdesk.web.templatetags.figures import duration
from propdesk.web.trade_list import numbered
from propdesk.wire.account_figures import AccountFigures, ComingFloor, ComingNews

LATEST_DAYS = 30
STRIP_MINUTES = 30
STRIP_LINES = ("overall_floor", "daily_floor", "equity_high", "equity_low")
DAY_COLUMNS = (
    "day", "start", "end", "start_balance", "start_equity", "end_balance", "end_equity",
    "min_equity", "max_equity", "daily_floor", "overall_floor", "profit", "counted",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class News:
    """A window to come, with how long until it begins (or that it has)."""

    window: ComingNews
    begins: str
    ends: str
    in_words: str
    has_begun: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """An account in full."""

    told: AccountFigures
    resets_at: str
    resets_in: str
    resets_in_s: int
    coming: Sequence[ComingFloor]
    news: Sequence[News]
    goals: Sequence[Goal]
    """Only those that a bar does not show: shares of a profit."""
    months: Sequence[Month]
    days: Sequence[Mapping[str, Any]]

    @property
    def result(self) -> Mapping[str, Any]:
        return self.told.result

    @property
    def zone(self) -> str:
        return self.told.zone


def figures_of(live: LiveAccounts, account: str) -> Figures | None:
    """None where no engine answers, or it does not judge the account."""
    try:
        told = live.figures(account)
    except EngineAway:
        return None
    return None if told is None else shown(told)


def shown(told: AccountFigures) -> Figures:
    """The page's figures of what the engine told."""
    result = told.result
    left = max(0, told.resets_at - told.at) // SECOND
    goals = [goal_of(each) for each in result["objectives"]]
    return Figures(
        told=told,
        resets_at=format_instant(told.resets_at),
        resets_in=duration(left),
        resets_in_s=left,
        coming=told.coming,
        news=[_news(each, told.at) for each in told.news],
        goals=[each for each in goals if each.consistency],
        months=months_of(result, numbered(result)),
        days=tuple(reversed(result["days"][-LATEST_DAYS:])),
    )


def _news(window: ComingNews, at: int) -> News:
    has_begun = window.begins <= at
    until = (window.ends if has_begun else window.begins) - at
    return News(
        window,
        format_instant(window.begins),
        format_instant(window.ends),
        duration(until // SECOND),
        has_begun,
    )


def days_csv(result: Mapping[str, Any]) -> str:
    """The day table; times in UTC, what is not known empty."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(DAY_COLUMNS)
    for day in result["days"]:
        table.writerow("" if day[name] is None else day[name] for name in DAY_COLUMNS)
    return out.getvalue()


@dataclass(frozen=True, slots=True)
class BreachMinutes:
    """The minutes around a breach, as a drawing and as rows."""

    drawing: Drawing | None
    rows: Sequence[Mapping[str, Any]]


def minutes_around(series: Sequence[dict[str, Any]], at: str, observed: str) -> BreachMinutes:
    """Of the account's minutes, those within half an hour of a breach."""
    moment = parse_instant(at)
    span = STRIP_MINUTES * MINUTE
    near = [row for row in series if abs(parse_instant(row["at"]) - moment) <= span]
    held = [parse_instant(row["at"]) for row in near]
    inside = bool(held) and held[0] <= moment <= held[-1]
    mark = Breach(at, observed) if inside and observed else None
    rows = [
        {**row, "is_breach": begins <= moment < begins + MINUTE}
        for row, begins in zip(near, held, strict=True)
    ]
    return BreachMinutes(drawing(near, (), mark, STRIP_LINES), rows)
