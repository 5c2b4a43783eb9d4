"""Add-ons: what a trader may buy that changes values of the rulebook (DESIGN §5, RULES T0).

``add_ons: {name: {title, price, overrides: {path: value}}}``. A path names phases by their name
and rules by their id or word: ``phases.funded.rules.daily_loss.allowance.percent``; the value
``null`` takes a rule out. It must not add a path that does not exist.
"""

import copy
from typing import Any

from propdesk.wire.rulebook_checks import check_parts
from propdesk.wire.rulebook_shapes import build_rulebook
from propdesk.wire.rulebook_yaml import Document, Path, Problem

KEYS = {"title", "price", "overrides"}
# An add-on may not change who the rulebook is.
FIXED = {"name", "version", "effective_from", "currency", "add_ons", "sizes"}


class AddOnRefused(Exception):
    """The add-on cannot be applied; the caller shows the sentence at the path."""

    def __init__(self, path: Path, sentence: str) -> None:
        super().__init__(sentence)
        self.path = path
        self.sentence = sentence


def check_add_ons(document: Document, *, sound: bool) -> list[Problem]:
    """Applies every add-on alone; where the rulebook is ``sound``, says what does not hold then."""
    add_ons = document.value.get("add_ons") if isinstance(document.value, dict) else None
    found: list[Problem] = []
    for name, written in add_ons.items() if isinstance(add_ons, dict) else ():
        path: Path = ("add_ons", name)
        try:
            _refuse_other_keys(written, path)
            changed = overridden(document.value, name)
        except AddOnRefused as error:
            found.append(document.at(error.path, error.sentence))
            continue
        if sound:
            found += [
                document.at((*path, "overrides"), f"with it, {problem.told_alone()}")
                for problem in _problems_of(changed)
            ]
    return found


def _problems_of(value: Any) -> list[Problem]:
    alone = Document(value)
    built = build_rulebook(alone)
    return built.problems + check_parts(built.parts, alone)


def _refuse_other_keys(written: Any, path: Path) -> None:
    if not isinstance(written, dict) or not isinstance(written.get("overrides"), dict):
        raise AddOnRefused(path, "must be a mapping with `overrides`, a mapping of path to value")
    for key in written:
        if key not in KEYS:
            raise AddOnRefused(
                (*path, key), f"is not known here; there are {', '.join(sorted(KEYS))}"
            )


def overridden(value: Any, name: str) -> Any:
    """A copy of a rulebook's values with the add-on ``name`` applied. Raises ``AddOnRefused``."""
    add_ons = value.get("add_ons") or {}
    if name not in add_ons:
        there = ", ".join(add_ons) or "none"
        raise AddOnRefused(("add_ons",), f"there is no add-on {name!r}; there are {there}")
    changed = copy.deepcopy(value)
    for written, new in add_ons[name]["overrides"].items():
        _set(changed, written, new, ("add_ons", name, "overrides", written))
    return changed


def _set(tree: Any, written: str, new: Any, at: Path) -> None:
    steps = written.split(".")
    if steps[0] in FIXED:
        raise AddOnRefused(at, f"an add-on may not change {steps[0]!r}")
    holder = tree
    for done, step in enumerate(steps[:-1], start=1):
        key = _key(holder, step)
        if key is None:
            raise AddOnRefused(at, f"there is no {'.'.join(steps[:done])!r} in this rulebook")
        holder = holder[key]
    last = steps[-1]
    if isinstance(holder, dict):
        # A field left at its default is not in the file; whether it exists the shapes decide.
        holder[last] = new
        return
    key = _key(holder, last)
    if key is None:
        raise AddOnRefused(at, f"there is no {written!r} in this rulebook")
    if new is None:
        del holder[key]
    else:
        holder[key] = new


def _key(holder: Any, step: str) -> Any:
    """The key or index that ``step`` names; a list's members go by their name, id or word."""
    if isinstance(holder, dict):
        return step if step in holder else None
    if not isinstance(holder, list):
        return None
    for number, member in enumerate(holder):
        if isinstance(member, dict):
            called = member.get("name") or member.get("id") or member.get("rule")
            if called == step:
                return number
    return None
