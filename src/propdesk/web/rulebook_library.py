"""The presets as the pages list and describe them, read once from their files.

It must not hold a value of its own: every sentence and figure comes from the rulebook's data.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from propdesk.domain.rulebook import Phase
from propdesk.domain.terms import RuleTerms
from propdesk.wire.rulebook_file import LoadedRulebook, load_rulebook, presets
from propdesk.wire.rulebook_words import descriptions_of, given_fields, spoken

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
    means = descriptions_of(terms)
    every = [
        Parameter(
            each.name.replace("_", " "),
            spoken(getattr(terms, each.name)),
            means.get(each.name, ""),
            given,
        )
        for each, given in given_fields(terms)
        if each.name not in SHOWN_ELSEWHERE
    ]
    return Parameters(
        tuple(each for each in every if each.given),
        tuple(each for each in every if not each.given),
    )
