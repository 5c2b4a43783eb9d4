"""The projector as it runs beside the pages: from a record of the durable log to rows."""

import threading
import time
from contextlib import closing

import pytest
from django.db import connections

from propdesk.boot.one_machine import BESIDE
from propdesk.boot.projector_process import run
from propdesk.crm.accounts.models import AccountEvent, TradingAccount
from propdesk.ports.event_log import Entry
from propdesk.storage.event_log import PostgresLog
from propdesk.wire.log_codec import encode
from propdesk.wire.log_records import StatusChanged
from tests.boot.test_the_courier_delivers_every_command_once import database_url
from tests.boot.test_what_runs_beside_the_pages import until
from tests.crm.accounts.house_of_accounts import STREAM, account, micros


@pytest.mark.django_db(transaction=True)
def test_what_is_appended_is_read_within_moments_and_goes_on_after_a_stop() -> None:
    account("1")
    writer = PostgresLog(database_url()).writer([STREAM], "engine")
    with closing(PostgresLog(database_url()).reader()) as reader:
        first = 1 + reader.last(STREAM)

    def say(number: int, status: str) -> None:
        said = StatusChanged("1", "challenge", status, micros(number), 1, 0)
        writer.append([Entry(STREAM, f"projector-test/{first + number}", encode(said))])

    try:
        for number, status in enumerate(["active", "paused"]):
            with _running():
                begun = time.monotonic()
                say(number, status)
                until(lambda: TradingAccount.objects.get().status == status)  # noqa: B023
                assert time.monotonic() - begun < 5
    finally:
        writer.close()
    assert AccountEvent.objects.filter(kind="status").count() == 2


class _running:  # noqa: N801 - reads as a sentence
    """A projector of its own thread while the block lasts."""

    def __enter__(self) -> None:
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        run(database_url(), self._over)
        connections.close_all()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(10)
        assert not self._thread.is_alive()


def test_a_house_runs_it() -> None:
    assert "propdesk.boot.projector_process" in {module for _, module in BESIDE}
