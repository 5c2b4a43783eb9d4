"""A file of several accounts is sent once: it waits, for its sender alone, for a choice."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from propdesk.crm.judgements.models import Judgement, Judging
from propdesk.web import kept_uploads
from propdesk.web.kept_uploads import KEPT_FOR, look, sweep, take
from propdesk.web.received import received_at
from propdesk.web.uploads import Held, uploads_directory
from tests.web.conftest import Upload
from tests.web.test_a_form_may_bring_its_own_files import TWO_ACCOUNTS, sent
from tests.web.test_a_long_judging_is_followed import ended, idle

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(upload: Upload) -> dict[str, object]:
    """What the browser sends the first time."""
    return upload(TWO_ACCOUNTS, "two.jsonl", size="")


def the_one(uploads: Path) -> str:
    """The name of the only upload there is."""
    (place,) = uploads.iterdir()
    return place.name


def chosen(upload: str, account: str, **more: object) -> dict[str, object]:
    """What it sends the second time: no file."""
    terms = {"terms": "ftmo-2-step/challenge", "size": "", "source_zone": "server"}
    return {**terms, "kept": upload, "account": account, **more}


def test_the_accounts_are_a_list_and_the_file_is_not_asked_for_again(
    client: Client, asked: dict[str, object], uploads: Path
) -> None:
    answer = client.post("/judge", asked)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "two.jsonl holds 2 accounts." in page
    assert '<option value="A1">A1</option>' in page
    assert '<option value="B2">B2</option>' in page
    assert f'name="kept" value="{the_one(uploads)}"' in page
    assert not Judgement.objects.exists()
    assert not Judging.objects.exists()
    answer = client.post("/judge", chosen(the_one(uploads), "B2"))
    assert answer.status_code == 302, answer.content.decode()
    kept = Judgement.objects.get()
    assert (kept.result["account"], kept.file_name) == ("B2", "two.jsonl")
    assert not any(uploads.iterdir())  # judged, and let go


def test_a_choice_that_is_refused_is_made_again(
    client: Client, asked: dict[str, object], uploads: Path
) -> None:
    client.post("/judge", asked)
    kept = the_one(uploads)
    for fields, status, said in (
        (chosen(kept, ""), 400, "Choose the account to judge."),
        (chosen(kept, "C3"), 400, "Select a valid choice."),
        (chosen(kept, "B2", size="50000"), 422, "the account starts with 100000.00 USD"),
        (chosen(kept, "B2", terms="a/b"), 400, "not one of the available choices"),
    ):
        answer = client.post("/judge", fields)
        page = answer.content.decode()
        assert (answer.status_code, said in page) == (status, True), page
        assert f'name="kept" value="{kept}"' in page
        assert not Judgement.objects.exists()
    assert client.post("/judge", chosen(kept, "B2")).status_code == 302


def test_only_the_browser_that_sent_it_can_name_it(
    client: Client, asked: dict[str, object], uploads: Path
) -> None:
    client.post("/judge", asked)
    kept = the_one(uploads)
    cookie = client.cookies["propdesk_upload"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", "")
    for other in (Client(), forged(kept)):
        answer = other.post("/judge", chosen(kept, "B2"))
        assert answer.status_code == 400
        assert "The files kept for you have gone." in answer.content.decode()
        assert "two.jsonl" not in other.get(f"/?kept={kept}").content.decode()
    assert "two.jsonl" in client.get(f"/?kept={kept}").content.decode()
    assert not Judgement.objects.exists()


def forged(upload: str) -> Client:
    made = Client()
    made.cookies["propdesk_upload"] = upload
    return made


@pytest.mark.parametrize("named", ["", "x", "../../etc", "01890000-0000-7000-8000-000000000000"])
def test_a_name_that_names_nothing(client: Client, named: str) -> None:
    assert client.get("/", {"kept": named}).status_code == 200
    assert client.post("/judge", chosen(named, "B2")).status_code == 400


def test_it_goes_after_half_an_hour(
    client: Client, asked: dict[str, object], uploads: Path
) -> None:
    client.post("/judge", asked)
    kept = held_of(uploads)
    now = received_at()
    assert look(kept.id, now + KEPT_FOR - timedelta(seconds=5)) is not None
    assert look(kept.id, now + KEPT_FOR) is None
    sweep((), now + KEPT_FOR - timedelta(seconds=5))
    assert kept.directory.exists()
    sweep((), now + KEPT_FOR)
    assert not kept.directory.exists()
    answer = client.post("/judge", chosen(str(kept.id), "B2"))
    assert "The files kept for you have gone." in answer.content.decode()


def held_of(uploads: Path) -> Held:
    return Held(UUID(the_one(uploads)))


@pytest.mark.parametrize(("bound", "most"), [("KEPT_MAX", 2), ("KEPT_BYTES_MAX", 500)])
def test_the_oldest_goes_where_too_much_is_kept(
    client: Client,
    upload: Upload,
    uploads: Path,
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    most: int,
) -> None:
    assert 2 * len(TWO_ACCOUNTS) < 500 < 3 * len(TWO_ACCOUNTS)
    monkeypatch.setattr(kept_uploads, bound, most)
    seen: list[str] = []
    for _ in range(3):
        client.post("/judge", upload(TWO_ACCOUNTS, "two.jsonl", size=""))
        there = {each.name for each in uploads.iterdir()}
        seen += there.difference(seen)
    assert {each.name for each in uploads.iterdir()} == set(seen[1:])


def test_of_two_sendings_of_one_choice_one_is_judged(
    client: Client, asked: dict[str, object], uploads: Path
) -> None:
    client.post("/judge", asked)
    kept = look(held_of(uploads).id, received_at())
    assert kept is not None
    assert [take(kept), take(kept)] == [True, False]
    answer = client.post("/judge", chosen(str(kept.files.id), "B2"))
    assert "The files kept for you have gone." in answer.content.decode()


def test_what_a_stopped_process_left_goes_too_but_not_what_is_needed(
    uploads: Path,
) -> None:
    uploads_directory()
    left, needed = Held(uuid4()), Held(uuid4())
    for each in (left, needed):
        each.directory.mkdir()
        each.take({"statement": [sent(TWO_ACCOUNTS, "two.jsonl")]})
    (uploads / "not ours").mkdir()
    sweep({needed.id}, received_at() + KEPT_FOR - timedelta(seconds=5))
    assert left.directory.exists()
    sweep({needed.id}, received_at() + KEPT_FOR + timedelta(seconds=5))
    assert {each.name for each in uploads.iterdir()} == {str(needed.id), "not ours"}


def test_another_file_takes_the_place_of_the_kept_one(
    client: Client, asked: dict[str, object], uploads: Path, upload: Upload
) -> None:
    client.post("/judge", asked)
    client.post("/judge", upload(kept=the_one(uploads)))
    assert Judgement.objects.get().file_name == "mt5-breaches-daily-loss.html"


def test_quotes_may_be_added_with_the_choice(
    client: Client, asked: dict[str, object], uploads: Path
) -> None:
    client.post("/judge", {**asked, "quotes": [sent(b"time,bid,ask\n", "old.csv")]})
    fields = chosen(the_one(uploads), "B2", quotes=[sent(b"", "new.csv")])
    page = client.post("/judge", fields).content.decode()
    assert "new.csv" in page
    assert "old.csv" not in page


@pytest.mark.django_db(transaction=True)
def test_a_long_reading_leads_to_the_choice_too(
    client: Client, asked: dict[str, object], uploads: Path, settings: Any
) -> None:
    settings.JUDGING_WAIT_S = 0
    address = client.post("/judge", asked)["Location"]
    idle()
    answer = ended(client, address)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'href="/?kept={the_one(uploads)}"' in page
    assert "two.jsonl holds 2 accounts." in page
    stranger = Client().get(address).content.decode()
    assert the_one(uploads) not in stranger
    form = client.get(f"/?kept={the_one(uploads)}").content.decode()
    assert '<option value="B2">B2</option>' in form
    assert 'value="ftmo-2-step/challenge" selected' in form
    settings.JUDGING_WAIT_S = 60
    client.post("/judge", chosen(the_one(uploads), "A1"))
    assert Judgement.objects.get().result["account"] == "A1"
