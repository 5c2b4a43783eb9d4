"""The equity chart as lines of an SVG, for reading without JavaScript and for paper.

Binary floats place ink here and decide nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from propdesk.domain.instants import parse_instant

WIDTH = 960
HEIGHT = 280
MARGIN = 0.06  # of the height, above and below
LINES = ("overall_floor", "daily_floor", "target", "balance", "equity_high", "equity_low")
STEPPED = frozenset({"overall_floor", "daily_floor", "target", "balance"})
GRID_LINES = 4


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """Paths and marks inside ``0 0 WIDTH HEIGHT``."""

    lines: tuple[Line, ...]
    days: tuple[float, ...]
    levels: tuple[tuple[float, str], ...]
    breach: tuple[float, float] | None
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True, slots=True)
class Breach:
    at: str
    observed: str | None


@dataclass(frozen=True, slots=True)
class _Frame:
    left: int
    right: int
    low: float
    high: float

    def x(self, at: int) -> float:
        return round((at - self.left) / max(1, self.right - self.left) * WIDTH, 1)

    def y(self, amount: float) -> float:
        share = (amount - self.low) / (self.high - self.low)
        return round(HEIGHT * (1 - MARGIN - share * (1 - 2 * MARGIN)), 1)


def drawing(
    series: Sequence[dict[str, Any]],
    day_starts: Iterable[str],
    breach: Breach | None = None,
    names: Sequence[str] = LINES,
) -> Drawing | None:
    """The lines of ``names`` over ``series``; None where there is nothing to draw."""
    amounts = [float(row[name]) for row in series for name in names if row.get(name) is not None]
    if len(series) < 2 or not amounts:
        return None
    times = [parse_instant(row["at"]) for row in series]
    low, high = min(amounts), max(amounts)
    frame = _Frame(times[0], times[-1], low, high if high > low else low + 1)
    starts = (parse_instant(each) for each in day_starts)
    return Drawing(
        lines=tuple(Line(name, _path(series, times, name, frame)) for name in names),
        days=tuple(frame.x(at) for at in starts if frame.left < at < frame.right),
        levels=tuple(_levels(frame)),
        breach=_mark(breach, frame),
    )


def _mark(breach: Breach | None, frame: _Frame) -> tuple[float, float] | None:
    if breach is None or breach.observed is None:
        return None
    return frame.x(parse_instant(breach.at)), frame.y(float(breach.observed))


def _levels(frame: _Frame) -> Iterable[tuple[float, str]]:
    step = (frame.high - frame.low) / GRID_LINES
    for number in range(GRID_LINES + 1):
        amount = frame.low + step * number
        yield frame.y(amount), f"{amount:,.0f}"


def _path(series: Sequence[dict[str, Any]], times: list[int], name: str, frame: _Frame) -> str:
    """A path that is lifted where the figure is not known: a hole is not bridged."""
    said: list[str] = []
    drawing_on = False
    for row, at in zip(series, times, strict=True):
        text = row.get(name)
        if text is None:
            drawing_on = False
            continue
        x, y = frame.x(at), frame.y(float(text))
        if not drawing_on:
            said.append(f"M{x} {y}")
        elif name in STEPPED:
            said.append(f"H{x}V{y}")
        else:
            said.append(f"L{x} {y}")
        drawing_on = True
    return "".join(said)
