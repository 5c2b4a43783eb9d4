"""Every file of docs/mutation_survivors/ excuses the survivors it lists, and gives a reason."""

from pathlib import Path

import pytest
from scripts.mutation import Survivor, listed

ENTRY = '[[survivor]]\nfunction = "{}"\nbecomes = "{}"\nreason = "{}"\n'


def test_two_files_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(ENTRY.format("grid.judge", "x = 1", "of no weight"))
    (tmp_path / "two.toml").write_text(ENTRY.format("grid.judge", "x = 2", "of none either"))
    (tmp_path / "README.md").write_text("words\n")
    assert listed(tmp_path) == {
        Survivor("grid.judge", "x = 1"): "of no weight",
        Survivor("grid.judge", "x = 2"): "of none either",
    }


def test_a_file_under_another_heading_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text(ENTRY.format("a", "b", "c").replace("survivor", "mutant"))
    with pytest.raises(KeyError):
        listed(tmp_path)


def test_every_listed_survivor_has_a_reason() -> None:
    assert all(reason.strip() for reason in listed().values())
