"""What only a whole rulebook can show: sizes left out of a table, rules that contradict, zones.

Reads the validated values and answers with problems. It must not know any rule by name: it walks
whatever fields the registry's terms have.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from propdesk.domain.clock import UnknownZone, zone_of
from propdesk.domain.rulebook import SizeOffer
from propdesk.domain.rules.condition import Condition
from propdesk.domain.rules.whole_account import is_about_the_account
from propdesk.domain.terms import Amount, AppliesTo, RuleTerms
from propdesk.wire.conditions import ConditionRefused, compile_condition
from propdesk.wire.field_descriptions import descriptions_of
from propdesk.wire.rulebook_yaml import Document, Path, Problem

WORD = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*\Z")
CURRENCY = re.compile(r"[A-Z]{3,5}\Z")
SPELLINGS: tuple[tuple[type, re.Pattern[str], str], ...] = (
    (Decimal, re.compile(r"[+-]?[0-9]+(\.[0-9]+)?\Z"), "must be a number"),
    (date, re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z"), "must be a date like 2026-03-01"),
    (
        time,
        re.compile(r"[0-9]{2}:[0-9]{2}(:[0-9]{2})?\Z"),
        "must be a time of day like 17:00, without a zone",
    ),
)
NARROWER = {"instruments": "single instruments", "asset_classes": "single asset classes"}
WHOLE_DIGITS_MAX = 18
DECIMALS_MAX = 12


def check_parts(parts: Mapping[str, Any], document: Document) -> list[Problem]:
    """Every problem of what fits of a rulebook (``Built.parts``); what is missing is not asked."""
    found: list[tuple[Path, str]] = [
        *_names(parts),
        *_sizes(parts.get("sizes", ())),
        *_phases(parts.get("phases")),
        *_values(parts),
        *_spellings(parts, document.value),
    ]
    return [document.at(path, sentence) for path, sentence in found]


def _names(parts: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    name, version, currency = (parts.get(each) for each in ("name", "version", "currency"))
    if name is not None and not WORD.match(name):
        yield ("name",), f"must be lower-case words joined by -, not {name!r}"
    if version is not None and not version.strip():
        yield ("version",), "must not be empty"
    if currency is not None and not CURRENCY.match(currency):
        yield ("currency",), f"must be a currency code like USD, not {currency!r}"


def _sizes(sizes: Sequence[SizeOffer]) -> Iterator[tuple[Path, str]]:
    seen: set[Decimal] = set()
    for number, offer in enumerate(sizes):
        if offer.size <= 0:
            yield ("sizes", number, "size"), "must be more than zero"
        if offer.size in seen:
            yield ("sizes", number, "size"), f"size {offer.size:f} is offered twice"
        if offer.price is not None and offer.price < 0:
            yield ("sizes", number, "price"), "must not be negative"
        seen.add(offer.size)


def _phases(phases: Sequence[Mapping[str, Any]] | None) -> Iterator[tuple[Path, str]]:
    if phases is not None and not phases:
        yield ("phases",), "there must be at least one phase"
    names: set[str] = set()
    for number, phase in enumerate(phases or ()):
        path: Path = ("phases", number)
        name = phase.get("name", f"number {number + 1}")
        if "name" in phase:
            if not WORD.match(name):
                yield (*path, "name"), f"must be a lower-case word, not {name!r}"
            if name in names:
                yield (*path, "name"), f"there is already a phase {name!r}"
            names.add(name)
        if not phase["rules"]:
            yield path, f"phase {name!r} has no rules; it could not be judged"
        promotion = phase.get("promotion")
        if number + 1 == len(phases or ()) and promotion is not None and promotion.activation_days:
            yield (
                (*path, "promotion", "activation_days"),
                f"there is no phase after {name!r} that could be activated",
            )
        yield from _rules(name, phase["rules"], (*path, "rules"))


def _rules(phase: str, rules: Sequence[RuleTerms | None], path: Path) -> Iterator[tuple[Path, str]]:
    fitting = [(number, rule) for number, rule in enumerate(rules) if rule is not None]
    names: set[str] = set()
    for number, rule in fitting:
        if rule.name in names:
            sentence = f"phase {phase!r} already has a rule {rule.name!r}; give each one an `id`"
            yield (*path, number), sentence
        names.add(rule.name)
        yield from _narrowed_to_nothing(rule, (*path, number))
    for (_, one), (number, other) in itertools.combinations(fitting, 2):
        if one.rule == other.rule and _ambiguous(one.applies_to, other.applies_to):
            yield (
                (*path, number, "applies_to"),
                f"overlaps that of {one.name!r} and neither is more specific; narrow one of them",
            )


def _narrowed_to_nothing(rule: RuleTerms, path: Path) -> Iterator[tuple[Path, str]]:
    for name in ("instruments", "asset_classes"):
        if getattr(rule.applies_to, name) and is_about_the_account(rule):
            about = f"{rule.rule!r} is about the whole account, not about {NARROWER[name]}"
            yield (*path, "applies_to", name), f"as written here, {about}"


def _ambiguous(one: AppliesTo, other: AppliesTo) -> bool:
    """Whether both may cover one trade and no rank decides. Equal scopes are further instances."""
    if one == other or one.specificity != other.specificity:
        return False
    for each in fields(AppliesTo):
        left, right = set(getattr(one, each.name)), set(getattr(other, each.name))
        if left and right and not left & right:
            return False
    return True


def _values(parts: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    offered = frozenset(offer.size for offer in parts.get("sizes", ()))
    whole = {name: value for name, value in parts.items() if name != "add_ons"}
    for path, value, sold in _walk(whole, (), offered):
        name = path[-1] if path else ""
        if is_dataclass(value):
            yield from _tables(path, value, sold)
        if isinstance(value, Decimal):
            yield from _bounded(path, value)
        elif isinstance(value, str) and value and str(name).endswith("zone"):
            try:
                zone_of(value)
            except UnknownZone as error:
                yield path, str(error)
        elif isinstance(value, Amount) and name in {"allowance", "target"}:
            yield from _positive(path, value)
        elif isinstance(value, Condition):
            try:
                compile_condition(value.expression)
            except ConditionRefused as error:
                yield (*path, "expression"), str(error)


def _spellings(parts: Mapping[str, Any], tree: Any) -> Iterator[tuple[Path, str]]:
    """Texts that pydantic reads more kindly than a person would: ``5_0``, ``"86400"`` as a date."""
    for path, value, _ in _walk(parts, (), frozenset()):
        for kind, spelling, sentence in SPELLINGS:
            if type(value) is kind:
                written = _written(tree, path)
                if isinstance(written, str) and not spelling.match(written):
                    yield path, f"{sentence}, not {written!r}"


def _written(tree: Any, path: Path) -> Any:
    """What the file has at a path; None where a default was taken."""
    for step in path:
        if isinstance(tree, Mapping):
            tree = tree.get(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree


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


def _tables(path: Path, value: Any, sold: frozenset[Decimal]) -> Iterator[tuple[Path, str]]:
    """A table by size holds each size, unless its description says smaller sizes serve larger."""
    shape: type = type(value)
    described = descriptions_of(shape)
    for each in fields(value):
        table = getattr(value, each.name)
        if not each.name.endswith("by_size") or not isinstance(table, Mapping) or not table:
            continue
        if "next smaller" in described.get(each.name, ""):
            missing = frozenset(size for size in sold if size < min(table))
        else:
            missing = sold - table.keys()
        if missing:
            sizes = ", ".join(f"{size:f}" for size in sorted(missing))
            yield (*path, each.name), f"says nothing for size {sizes}, which is offered"


def _positive(path: Path, amount: Amount) -> Iterator[tuple[Path, str]]:
    tables = (amount.by_size, amount.percent_by_size)
    values = [amount.money, amount.percent]
    values += [value for table in tables if table is not None for value in table.values()]
    if any(value is not None and value <= 0 for value in values):
        yield path, "must be more than zero"
