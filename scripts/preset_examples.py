"""Where the presets use a rule or a part of a phase, with the lines of their files that say it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from textwrap import dedent
from typing import Any

import yaml

from propdesk.domain.rulebook import Phase
from propdesk.wire.rulebook_file import PRESETS, load_rulebook, presets
from propdesk.wire.rulebook_words import given_fields

BOOKKEEPING = frozenset({"rule", "id", "source", "read_on"})
PARTS = ("payout", "scaling", "promotion")


@dataclass(frozen=True)
class Use:
    """One place in one preset."""

    word: str
    preset: str
    phase: str
    terms: Any
    lines: str
    """As the file has them, moved to the left edge."""

    @property
    def decided(self) -> int:
        """How many of its parameters say something else than their default."""
        return sum(
            given and each.name not in BOOKKEEPING for each, given in given_fields(self.terms)
        )


@cache
def uses() -> tuple[Use, ...]:
    """Every use in the presets, in the order of their names and files."""
    return tuple(use for name in presets() for use in _of_preset(name))


def of(word: str) -> list[Use]:
    """The uses of one rule or part."""
    return [use for use in uses() if use.word == word]


def plainest_and_fullest(found: Iterable[Use]) -> list[Use]:
    """The shortest use, and beside it the one that decides most where that says more."""
    every = list(found)
    if not every:
        return []
    plainest = min(every, key=lambda use: (use.lines.count("\n"), use.preset))
    fullest = min(every, key=lambda use: (-use.decided, use.lines.count("\n"), use.preset))
    return [plainest] if fullest.decided == plainest.decided else [plainest, fullest]


def _of_preset(name: str) -> Iterator[Use]:
    text = (PRESETS / f"{name}.yaml").read_text("utf-8")
    phases = _child(yaml.compose(text, Loader=yaml.SafeLoader), "phases")
    loaded = load_rulebook(name).rulebook
    for written, phase in zip(phases.value, loaded.phases, strict=True):
        yield from _of_phase(name, text, written, phase)


def _of_phase(name: str, text: str, written: yaml.Node, phase: Phase) -> Iterator[Use]:
    rules = _child(written, "rules").value
    for node, terms in zip(rules, phase.rules, strict=True):
        yield Use(terms.rule, name, phase.name, terms, _lines(text, node, node))
    for key, value in written.value:
        if key.value in PARTS:
            terms = getattr(phase, key.value)
            yield Use(key.value, name, phase.name, terms, _lines(text, key, value))


def _child(node: Any, name: str) -> yaml.Node:
    found: yaml.Node = next(value for key, value in node.value if key.value == name)
    return found


def _lines(text: str, first: yaml.Node, last: yaml.Node) -> str:
    """The whole lines of a part, without the blank and comment lines after it."""
    end = last.end_mark.line + (last.end_mark.column > 0 and _is_flow(last))
    lines = text.splitlines()[first.start_mark.line : max(end, first.start_mark.line + 1)]
    while not lines[-1].strip() or lines[-1].lstrip().startswith("#"):
        lines.pop()
    return dedent("\n".join(lines))


def _is_flow(node: yaml.Node) -> bool:
    return bool(getattr(node, "flow_style", False))
