"""A firm with one trader, judged by a real engine on the platform that ships, and its portal."""

import re
from collections.abc import Iterator
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.people.models import Person
from propdesk.web.live import source
from propdesk.web.live.remembered import Remembered
from propdesk.web.pages import portal, portal_own, portal_trading
from propdesk.web.portal_platforms import Traded, provide, withdraw
from tests.crm.accounts.house_of_accounts import SERVER
from tests.crm.challenges.test_the_simulated_platform_carries_it_out import StagedFirm
from tests.web.sessions import client_of

COMMISSION = Decimal("3.00")


class Portal:
    """The trader's browser, and everything behind it."""

    def __init__(self, firm: StagedFirm) -> None:
        self.firm = firm
        self.enrolment = firm.enrolled()
        firm.settle()
        self.client: Client = client_of(firm.person)
        source.provide(firm.worker.answers)
        provide(SERVER, Traded(firm.stage.core, lambda _group, _symbol: COMMISSION))

    @property
    def person(self) -> Person:
        return self.firm.person

    @property
    def account(self) -> TradingAccount:
        return self.firm.running(self.enrolment).account

    @property
    def base(self) -> str:
        return f"/me/accounts/{self.account.pk}/"

    def get(self, page: str = "", client: Client | None = None) -> Any:
        return (client or self.client).get(self.base + page)

    def post(self, page: str, **fields: str) -> Any:
        return self.client.post(self.base + page, {"key": str(uuid4()), **fields})

    def order(self, **fields: str) -> dict[str, str]:
        return {"symbol": "EURUSD", "side": "buy", "kind": "market", "lots": "1.00", **fields}

    def held(self) -> list[str]:
        """The open positions, by name."""
        return [each.position for each in self.firm.stage.platform.snapshot(self.login).positions]

    @property
    def login(self) -> str:
        return self.account.login

    def price(self, bid: str, ask: str) -> None:
        self.firm.stage.price(bid, ask)
        self.firm.settle()
        self.firm.worker.minutes.pass_to(self.firm.stage.clock.now)  # as its loop does


@pytest.fixture
def stage(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Portal]:
    monkeypatch.setattr(portal, "_remembered", Remembered())
    firm = StagedFirm(tmp_path)
    for page in (portal, portal_own, portal_trading):
        monkeypatch.setattr(page, "received_at", lambda: firm.now)
    yield Portal(firm)
    source.provide(source.NoEngine())
    withdraw(SERVER)
    firm.stage.end()


def text_of(answer: Any) -> str:
    """What stands on the page, without its marks."""
    page = answer.content.decode().partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())
