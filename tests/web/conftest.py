"""What the tests of the pages share: a key, and the samples as uploads."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from propdesk.web.samples import DIRECTORY

Upload = Callable[..., dict[str, object]]


@pytest.fixture(scope="session", autouse=True)
def secret_key() -> None:
    """Pages need a key; it stays, since Django refuses to be given the empty one back."""
    settings.SECRET_KEY = "a key for tests only, of no worth to anybody"


@pytest.fixture(autouse=True)
def patience(settings: Any) -> None:
    """Requests wait for their judging to the end: what goes on in a thread of its own sees no
    test's transaction."""
    settings.JUDGING_WAIT_S = 300


@pytest.fixture(autouse=True)
def nobody_was_counted() -> None:
    """Limits of rates are kept in a cache that outlives a test."""
    cache.clear()


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    """Where this test's uploads lie."""
    settings.UPLOADS_DIRECTORY = tmp_path / "uploads"
    return tmp_path / "uploads"


@pytest.fixture
def upload() -> Upload:
    """The fields of the form: a sample's statement unless other bytes are given."""

    def fields(
        content: bytes | None = None,
        name: str = "mt5-breaches-daily-loss.html",
        quotes: tuple[str, ...] = (),
        **more: object,
    ) -> dict[str, object]:
        if content is None:
            content = (DIRECTORY / name).read_bytes()
        files = [
            SimpleUploadedFile(Path(each).name, (DIRECTORY / each).read_bytes()) for each in quotes
        ]
        asked: dict[str, object] = {
            "statement": SimpleUploadedFile(name, content),
            "quotes": files,
            "terms": "ftmo-2-step/challenge",
            "size": "100000",
            "source_zone": "server",
        }
        return {**asked, **more}

    return fields


@pytest.fixture
def careful_client() -> Client:
    """A client that checks the form's token as a browser's request is checked."""
    return Client(enforce_csrf_checks=True)
