"""The reference pages name every command, option and setting there is, and none there is not."""

import csv
import re
from collections.abc import Iterator
from itertools import chain

import click
import pytest

from propdesk.boot import cli
from propdesk.boot.settings import FOREIGN, load
from propdesk.domain.rules.registry import RULES
from propdesk.wire.rulebook_file import presets
from tests.architecture.source_tree import ROOT

REFERENCE = ROOT / "docs" / "reference"


def test_every_command_is_in_the_reference() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `propdesk ([a-z-]+)`", page, re.MULTILINE))
    assert named == {command.name for command in cli.COMMANDS}, "docs/reference/commands.md"


def _leaves(command: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    """The commands that do something, by the words one types."""
    if not isinstance(command, click.Group):
        yield name, command
        return
    for each in command.commands.values():
        yield from _leaves(each, f"{name} {each.name}")


LEAVES = dict(chain.from_iterable(_leaves(each, str(each.name)) for each in cli.COMMANDS))


@pytest.mark.parametrize("name", LEAVES)
def test_every_option_and_argument_is_in_the_reference(name: str) -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8") + "\n## "
    found = re.search(rf"^## {name}\n(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    assert found, f"docs/reference/commands.md lacks a section on {name}"
    params = LEAVES[name].params
    options = {opt for each in params for opt in each.opts if opt.startswith("--")} - {"--help"}
    named = set(re.findall(r"^\| `(--[a-z-]+)`", found[1], re.MULTILINE))
    assert named == options, f"docs/reference/commands.md, {name}"
    arguments = [
        each.make_metavar(click.Context(LEAVES[name]))
        for each in params
        if isinstance(each, click.Argument)
    ]
    assert all(each.strip(".[]") in found[1] for each in arguments), f"commands.md, {name}"


def test_there_is_no_section_on_a_command_that_is_not_there() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^## (.+)$", page, re.MULTILINE)) == LEAVES.keys()


def test_every_setting_is_in_the_reference() -> None:
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(PROPDESK_[A-Z_]+)`", page, re.MULTILINE))
    settings = load({}).environment(database_url="", secret_key="")
    assert named == settings.keys(), "docs/reference/settings.md"
    assert all(f"`{name}`" in page for name in FOREIGN), "docs/reference/settings.md"


def test_the_readme_counts_right() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(r"\*\*(\d+) kinds of rule", readme) == [str(len(RULES))]
    assert "Over a hundred presets" in readme
    assert len(presets()) > 100
    with (REFERENCE / "rule_values.csv").open(encoding="utf-8", newline="") as rows:
        assert re.findall(r"one of (\d+) published", readme) == [
            str(len(list(csv.reader(rows))) - 1)
        ]
