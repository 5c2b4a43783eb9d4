"""A key by which fields are encrypted, for every test of enrolments."""

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def secret_key(monkeypatch: pytest.MonkeyPatch) -> None:
    # By the dictionary: to read the empty one is an error.
    monkeypatch.setitem(
        settings.__dict__, "SECRET_KEY", "for tests only, and of no worth to anybody at all"
    )
