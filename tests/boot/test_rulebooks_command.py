"""``propdesk rulebooks`` lists, shows, checks and describes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from propdesk.boot.cli import main
from propdesk.wire.rulebook_file import load_rulebook, presets


def run(*arguments: str):
    return CliRunner().invoke(main, ["rulebooks", *arguments])


def test_the_list_names_every_preset() -> None:
    told = run("list")
    assert told.exit_code == 0
    assert [line.split()[0] for line in told.stdout.splitlines()] == presets()
    as_json = json.loads(run("list", "--json").stdout)
    assert [each["name"] for each in as_json] == presets()


@pytest.mark.parametrize("name", presets())
def test_each_preset_can_be_shown_and_checked(name: str) -> None:
    shown = run("show", name)
    assert shown.exit_code == 0, shown.output
    assert "no endorsement" in shown.stdout or "of no firm" in shown.stdout
    checked = run("check", name)
    assert checked.exit_code == 0
    version = load_rulebook(name).rulebook.version
    assert f"{name}: {name} {version} holds" in checked.stdout


def test_show_gives_the_amounts_of_a_size() -> None:
    assert "(10,000" in run("show", "ftmo-2-step", "--size", "100000").stdout
    refused = run("show", "ftmo-2-step", "--size", "123")
    assert refused.exit_code == 2
    assert "--size 123: the sizes are 10000, " in refused.stderr


def test_show_tells_a_page_that_was_read_from_a_figure_of_our_own() -> None:
    assert "    read 2026-11 from https://" in run("show", "ftmo-2-step").stdout
    ours = run("show", "propdesk-ladder").stdout
    assert "    decided 2026-11, of no firm; what it means: docs/reference/rules/" in ours
    assert "read 2026-11" not in ours


def test_show_says_how_a_phase_is_passed() -> None:
    shown = run("show", "apex-4-eod").stdout
    assert shown.count("  promotion:\n") == 1  # the last phase leads nowhere
    assert (
        "    The phase pa must be activated within 7 calendar days after the day of the pass.\n"
    ) in shown


def test_show_applies_an_add_on() -> None:
    assert "12 %" in run("show", "breakout-1-step", "--add-on", "pro").stdout
    refused = run("show", "breakout-1-step", "--add-on", "ultra")
    assert refused.exit_code == 2
    assert "there is no add-on 'ultra'; there are pro, turbo" in refused.stderr


def test_check_tells_every_fault_of_every_file_and_exits_2(tmp_path: Path) -> None:
    first, second = tmp_path / "first.yaml", tmp_path / "second.yaml"
    first.write_text("name: x\ncurrency: USD\n")
    second.write_text("a: [\n")
    told = run("check", str(first), "ftmo-2-step", str(second), str(tmp_path / "gone.yaml"))
    assert told.exit_code == 2
    assert "ftmo-2-step 2026-11 holds" in told.stdout
    assert "first.yaml:1: version: is required" in told.stderr
    assert "first.yaml:1: phases: is required" in told.stderr
    assert "second.yaml:2: this is no YAML" in told.stderr
    assert "gone.yaml: there is no such file or preset" in told.stderr
    assert "Traceback" not in told.output


def test_the_schema_is_printed_or_written(tmp_path: Path) -> None:
    printed = json.loads(run("schema").stdout)
    out = tmp_path / "rulebook.schema.json"
    assert run("schema", "--out", str(out)).exit_code == 0
    assert json.loads(out.read_text()) == printed
    assert printed["$ref"] == "#/$defs/Rulebook"


def test_diff_says_what_changes_for_a_trader() -> None:
    told = run("diff", "fundingpips-1-step", "fundingpips-pro", "--size", "100000")
    assert told.exit_code == 0
    assert told.stdout.startswith("fundingpips-1-step 2026-11 → fundingpips-pro 2026-11\n")
    assert "minus 4 % of it within one day. Now: " in told.stdout
    assert run("diff", "ftmo-2-step", "ftmo-2-step").stdout.endswith(
        "Nothing changes for a trader.\n"
    )
    found = json.loads(run("diff", "ftmo-2-step", "ftmo-1-step", "--json").stdout)
    assert {each["where"] for each in found} >= {"challenge", "funded"}


def test_diff_refuses_what_is_not_there() -> None:
    assert (
        "there is no such version; there are 2023, 2026-11"
        in run("diff", "ftmo-2-step@1999", "ftmo-2-step").stderr
    )
    refused = run("diff", "ftmo-2-step", "ftmo-1-step", "--size", "7")
    assert (refused.exit_code, "--size 7: the sizes are" in refused.stderr) == (2, True)
