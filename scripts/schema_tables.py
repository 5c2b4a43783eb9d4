"""The fields of a rulebook's parts as Markdown tables, made from its JSON Schema.

Words only: which part stands on which page is decided by ``rule_pages``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]
Link = Callable[[str], str]
"""The name of a definition to a Markdown link that leads to it."""

TYPES = {
    "integer": "whole number",
    "boolean": "`true` or `false`",
    "number": "number",
    "string": "text",
}
FORMATS = {"date": "date", "time": "time of day"}
NUMBER = {"number", "string"}
"""A figure may be written as a number or, in quotes, as text; both are exact."""


def table(definition: Schema, link: Link, leave_out: Iterable[str] = ()) -> list[str]:
    """Every field of a definition: its name, type with the words allowed, default and meaning."""
    out = frozenset(leave_out)
    required = frozenset(definition.get("required", ()))
    rows = [
        f"| `{name}` | {kind_of(member, link)} | {default_of(member, is_required=name in required)}"
        f" | {meaning_of(member)} |"
        for name, member in definition.get("properties", {}).items()
        if name not in out
    ]
    if not rows:
        return ["It has no parameters of its own."]
    return ["| parameter | type | default | meaning |", "|---|---|---|---|", *rows]


def kind_of(member: Schema, link: Link) -> str:
    """What may stand there, in words: ``one of`` where the words are a closed list."""
    if "$ref" in member:
        return link(name_of(member))
    if "enum" in member:
        return "one of " + ", ".join(f"`{word}`" for word in member["enum"])
    if "const" in member:
        return f"`{member['const']}`"
    if "anyOf" in member:
        return _any_of(member["anyOf"], link)
    match member.get("type"):
        case "array":
            return f"list of {kind_of(member['items'], link)}" if "items" in member else "list"
        case "object":
            return _mapping(member, link)
        case list() as several:
            return " or ".join(TYPES[each] for each in several)
        case str() as plain:
            return FORMATS.get(member.get("format", ""), TYPES[plain])
    return "any value"


def _any_of(options: Iterable[Schema], link: Link) -> str:
    given = [each for each in options if each.get("type") != "null"]
    if {each.get("type") for each in given} == NUMBER:
        return "number"
    return " or ".join(kind_of(each, link) for each in given)


def _mapping(member: Schema, link: Link) -> str:
    values = member.get("additionalProperties")
    if not isinstance(values, Mapping):
        return "table"
    return f"table of {kind_of(values, link)}"


def default_of(member: Schema, *, is_required: bool) -> str:
    """What holds where nothing is said; a field without a default must be given."""
    if is_required:
        return "**required**"
    match member.get("default", ""):
        case None | "" | []:
            return "none"
        case bool() as flag:
            return f"`{str(flag).lower()}`"
        case [*several]:
            return ", ".join(_one(each) for each in several)
        case dict() as parts:
            return "as stated" if parts else "none"
        case other:
            return _one(other)


def _one(value: object) -> str:
    """An effect is told by its kind, anything else as it is written."""
    return f"`{value['kind'] if isinstance(value, Mapping) else value}`"


def meaning_of(member: Schema) -> str:
    """The field's docstring in one line, safe inside a table."""
    return cell(" ".join(member.get("description", "").split()).replace("``", "`"))


def cell(text: str) -> str:
    """Text that does not end the cell it stands in."""
    return text.replace("|", "\\|")


def name_of(member: Schema) -> str:
    """The definition a reference leads to."""
    return str(member["$ref"]).rpartition("/")[2]


def referred(member: Any) -> Iterable[str]:
    """The definitions a part of the schema names, in order."""
    if isinstance(member, Mapping):
        if "$ref" in member:
            yield name_of(member)
        for name, each in member.items():
            if name != "discriminator":
                yield from referred(each)
    elif isinstance(member, list):
        for each in member:
            yield from referred(each)
