"""``make setup`` leaves a compiled kernel behind, and does without where there is no place."""

import os
import subprocess
import sys
from pathlib import Path


def warmed(home: Path) -> str:
    """What is said; it does not fail."""
    done = subprocess.run(
        [sys.executable, "-m", "propdesk.boot.kernel_cache"],
        env=os.environ | {"PROPDESK_HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stderr


def test_the_compiled_kernel_is_kept(tmp_path: Path) -> None:
    assert warmed(tmp_path / "home") == ""
    kept = {path.name.split("-")[0] for path in (tmp_path / "home/kernels").rglob("*.nbc")}
    assert {"index_run.run_index", "kernel.put_in"} <= kept


def test_without_a_place_it_is_said_and_does_not_fail(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "will compile its kernel when it starts" in warmed(tmp_path / "file")
    assert "not an absolute path" in warmed(Path("home"))
