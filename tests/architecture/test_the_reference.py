"""The reference pages name every command, option and setting there is, and none there is not."""

import re

from propdesk.boot import cli
from propdesk.boot.settings import FOREIGN, load
from tests.architecture.source_tree import ROOT

REFERENCE = ROOT / "docs" / "reference"


def test_every_command_is_in_the_reference() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `propdesk ([a-z-]+)`", page, re.MULTILINE))
    assert named == {command.name for command in cli.COMMANDS}, "docs/reference/commands.md"


def test_every_option_of_evaluate_is_in_the_reference() -> None:
    page = (REFERENCE / "commands.md").read_text(encoding="utf-8").split("## evaluate")[1]
    named = set(re.findall(r"^\| `(--[a-z-]+)`", page, re.MULTILINE))
    (evaluate,) = (command for command in cli.COMMANDS if command.name == "evaluate")
    options = {opt for each in evaluate.params for opt in each.opts if opt.startswith("--")}
    assert named == options - {"--help"}, "docs/reference/commands.md"


def test_every_setting_is_in_the_reference() -> None:
    page = (REFERENCE / "settings.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `(PROPDESK_[A-Z_]+)`", page, re.MULTILINE))
    settings = load({}).environment(database_url="", secret_key="")
    assert named == settings.keys(), "docs/reference/settings.md"
    assert all(f"`{name}`" in page for name in FOREIGN), "docs/reference/settings.md"
