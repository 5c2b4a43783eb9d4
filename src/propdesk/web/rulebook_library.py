"""The presets as the pages list and describe them, read once from their files.

It must not hold a value of its own: every sentence and figure comes from the rulebook's data.
"""

from dataclasses import MISSING, dataclass, fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from functools import cache
from typing import Any

from propdesk.domain.rulebook import Phase
from propdesk.domain.terms import Amount, Effect, RuleTerms
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, presets
from propdesk.wire.rulebook_schema import rulebook_schema

SHOWN_ELSEWHERE = frozenset({"rule", "id", "source", "read_on", "effects", "comparison"})


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    value: str
    means: str
    given: bool
    """Whether it differs from what the rule says by itself."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the rulebook decided, and what the rule says by itself."""

    given: tuple[Parameter, ...]
    by_default: tuple[Parameter, ...]


@dataclass(frozen=True, slots=True)
class RuleCard:
    name: str
    rule: str
    sentence: str
    formula: str
    comparison: str
    parameters: Parameters
    effects: tuple[str, ...]
    source: str
    read_on: str


@dataclass(frozen=True, slots=True)
class PhaseCard:
    name: str
    stage: str
    rules: tuple[RuleCard, ...]
    parts: tuple[tuple[str, Parameters], ...]
    """Payout and scaling terms, where the phase has them."""


@cache
def shelf() -> tuple[LoadedRulebook, ...]:
    return tuple(load_rulebook(name) for name in presets())


def find(name: str) -> LoadedRulebook | None:
    return next((each for each in shelf() if each.rulebook.name == name), None)


def phase_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """``rulebook/phase`` grouped by rulebook, as a select wants it."""
    return [
        (
            each.rulebook.title or each.rulebook.name,
            [
                (f"{each.rulebook.name}/{phase.name}", f"{each.rulebook.title}: {phase.name}")
                for phase in each.rulebook.phases
            ],
        )
        for each in shelf()
    ]


def phase_cards(loaded: LoadedRulebook) -> tuple[PhaseCard, ...]:
    return tuple(_phase_card(phase) for phase in loaded.rulebook.phases)


def _phase_card(phase: Phase) -> PhaseCard:
    parts = [("Payout", phase.payout), ("Scaling", phase.scaling)]
    return PhaseCard(
        phase.name,
        phase.stage,
        tuple(_rule_card(rule) for rule in phase.rules),
        tuple((name, _parameters(terms)) for name, terms in parts if terms is not None),
    )


def _rule_card(rule: RuleTerms) -> RuleCard:
    return RuleCard(
        name=rule.name,
        rule=rule.rule,
        sentence=rule.sentence(),
        formula=rule.formula(),
        comparison=getattr(rule, "comparison", ""),
        parameters=_parameters(rule),
        effects=tuple(spoken(effect) for effect in rule.effects),
        source=rule.source,
        read_on=rule.read_on,
    )


def _parameters(terms: Any) -> Parameters:
    means = _descriptions(type(terms).__name__)
    shown = [each for each in fields(terms) if each.name not in SHOWN_ELSEWHERE]
    every = [
        Parameter(
            each.name.replace("_", " "),
            spoken(getattr(terms, each.name)),
            means.get(each.name, ""),
            getattr(terms, each.name) != _default(each),
        )
        for each in shown
    ]
    return Parameters(
        tuple(each for each in every if each.given),
        tuple(each for each in every if not each.given),
    )


def _default(field: Any) -> object:
    if field.default is not MISSING:
        return field.default
    return field.default_factory() if field.default_factory is not MISSING else MISSING


@cache
def _definitions() -> dict[str, Any]:
    definitions: dict[str, Any] = rulebook_schema()["$defs"]
    return definitions


def _descriptions(shape: str) -> dict[str, str]:
    properties = _definitions().get(shape, {}).get("properties", {})
    return {name: each.get("description", "").replace("`", "") for name, each in properties.items()}


def spoken(value: object) -> str:
    """A value of a rulebook in words; nothing is shown as a program would print it."""
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


def _amount(amount: Amount) -> str:
    plus = f" + {amount.plus:,f}" if amount.plus else ""
    if amount.percent is not None:
        return f"{amount.percent:f} % of {amount.of.replace('_', ' ')}{plus}"
    if amount.money is not None:
        return f"{amount.money:,f}{plus}"
    if amount.by_size is not None:
        return f"by size: {spoken(amount.by_size)}{plus}"
    return f"percent of {amount.of} by size: {spoken(amount.percent_by_size)}{plus}"


def _effect(effect: Effect) -> str:
    more = _given(effect, without="kind")
    kind = effect.kind.replace("_", " ")
    return kind if more == "as stated" else f"{kind} ({more})"


def _given(value: Any, without: str = "") -> str:
    """Only what was decided: fields that differ from their defaults."""
    said = [
        f"{each.name.replace('_', ' ')} {spoken(getattr(value, each.name))}"
        for each in fields(value)
        if each.name != without and getattr(value, each.name) != _default(each)
    ]
    return ", ".join(said) or "as stated"
