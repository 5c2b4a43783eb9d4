"""The calendar of profit and loss: months of weeks of days, each with what it earned.

It must not judge: whether a day counts is the result's own word.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

MONTHS_MAX = 36
WEEK = 7


@dataclass(frozen=True, slots=True)
class Cell:
    """One date; ``record`` is None where nothing happened, ``outside`` belongs to another month."""

    day: date
    outside: bool
    record: Mapping[str, Any] | None
    trades: int


@dataclass(frozen=True, slots=True)
class Week:
    cells: tuple[Cell, ...]
    profit: str | None
    """The sum of its days in this month; None where nothing happened."""


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: tuple[Week, ...]
    profit: str


def months_of(result: Mapping[str, Any], trades: Sequence[Mapping[str, Any]]) -> tuple[Month, ...]:
    """The months from the first day to the last, at most ``MONTHS_MAX`` of the latest."""
    records = {date.fromisoformat(day["day"]): day for day in result["days"]}
    if not records:
        return ()
    counts = Counter(trade["day"] for trade in trades)
    firsts = [min(records).replace(day=1)]
    while (following := _after(firsts[-1])) <= max(records):
        firsts.append(following)
    return tuple(_month(first, records, counts) for first in firsts[-MONTHS_MAX:])


def _after(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _month(
    first: date, records: Mapping[date, Mapping[str, Any]], counts: Mapping[str, int]
) -> Month:
    monday = first - timedelta(days=first.weekday())
    weeks = []
    while monday < _after(first):
        days = [monday + timedelta(days=number) for number in range(WEEK)]
        cells = tuple(
            Cell(
                day,
                day.month != first.month,
                records.get(day) if day.month == first.month else None,
                counts.get(day.isoformat(), 0),
            )
            for day in days
        )
        weeks.append(Week(cells, _sum(cells)))
        monday += timedelta(days=WEEK)
    whole = _sum([cell for week in weeks for cell in week.cells])
    return Month(first, tuple(weeks), whole or "0")


def _sum(cells: Sequence[Cell]) -> str | None:
    profits = [Decimal(cell.record["profit"]) for cell in cells if cell.record is not None]
    return f"{sum(profits, Decimal(0)):f}" if profits else None
