"""A judging that was cut off is begun anew by another process, once, and a few times at most."""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.test import Client

from propdesk.crm.judgements.actions.follow_judging import (
    TakenUpElsewhere,
    begin_judging,
    finish_judging,
    start_judging,
)
from propdesk.crm.judgements.actions.take_up_judging import take_up_judging
from propdesk.crm.judgements.models import Judgement, Judging
from propdesk.crm.uuid7 import uuid7
from propdesk.web import judging_queue, keeping, unfinished
from propdesk.web.received import received_at
from propdesk.web.samples import DIRECTORY
from propdesk.web.unfinished import ATTEMPTS_MAX, SILENT_MAX, look
from propdesk.web.uploads import held
from tests.boot.test_up import free_port, running
from tests.web.conftest import Upload
from tests.web.test_a_long_judging_is_followed import PATIENCE_S, Gate, gate, idle

__all__ = ["gate"]  # a fixture

pytestmark = pytest.mark.django_db(transaction=True)
STATEMENT = "mt5-breaches-daily-loss.html"
# A server's process: it takes an upload, begins to judge it, and comes to no end.
CUT_OFF = """
import time, django
django.setup()
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from propdesk.web import keeping
settings.JUDGING_WAIT_S = 0
keeping.judge = lambda request, watched: time.sleep(3600)
statement = SimpleUploadedFile("cut-off.html", open({statement!r}, "rb").read())
terms = {{"terms": "ftmo-2-step/challenge", "source_zone": "server", "statement": statement}}
print(Client(SERVER_NAME="localhost").post("/judge", terms)["Location"], flush=True)
time.sleep(3600)
"""


def database_of_the_test(database_url: str) -> str:
    name = quote(connection.settings_dict["NAME"])
    return urlsplit(database_url)._replace(path=f"/{name}").geturl()


def later(seconds: int = 1) -> datetime:
    """When what is silent now has been so for too long."""
    return received_at() + SILENT_MAX + timedelta(seconds=seconds)


def begun(asked: dict[str, Any], attempts: int = 1) -> UUID:
    """A judging that another process began, and its last sign of life is long ago."""
    at = received_at() - SILENT_MAX * 2
    judging = uuid7(at)
    begin_judging(judging, STATEMENT, asked, at, running=True)
    Judging.objects.filter(pk=judging).update(attempts=attempts)
    return judging


def uploaded(**terms: str) -> dict[str, Any]:
    """What is noted of an upload whose files are there."""
    statement = SimpleUploadedFile(STATEMENT, (DIRECTORY / STATEMENT).read_bytes())
    files = held({"statement": [statement]})
    told = {"terms": "ftmo-2-step/challenge", "source_zone": "server", **terms}
    return {"upload": str(files.id), "terms": told, "accounts": []}


def told(judging: UUID) -> tuple[str, int, str]:
    row = Judging.objects.get(pk=judging)
    return row.state, row.attempts, row.refusal


def test_a_killed_process_is_followed_by_another(
    client: Client, uploads: Path, database_url: str, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "propdesk.web.settings",
        "PROPDESK_HOME": str(tmp_path),
        "PROPDESK_SECRET_KEY": "of no worth " * 5,
        "PROPDESK_DATABASE_URL": database_of_the_test(database_url),
    }
    script = CUT_OFF.format(statement=str(DIRECTORY / STATEMENT))
    process = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        deadline = time.monotonic() + PATIENCE_S
        while not Judging.objects.filter(state="running") and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()
    judging = Judging.objects.get()
    assert told(judging.pk) == ("running", 1, "")
    assert len(list(uploads.iterdir())) == 1
    look(received_at())
    assert told(judging.pk) == ("running", 1, "")  # it may be alive still
    look(later())
    idle()
    assert told(judging.pk) == ("done", 2, "")
    answer = client.get(address)
    assert answer["Location"] == f"/judgements/{Judgement.objects.get().pk}/"
    assert "cut-off.html" in client.get(answer["Location"]).content.decode()
    assert not any(uploads.iterdir())


def test_the_server_looks_when_it_starts(database_url: str, tmp_path: Path) -> None:
    judging = begun({"sample": "mt5-passes-challenge", "with_quotes": False})
    url = database_of_the_test(database_url)
    with running(tmp_path, free_port(), PROPDESK_DATABASE_URL=url):
        deadline = time.monotonic() + PATIENCE_S
        while told(judging)[0] != "done" and time.monotonic() < deadline:
            time.sleep(0.2)
        assert told(judging) == ("done", 2, "")
    assert Judgement.objects.get().file_name == "mt5-passes-challenge.html"


def test_a_sample_and_a_comparison_are_taken_up_too(client: Client) -> None:
    sample = begun({"sample": "mt5-breaches-daily-loss", "with_quotes": True})
    look(received_at())
    idle()
    first = Judgement.objects.get()
    assert (told(sample), first.status) == (("done", 2, ""), "breached")
    terms = ["ftmo-2-step/verification", "ftmo-1-step/challenge"]
    comparison = begun({"first": str(first.pk), "terms": terms})
    look(received_at())
    idle()
    assert told(comparison) == ("done", 2, "")
    page = client.get(Judging.objects.get(pk=comparison).address).content.decode()
    assert page.count("status-word") == 3


@pytest.mark.parametrize(
    ("asked", "attempts", "said"),
    [
        (uploaded, ATTEMPTS_MAX, f"The program was stopped {ATTEMPTS_MAX} times"),
        (lambda: uploaded(terms="gone/challenge"), 1, "These terms are not on offer any more."),
        (lambda: uploaded(size="1"), 1, f"{STATEMENT}:1: the account starts with 100000.00 USD"),
        (
            lambda: {"upload": str(UUID(int=0)), "terms": {}, "accounts": []},
            1,
            "The files of this history are not here any more.",
        ),
        (lambda: {"sample": "nothing"}, 1, "What was to be judged is not here any more."),
        (lambda: {"first": str(UUID(int=0)), "terms": []}, 1, "What was to be judged is not"),
        (dict, 1, "What was to be judged is not here any more."),
    ],
)
def test_what_cannot_be_judged_anew_is_refused_with_a_sentence(
    client: Client, uploads: Path, asked: Any, attempts: int, said: str
) -> None:
    judging = begun(asked(), attempts)
    look(received_at())
    idle()
    state, _, refusal = told(judging)
    assert state == "refused"
    assert refusal.startswith(said)
    assert client.get(f"/judging/{judging}/").status_code == 422
    assert not Judgement.objects.exists()
    assert not uploads.exists() or not any(uploads.iterdir())


def test_the_last_attempt_is_made() -> None:
    judging = begun(uploaded(), ATTEMPTS_MAX - 1)
    look(received_at())
    idle()
    assert told(judging) == ("done", ATTEMPTS_MAX, "")


def test_one_in_hand_here_is_left_alone(client: Client, upload: Upload, gate: Gate) -> None:
    client.post("/judge", upload())
    look(later())
    look(later(2))
    judging = Judging.objects.get()
    assert judging.attempts == 1
    assert judging.seen_at > received_at()  # the sign of life of the look
    gate.opened.set()
    idle()
    assert told(judging.pk) == ("done", 1, "")


def test_of_two_that_find_it_silent_one_takes_it_up() -> None:
    judging = Judging.objects.get(pk=begun({}))
    assert [take_up_judging(judging, received_at()) for _ in range(2)] == [True, False]
    assert [start(judging.pk) for _ in range(2)] == [2, None]
    with pytest.raises(TakenUpElsewhere):
        finish_judging(judging.pk, 1, "/", received_at())
    finish_judging(judging.pk, 2, "/", received_at())
    assert not take_up_judging(judging, received_at())


def start(judging: UUID) -> int | None:
    with contextlib.suppress(TakenUpElsewhere):
        return start_judging(judging, received_at())
    return None


def test_who_was_thought_dead_keeps_nothing_and_leaves_the_files(
    client: Client, upload: Upload, gate: Gate, uploads: Path
) -> None:
    client.post("/judge", upload())
    wait_for_its_turn()
    judging = Judging.objects.get()
    assert take_up_judging(judging, received_at())  # by another process
    start_judging(judging.pk, received_at())
    gate.opened.set()
    idle()
    assert told(judging.pk) == ("running", 2, "")
    assert not Judgement.objects.exists()
    assert len(list(uploads.iterdir())) == 1


def wait_for_its_turn() -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not Judging.objects.filter(state="running") and time.monotonic() < deadline:
        time.sleep(0.02)


def test_a_database_that_fails_at_the_end_leaves_it_to_the_next_attempt(
    client: Client, upload: Upload, gate: Gate, uploads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OperationalError

    client.post("/judge", upload())
    wait_for_its_turn()
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "kept_judgement", fail)
        gate.opened.set()
        idle()
    judging = Judging.objects.get()
    assert told(judging.pk) == ("running", 1, "")
    assert len(list(uploads.iterdir())) == 1
    look(later())
    idle()
    assert told(judging.pk) == ("done", 2, "")


def test_it_waits_where_too_many_are_in_hand(
    client: Client, upload: Upload, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging_queue, "_in_hand", threading.BoundedSemaphore(1))
    client.post("/judge", upload())
    judging = begun(uploaded())
    look(received_at())
    assert told(judging) == ("queued", 1, "")
    gate.opened.set()
    idle()
    look(later())
    idle()
    assert told(judging) == ("done", 2, "")


def test_a_look_that_fails_is_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[datetime] = []

    def failing(now: datetime) -> None:
        looks.append(now)
        raise OperationalError

    monkeypatch.setattr(unfinished, "look", failing)
    monkeypatch.setattr(unfinished, "LOOK_EVERY_S", 0.01)
    stopped = unfinished.watch()
    deadline = time.monotonic() + PATIENCE_S
    while len(looks) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    stopped.set()
    for thread in threading.enumerate():
        if thread.name == "unfinished":
            thread.join(PATIENCE_S)
    assert len(looks) >= 3
    assert looks == sorted(looks)


def test_judgings_of_before_have_a_state() -> None:
    before = [("judgements", "0002_comparisons_and_followed_judgings")]
    now = [("judgements", "0003_judgings_outlive_the_process")]
    at = received_at()
    executor = MigrationExecutor(connection)
    try:
        executor.migrate(before)
        rows = executor.loader.project_state(before).apps.get_model("judgements", "Judging").objects
        for address, refusal in (("/j/1", ""), ("", "no"), ("", "")):
            rows.create(id=uuid7(at), asked_at=at, seen_at=at, address=address, refusal=refusal)
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(now)
    found = sorted(Judging.objects.values_list("state", "address", "refusal"))
    assert [each[:2] for each in found] == [("done", "/j/1"), ("refused", ""), ("refused", "")]
    assert {each[2][:22] for each in found} == {"", "no", "The program was stopped"[:22]}
