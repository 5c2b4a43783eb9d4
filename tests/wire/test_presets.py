"""Every preset loads, names its sources, and fits the schema that editors complete from."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from propdesk.domain.rulebook import Phase
from propdesk.domain.rules.registry import RULES
from propdesk.domain.terms import RuleTerms
from propdesk.wire.rulebook_difference import differences
from propdesk.wire.rulebook_file import (
    EARLIER,
    PRESETS,
    load_rulebook,
    presets,
    versions_of,
    with_add_ons,
)
from propdesk.wire.rulebook_schema import rulebook_schema
from propdesk.wire.rulebook_words import given_fields, is_page

SCHEMA = rulebook_schema()
REQUIRED = {
    "apex-legacy",
    "breakout-1-step",
    "breakout-2-step",
    "ftmo-1-step",
    "ftmo-2-step",
    "fundednext-stellar-2-step",
    "fundingpips-zero",
    "hyrotrader-2-step",
    "pipfarm-payout-trailing",
    "take-profit-trader",
    "the5ers-high-stakes",
    "topstep-combine",
    "topstep-express",
}
RULEBOOK_FILES = [*sorted(PRESETS.glob("*.yaml")), *sorted(EARLIER.glob("*.yaml"))]
REPLACED = sorted(file.stem for file in EARLIER.glob("*.yaml"))
UNSTATED = {
    "overall_loss": "The pages read state no overall limit",
    "profit_target": "The pages read state no profit target",
}
"""A phase without one of these is whole only if the note says that no page states it."""


def test_the_first_dozen_is_there() -> None:
    assert set(presets()) >= REQUIRED


OWN = ["propdesk-ladder", "propdesk-showcase"]
"""Of no firm: Propdesk's own."""
DOCUMENTS = PRESETS.parents[3]


@pytest.mark.parametrize("name", [name for name in [*presets(), *REPLACED] if name not in OWN])
def test_a_preset_is_a_template_that_names_its_sources(name: str) -> None:
    loaded = load_rulebook(name)
    rulebook = loaded.rulebook
    assert rulebook.name == name.partition("@")[0]
    assert loaded.source == f"preset:{name}"
    assert rulebook.style_of
    assert rulebook.title.startswith(f"{rulebook.style_of.removesuffix(' Trader Funding')}-style")
    assert "not the firm's current terms; no endorsement" in rulebook.note
    for phase in rulebook.phases:
        for part in sourced(phase):
            assert is_page(part.source), (phase.name, part)
            assert part.read_on == "2026-11", (phase.name, part)


def sourced(phase: Phase) -> Iterator[Any]:
    """The parts of a phase that must name where their values come from."""
    yield from phase.rules
    yield from (part for part in (phase.payout, phase.scaling) if part is not None)
    told = {each.name for each, given in given_fields(phase.promotion) if given}
    if phase.stage == "evaluation" and not any(
        each.rule == "profit_target" for each in phase.rules
    ):
        told -= {"moment"}  # no page states a target: the note says who decides
    if told:
        yield phase.promotion


def test_a_programme_of_our_own_claims_no_firm() -> None:
    assert [name for name in presets() if not load_rulebook(name).rulebook.style_of] == OWN


@pytest.mark.parametrize("name", OWN)
def test_a_programme_of_our_own_says_so_and_names_our_documents(name: str) -> None:
    rulebook = load_rulebook(name).rulebook
    assert rulebook.title.startswith("Propdesk ")
    assert "-style" not in rulebook.title
    assert rulebook.note.startswith("Propdesk's own demonstration programme, of no firm.")
    assert [offer.price for offer in rulebook.sizes if not offer.price] == []
    for phase in rulebook.phases:
        for part in sourced(phase):
            assert (DOCUMENTS / part.source).is_file(), (phase.name, part)
            assert part.read_on == "2026-11", (phase.name, part)


def test_each_part_of_equity_is_in_it_and_with_an_add_on_out_of_it() -> None:
    loaded = load_rulebook("propdesk-showcase")
    parts = [
        each.name for each in fields(loaded.rulebook.accounting) if each.name.endswith("_in_equity")
    ]
    changed = [with_add_ons(loaded, [each]).rulebook.accounting for each in loaded.rulebook.add_ons]
    assert len(parts) == 5
    assert loaded.rulebook.accounting.every_part_in_equity
    for part in parts:
        assert [getattr(each, part) for each in changed].count(False) == 1, part


@pytest.mark.parametrize("file", RULEBOOK_FILES, ids=[file.stem for file in RULEBOOK_FILES])
def test_a_preset_leaves_out_what_no_page_states(file: Path) -> None:
    """A figure made up until somebody sets it would judge accounts meanwhile."""
    assert "placeholder" not in file.read_text("utf-8")


@pytest.mark.parametrize("name", presets())
def test_a_preset_says_which_limit_or_target_no_page_states(name: str) -> None:
    rulebook = load_rulebook(name).rulebook
    unsaid = {
        (phase.name, needed)
        for phase in rulebook.phases
        for needed, sentence in UNSTATED.items()
        if needed == "overall_loss" or phase.stage == "evaluation"
        if not any(rule.rule == needed for rule in phase.rules)
        if sentence not in rulebook.note
    }
    assert not unsaid


@pytest.mark.parametrize("name", presets())
def test_nobody_passes_an_evaluation_without_a_target_by_himself(name: str) -> None:
    for phase in load_rulebook(name).rulebook.phases:
        if phase.stage == "evaluation" and not any(
            rule.rule == "profit_target" for rule in phase.rules
        ):
            assert phase.promotion.moment == "after_manual_review", phase.name


@pytest.mark.parametrize("name", presets())
def test_a_preset_can_be_judged_at_every_size_it_offers(name: str) -> None:
    rulebook = load_rulebook(name).rulebook
    assert rulebook.sizes
    for phase in rulebook.phases:
        assert phase.rules, phase.name
        for offer in rulebook.sizes:
            for rule in phase.rules:
                assert rule.sentence(offer.size)


@pytest.mark.parametrize("name", presets())
def test_each_add_on_of_a_preset_holds_and_differs(name: str) -> None:
    loaded = load_rulebook(name)
    for add_on in loaded.rulebook.add_ons:
        assert differences(loaded.rulebook, with_add_ons(loaded, [add_on]).rulebook)


@pytest.mark.parametrize("name", REPLACED)
def test_a_replaced_version_is_older_than_the_next_and_differs_from_it(name: str) -> None:
    versions = versions_of(name.partition("@")[0])
    place = [each.source for each in versions].index(f"preset:{name}")
    one, other = versions[place].rulebook, versions[place + 1].rulebook
    assert one.version == name.partition("@")[2]
    assert one.effective_from < other.effective_from
    assert differences(one, other)


def test_the_preset_itself_is_the_version_in_force() -> None:
    for name in {each.partition("@")[0] for each in REPLACED}:
        assert versions_of(name)[-1].source == f"preset:{name}"


def test_no_two_presets_are_one() -> None:
    assert len({load_rulebook(name).sha256 for name in presets()}) == len(presets())


def test_the_schema_knows_every_rule_by_its_word() -> None:
    any_rule = SCHEMA["$defs"]["AnyRule"]
    assert set(any_rule["discriminator"]["mapping"]) == set(RULES)
    for word, (terms, _) in RULES.items():
        definition = SCHEMA["$defs"][terms.__name__]
        assert definition["properties"]["rule"]["const"] == word
        assert "rule" in definition["required"]
        assert definition["additionalProperties"] is False


@pytest.mark.parametrize("terms", [terms for terms, _ in RULES.values()], ids=RULES.keys())
def test_the_schema_describes_what_every_rule_shares(terms: type[RuleTerms]) -> None:
    described = SCHEMA["$defs"][terms.__name__]["properties"]
    for each in fields(RuleTerms):
        assert described[each.name].get("description"), each.name


def test_every_reference_in_the_schema_leads_somewhere() -> None:
    def references(node: Any) -> list[str]:
        own = [node["$ref"]] if isinstance(node, dict) and "$ref" in node else []
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        return own + [each for value in inside for each in references(value)]

    found = references(SCHEMA)
    assert found
    assert {each.removeprefix("#/$defs/") for each in found} <= SCHEMA["$defs"].keys()
