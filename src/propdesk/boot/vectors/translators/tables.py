"""The published tables of rulebooks that examples ask for by size, cycle or model alone.

They are rulebook data like a preset: read from ``tables.yaml``, each with its source, and
validated as the terms of the rule. An example whose family has no table is not understood.
"""

from functools import cache
from importlib.resources import files
from typing import Any, TypeVar

from pydantic import TypeAdapter

from propdesk.boot.vectors.given import NotUnderstood
from propdesk.wire.rulebook_yaml import read_yaml

TermsT = TypeVar("TermsT")


@cache
def _tables() -> dict[str, Any]:
    content = files(__package__).joinpath("tables.yaml").read_bytes()
    document = read_yaml(content)
    if document.problems:
        raise ValueError(f"tables.yaml: {document.problems[0]}")
    found: dict[str, Any] = document.value
    return found


def table(family: str, kind: type[TermsT], name: str = "terms") -> TermsT:
    """The terms of a family's rulebook. Raises ``NotUnderstood`` where there are none."""
    entry = _tables().get(family, {})
    if name not in entry:
        raise NotUnderstood(f"has no {name} table for {family}")
    built: TermsT = TypeAdapter(kind).validate_python(entry[name])
    return built
