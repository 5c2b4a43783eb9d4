"""What the tests of notices share: a key for what is kept encrypted."""

import pytest
from django.conf import settings


@pytest.fixture(scope="session", autouse=True)
def secret_key() -> None:
    """It stays: Django refuses to be given the empty one back."""
    settings.SECRET_KEY = "a key for tests only, of no worth to anybody"
