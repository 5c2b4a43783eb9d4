"""The courier as it runs beside the pages: from a row of the outbox to a record of the log."""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connections, transaction

from propdesk.boot.courier_process import run
from propdesk.boot.one_machine import BESIDE
from propdesk.boot.settings import load
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.crm.outbox.actions.enqueue import enqueue
from propdesk.crm.outbox.models import OutboxRow
from propdesk.domain.instants import micros_of
from propdesk.wire.log_records import AccountEnrolled
from tests.boot.test_the_courier_delivers_every_command_once import database_url
from tests.boot.test_what_runs_beside_the_pages import until
from tests.connectors.sequenced import Desk
from tests.connectors.test_the_intake_answers_when_it_is_durable import committing, serving

ENROLLED = AccountEnrolled("A1", "ftmo-2-step", "1", "0" * 64, "challenge", "100000.00")


def now() -> int:
    return micros_of(datetime.now(UTC))


@pytest.mark.django_db(transaction=True)
def test_a_command_is_in_the_log_and_its_row_delivered(tmp_path: Path) -> None:
    with transaction.atomic():
        enqueue(ENROLLED, datetime.now(UTC))
    desk, over = Desk(), threading.Event()
    desk.restart(now())
    settings = {"PROPDESK_HOME": str(tmp_path), "PROPDESK_DATABASE_URL": database_url()}

    def carry() -> None:
        run(load(settings), over)
        connections.close_all()

    courier = threading.Thread(target=carry)
    with committing(desk, clock=now) as (commit, _), serving(commit, tmp_path / SOCKET_NAME, now):
        courier.start()
        try:
            until(lambda: not OutboxRow.objects.filter(delivered_at=None).exists())
        finally:
            over.set()
            courier.join(10)
    assert not courier.is_alive()
    assert [each for each in desk.events() if isinstance(each, AccountEnrolled)] == [ENROLLED]


def test_a_house_runs_it() -> None:
    assert "propdesk.boot.courier_process" in {module for _, module in BESIDE}
