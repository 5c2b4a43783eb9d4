"""What a programme's page says of each phase: rules, examples, payout, scaling, add-ons, versions.

Made from the rulebook's data for one account size, and kept. It must not hold a value of its own.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any

from propdesk.domain.instruments import Catalogue
from propdesk.domain.payouts.words import payout_sentences
from propdesk.domain.promotion_words import promotion_sentences
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.scaling_words import scaling_sentences
from propdesk.domain.terms import RuleTerms, TermsError
from propdesk.domain.worked_examples.registry import worked_example
from propdesk.domain.worked_examples.setting import NoExample, Setting
from propdesk.web.rulebook_library import find, history
from propdesk.web.worked_example_page import ExampleCard, example_card
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.effect_words import effect_sentences
from propdesk.wire.rulebook_difference import Difference, differences
from propdesk.wire.rulebook_file import LoadedRulebook, with_add_ons
from propdesk.wire.rulebook_words import descriptions_of, given_fields, spoken

SHOWN_ELSEWHERE = frozenset({"rule", "id", "source", "read_on", "effects", "comparison"})
# Every programme at a few sizes; an example costs the evaluator some hundredths of a second.
PAGES_KEPT = 400


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
    example: ExampleCard | None
    no_example: str
    """Why there is no example; empty where there is one."""


@dataclass(frozen=True, slots=True)
class Part:
    """Promotion, payout or scaling terms of a phase."""

    name: str
    sentences: tuple[str, ...]
    parameters: Parameters
    source: str
    read_on: str


@dataclass(frozen=True, slots=True)
class PhaseCard:
    name: str
    stage: str
    rules: tuple[RuleCard, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class AddOnCard:
    """What can be bought, as what it changes for a trader."""

    name: str
    title: str
    price: str
    changes: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class VersionCard:
    """One version, and what it changed of the one before it."""

    version: str
    effective_from: date
    sha256: str
    changes: tuple[Difference, ...] | None
    """None for the first one."""


@lru_cache(maxsize=PAGES_KEPT)
def phase_cards(name: str, size: Decimal) -> tuple[PhaseCard, ...]:
    """Each phase of a preset for accounts of ``size``. Raises ``LookupError`` for no preset."""
    loaded = find(name)
    if loaded is None:
        raise LookupError(name)
    book = loaded.rulebook
    return tuple(_phase_card(book, phase, size) for phase in book.phases)


@lru_cache(maxsize=PAGES_KEPT)
def add_on_cards(name: str, size: Decimal) -> tuple[AddOnCard, ...]:
    """Each add-on of a preset, by what it changes."""
    loaded = find(name)
    every = {} if loaded is None else loaded.rulebook.add_ons
    return tuple(_add_on_card(loaded, each, size) for each in every if loaded is not None)


@cache
def version_cards(name: str) -> tuple[VersionCard, ...]:
    """The versions of a preset, the newest first, each with what it changed."""
    versions = history(name)
    older = (*versions[1:], None)
    return tuple(_version_card(new, old) for new, old in zip(versions, older, strict=True))


def _phase_card(book: Rulebook, phase: Phase, size: Decimal) -> PhaseCard:
    parts = []
    passing = promotion_sentences(book, phase)
    if passing:
        parts.append(_part("Promotion", phase.promotion, passing))
    if phase.payout is not None:
        parts.append(_part("Payout", phase.payout, payout_sentences(phase.payout, size)))
    if phase.scaling is not None:
        parts.append(_part("Scaling", phase.scaling, scaling_sentences(phase.scaling, size)))
    rules = tuple(_rule_card(book, phase, rule, size) for rule in phase.rules)
    return PhaseCard(phase.name, phase.stage, rules, tuple(parts))


def _part(name: str, terms: Any, sentences: tuple[str, ...]) -> Part:
    return Part(name, sentences, _parameters(terms), terms.source, terms.read_on)


def _rule_card(book: Rulebook, phase: Phase, rule: RuleTerms, size: Decimal) -> RuleCard:
    example, reason = None, ""
    setting = Setting(book, phase, rule, size, _catalogue(), CelConditions())
    try:
        example = example_card(worked_example(setting), book.clock.zone)
    except NoExample as none:
        reason = str(none)
    return RuleCard(
        name=rule.name,
        rule=rule.rule,
        sentence=sentence_for(rule, size),
        formula=rule.formula(),
        comparison=getattr(rule, "comparison", ""),
        parameters=_parameters(rule),
        effects=effect_sentences(rule.effects),
        source=rule.source,
        read_on=rule.read_on,
        example=example,
        no_example=reason,
    )


def sentence_for(rule: RuleTerms, size: Decimal) -> str:
    """The rule's sentence with its sums for a size, or in general where it has none for it."""
    try:
        return rule.sentence(size)
    except TermsError:
        return rule.sentence()


def _add_on_card(loaded: LoadedRulebook, name: str, size: Decimal) -> AddOnCard:
    written = loaded.rulebook.add_ons[name]
    changed = with_add_ons(loaded, [name]).rulebook
    price = written.get("price")
    return AddOnCard(
        name=name,
        title=str(written.get("title") or name),
        price="" if price is None else spoken(Decimal(str(price))),
        changes=differences(loaded.rulebook, changed, size),
    )


def _version_card(new: LoadedRulebook, old: LoadedRulebook | None) -> VersionCard:
    book = new.rulebook
    changes = None if old is None else differences(old.rulebook, book)
    return VersionCard(book.version, book.effective_from, new.sha256, changes)


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


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
