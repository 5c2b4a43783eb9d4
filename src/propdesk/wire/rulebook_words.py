"""The values of a rulebook in words, for pages, terminals and differences.

Nothing is shown as a program would print it. It must not decide anything: what a value means is
said by the description of its field.
"""

from collections.abc import Iterator
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any

from propdesk.domain.terms import Amount, Effect
from propdesk.wire.rulebook_schema import rulebook_schema


def spoken(value: object) -> str:
    """A value of a rulebook as a person would say it."""
    match value:
        case None | "":
            return "none"
        case tuple() | list() | frozenset() | dict() if not value:
            return "none"
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:,f}"
        case time():
            return f"{value:%H:%M}"
        case date():
            return value.isoformat()
        case Amount():
            return _amount(value)
        case Effect():
            return _effect(value)
        case tuple() | list() | frozenset():
            return ", ".join(spoken(each) for each in value)
        case dict():
            return "; ".join(f"{spoken(key)}: {spoken(each)}" for key, each in value.items())
        case _ if is_dataclass(value):
            return _given(value)
        case _:
            return str(value).replace("_", " ")


def is_page(source: str) -> bool:
    """Whether a source is a page somebody published; else it is a document of our own."""
    return source.startswith(("https://", "http://"))


def given_fields(terms: Any) -> Iterator[tuple[Field[Any], bool]]:
    """Each field of ``terms`` and whether it says something its default does not."""
    for each in fields(terms):
        yield each, getattr(terms, each.name) != default_of(each)


def default_of(field: Field[Any]) -> object:
    """What the field is when nothing is said; ``MISSING`` where a firm must decide."""
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


def descriptions_of(terms: Any) -> dict[str, str]:
    """What each field of ``terms`` means, by its name."""
    properties = _definitions().get(type(terms).__name__, {}).get("properties", {})
    return {name: each.get("description", "").replace("`", "") for name, each in properties.items()}


@cache
def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = rulebook_schema()["$defs"]
    return definitions


def _amount(amount: Amount) -> str:
    plus = f" + {amount.plus:,f}" if amount.plus else ""
    if amount.percent is not None:
        return f"{amount.percent:f} % of {amount.of.replace('_', ' ')}{plus}"
    if amount.money is not None:
        return f"{amount.money:,f}{plus}"
    if amount.by_size is not None:
        return f"by size: {spoken(amount.by_size)}{plus}"
    return (
        f"percent of {amount.of.replace('_', ' ')} by size: {spoken(amount.percent_by_size)}{plus}"
    )


def _effect(effect: Effect) -> str:
    more = _given(effect, without="kind")
    kind = effect.kind.replace("_", " ")
    return kind if more == "as stated" else f"{kind} ({more})"


def _given(value: Any, without: str = "") -> str:
    """Only what was decided: fields that differ from their defaults."""
    said = [
        f"{each.name.replace('_', ' ')} {spoken(getattr(value, each.name))}"
        for each, given in given_fields(value)
        if given and each.name != without
    ]
    return ", ".join(said) or "as stated"
