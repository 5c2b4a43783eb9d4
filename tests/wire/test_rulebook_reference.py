"""The reference page shows what the reader accepts."""

import re
import textwrap

from propdesk.domain.conditions import FACTS
from propdesk.wire.rulebook_file import parse_rulebook
from propdesk.wire.rulebook_schema import rulebook_schema
from tests.architecture.source_tree import ROOT

PAGE = (ROOT / "docs" / "reference" / "rulebooks.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_are_accepted() -> None:
    whole, condition = EXAMPLES
    loaded = parse_rulebook(whole.encode(), "example")
    assert [phase.name for phase in loaded.rulebook.phases] == ["challenge", "funded"]
    with_it = whole.replace("add_ons:", textwrap.indent(condition, "      ") + "add_ons:")
    rule = parse_rulebook(with_it.encode(), "example").rulebook.phase("funded").rules[-1]
    assert rule.name == "no-friday-evening"


def test_every_fact_is_listed() -> None:
    listed = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE, re.MULTILINE)
    assert dict(listed) == dict(FACTS)


def test_every_field_of_a_rulebook_says_what_it_means() -> None:
    silent = [
        f"{shape}.{name}"
        for shape, definition in rulebook_schema()["$defs"].items()
        for name, member in definition.get("properties", {}).items()
        if not member.get("description")
    ]
    assert not silent, f"no docstring follows the field: {silent}"
