"""The page of exposure: what the engine says, over its socket too, and what is said without it."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.cache import cache

from propdesk.connectors.engine_queries.client import EngineClient
from propdesk.connectors.engine_queries.hand_over import HandOver
from propdesk.connectors.engine_queries.server import QueryServer
from propdesk.connectors.engine_queries.socket_place import socket_path
from propdesk.ports.made_up_accounts import MadeUpAccounts
from propdesk.web.exposure import heat, whole_exposure
from propdesk.web.live import source
from tests.crm.people.cast import staff
from tests.web.sessions import client_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def engine() -> Iterator[MadeUpAccounts]:
    accounts = MadeUpAccounts(20, at=1_700_000_000_000_000)
    source.provide(accounts)
    yield accounts
    source.provide(source.NoEngine())


def page(status: int = 200) -> str:
    answer: Any = client_of(staff("risk"), with_factor=True).get("/staff/exposure/")
    assert answer.status_code == status
    return " ".join(answer.content.decode().split())


def test_the_page_shows_symbols_currencies_and_formulas(engine: MadeUpAccounts) -> None:
    whole = whole_exposure(engine)
    shown = page()
    for each in whole.symbols:
        assert f"<b>{each.symbol}</b>" in shown
        assert f"/live/{each.largest}/" in shown
    assert "By currency" in shown
    assert "long lots − short lots" in shown
    assert "heat-5" in shown


def test_nobody_holds_anything_and_nobody_answers(engine: MadeUpAccounts) -> None:
    source.provide(MadeUpAccounts(0))
    assert "Nobody holds anything" in page()
    cache.clear()  # an answer is kept for a second
    engine.away = "it is being begun anew"
    source.provide(engine)
    answer = client_of(staff("admin"), with_factor=True).get("/staff/exposure/")
    assert "it is being begun anew" in answer.content.decode()


def test_warmth_is_in_steps_of_the_largest() -> None:
    for amount, most, expected in (
        ("0", "10", 0), ("10", "10", 5), ("-10", "10", 5), ("1", "10", 1), ("2", "10", 2),
        ("1.9", "10", 1), ("9", "10", 5), ("7.9", "10", 4), ("1", "0", 0),
    ):  # fmt: skip
        assert heat(Decimal(amount), Decimal(most)) == expected, amount
    assert heat(None, Decimal(1)) == 0


def test_it_comes_over_the_engines_socket_as_it_was_said(short_home: Path) -> None:
    accounts = MadeUpAccounts(8)
    woken, over = Event(), Event()
    questions = HandOver(wake=woken.set)

    def answer() -> None:
        while not over.is_set():
            woken.wait()
            woken.clear()
            while questions.answer(accounts):
                pass

    thread = Thread(target=answer)
    thread.start()
    asking = EngineClient(socket_path(short_home / "exposure"), timeout_s=30)
    try:
        with QueryServer(socket_path(short_home / "exposure"), questions, patience_s=30):
            assert asking.exposure() == accounts.exposure()
            assert asking.exposure(begin=1).rows == ()
    finally:
        asking.close()
        over.set()
        woken.set()
        thread.join()
