"""A history that takes longer than a request has a page that follows it to its end."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from propdesk.crm.judgements.actions.follow_judging import begin_judging, note_progress
from propdesk.crm.judgements.models import Judgement, Judging
from propdesk.crm.uuid7 import uuid7
from propdesk.web import judging_queue, keeping
from propdesk.web.judging import Judged, Request, Watched, judge
from propdesk.web.received import received_at
from propdesk.web.unfinished import SILENT_MAX
from tests.web.conftest import Upload

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_S = 60


class Gate:
    """Judging waits here until the test opens it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.files_seen = False

    def judge(self, request: Request, watched: Watched = iter) -> Judged:
        assert self.opened.wait(PATIENCE_S)
        self.files_seen = request.history.exists()
        return judge(request, watched)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Gate]:
    made = Gate()
    settings.JUDGING_WAIT_S = 0
    monkeypatch.setattr(keeping, "judge", made.judge)
    yield made
    made.opened.set()
    idle()


def idle() -> None:
    """Wait until no judging is in hand: one would write into the next test."""
    for thread in threading.enumerate():
        if thread.name == "judging":
            thread.join(PATIENCE_S)


def ended(client: Client, address: str) -> Any:
    deadline = time.monotonic() + PATIENCE_S
    while (answer := client.get(address)).status_code == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    return answer


def test_the_page_follows_to_the_judgement(
    client: Client, upload: Upload, gate: Gate, uploads: Path
) -> None:
    address = client.post("/judge", upload())["Location"]
    assert address.startswith("/judging/")
    running = client.get(address)
    assert running.status_code == 200
    assert running["Refresh"] == "2"
    assert "no-store" in running["Cache-Control"]
    page = running.content.decode()
    assert "Judging mt5-breaches-daily-loss.html" in page
    assert "The files are being read." in page
    assert not Judgement.objects.exists()
    note_progress(Judging.objects.get().pk, 1, 1_234_567, received_at())
    assert "1,234,567" in client.get(address).content.decode()
    gate.opened.set()
    answer = ended(client, address)
    assert answer.status_code == 302
    assert answer["Location"] == f"/judgements/{Judgement.objects.get().pk}/"
    assert gate.files_seen
    idle()
    assert not any(uploads.iterdir())
    assert client.get(address)["Location"] == answer["Location"]  # the link stays good


def test_a_refusal_is_told_where_it_is_followed(client: Client, upload: Upload, gate: Gate) -> None:
    address = client.post("/judge", upload(b"", "empty.html"))["Location"]
    gate.opened.set()
    answer = ended(client, address)
    assert answer.status_code == 422
    assert "empty.html: the file is empty" in answer.content.decode()
    assert "Refresh" not in answer
    assert not Judgement.objects.exists()


def test_a_failure_of_the_program_is_told_and_keeps_nothing(
    client: Client, upload: Upload, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(request: Request, watched: Watched = iter) -> Judged:
        assert gate.opened.wait(PATIENCE_S)
        raise ZeroDivisionError

    monkeypatch.setattr(keeping, "judge", fail)
    address = client.post("/judge", upload())["Location"]
    gate.opened.set()
    answer = ended(client, address)
    assert answer.status_code == 422
    assert "The program met what it did not expect." in answer.content.decode()
    assert not Judgement.objects.exists()


def test_no_more_histories_than_can_be_held(client: Client, upload: Upload, gate: Gate) -> None:
    at_once, most = judging_queue.AT_ONCE_MAX, judging_queue.IN_HAND_MAX
    pages = [client.post("/judge", upload())["Location"] for _ in range(most)]
    told = [b"Waiting for its turn" in client.get(page).content for page in pages]
    assert told == [False] * at_once + [True] * (most - at_once)
    answer = client.post("/judge", upload())
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    assert Judging.objects.count() == judging_queue.IN_HAND_MAX
    gate.opened.set()
    idle()
    assert client.post("/judge", upload()).status_code == 302


def test_one_that_fell_silent_says_so_and_is_looked_for_again(client: Client) -> None:
    long_ago = received_at() - SILENT_MAX - timedelta(seconds=1)
    silent = uuid7(long_ago)
    begin_judging(silent, "long.csv", {}, long_ago, running=True)
    answer = client.get(f"/judging/{silent}/")
    assert (answer.status_code, answer["Refresh"]) == (200, "2")
    assert "Interrupted: the program was stopped." in answer.content.decode()
    note_progress(silent, 1, 5, received_at())
    assert "Interrupted" not in client.get(f"/judging/{silent}/").content.decode()


def test_progress_is_told_once_a_second(
    monkeypatch: pytest.MonkeyPatch, client: Client, upload: Upload, gate: Gate
) -> None:
    monkeypatch.setattr(judging_queue, "COUNT_EVERY", 1)
    told: list[int] = []
    monkeypatch.setattr(
        judging_queue, "note_progress", lambda _id, _attempt, number, _at: told.append(number)
    )
    monkeypatch.setattr(judging_queue, "TELL_EVERY", timedelta(days=1))
    client.post("/judge", upload())
    gate.opened.set()
    idle()
    assert told == [1]


def test_no_such_judging(client: Client) -> None:
    assert client.get("/judging/01890000-0000-7000-8000-000000000000/").status_code == 404
