"""Together the presets use every value that RULES T1-T14 gives a parameter.

A pair of ``tests/domain/pairs`` says which terms show a value. A preset uses it where its own
terms have the same form: the same words and the same parts given, whatever the figures. What has
no terms of its own form, or a form every preset has, is named in ``preset_values.csv``.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from decimal import Decimal
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from propdesk.wire.rulebook_file import EARLIER, PRESETS, load_rulebook, presets, with_add_ons
from tests.domain.pairs.registry import PAIRS
from tests.domain.pairs.test_every_value_of_the_rules_matters import known

Value = tuple[str, ...]
NAMED = Path(__file__).with_name("preset_values.csv")


def alike(wanted: Any, found: Any) -> bool:
    """Whether ``found`` has the form of ``wanted``: its words, its parts, figures of its sign."""
    if is_dataclass(wanted):
        return type(wanted) is type(found) and all(
            alike(getattr(wanted, each.name), getattr(found, each.name))
            for each in fields(wanted)
            if _says(each, wanted)
        )
    if isinstance(wanted, tuple) and isinstance(found, tuple):
        return _each_is_in(wanted, found)
    if isinstance(wanted, dict) and isinstance(found, dict):
        return _each_is_in(tuple(wanted.values()), tuple(found.values()))
    if _figure(wanted) and _figure(found):
        return (wanted > 0, wanted < 0) == (found > 0, found < 0)
    if isinstance(wanted, str | bool) or wanted is None or found is None:
        return bool(wanted == found) and type(wanted) is type(found)
    return type(wanted) is type(found)


def _each_is_in(wanted: tuple[Any, ...], found: tuple[Any, ...]) -> bool:
    if not wanted or not found:
        return wanted == found
    return all(any(alike(one, other) for other in found) for one in wanted)


def _figure(value: Any) -> bool:
    return isinstance(value, Decimal | int) and not isinstance(value, bool)


def _says(each: "Field[Any]", terms: Any) -> bool:
    """Whether a part says something: it is a word, or it is not left as it comes."""
    value = getattr(terms, each.name)
    default = each.default if each.default_factory is MISSING else each.default_factory()
    return isinstance(value, str | bool) or bool(value != default)


@cache
def used() -> dict[tuple[type, str], list[Any]]:
    """What every field of every class of terms is set to, over all presets and add-ons."""
    found: dict[tuple[type, str], list[Any]] = defaultdict(list)
    for name in presets():
        loaded = load_rulebook(name)
        changed = (with_add_ons(loaded, [each]) for each in loaded.rulebook.add_ons)
        for each in chain([loaded], changed):
            for terms in _terms(each.rulebook):
                for field in fields(terms):
                    found[type(terms), field.name].append(getattr(terms, field.name))
    return found


def _terms(value: Any) -> Iterator[Any]:
    if is_dataclass(value):
        yield value
        parts: Any = (getattr(value, each.name) for each in fields(value))
    elif isinstance(value, tuple):
        parts = value
    else:
        parts = value.values() if isinstance(value, dict) else ()
    for each in parts:
        yield from _terms(each)


@cache
def shown() -> dict[Value, bool]:
    """Every value that a pair shows, and whether some preset has terms of its form."""
    found: dict[Value, bool] = {}
    for pair in PAIRS:
        value = (pair.section, pair.parameter, pair.value)
        set_to = used().get((type(pair.terms), pair.field), [])
        found[value] = found.get(value, False) or any(alike(pair.one, each) for each in set_to)
    return found


def named() -> list[dict[str, str]]:
    with NAMED.open(newline="", encoding="utf-8") as opened:
        return list(csv.DictReader(opened))


def _row(row: dict[str, str]) -> Value:
    return row["section"], row["parameter"], row["value"]


def test_every_value_is_in_some_preset() -> None:
    rows = {_row(row) for row in named()}
    missing = [each for each in known() if not shown().get(each) and each not in rows]
    assert not missing, "\n".join(" / ".join(each) for each in missing)


def test_a_row_names_a_value_that_a_pair_shows_and_once() -> None:
    rows = [_row(row) for row in named()]
    assert set(rows) <= shown().keys()
    assert len(set(rows)) == len(rows)


def test_no_value_is_without_a_preset() -> None:
    kept = {*presets(), *(file.stem for file in EARLIER.glob("*.yaml"))}
    assert {row["preset"] for row in named()} <= kept


@pytest.mark.parametrize("row", named(), ids=lambda row: "-".join(_row(row)))
def test_a_row_leads_to_what_its_preset_says(row: dict[str, str]) -> None:
    folder = EARLIER if "@" in row["preset"] else PRESETS
    content = yaml.safe_load((folder / f"{row['preset']}.yaml").read_text("utf-8"))
    for path in row["path"].split(" and "):
        assert _holds(content, path), (row["preset"], path)


def _holds(content: Any, path: str) -> bool:
    """``a.b`` is there, ``a.b=word`` is that word, ``a.no word`` is a list without that rule."""
    path, _, said = path.partition("=")
    *steps, last = path.split(".")
    for step in steps:
        content = _step(content, step)
    if last.startswith("no "):
        return content is not None and _step(content, last.removeprefix("no ")) is None
    found = _step(content, last)
    return str(found) == said if said else found is not None


def _step(content: Any, step: str) -> Any:
    """A field of a mapping; the part of a list that bears this name or rule, or this place."""
    if isinstance(content, list):
        by_name = [each for each in content if isinstance(each, dict) and _name(each) == step]
        if by_name:
            return by_name[0]
        return content[int(step)] if step.isdigit() and int(step) < len(content) else None
    return content.get(step) if isinstance(content, dict) else None


def _name(part: dict[str, Any]) -> Any:
    return part.get("id") or part.get("rule") or part.get("name")


@pytest.mark.parametrize(
    ("wanted", "found", "verdict"),
    [
        (Decimal(5), 7, True),
        (Decimal(5), 0, False),
        (Decimal(-5), 5, False),
        (True, 1, False),
        ("touch", "cross", False),
        (None, Decimal(5), False),
        ((), ("open",), False),
        (("open",), ("close", "open"), True),
        (("open", "hold"), ("open",), False),
        ({"weekly": Decimal(60)}, {"monthly": Decimal(100)}, True),
    ],
)
def test_a_form_is_words_and_parts_and_not_figures(wanted: Any, found: Any, verdict: bool) -> None:
    assert alike(wanted, found) is verdict
