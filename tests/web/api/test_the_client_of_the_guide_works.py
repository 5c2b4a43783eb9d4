"""The client in the guide, run as it stands there."""

import re
import urllib.error
import urllib.request
from email.message import Message
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from propdesk.domain.instants import micros_of
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.live import source
from propdesk.web.received import received_at
from tests.web.api.calling import key_text
from tests.web.api.firm_of_two import firm_of_two

pytestmark = pytest.mark.django_db

GUIDE = Path(__file__).parents[3] / "docs" / "how-to" / "use-the-api.md"


def client_of_the_guide() -> dict[str, Any]:
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {"__name__": "guide"}
    exec(compile(code, GUIDE.name, "exec"), names)
    return names


class InThisProcess:
    """Answers what is opened from the pages under test; the first time it asks to wait."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, request: urllib.request.Request, timeout: float) -> BytesIO:
        assert timeout > 0
        parts = urlsplit(request.full_url)
        self.asked.append(f"{parts.path}?{parts.query}")
        told: Any = Client().get(
            f"{parts.path}?{parts.query}", headers=dict(request.header_items())
        )
        status = 429 if len(self.asked) == 1 else told.status_code
        if status == 200:
            return BytesIO(told.content)
        headers = Message()
        headers["Retry-After"] = "0"
        raise urllib.error.HTTPError(
            request.full_url, status, "refused", headers, BytesIO(told.content)
        )


def test_it_prints_what_may_still_be_lost(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    two = firm_of_two()
    name = two.firm.running(two.challenge).account.engine_account
    engine = MadeUpAccounts(2, at=micros_of(received_at()))
    known = engine.account(engine.board().rows[0].account)
    assert known is not None
    monkeypatch.setattr(engine, "account", lambda asked: known if asked == name else None)
    monkeypatch.setattr(source, "_provided", [engine])
    opened = InThisProcess()
    monkeypatch.setattr(urllib.request, "urlopen", opened)
    guide = client_of_the_guide()
    guide["main"]("https://firm.example", key_text(two.whose))
    printed = capsys.readouterr().out.splitlines()
    assert printed == [f"{name}: {each.room} USD left, {each.rule}" for each in known.limits]
    assert opened.asked[0] == opened.asked[1], "it waits and asks again"
    monkeypatch.setattr(source, "_provided", [MadeUpAccounts(0, at=1)])
    guide["main"]("https://firm.example", key_text(two.whose))
    assert capsys.readouterr().out == (
        f"{name}: There is no such thing, or none that you may see.\n"
    )
