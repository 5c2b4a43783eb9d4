"""Pages that say which test shows something name tests that there are."""

import re
from pathlib import Path

import pytest

from tests.architecture.source_tree import ROOT

NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
ALONE = re.compile(r"`(test_\w+)`")
BAD_INPUT = "tests/live/test_bad_input_gives_no_verdict.py"
PAGES = [ROOT / "docs/reference/queues.md", ROOT / "docs/concepts/judged-live.md"]


@pytest.mark.parametrize("page", PAGES, ids=[page.name for page in PAGES])
def test_every_test_that_is_named_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [*NAMED.findall(text), *((BAD_INPUT, name) for name in ALONE.findall(text))]
    assert len(named) >= 10
    missing = [
        f"{path}::{name}"
        for path, name in named
        if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert not missing, f"{page.name}: {missing}"
