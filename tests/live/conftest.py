"""What every test of the live engine has in common."""

import pytest

from propdesk.engine import strikes


@pytest.fixture(autouse=True)
def struck_however_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """The firms of the tests are small: one account's verdict is written first, too."""
    monkeypatch.setattr(strikes, "STRUCK_MIN", 1)
