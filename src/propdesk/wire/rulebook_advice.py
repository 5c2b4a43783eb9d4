"""What to write instead: a second line for each problem of a rulebook file.

The advice is read from the JSON Schema (known fields, allowed values, descriptions), so it cannot
differ from what the reader accepts. It must not decide what is wrong; the reader does.
"""

import difflib
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, TypeAlias
from zoneinfo import available_timezones

from propdesk.domain.clock import SERVER
from propdesk.domain.rules.registry import RULES
from propdesk.wire.rulebook_schema import rulebook_schema
from propdesk.wire.rulebook_yaml import Path, Problem, read_yaml

Node: TypeAlias = dict[str, Any]
LISTED_MAX = 12
LINE_MAX = 88
EXAMPLES = {
    "Amount": "{percent: 5}",
    "AppliesTo": "{instruments: [XAUUSD]}",
    "Effect": "{kind: fail}",
    "Split": "{percent: 80}",
    "Clock": "{zone: Europe/Prague, reset: 00:00}",
    "ShareLimit": "{percent: 40}",
    "ScalingStep": "{percent_of_original: 25}",
}
NUMBER = re.compile(r"(?P<digits>[+-]?[0-9][0-9_,']*(\.[0-9]+)?)\s*(?P<unit>[kKmM]?)")
THOUSANDS = {"": 1, "k": 1_000, "m": 1_000_000}
NEEDED = re.compile(r"needs '(\w+)'")
MEANING_MAX = 160


def explained(problem: Problem, content: bytes) -> tuple[str, ...]:
    """The line of the file and what to write instead; empty where neither can be told."""
    lines = content.decode("utf-8-sig", errors="replace").splitlines()
    quoted = lines[problem.line - 1].rstrip() if 0 < problem.line <= len(lines) else ""
    advice = _advice(problem, read_yaml(content).value)
    told = [f"  {problem.line} | {quoted[:LINE_MAX]}"] if quoted.strip() else []
    return (*told, f"  write instead: {advice}") if advice else tuple(told)


def _advice(problem: Problem, tree: Any) -> str:
    sentence, path = problem.sentence, problem.path
    if not path:  # the file itself: no YAML, or no mapping
        return ""
    field, around = _nodes(path, tree)
    name = str(path[-1])
    written = _at(tree, path)
    if sentence.startswith("there is no rule"):
        return _nearest(str(written), list(RULES), "rule")
    if sentence.startswith("is not known here"):
        return _other_field(name, around)
    if sentence == "is required":
        return f"{name}: {_example(field)}{_meaning(field)}"
    if "zone" in name and isinstance(written, str):
        return _zone(written)
    if "neither is more specific" in sentence:
        return (
            "in one of the two rules name what it alone is for, as "
            "`applies_to: {instruments: [XAUUSD]}`; an instrument beats an asset class, that an "
            "account type, that a group or tag"
        )
    if "about the whole account" in sentence:
        return f"take `{name}` away; `account_types`, `groups` and `tags` may narrow the rule"
    if "give each one an `id`" in sentence:
        return f"`id: {written.get('rule', 'rule')}-2` in one of them, any word of your own"
    needed = NEEDED.search(sentence)
    if needed is not None and needed[1] in (field or {}).get("properties", {}):
        inside = next(_variants((field or {})["properties"][needed[1]], None), None)
        return f"add `{needed[1]}: {_example(inside)}`{_meaning(inside)}"
    if "is written twice" in sentence:
        return f"one `{name}` only; take the other line away"
    return _other_value(field, written)


def _other_field(name: str, around: Node | None) -> str:
    known = list((around or {}).get("properties", {}))
    for close in difflib.get_close_matches(name, known, n=1):
        meaning = _meaning((around or {})["properties"][close])
        return f"`{close}` instead of `{name}`{meaning}"
    listed = ", ".join(known[:LISTED_MAX])
    more = f" and {len(known) - LISTED_MAX} more" if len(known) > LISTED_MAX else ""
    return f"nothing; take it away, or one of: {listed}{more}" if known else "nothing; take it away"


def _other_value(field: Node | None, written: Any) -> str:
    """Another value of a field: an allowed word, a number without its unit, an example."""
    allowed = _allowed(field)
    if allowed and not isinstance(written, Mapping):
        return _nearest(str(written), allowed, "value") + _meaning(field)
    found = NUMBER.match(written.strip()) if isinstance(written, str) else None
    if found is not None and _is_number(field):
        digits = Decimal(re.sub(r"[_,']", "", found["digits"]))
        number = digits * THOUSANDS[found["unit"].lower()]
        return f"{number:f} (digits alone: no unit, no sign of thousands){_meaning(field)}"
    if field is None:
        return ""
    return f"{_example(field)}{_meaning(field)}"


def _nearest(word: str, known: Sequence[str], what: str) -> str:
    close = difflib.get_close_matches(word, known, n=3)
    listed = ", ".join(known[:LISTED_MAX]) + (", …" if len(known) > LISTED_MAX else "")
    if close:
        others = f" (or {', '.join(close[1:])})" if close[1:] else ""
        return f"{close[0]}{others}"
    return f"one {what} of: {listed}"


def _zone(written: str) -> str:
    known = [*sorted(available_timezones()), SERVER]
    by_end = [each for each in known if each.casefold().endswith(f"/{written.casefold()}")]
    close = by_end or difflib.get_close_matches(written, known, n=3, cutoff=0.5)
    found = f"{close[0]}; " if close else ""
    return f"{found}a zone of the IANA list like Europe/Prague, or {SERVER} (New York + 7 hours)"


# -- the schema along a path
@cache
def _schema() -> Node:
    return rulebook_schema()


def _nodes(path: Path, tree: Any) -> tuple[Node | None, Node | None]:
    """The schema of the value at a path and of the mapping around it, as far as they are known."""
    around: Node | None = None
    nodes, value = list(_variants(_schema(), tree)), tree
    for step in path:
        around = next((each for each in nodes if "properties" in each), None)
        value = _at(value, (step,))
        found = [child for node in nodes for child in _inside(node, step)]
        nodes = [each for child in found for each in _variants(child, value)]
    return (_merged(nodes) if nodes else None), around


def _variants(node: Node, value: Any) -> Iterator[Node]:
    """A node without references: each way in which its value may be written."""
    if "$ref" in node:
        name = node["$ref"].rsplit("/", 1)[-1]
        named = {"title": name, **_schema()["$defs"][name]}
        more = {key: each for key, each in node.items() if key != "$ref"}
        yield from _variants({**named, **more}, value)
    elif "discriminator" in node:
        word = value.get("rule") if isinstance(value, Mapping) else None
        ref = node["discriminator"]["mapping"].get(word)
        if ref is not None:
            yield from _variants({"$ref": ref}, value)
    elif "anyOf" in node or "oneOf" in node:
        said = {key: node[key] for key in ("description",) if key in node}
        for each in node.get("anyOf") or node["oneOf"]:
            if each.get("type") != "null":
                yield from _variants({**each, **said}, value)
    else:
        yield node


def _inside(node: Node, step: str | int) -> Iterator[Node]:
    if isinstance(step, int):
        yield from (each for each in (node.get("items"),) if isinstance(each, dict))
    elif step in node.get("properties", {}):
        yield node["properties"][step]
    elif isinstance(node.get("additionalProperties"), dict):
        yield node["additionalProperties"]


def _merged(nodes: Sequence[Node]) -> Node:
    """One node for several ways to write a value: what is needed to speak of it."""
    allowed = [word for node in nodes for word in node.get("enum", ())]
    merged = dict(nodes[0])
    if allowed:
        merged["enum"] = allowed
    merged["types"] = {each.get("type") for each in nodes}
    return merged


def _allowed(field: Node | None) -> list[str]:
    if field is None:
        return []
    constant = [str(field["const"])] if "const" in field else []
    words = [*constant, *map(str, field.get("enum", ()))]
    items = field.get("items")
    return words or (_allowed(items) if isinstance(items, dict) else [])


def _is_number(field: Node | None) -> bool:
    return field is not None and bool(
        {"number", "integer"} & field.get("types", {field.get("type")})
    )


def _example(field: Node | None) -> str:
    """A value that the field accepts."""
    if field is None:
        return "…"
    if field.get("title") in EXAMPLES:
        return EXAMPLES[field["title"]]
    allowed = _allowed(field)
    kinds = field.get("types", {field.get("type")})
    if allowed:
        return f"[{allowed[0]}]" if "array" in kinds else " or ".join(allowed[:LISTED_MAX])
    if "items" in field:
        inside = next(_variants(field["items"], None), {})
        return f"[{_example(inside)}]"
    by_format = {"date": "2026-03-01", "time": "17:00"}.get(field.get("format", ""))
    if by_format:
        return by_format
    if {"number", "integer"} & kinds:
        return "5"
    return {"boolean": "true", "object": "{…}"}.get(field.get("type", ""), "a text")


def _meaning(field: Node | None) -> str:
    described = " ".join(str((field or {}).get("description", "")).replace("``", "`").split())
    if len(described) > MEANING_MAX:
        described = described[:MEANING_MAX].rsplit(" ", 1)[0] + " …"
    return f" – {described.rstrip('.')}" if described else ""


def _at(tree: Any, path: Path) -> Any:
    for step in path:
        if isinstance(tree, Mapping):
            tree = tree.get(step)
        elif isinstance(tree, list) and isinstance(step, int) and step < len(tree):
            tree = tree[step]
        else:
            return None
    return tree
