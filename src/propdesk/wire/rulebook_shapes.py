"""Holds a file's values against the domain's dataclasses and says what does not fit, in words.

Each rule of a phase is looked up by its word in the registry. It must not judge whether the
rulebook makes sense; ``rulebook_checks`` does.
"""

import difflib
import json
from dataclasses import MISSING, dataclass, fields
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from propdesk.domain.payouts import PayoutTerms
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.rules.registry import RULES
from propdesk.domain.scaling import ScalingTerms
from propdesk.domain.terms import RuleTerms
from propdesk.wire.rulebook_yaml import Document, Path, Problem

# What a phase holds beside its own fields. The domain leaves these to the wire.
PARTS: dict[str, type] = {"payout": PayoutTerms, "scaling": ScalingTerms}


@cache
def adapter_of(shape: Any) -> TypeAdapter[Any]:
    """The pydantic view of one of the domain's dataclasses, or of the type of a field."""
    return TypeAdapter(shape)


@dataclass(slots=True)
class Built:
    """What fits of a document, whether or not all of it does.

    ``parts`` holds the fields of the rulebook that fit; its ``phases`` are mappings in the file's
    order, each with its own fields and its ``rules``, ``None`` where one does not fit.
    """

    rulebook: Rulebook | None
    parts: dict[str, Any]
    problems: list[Problem]


def build_rulebook(document: Document) -> Built:
    """The rulebook of a document, or what fits of it and everything that does not."""
    problems: list[Problem] = []
    tree = document.value
    if not isinstance(tree, dict):
        return Built(None, {}, [document.at((), "a rulebook is a mapping of names to values")])
    parts = _fields(Rulebook, tree, (), document, problems, apart={"phases"})
    phases = tree.get("phases")
    if isinstance(phases, list):
        parts["phases"] = [
            _phase(phase, ("phases", number), document, problems)
            for number, phase in enumerate(phases)
        ]
    else:
        problems.append(document.at(("phases",), "is required: a list of phases"))
    if problems:
        return Built(None, parts, problems)
    stages = tuple(Phase(**{**each, "rules": tuple(each["rules"])}) for each in parts["phases"])
    return Built(Rulebook(**{**parts, "phases": stages}), parts, [])


def _phase(phase: Any, path: Path, document: Document, problems: list[Problem]) -> dict[str, Any]:
    if not isinstance(phase, dict):
        problems.append(document.at(path, "must be a mapping"))
        return {"rules": []}
    found = _fields(Phase, phase, path, document, problems, apart={"rules", *PARTS})
    rules = phase.get("rules") or []
    if not isinstance(rules, list):
        problems.append(document.at((*path, "rules"), "must be a list of rules"))
        rules = []
    found["rules"] = [
        _rule(rule, (*path, "rules", number), document, problems)
        for number, rule in enumerate(rules)
    ]
    for name, shape in PARTS.items():
        if phase.get(name) is not None:
            found[name] = _fit(shape, phase[name], (*path, name), document, problems)
    return found


def _fields(
    shape: type,
    written: dict[str, Any],
    path: Path,
    document: Document,
    problems: list[Problem],
    apart: set[str],
) -> dict[str, Any]:
    """Each field on its own, so that one that does not fit hides nothing about the others."""
    hints = get_type_hints(shape)
    known = {each.name: each for each in fields(shape)}
    problems += [
        document.at((*path, name), f"is not known here{_nearest(name, known)}")
        for name in written
        if name not in known
    ]
    found: dict[str, Any] = {}
    for name, each in known.items():
        if name in apart:
            continue
        if name not in written:
            if each.default is MISSING and each.default_factory is MISSING:
                problems.append(document.at((*path, name), "is required"))
            continue
        before = len(problems)
        value = _fit(hints[name], written[name], (*path, name), document, problems)
        if len(problems) == before:
            found[name] = value
    return found


def _rule(
    written: Any, path: Path, document: Document, problems: list[Problem]
) -> RuleTerms | None:
    if not isinstance(written, dict) or not isinstance(written.get("rule"), str):
        problems.append(document.at(path, "must be a mapping with the rule's word under `rule`"))
        return None
    word = written["rule"]
    if word not in RULES:
        sentence = f"there is no rule {word!r}{_nearest(word, RULES)}"
        problems.append(document.at((*path, "rule"), sentence))
        return None
    terms: RuleTerms | None = _fit(RULES[word][0], written, path, document, problems)
    return terms


def _fit(shape: type, written: Any, path: Path, document: Document, problems: list[Problem]) -> Any:
    try:
        # Strict JSON: text where a date, a time or a decimal belongs, and no guessing elsewhere.
        return adapter_of(shape).validate_json(_json(written), strict=True)
    except ValidationError as error:
        problems += [
            _problem(detail, shape, path, document) for detail in error.errors(include_url=False)
        ]
        return None


def _json(written: Any) -> str:
    return json.dumps(written, default=_decimal_text)


def _decimal_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    raise TypeError(f"a file holds no {type(value).__name__}")


def _problem(detail: ErrorDetails, shape: Any, path: Path, document: Document) -> Problem:
    inside: Path = tuple(step for step in detail["loc"] if step != "[key]")
    whole = (*path, *inside)
    return document.at(whole, _sentence(detail, shape))


def _sentence(detail: ErrorDetails, shape: Any) -> str:
    given = _shown(detail["input"])
    match detail["type"]:
        case "missing" | "missing_argument" | "missing_keyword_only_argument":
            return "is required"
        case "unexpected_keyword_argument" | "extra_forbidden":
            return f"is not known here{_nearest(str(detail['loc'][-1]), _known(shape, detail))}"
        case "literal_error":
            return f"must be {detail['ctx']['expected']}, not {given}"
        case "value_error":
            return str(detail["ctx"]["error"])
        case kind:
            return f"{_EXPECTED.get(kind, detail['msg'])}, not {given}"


_EXPECTED = {
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "finite_number": "must be a finite number",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be text (put it in quotes)",
    "date_type": "must be a date like 2026-03-01",
    "date_parsing": "must be a date like 2026-03-01",
    "date_from_datetime_parsing": "must be a date like 2026-03-01",
    "time_type": "must be a time of day like 17:00",
    "time_parsing": "must be a time of day like 17:00",
    "dataclass_type": "must be a mapping",
    "dict_type": "must be a mapping",
    "tuple_type": "must be a list",
    "list_type": "must be a list",
}


def _shown(given: Any) -> str:
    if isinstance(given, dict | list):
        return "a mapping" if isinstance(given, dict) else "a list"
    text = "nothing" if given is None else repr(given)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _known(shape: Any, detail: ErrorDetails) -> list[str]:
    """The names there are at the top of a shape; empty where the error lies deeper."""
    return list(getattr(shape, "__dataclass_fields__", ())) if len(detail["loc"]) == 1 else []


def _nearest(word: str, known: Any) -> str:
    close = difflib.get_close_matches(word, list(known), n=1)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are {', '.join(known)}" if known else ""
