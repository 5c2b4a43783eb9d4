"""A rulebook file becomes a rulebook: every error at once, each with file, line and path.

The shapes are the domain's own dataclasses; pydantic holds the file against them. What only a
whole rulebook can show is asked in ``rulebook_checks``. It must not fill in what a firm left out.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from propdesk.domain.rulebook import Rulebook
from propdesk.wire.rulebook_add_ons import AddOnRefused, check_add_ons, overridden
from propdesk.wire.rulebook_checks import check_parts
from propdesk.wire.rulebook_markets import put_named_markets
from propdesk.wire.rulebook_shapes import build_rulebook
from propdesk.wire.rulebook_yaml import BYTES_MAX, Document, Problem, read_yaml
from propdesk.wire.unreadable import Unreadable

PRESETS = Path(__file__).parent / "presets"
EARLIER = PRESETS / "earlier"
"""Versions that were replaced: ``<name>@<version>.yaml``."""
SUFFIXES = (".yaml", ".yml")


class RulebookRefused(Unreadable):
    """The file is no rulebook. ``str`` is every problem, one a line; the caller shows them all."""

    def __init__(self, file: str, problems: Sequence[Problem]) -> None:
        first = problems[0]
        super().__init__(file, first.line, first.sentence)
        self.problems = tuple(problems)

    @property
    def lines(self) -> tuple[str, ...]:
        return tuple(problem.told(self.file) for problem in self.problems)

    def __str__(self) -> str:
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class LoadedRulebook:
    """A rulebook with its fingerprint and where it came from."""

    rulebook: Rulebook
    sha256: str
    """Of the canonical content: layout and comments do not change it, a value or add-on does."""
    source: str
    """``preset:<name>``, or the file's name."""
    canonical: str
    """The content as JSON with sorted keys; it reads back to the same rulebook."""
    add_ons: tuple[str, ...] = ()
    """The add-ons that are applied, in the order in which they were."""


def presets() -> list[str]:
    """The names of the presets that ship with the product."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def load_rulebook(path_or_preset_name: str | Path) -> LoadedRulebook:
    """The rulebook of a file or of a preset; ``name@version`` is one version of a preset.

    Raises ``RulebookRefused`` with every problem, ``Unreadable`` where there is no such file.
    """
    if isinstance(path_or_preset_name, str) and path_or_preset_name in presets():
        file = PRESETS / f"{path_or_preset_name}.yaml"
        return parse_rulebook(file.read_bytes(), file.name, f"preset:{path_or_preset_name}")
    name, _, version = str(path_or_preset_name).partition("@")
    if version and name in presets():
        return _version(name, version)
    path = Path(path_or_preset_name)
    try:
        with path.open("rb") as opened:
            content = opened.read(BYTES_MAX + 1)
    except (OSError, ValueError):
        raise Unreadable(
            str(path_or_preset_name),
            None,
            "there is no such file or preset; presets are " + ", ".join(presets()),
        ) from None
    return parse_rulebook(content, path.name, path.name)


def versions_of(name: str) -> tuple[LoadedRulebook, ...]:
    """Every version of a preset that is kept, by effective date, the oldest first.

    Raises ``Unreadable`` where there is no such preset.
    """
    replaced = [
        parse_rulebook(file.read_bytes(), file.name, f"preset:{file.stem}")
        for file in sorted(EARLIER.glob(f"{name}@*.yaml"))
    ]
    known = [*replaced, load_rulebook(name)]
    return tuple(sorted(known, key=lambda each: each.rulebook.effective_from))


def _version(name: str, version: str) -> LoadedRulebook:
    known = versions_of(name)
    for each in known:
        if each.rulebook.version == version:
            return each
    told = ", ".join(each.rulebook.version for each in known)
    raise Unreadable(f"{name}@{version}", None, f"there is no such version; there are {told}")


def parse_rulebook(content: bytes, file: str, source: str | None = None) -> LoadedRulebook:
    """The rulebook in ``content``; ``file`` is the name its problems bear.

    Raises ``RulebookRefused``.
    """
    document = read_yaml(content)
    return _loaded(document, file, source or file)


def with_add_ons(loaded: LoadedRulebook, names: Iterable[str]) -> LoadedRulebook:
    """The same rulebook with add-ons applied in the given order; its fingerprint names them.

    Raises ``RulebookRefused`` for an unknown add-on, or one that does not fit the others.
    """
    wanted = tuple(names)
    document = Document(_from_canonical(loaded.canonical))
    try:
        for name in wanted:
            document.value = overridden(document.value, name)
    except AddOnRefused as error:
        raise RulebookRefused(loaded.source, [Problem(1, error.path, error.sentence)]) from None
    # The add-ons were checked with the file; one that took a rule out would now find nothing.
    together = _loaded(document, loaded.source, loaded.source, changed=True)
    applied = (*loaded.add_ons, *wanted)
    return replace(together, add_ons=applied, sha256=_sha256(together.canonical, applied))


def from_canonical(canonical: str, add_ons: Iterable[str] = ()) -> LoadedRulebook:
    """The rulebook an evidence file carries. Raises ``RulebookRefused``."""
    applied = tuple(add_ons)
    together = _loaded(Document(_from_canonical(canonical)), "evidence", "evidence")
    return replace(together, add_ons=applied, sha256=_sha256(together.canonical, applied))


def published_rulebook(text: str) -> LoadedRulebook:
    """The rulebook whose canonical form ``text`` is, as the log publishes it.

    Raises ``RulebookRefused``, and ``ValueError`` where it is no JSON.
    """
    return _loaded(Document(_from_canonical(text)), "published", "published")


def load_directory(directory: Path) -> tuple[LoadedRulebook, ...]:
    """Every rulebook of a directory, by name and effective date.

    Raises ``RulebookRefused`` for the first file that is none, and where two files are one version.
    """
    files = sorted(path for path in directory.iterdir() if path.suffix in SUFFIXES)
    found: dict[tuple[str, date], LoadedRulebook] = {}
    for file in files:
        loaded = load_rulebook(file)
        rulebook = loaded.rulebook
        key = (rulebook.name, rulebook.effective_from)
        if key in found:
            sentence = (
                f"{rulebook.name} effective from {rulebook.effective_from} is already in "
                f"{found[key].source}; two versions need two dates"
            )
            raise RulebookRefused(file.name, [Problem(1, ("effective_from",), sentence)])
        found[key] = loaded
    return tuple(found[key] for key in sorted(found))


def select_version(versions: Iterable[LoadedRulebook], purchased_at: date) -> LoadedRulebook:
    """The version that was in force on ``purchased_at``: the latest one effective by then.

    Raises ``LookupError`` where none was: an account never gets a version that came later.
    """
    known = sorted(versions, key=lambda each: each.rulebook.effective_from)
    if len({each.rulebook.name for each in known}) > 1:
        raise LookupError("these are versions of different rulebooks")
    in_force = [each for each in known if each.rulebook.effective_from <= purchased_at]
    if not in_force:
        raise LookupError(f"no version was in force on {purchased_at}")
    return in_force[-1]


def _loaded(document: Document, file: str, source: str, *, changed: bool = False) -> LoadedRulebook:
    problems = [*document.problems, *put_named_markets(document)]
    rulebook: Rulebook | None = None
    if document.value is not None:
        built = build_rulebook(document)
        rulebook = built.rulebook
        problems += built.problems + check_parts(built.parts, document)
        if not changed:
            problems += check_add_ons(document, sound=not problems)
    if problems or rulebook is None:
        raise RulebookRefused(file, sorted(set(problems), key=_reading_order))
    canonical = canonical_json(document.value)
    return LoadedRulebook(rulebook, _sha256(canonical), source, canonical)


def _reading_order(problem: Problem) -> tuple[int, str, str]:
    return (problem.line, str(problem.path), problem.sentence)


def canonical_json(value: Any) -> str:
    """One spelling of a file's values: sorted keys, no layout, decimals as text."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return f"{value:f}" if isinstance(value, Decimal) else value


def _from_canonical(canonical: str) -> Any:
    return json.loads(canonical)


def _sha256(canonical: str, add_ons: tuple[str, ...] = ()) -> str:
    signed = canonical if not add_ons else f"{canonical}\n{json.dumps(add_ons)}"
    return hashlib.sha256(signed.encode()).hexdigest()
