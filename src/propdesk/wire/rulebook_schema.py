"""The JSON Schema of a rulebook file, for editors: rules are told apart by their word.

Made from the same dataclasses that validate, with their attribute docstrings as descriptions.
It must not describe anything the reader would refuse.
"""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import TypeAdapter

from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.rules.registry import RULES
from propdesk.domain.terms import Terms
from propdesk.wire.field_descriptions import descriptions_of
from propdesk.wire.markets import markets
from propdesk.wire.rulebook_markets import PLACES
from propdesk.wire.rulebook_shapes import PARTS, adapter_of

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def rulebook_schema() -> dict[str, Any]:
    """The JSON Schema of a rulebook file."""
    shapes: list[type] = [Rulebook, Phase, *PARTS.values(), *(terms for terms, _ in RULES.values())]
    mode: Literal["validation"] = "validation"
    adapters = [(shape, mode, adapter_of(shape)) for shape in shapes]
    named, more = TypeAdapter.json_schemas(adapters, ref_template="#/$defs/{model}")
    definitions: dict[str, Any] = more["$defs"]
    refs = {shape: named[(shape, mode)] for shape in shapes}
    for shape in _with_subclasses(Terms):
        qualified = f"{shape.__module__.replace('.', '__')}__{shape.__name__}"
        for name in {shape.__name__, qualified} & definitions.keys():
            _describe(definitions[name], shape)
    for terms, _ in RULES.values():
        _require(definitions[terms.__name__], "rule")
        _name_markets(definitions[terms.__name__]["properties"])
    definitions["AnyRule"] = {
        "description": "One rule of a phase, told by its word.",
        "oneOf": [refs[terms] for terms, _ in RULES.values()],
        "discriminator": {
            "propertyName": "rule",
            "mapping": {word: refs[terms]["$ref"] for word, (terms, _) in RULES.items()},
        },
    }
    phase = definitions["Phase"]["properties"]
    phase["rules"] = {
        "type": "array",
        "minItems": 1,
        "items": {"$ref": "#/$defs/AnyRule"},
        "description": "What is judged, in any order.",
    }
    for name, shape in PARTS.items():
        said = descriptions_of(Phase)[name]
        optional = [refs[shape], {"type": "null"}]
        phase[name] = {"anyOf": optional, "default": None, "description": said}
    _require(definitions["Phase"], "rules")
    definitions["Rulebook"]["properties"]["add_ons"] = _ADD_ONS
    return {
        "$schema": DIALECT,
        "title": "Propdesk rulebook",
        **refs[Rulebook],
        "$defs": definitions,
    }


_ADD_ONS = {
    "type": "object",
    "description": "What a trader may buy that changes values: name to overrides.",
    "additionalProperties": {
        "type": "object",
        "additionalProperties": False,
        "required": ["overrides"],
        "properties": {
            "title": {"type": "string"},
            "price": {"type": ["number", "string"]},
            "overrides": {
                "type": "object",
                "description": "Path to value, as phases.funded.rules.daily_loss.base; null "
                "takes a rule out.",
            },
        },
    },
}


def _name_markets(members: dict[str, Any]) -> None:
    """Hours may be those of a market that is known by name."""
    named = {"enum": list(markets()), "description": "A market by its name."}
    for place in set(PLACES) & members.keys():
        said = members[place]
        if "anyOf" in said:
            said["anyOf"].append(named)
        else:
            more = {key: said.pop(key) for key in ("description",) if key in said}
            members[place] = {"anyOf": [said, named], **more}


def _with_subclasses(shape: type) -> Iterator[type]:
    """A class and all that inherit from it, by whatever way."""
    yield shape
    heirs: list[type] = shape.__subclasses__()
    for each in heirs:
        yield from _with_subclasses(each)


def _require(definition: dict[str, Any], name: str) -> None:
    required = definition.setdefault("required", [])
    if name not in required:
        required.insert(0, name)


def _describe(definition: dict[str, Any], shape: type) -> None:
    """Fill in the descriptions that stand on a class the shape inherits from."""
    known = descriptions_of(shape)
    for name, member in definition.get("properties", {}).items():
        if "description" not in member and name in known:
            member["description"] = known[name]
