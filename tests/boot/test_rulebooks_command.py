"""``propdesk rulebooks`` lists, shows, checks and describes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from propdesk.boot.cli import main
from propdesk.wire.rulebook_file import load_rulebook, presets
from propdesk.wire.rulebook_publication import preset_text


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


def test_show_says_what_a_size_costs_and_when_a_day_ends() -> None:
    ours = run("show", "propdesk-ladder").stdout
    assert "  sizes 10,000 for 89, 25,000 for 199, 50,000 for 319, 100,000 for 529\n" in ours
    assert "  a trading day ends at 00:00 on the server's clock (New York + 7 hours)\n" in ours
    told = run("show", "ftmo-2-step").stdout
    assert "  a trading day ends at 00:00 Europe/Prague\n" in told
    assert "  sizes 10,000, 25,000, " in told  # the pages read state no price


def test_show_says_what_a_violation_does_where_it_does_not_end_the_account() -> None:
    ours = run("show", "propdesk-showcase").stdout
    assert ours.count("    a violation: ") == 1
    assert "    a violation: No trading until the next trading day, and every position is" in ours


def test_show_says_what_an_add_on_changes() -> None:
    ours = run("show", "propdesk-showcase").stdout
    assert (
        "\nadd-on swap-at-close: swap counts at the close, for 19\n"
        "  - accounting – swap in equity: yes → no\n"
    ) in ours
    told = run("show", "breakout-1-step", "--size", "100000").stdout
    assert "Earn at least 10 % of the initial balance (10,000.00)" in told
    assert "Earn at least 12 % of the initial balance (12,000.00)" in told
    with_pro = run("show", "breakout-1-step", "--add-on", "pro").stdout
    assert "\nadd-on pro: Pro\n  It is in what is told above.\n\nadd-on turbo: Turbo\n" in with_pro


def test_show_says_which_add_on_does_not_fit_the_applied_one(tmp_path: Path) -> None:
    file = tmp_path / "firm.yaml"
    file.write_text(
        preset_text("propdesk-ladder").decode()
        + "add_ons:\n"
        + "  no-daily: {overrides: {phases.funded.rules.daily_loss: null}}\n"
        + "  six: {overrides: {phases.funded.rules.daily_loss.allowance.percent: 6}}\n"
    )
    told = run("show", str(file), "--add-on", "no-daily")
    assert told.exit_code == 0, told.output
    assert (
        "add-on six\n  It does not fit the others: there is no "
        "'phases.funded.rules.daily_loss' in this rulebook.\n"
    ) in told.stdout


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
