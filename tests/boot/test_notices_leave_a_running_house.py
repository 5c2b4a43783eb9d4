"""The courier of notices as it runs beside the pages: from a row of the outbox to a receiver."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from standardwebhooks.webhooks import Webhook

from propdesk.boot.clerk_process import WORK, to_people, watching_feeds, watching_room
from propdesk.boot.one_machine import BESIDE
from propdesk.boot.settings import load
from propdesk.crm.accounts.field_encryption import decrypted
from propdesk.crm.notices.models import Alert, Delivery
from tests.boot.test_the_courier_delivers_every_command_once import database_url
from tests.boot.test_what_runs_beside_the_pages import until
from tests.connectors.messengers.receiver import receiving
from tests.crm.notices.outlets import webhook
from tests.crm.notices.post_office import BREACH, account_of, put
from tests.crm.people.cast import registered


@pytest.mark.django_db(transaction=True)
def test_a_breach_rings_is_raised_signed_and_marked(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # By the dictionary: to read the empty one is an error.
    monkeypatch.setitem(settings.__dict__, "SECRET_KEY", "for tests only, of no worth to anybody")
    settings.WEBHOOKS_TO_PRIVATE = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    over = threading.Event()
    house = load({"PROPDESK_DATABASE_URL": database_url(), "PROPDESK_HOME": str(tmp_path)})

    def run() -> None:
        try:
            to_people(house, over)
        finally:
            connections.close_all()

    with receiving() as receiver:
        outlet = webhook("breach", address=f"{receiver.url}/in")
        thread = threading.Thread(target=run)
        thread.start()
        try:
            put("breach", account_of(registered()), **BREACH)
            until(lambda: Delivery.objects.filter(state="sent").count() == 2)
        finally:
            over.set()
            thread.join(10)
        assert not thread.is_alive()
    ((_, headers, body),) = receiver.came
    assert headers["webhook-id"] == str(Delivery.objects.get(channel="webhook").pk)
    assert outlet.secret is not None
    assert Webhook(decrypted(outlet.secret)).verify(body, headers) == json.loads(body)
    assert json.loads(body)["data"]["account"]["login"] == "1001"
    assert Alert.objects.get().kind == "alert_breach"


def test_a_house_carries_notices_and_watches() -> None:
    assert {to_people, watching_room, watching_feeds} <= {*WORK}
    assert "propdesk.boot.clerk_process" in {module for _, module in BESIDE}
