"""Draws a judged history: equity and balance with the floors, as SVG or PNG.

It draws the result's own series and computes nothing. Money becomes a float here and nowhere
else: pixels have no cents.
"""

from datetime import datetime
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.dates import date2num
from matplotlib.figure import Figure

FORMATS = {".svg": "svg", ".png": "png"}
LINES = (
    ("balance", "Balance", "#4b6584", "steps-post", 1.2),
    ("daily_floor", "Daily floor", "#e8590c", "steps-post", 1.0),
    ("overall_floor", "Overall floor", "#c92a2a", "steps-post", 1.0),
)


def draw(result: dict[str, Any], file: Path) -> None:
    """Write the chart. Raises ``ValueError`` for another ending than .svg or .png."""
    kind = FORMATS.get(file.suffix.lower())
    if kind is None:
        raise ValueError(f"{file.name}: a chart is written as .svg or .png")
    mpl.rcParams["svg.hashsalt"] = "propdesk"  # the same result draws the same bytes
    figure = Figure(figsize=(11, 5), layout="constrained")
    axes = figure.subplots()
    series = result["series"]
    times = [_place(each["at"]) for each in series]
    lows = [_number(each["equity_low"]) for each in series]
    highs = [_number(each["equity_high"]) for each in series]
    axes.fill_between(times, lows, highs, color="#1971c2", alpha=0.25, linewidth=0)
    axes.plot(times, lows, color="#1971c2", linewidth=0.9, label="Equity")
    for key, label, colour, style, width in LINES:
        values = [_number(each[key]) for each in series]
        axes.plot(times, values, color=colour, drawstyle=style, linewidth=width, label=label)
    for verdict in result["verdicts"]:
        if verdict["outcome"] in {"fail", "fail_but_payable"}:
            axes.axvline(_place(verdict["at"]), color="#c92a2a", ls=":", label=verdict["rule"])
    axes.set_title(
        f"{result['account']} · {result['rulebook']['name']} {result['phase']}: {result['status']}"
    )
    axes.set_ylabel(result["currency"])
    axes.xaxis_date("UTC")
    figure.autofmt_xdate()
    axes.legend(loc="best", frameon=False)
    axes.grid(visible=True, alpha=0.25)
    metadata = {"Date": None} if kind == "svg" else {}
    figure.savefig(file, format=kind, dpi=120, metadata=metadata)


def _place(at: str) -> float:
    place: float = date2num(datetime.fromisoformat(at))  # type: ignore[no-untyped-call]
    return place  # matplotlib types no function of its dates


def _number(text: str | None) -> float:
    return float("nan") if text is None else float(text)
