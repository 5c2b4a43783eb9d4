"""The how-to's rulebook is accepted, and its mistakes are answered as the page prints them."""

import re
from pathlib import Path

from click.testing import CliRunner

from propdesk.boot.cli import main
from tests.architecture.source_tree import ROOT

PAGE = (ROOT / "docs" / "how-to" / "write-a-rulebook.md").read_text(encoding="utf-8")
WHOLE = "".join(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
(ANSWER,) = re.findall(r"```text\n(.*?)```", PAGE, re.DOTALL)


def run(directory: Path, *arguments: str):
    return CliRunner().invoke(main, ["rulebooks", *arguments, str(directory / "acme.yaml")])


def test_the_file_of_the_page_holds_and_reads_well(tmp_path: Path) -> None:
    (tmp_path / "acme.yaml").write_text(WHOLE)
    checked = run(tmp_path, "check")
    assert checked.exit_code == 0, checked.stderr
    assert "acme-2-step 2026-12 holds" in checked.stdout
    shown = run(tmp_path, "show", "--size", "50000")
    assert "5 % of the initial balance (2,500.00)" in shown.stdout
    assert "The first payout may be asked for 14 calendar days after the first trade." in (
        shown.stdout
    )


def test_the_mistakes_are_answered_as_printed(tmp_path: Path) -> None:
    wrong = WHOLE.replace("comparison: cross", "comparision: cross", 1)
    (tmp_path / "acme.yaml").write_text(wrong.replace("{percent: 5}", "{percent: 5%}", 1))
    checked = run(tmp_path, "check")
    assert checked.exit_code == 2
    assert ANSWER.strip() in checked.stderr
