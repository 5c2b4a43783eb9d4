"""The pictures of the concepts are what the evaluator says today, and each is shown."""

import re

import pytest
from scripts.concept_pictures import COMMAND, PICTURES, out_of_date

from tests.architecture.source_tree import ROOT

CONCEPTS = ROOT / "docs" / "concepts"


def test_the_pictures_are_what_the_evaluator_says() -> None:
    assert out_of_date() == [], f"run: {COMMAND}"


@pytest.mark.parametrize("name", PICTURES)
def test_a_page_shows_it_in_light_and_in_dark(name: str) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in CONCEPTS.glob("*.md"))
    shown = re.findall(rf"!\[[^]]+\]\(\.\./images/concepts/{name}-(\w+)\.svg#only-(\w+)\)", pages)
    assert sorted(shown) == [("dark", "dark"), ("light", "light")]
