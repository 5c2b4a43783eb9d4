"""Where the real input data lies; tests that read it skip with a reason where it is absent."""

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(os.environ.get("PROPDESK_SHARED", ROOT.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip(f"the real input data is not at {folder}; name its folder in PROPDESK_SHARED")
    return folder
