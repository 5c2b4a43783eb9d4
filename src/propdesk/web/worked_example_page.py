"""A worked example as the page shows it: the boundary in one sentence, and both histories.

Every figure comes from the evaluator. It must not judge.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

from propdesk.domain.clock import zone_of
from propdesk.domain.instants import datetime_of
from propdesk.domain.worked_examples.boundary import Example, Line, Side

# Of many lines alike the first and the last few are shown.
LINES_MAX = 9
FIRST_LINES = 2


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a history. ``when`` is the date and time on the rulebook's clock."""

    when: str
    words: str
    balance: Decimal | None
    equity: Decimal | None
    left_out: int = 0
    """How many lines are not shown in its place."""


@dataclass(frozen=True, slots=True)
class Ending:
    """One side of the boundary: a heading, how it differs, and the lines that are its own."""

    mark: str
    heading: str
    says: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ExampleCard:
    boundary: str
    waits: str
    """What waits for an objective; empty for a rule that is broken or not."""
    shared: tuple[Row, ...]
    over: Ending
    under: Ending


def example_card(example: Example, zone: str) -> ExampleCard:
    """The example in words, its moments on the clock of ``zone``."""
    mark, over, under = {
        "breaks": ("✕", _("It breaks"), _("It does not")),
        "meets": ("✓", _("It is met"), _("It is not met")),
        "raises": ("↑", _("The target rises"), _("It does not")),
    }[example.means]
    return ExampleCard(
        boundary=boundary(example),
        waits=_waits(example),
        shared=_rows(example.shared, zone),
        over=Ending(mark, over, _seen(example.over), _rows(example.over.lines, zone)),
        under=Ending("○", under, _but(example), _rows(example.under.lines, zone)),
    )


def boundary(example: Example) -> str:
    """The exact figure on either side, where the rule looks at one; else what differs."""
    over, under = _figure(example.over), _figure(example.under)
    worth = _worth(example)
    if worth:
        return worth
    if example.means == "meets" and over and under and over != under:
        return _("%(over)s is enough; %(under)s is not.") % {"over": over, "under": under}
    if example.means == "raises":
        return _raised(example)
    if over and under and over != under:
        return _("%(over)s is too much; %(under)s is not.") % {"over": over, "under": under}
    seen = _seen(example.over)
    but = _("It holds when %(step)s.") % {"step": example.step}
    return f"{seen} {but}" if seen else but


def _waits(example: Example) -> str:
    """What an objective holds up until it is met."""
    goal = example.over.objective
    if goal is None or example.over.verdict is not None:
        return ""
    if example.means == "raises":
        return _("The target rises; nothing is lost.")
    return {
        "pass": _("Until it is met the phase is not passed; nothing is lost."),
        "payout": _("Until it is met nothing is paid; nothing is lost."),
        "both": _("Until it is met the phase is not passed and nothing is paid; nothing is lost."),
    }[goal.blocks]


def _worth(example: Example) -> str:
    """The balance or equity that breaks a loss limit, and the one that does not."""
    verdict, far, near = example.over.verdict, example.over.lines[-1:], example.under.lines[-1:]
    if verdict is None or verdict.comparison is None or not far or not near:
        return ""
    names = {
        "balance": _("A balance of %(over)s breaks it; %(under)s does not."),
        "equity": _("An equity of %(over)s breaks it; %(under)s does not."),
    }
    for name in ("equity", "balance"):
        over, under = getattr(far[0], name), getattr(near[0], name)
        if verdict.observed == over and under is not None and over != under:
            return names[name] % {"over": _money(over), "under": _money(under)}
    return ""


def _raised(example: Example) -> str:
    goals = example.over.objective, example.under.objective
    best = [_number(each.figures.get("best") if each else None) for each in goals]
    target = _number(goals[0].figures.get("new_target") if goals[0] else None)
    return _("A best day of %(over)s raises the target to %(target)s; %(under)s does not.") % {
        "over": best[0],
        "target": target,
        "under": best[1],
    }


def _figure(side: Side) -> str:
    """What an objective stands at: a share in per cent, money, or a count."""
    goal = side.objective
    if goal is None or goal.current is None or side.verdict is not None:
        return ""
    if "share" in goal.figures:
        return _percent(goal.current)
    return _number(goal.current)


def _seen(side: Side) -> str:
    """What the rule saw against its limit, where both are figures."""
    verdict = side.verdict
    if verdict is None or verdict.observed is None or verdict.limit is None:
        return ""
    return _("Seen: %(observed)s, the limit is %(limit)s.") % {
        "observed": _number(verdict.observed),
        "limit": _number(verdict.limit),
    }


def _but(example: Example) -> str:
    return _("The same history, but %(step)s.") % {"step": example.step}


def _percent(value: Any) -> str:
    return f"{_decimal(Fraction(value) * 100)} %"


def _number(value: Any) -> str:
    if isinstance(value, Decimal):
        whole = value == value.to_integral_value()
        return _minus(f"{value:,.0f}") if whole else _money(value)
    return _decimal(Fraction(value)) if isinstance(value, Fraction | int) else str(value)


def _decimal(value: Fraction) -> str:
    """Up to four decimals; more are told by an ellipsis."""
    rounded = round(value, 4)
    digits = f"{Decimal(rounded.numerator) / Decimal(rounded.denominator):,f}"
    return _minus(digits) if rounded == value else f"{_minus(digits)}…"


def _money(value: Decimal) -> str:
    return _minus(f"{value:,.2f}")


def _minus(digits: str) -> str:
    return digits.replace("-", "\N{MINUS SIGN}")


def _rows(lines: Sequence[Line], zone: str) -> tuple[Row, ...]:
    rows = [_row(each, zone) for each in lines]
    if len(rows) <= LINES_MAX:
        return tuple(rows)
    last = LINES_MAX - FIRST_LINES - 1
    left_out = len(rows) - FIRST_LINES - last
    return (*rows[:FIRST_LINES], Row("", "", None, None, left_out), *rows[-last:])


def _row(line: Line, zone: str) -> Row:
    local = datetime_of(line.at).astimezone(zone_of(zone))
    seconds = f":{local:%S}" if local.second else ""
    return Row(f"{local:%a} {local.day} {local:%b %H:%M}{seconds}", line.words, *_after(line))


def _after(line: Line) -> tuple[Decimal | None, Decimal | None]:
    places = Decimal("0.01")
    balance = None if line.balance is None else line.balance.quantize(places)
    return balance, None if line.equity is None else line.equity.quantize(places)
