"""One history judged by every phase on offer: a page or a refusal, never a failure."""

import pytest
from django.test import Client

from propdesk.crm.judgements.models import Judgement
from propdesk.web.rulebook_library import phase_choices
from tests.web.conftest import Upload

pytestmark = pytest.mark.django_db
TERMS = [value for _, phases in phase_choices() for value, _ in phases]


@pytest.mark.parametrize("terms", TERMS)
def test_a_statement_with_quotes(client: Client, upload: Upload, terms: str) -> None:
    quotes = ("mt5-breaches-daily-loss.quotes.csv.gz",)
    answer = client.post("/judge", upload(quotes=quotes, terms=terms, size=""), follow=True)
    page = answer.content.decode()
    if answer.status_code == 422:
        assert "This history cannot be judged" in page
        assert not Judgement.objects.exists()
        return
    assert answer.status_code == 200
    kept = Judgement.objects.get()
    assert (kept.rulebook, kept.phase) == tuple(terms.split("/"))
    assert ("Payout</h2>" in page) == (kept.result["payout"] is not None)
    for line in kept.result["limits"]:
        assert line["rule"].replace("_", " ").capitalize() in page
