"""What only a whole rulebook can show: sizes left out of a table, rules that contradict, zones.

Reads the validated values and answers with problems. It must not know any rule by name: it walks
whatever fields the registry's terms have.
"""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any

from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.rules.condition import Condition
from propdesk.domain.terms import Amount, AppliesTo, RuleTerms
from propdesk.wire.conditions import ConditionRefused, compile_condition
from propdesk.wire.rulebook_yaml import Document, Path, Problem

WORD = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*\Z")
CURRENCY = re.compile(r"[A-Z]{3,5}\Z")
WHOLE_DIGITS_MAX = 18
DECIMALS_MAX = 12


def check_rulebook(rulebook: Rulebook, document: Document) -> list[Problem]:
    """Every problem of a rulebook whose values each have the right shape."""
    found: list[tuple[Path, str]] = [
        *_names(rulebook),
        *_sizes(rulebook),
        *_phases(rulebook),
        *_values(rulebook),
    ]
    return [document.at(path, sentence) for path, sentence in found]


def _names(rulebook: Rulebook) -> Iterator[tuple[Path, str]]:
    if not WORD.match(rulebook.name):
        yield ("name",), f"must be lower-case words joined by -, not {rulebook.name!r}"
    if not rulebook.version.strip():
        yield ("version",), "must not be empty"
    if not CURRENCY.match(rulebook.currency):
        yield ("currency",), f"must be a currency code like USD, not {rulebook.currency!r}"


def _sizes(rulebook: Rulebook) -> Iterator[tuple[Path, str]]:
    seen: set[Decimal] = set()
    for number, offer in enumerate(rulebook.sizes):
        if offer.size <= 0:
            yield ("sizes", number, "size"), "must be more than zero"
        if offer.size in seen:
            yield ("sizes", number, "size"), f"size {offer.size:f} is offered twice"
        if offer.price is not None and offer.price < 0:
            yield ("sizes", number, "price"), "must not be negative"
        seen.add(offer.size)


def _phases(rulebook: Rulebook) -> Iterator[tuple[Path, str]]:
    if not rulebook.phases:
        yield ("phases",), "there must be at least one phase"
    names: set[str] = set()
    for number, phase in enumerate(rulebook.phases):
        path: Path = ("phases", number)
        if not WORD.match(phase.name):
            yield (*path, "name"), f"must be a lower-case word, not {phase.name!r}"
        if phase.name in names:
            yield (*path, "name"), f"there is already a phase {phase.name!r}"
        names.add(phase.name)
        if not phase.rules:
            yield path, f"phase {phase.name!r} has no rules; it could not be judged"
        yield from _rules(phase, (*path, "rules"))


def _rules(phase: Phase, path: Path) -> Iterator[tuple[Path, str]]:
    first: dict[str, int] = {}
    for number, rule in enumerate(phase.rules):
        if rule.name in first:
            yield (
                (*path, number),
                f"phase {phase.name!r} already has a rule {rule.name!r}; give each one an `id`",
            )
        first.setdefault(rule.name, number)
    for (_, one), (number, other) in itertools.combinations(enumerate(phase.rules), 2):
        if one.rule == other.rule and _ambiguous(one.applies_to, other.applies_to):
            yield (
                (*path, number, "applies_to"),
                f"overlaps that of {one.name!r} and neither is more specific; narrow one of them",
            )


def _ambiguous(one: AppliesTo, other: AppliesTo) -> bool:
    """Whether both may cover one trade and no rank decides. Equal scopes are further instances."""
    if one == other or one.specificity != other.specificity:
        return False
    for each in fields(AppliesTo):
        left, right = set(getattr(one, each.name)), set(getattr(other, each.name))
        if left and right and not left & right:
            return False
    return True


def _values(rulebook: Rulebook) -> Iterator[tuple[Path, str]]:
    offered = frozenset(offer.size for offer in rulebook.sizes)
    for path, value, sold in _walk(rulebook, (), offered):
        name = path[-1] if path else ""
        if isinstance(value, Decimal):
            yield from _bounded(path, value)
        elif isinstance(value, str) and value and str(name).endswith("zone"):
            try:
                zone_of(value)
            except UnknownZone as error:
                yield path, str(error)
        elif isinstance(value, Mapping) and value and str(name).endswith("by_size"):
            yield from _table(path, value, sold)
        elif isinstance(value, Amount) and name in {"allowance", "target"}:
            yield from _positive(path, value)
        elif isinstance(value, Condition):
            try:
                compile_condition(value.expression)
            except ConditionRefused as error:
                yield (*path, "expression"), str(error)


def _walk(
    value: Any, path: Path, sold: frozenset[Decimal]
) -> Iterator[tuple[Path, Any, frozenset[Decimal]]]:
    """Every value inside ``value`` with its path and the sizes for which it is asked."""
    if isinstance(value, RuleTerms):
        only = getattr(value, "sizes", ())
        sold = sold & frozenset(only) if only else sold
    yield path, value, sold
    if is_dataclass(value):
        for each in fields(value):
            if each.name != "add_ons":
                yield from _walk(getattr(value, each.name), (*path, each.name), sold)
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            written = f"{key:f}" if isinstance(key, Decimal) else str(key)
            if isinstance(key, Decimal):
                yield (*path, written), key, sold
            yield from _walk(inside, (*path, written), sold)
    elif isinstance(value, tuple | list):
        for number, inside in enumerate(value):
            yield from _walk(inside, (*path, number), sold)


def _bounded(path: Path, value: Decimal) -> Iterator[tuple[Path, str]]:
    exponent = value.as_tuple().exponent
    whole = value.adjusted() + 1
    if whole > WHOLE_DIGITS_MAX or not isinstance(exponent, int) or exponent < -DECIMALS_MAX:
        yield (
            path,
            f"has more than {WHOLE_DIGITS_MAX} digits before or {DECIMALS_MAX} after the point",
        )


def _table(
    path: Path, table: Mapping[Decimal, Any], sold: frozenset[Decimal]
) -> Iterator[tuple[Path, str]]:
    """``by_size`` holds each size; the other tables serve a size by the next smaller one."""
    if path[-1] == "by_size":
        missing = sold - table.keys()
    else:
        missing = frozenset(size for size in sold if size < min(table))
    if missing:
        sizes = ", ".join(f"{size:f}" for size in sorted(missing))
        yield path, f"says nothing for size {sizes}, which is offered"


def _positive(path: Path, amount: Amount) -> Iterator[tuple[Path, str]]:
    tables = (amount.by_size, amount.percent_by_size)
    values = [amount.money, amount.percent]
    values += [value for table in tables if table is not None for value in table.values()]
    if any(value is not None and value <= 0 for value in values):
        yield path, "must be more than zero"
