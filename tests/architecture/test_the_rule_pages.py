"""Every rule has a page made from the data, and the site leads to it."""

import re
from decimal import Decimal

import pytest
from scripts.preset_examples import plainest_and_fullest
from scripts.rule_pages import COMMAND, out_of_date, pages, rule_page
from scripts.schema_tables import default_of, kind_of

from propdesk.domain.rules.registry import RULES
from tests.architecture.source_tree import ROOT


def test_the_pages_say_what_the_data_says() -> None:
    assert out_of_date() == [], f"run: {COMMAND}"


def test_the_site_leads_to_every_page() -> None:
    nav = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    missing = [
        name
        for name in (str(path.relative_to(ROOT / "docs")) for path in pages())
        if not re.search(rf"^ +- {re.escape(name)}$", nav, re.MULTILINE)
    ]
    assert not missing, "mkdocs.yml, nav"


def test_each_rule_in_use_shows_an_example() -> None:
    made = {path.stem: text for path, text in pages().items()}
    silent = [word for word in RULES if ("```yaml" in made[word]) == ("in 0 presets" in made[word])]
    assert not silent


def test_a_worked_example_stands_on_the_boundary_of_its_limit() -> None:
    text = rule_page("overall_loss")
    section = text.split("## Worked example")[1].split("## Presets")[0]
    seen = re.search(r"The rule is broken \(`fail`\): ([\d,.]+) against ([\d,.]+), (\w+)", section)
    assert seen is not None
    observed, limit = (Decimal(each.replace(",", "")) for each in seen.groups()[:2])
    assert limit - observed == (Decimal("0.01") if seen[3] == "cross" else 0)


def test_nothing_is_shown_of_a_rule_that_no_preset_uses() -> None:
    assert plainest_and_fullest([]) == []


def _no_link(name: str) -> str:
    raise AssertionError(name)


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"enum": ["touch", "cross"]}, "one of `touch`, `cross`"),
        ({"anyOf": [{"type": "number"}, {"type": "string"}]}, "number"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "whole number"),
        ({"type": "array", "items": {"type": "string", "format": "date"}}, "list of date"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "table of whole number"),
        ({"type": ["number", "string"]}, "number or text"),
        ({}, "any value"),
    ],
)
def test_a_type_in_words(member: dict[str, object], words: str) -> None:
    assert kind_of(member, _no_link) == words


@pytest.mark.parametrize(
    ("member", "is_required", "words"),
    [
        ({"default": "x"}, True, "**required**"),
        ({"default": False}, False, "`false`"),
        ({"default": 0}, False, "`0`"),
        ({"default": None}, False, "none"),
        ({"default": [{"kind": "fail"}, {"kind": "warn"}]}, False, "`fail`, `warn`"),
        ({}, False, "none"),
    ],
)
def test_a_default_in_words(member: dict[str, object], is_required: bool, words: str) -> None:
    assert default_of(member, is_required=is_required) == words
