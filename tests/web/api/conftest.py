"""What the tests of the API share: nobody was counted before, and payments can be begun."""

from typing import Any

import pytest

from propdesk.web.api.limits import LIMITS


@pytest.fixture(autouse=True)
def nobody_called_before() -> None:
    """Requests are counted in memory, which outlives a test."""
    LIMITS.clear()


@pytest.fixture(autouse=True)
def test_payments(settings: Any) -> None:
    """The provider that moves no money is switched on."""
    settings.TEST_PAYMENTS = True
