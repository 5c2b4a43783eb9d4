"""The register of translators: one for each family of worked examples."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from propdesk.boot.vectors.given import Given

Answer: TypeAlias = Mapping[str, Any]


class Series(tuple[Any, ...]):
    """A figure after each step. A page that prints a single figure prints the last one."""

    __slots__ = ()


class Rows(dict[str, Any]):
    """A table of which a page prints some rows."""


Via: TypeAlias = Literal["evaluator", "function"]
Translate: TypeAlias = Callable[[Given], Answer]


@dataclass(frozen=True, slots=True)
class Translator:
    """``via`` says what answers: the evaluator, or a rule's public function."""

    translate: Translate
    via: Via


FAMILIES: dict[str, Translator] = {}


def family(*names: str, via: Via = "evaluator") -> Callable[[Translate], Translate]:
    """Register a translator under the families it understands."""

    def register(translate: Translate) -> Translate:
        for name in names:
            if name in FAMILIES:
                raise ValueError(f"two translators for {name}")
            FAMILIES[name] = Translator(translate, via)
        return translate

    return register
