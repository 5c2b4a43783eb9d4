"""What the tests of the API share: nobody was counted before, and payments can be begun."""

from typing import Any

import pytest

from propdesk.web.api import limits


@pytest.fixture(autouse=True)
def nobody_called_before() -> None:
    """Requests are counted in memory, which outlives a test."""
    limits.LIMITS.clear()


@pytest.fixture(autouse=True)
def test_payments(settings: Any) -> None:
    """The provider that moves no money is switched on."""
    settings.TEST_PAYMENTS = True


@pytest.fixture
def many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many requests as a test wants."""
    for name in ("OF_KEY", "OF_STRANGER", "OF_ADDRESS"):
        monkeypatch.setattr(limits, name, 10**9)
