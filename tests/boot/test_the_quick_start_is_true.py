"""The commands of the quick start print what the page says they print."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from propdesk.boot.cli import main
from tests.architecture.source_tree import ROOT

PAGE = ROOT / "docs" / "how-to" / "quick-start.md"
BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def test_it_prints_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    commands = [text for kind, text in blocks if kind == "sh" and ".venv/bin/propdesk" in text]
    printed = [text for kind, text in blocks if not kind]
    monkeypatch.chdir(tmp_path)
    (tmp_path / "src").symlink_to(ROOT / "src")
    assert len(commands) == len(printed) == 2
    for command, told in zip(commands, printed, strict=True):
        _, *words = shlex.split(command.replace("\\\n", " "))
        assert CliRunner().invoke(main, words).output == told
    assert (tmp_path / "chart.svg").read_text(encoding="utf-8").startswith("<?xml")
