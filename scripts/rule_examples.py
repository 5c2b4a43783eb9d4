"""A rule's worked example as Markdown: a small history judged on both sides of its boundary.

Every figure is the evaluator's. What has no example says why.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import groupby

from scripts.preset_examples import Use, plainest_and_fullest

from propdesk.domain.exact import round_ratio_half_away
from propdesk.domain.instants import datetime_of
from propdesk.domain.judging import Figure
from propdesk.domain.worked_examples.boundary import Example, Line, Side
from propdesk.domain.worked_examples.registry import worked_example
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.rulebook_file import load_rulebook

USUAL_SIZE = Decimal(100_000)
CATALOGUE = load_catalogue()
FAR = {
    "breaks": "The rule is broken",
    "misses": "The objective is not met",
    "meets": "The objective is met",
    "raises": "The target is raised",
}
NEAR = {
    "breaks": "it is not broken",
    "misses": "it is met",
    "meets": "it is not met",
    "raises": "the target stays",
}


def worked(found: Iterable[Use]) -> list[str]:
    """The section of the first of the shown uses that has an example; else the reason."""
    reason = ""
    for use in plainest_and_fullest(found):
        try:
            return ["", "## Worked example", "", *_section(use)]
        except NoExample as none:
            reason = str(none)
    return ["", "## Worked example", "", f"None: {reason}."] if reason else []


def _section(use: Use) -> list[str]:
    book = load_rulebook(use.preset).rulebook
    sizes = [offer.size for offer in book.sizes] or [USUAL_SIZE]
    size = USUAL_SIZE if USUAL_SIZE in sizes else sizes[0]
    setting = Setting(book, book.phase(use.phase), use.terms, size, CATALOGUE, CelConditions())
    return _told(use, worked_example(setting))


def _told(use: Use, example: Example) -> list[str]:
    whom = f"An account of {example.size:,f} {example.currency} under this rule of"
    is_goal = example.means == "breaks" and example.over.verdict is None
    means = "misses" if is_goal else example.means
    far = f"{FAR[means]}{_says(example.over)}."
    near = f"One step before, {example.step}: {NEAR[means]}."
    return [
        f"{whom} `{use.preset}`, phase {use.phase}, alone; the evaluator judged both endings.",
        "",
        "| when (UTC) | what happens | balance | equity |",
        "|---|---|---|---|",
        *_rows((*example.shared, *example.over.lines)),
        "",
        f"{far} {near}",
    ]


def _rows(lines: Sequence[Line]) -> list[str]:
    """One row for what happens; what happens again and again is told once, with how often."""
    rows = []
    for _, group in groupby(lines, key=lambda line: (line.words, line.balance, line.equity)):
        same = list(group)
        first, often = same[0], "" if len(same) == 1 else f", {len(same):,} times"
        when = f"{datetime_of(first.at):%a %H:%M:%S}"
        worth = f"{_sum(first.balance)} | {_sum(first.equity)}"
        rows.append(f"| {when} | {first.words.replace('|', ' ')}{often} | {worth} |")
    return rows


def _sum(amount: Decimal | None) -> str:
    return "not known" if amount is None else f"{amount:,.2f}"


def _says(side: Side) -> str:
    if side.verdict is not None:
        seen, limit = side.verdict.observed, side.verdict.limit
        if seen is None or limit is None:
            return f" (`{side.verdict.outcome}`)"
        comparison = f", {side.verdict.comparison}" if side.verdict.comparison else ""
        return f" (`{side.verdict.outcome}`): {_figure(seen)} against {_figure(limit)}{comparison}"
    if side.objective is not None and side.objective.current is not None:
        current, required = _figure(side.objective.current), _figure(side.objective.required)
        return "" if current == required else f": {current} where {required} is required"
    return ""


def _figure(value: Figure | str) -> str:
    """A figure as a person reads it; a ratio without an end is rounded to four decimals."""
    if isinstance(value, Fraction):
        value = round_ratio_half_away(value, 4)
    return f"{value.normalize():,f}" if isinstance(value, Decimal) else str(value)
