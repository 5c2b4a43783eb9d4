"""Upload and sample become a kept judgement with its page and its evidence."""

import json

import pytest
from django.test import Client

from propdesk.crm.judgements.models import Judgement
from propdesk.web.samples import samples
from propdesk.wire.evidence import verify
from tests.web.conftest import Upload

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "with_quotes", "without"),
    [
        ("mt5-passes-challenge", "passed", "unknown"),
        ("mt5-breaches-daily-loss", "breached", "unknown"),
        ("mt4-still-running", "active", "unknown"),
    ],
)
def test_a_sample_is_decided_by_its_quotes_and_unknown_without(
    client: Client, name: str, with_quotes: str, without: str
) -> None:
    for fields, status in (({}, with_quotes), ({"without_quotes": "1"}, without)):
        answer = client.post(f"/samples/{name}/judge", fields, follow=True)
        assert answer.status_code == 200
        kept = Judgement.objects.latest("created_at")
        assert kept.status == status
        assert answer.request["PATH_INFO"] == f"/judgements/{kept.id}/"


def test_every_sample_is_on_the_first_page(client: Client) -> None:
    page = client.get("/").content.decode()
    assert len(samples()) == 3
    for sample in samples():
        assert sample.title in page
        assert f"/samples/{sample.name}/judge" in page


def test_an_upload_says_which_limit_broke_and_when(client: Client, upload: Upload) -> None:
    fields = upload(quotes=("mt5-breaches-daily-loss.quotes.csv.gz",))
    answer = client.post("/judge", fields, follow=True)
    assert answer.status_code == 200, answer.content.decode()
    page = " ".join(answer.content.decode().split())
    for said in (
        "Daily loss broken on 11 Mar 2026, 10:27:07.376",
        "96,985.00 USD was observed, 20.00 below the limit 97,005.00.",
        "1.08313",  # the bid of the deciding quote, in the strip
        "2026-03-11",  # the day, in the table of days
        "95,955.00",  # the next day's floor
        "propdesk verify evidence.json",
        "No stretch is missing while a position was open.",
    ):
        assert said in page


def test_without_quotes_the_page_names_symbol_and_interval(client: Client, upload: Upload) -> None:
    page = client.post("/judge", upload(), follow=True).content.decode()
    assert "What is in the file does not prove a verdict" in page
    assert "Equity is not known in 4 stretches" in page
    assert "Add the quotes of EURUSD, GBPUSD" in page
    assert "9 Mar 2026, 08:20:00" in page  # 07:20 UTC on the rulebook's clock, Prague


def test_the_evidence_holds(client: Client, upload: Upload) -> None:
    fields = upload(quotes=("mt5-breaches-daily-loss.quotes.csv.gz",))
    address = client.post("/judge", fields)["Location"]
    answer = client.get(f"{address}evidence.json")
    assert answer["Content-Type"] == "application/json"
    assert "attachment" in answer["Content-Disposition"]
    evidence = json.loads(answer.content)
    found = verify(evidence)
    assert (found.holds, found.status, found.differences) == (True, "breached", ())
    evidence["events"][5][1]["at"] = "2026-03-09T00:00:00Z"
    assert not verify(evidence).holds


def test_a_kept_judgement_names_file_terms_and_fingerprints(client: Client, upload: Upload) -> None:
    client.post("/judge", upload())
    kept = Judgement.objects.get()
    assert kept.id.version == 7
    assert (kept.file_name, kept.rulebook, kept.phase) == (
        "mt5-breaches-daily-loss.html",
        "ftmo-2-step",
        "challenge",
    )
    assert kept.file_sha256 == ("89d3b93e3b97cfc5f61e31a67332c9c51083c18865867fc6e67d17f7a9585a75")
    assert kept.result["status"] == kept.status == "unknown"


def test_an_unknown_judgement_is_a_404_with_a_way_on(client: Client) -> None:
    answer = client.get("/judgements/01890000-0000-7000-8000-000000000000/")
    assert answer.status_code == 404
    assert "There is no such page" in answer.content.decode()
