"""The same history is judged by several rulebooks from its evidence, side by side and kept."""

import pytest
from django.test import Client

from propdesk.crm.judgements.models import Judgement
from propdesk.wire.evidence import verify
from tests.web.conftest import Upload

pytestmark = pytest.mark.django_db
QUOTES = ("mt5-breaches-daily-loss.quotes.csv.gz",)


@pytest.fixture
def first(client: Client, upload: Upload) -> Judgement:
    client.post("/judge", upload(quotes=QUOTES))
    return Judgement.objects.get()


def test_each_programme_is_a_judgement_of_its_own(client: Client, first: Judgement) -> None:
    wanted = ["fundingpips-2-step/student", "ftmo-2-step/verification"]
    answer = client.post(f"/judgements/{first.pk}/compare/", {"terms": wanted})
    assert answer.status_code == 302, answer.content.decode()
    beside = Judgement.objects.filter(compared_with=first).order_by("pk")
    assert [f"{each.rulebook}/{each.phase}" for each in beside] == wanted
    expected = "&".join(f"with={each.pk}" for each in beside)
    assert answer["Location"] == f"/judgements/{first.pk}/compare/?{expected}"
    page = client.get(answer["Location"]).content.decode()
    for each in (first, *beside):
        assert f'href="/judgements/{each.pk}/"' in page
    assert page.count("status-word") == 3
    for each in beside:
        evidence = client.get(f"/judgements/{each.pk}/evidence.json").json()
        assert verify(evidence).holds


def test_the_same_rulebook_gives_the_same_verdict_from_the_evidence(
    client: Client, first: Judgement
) -> None:
    client.post(f"/judgements/{first.pk}/compare/", {"terms": ["ftmo-2-step/challenge"]})
    again = Judgement.objects.get(compared_with=first)
    for key in ("status", "days", "limits", "objectives", "statistics", "balance", "equity"):
        assert again.result[key] == first.result[key], key
    (one,), (other,) = (each.result["verdicts"] for each in (again, first))
    assert (one["at"], one["observed"], one["limit"]) == (
        other["at"],
        other["observed"],
        other["limit"],
    )


def test_what_is_there_is_not_judged_again(client: Client, first: Judgement) -> None:
    address = f"/judgements/{first.pk}/compare/"
    wanted = {"terms": ["ftmo-2-step/verification"]}
    one = client.post(address, wanted)["Location"]
    assert client.post(address, wanted)["Location"] == one
    beside = Judgement.objects.get(compared_with=first)
    # a comparison of a comparison is one of the first history
    assert client.post(f"/judgements/{beside.pk}/compare/", wanted)["Location"] == one
    assert client.get(f"/judgements/{beside.pk}/compare/").content.count(b"status-word") == 2


def test_what_an_older_rulebook_judged_is_judged_anew(client: Client, first: Judgement) -> None:
    address, wanted = f"/judgements/{first.pk}/compare/", {"terms": ["ftmo-2-step/verification"]}
    client.post(address, wanted)
    old = Judgement.objects.get(compared_with=first)
    old.result["rulebook"]["sha256"] = "0" * 64
    old.save()
    assert str(old.pk) not in client.post(address, wanted)["Location"]


@pytest.mark.parametrize(
    "terms", [[], ["nothing/here"], ["../../etc/passwd"], [f"a/{n}" for n in range(7)]]
)
def test_a_choice_that_cannot_be_made(client: Client, first: Judgement, terms: list[str]) -> None:
    answer = client.post(f"/judgements/{first.pk}/compare/", {"terms": terms})
    assert answer.status_code == 400
    assert "Choose from one to 6 programmes." in answer.content.decode()
    assert Judgement.objects.count() == 1


def test_a_programme_that_cannot_judge_it_is_named_and_nothing_is_kept(
    client: Client, first: Judgement
) -> None:
    # the other starts at a balance of zero
    terms = ["ftmo-2-step/verification", "topstep-express/express"]
    answer = client.post(f"/judgements/{first.pk}/compare/", {"terms": terms})
    page = answer.content.decode()
    assert answer.status_code == 422, page
    assert "topstep-express, express: the account starts with 100000.00 USD" in page
    assert 'value="ftmo-2-step/verification" checked' in page
    assert Judgement.objects.count() == 1


@pytest.mark.parametrize("query", ["with=x", "with=01890000-0000-7000-8000-000000000000", ""])
def test_an_address_that_names_nothing_shows_the_history_alone(
    client: Client, first: Judgement, query: str
) -> None:
    answer = client.get(f"/judgements/{first.pk}/compare/?{query}")
    assert answer.status_code == 200
    assert answer.content.count(b"status-word") == 1


def test_no_such_judgement_has_no_comparison(client: Client) -> None:
    address = "/judgements/01890000-0000-7000-8000-000000000000/compare/"
    assert client.get(address).status_code == 404
