"""Own rulebooks, add-ons, accounts, calendars, instruments and columns reach the judging."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from propdesk.crm.judgements.models import Judgement
from propdesk.wire.rulebook_file import PRESETS
from tests.web.conftest import Upload

pytestmark = pytest.mark.django_db
RULEBOOK = (PRESETS / "ftmo-2-step.yaml").read_text("utf-8")
TWO_ACCOUNTS = b"".join(
    b'{"type":"account_opened","account":"%s","at":"2026-03-02T08:00:00Z","currency":"USD",'
    b'"balance":"100000.00"}\n' % name
    for name in (b"A1", b"B2")
)
TABLE = "When,What,Way,Much,At,Made\n2026-03-02 09:00:00,EURUSD,Kauf,1.00,1.08000,0\n"
COLUMNS = (
    "rows: deals\n"
    "account: T1\n"
    "zone: UTC\n"
    "columns: {time: When, symbol: What, side: Way, lots: Much, price: At, profit: Made}\n"
    "words: {buy: [Kauf]}\n"
)


def sent(text: str | bytes, name: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode() if isinstance(text, str) else text)


def test_an_own_rulebook_takes_the_place_of_a_preset(client: Client, upload: Upload) -> None:
    book = sent(RULEBOOK.replace("name: ftmo-2-step", "name: my-own", 1), "mine.yaml")
    answer = client.post("/judge", upload(own_rulebook=book, own_phase="challenge"), follow=True)
    kept = Judgement.objects.get()
    assert (kept.rulebook, kept.phase) == ("my-own", "challenge")
    page = answer.content.decode()
    assert "my-own" in page
    assert "/rulebooks/my-own/" not in page  # no page of the library is its own


def test_a_rulebook_that_only_bears_a_known_name_does_not_lead_to_the_library(
    client: Client, upload: Upload
) -> None:
    book = sent(RULEBOOK.replace("percent: 10", "percent: 11", 1), "mine.yaml")
    page = client.post(
        "/judge", upload(own_rulebook=book, own_phase="challenge"), follow=True
    ).content.decode()
    assert 'href="/rulebooks/ftmo-2-step/"' not in page


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"own_rulebook": sent("name: [", "mine.yaml")}, "mine.yaml:"),
        ({"own_rulebook": sent("name: mine\nnonsense: 1\n", "mine.yaml")}, "mine.yaml:2: nonsense"),
        ({"own_rulebook": sent(b"", "mine.yaml")}, "mine.yaml"),
        (
            {"own_rulebook": sent(RULEBOOK, "mine.yaml"), "own_phase": ""},
            "mine.yaml: name one of its phases: challenge, verification",
        ),
        ({"add_ons": "moon"}, "moon"),
        ({"account": "X9"}, "X9"),
        ({"instruments": sent("not,a,catalogue\n", "own.csv")}, "own.csv"),
        ({"calendars": sent("<html>", "calendar.html")}, "calendar.html"),
        ({"columns": sent("rows: 7\n", "columns.yaml")}, "columns.yaml"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_what_cannot_be_read_is_one_page_with_the_line(
    client: Client, upload: Upload, fields: dict[str, object], said: str
) -> None:
    for value in fields.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
    answer = client.post("/judge", upload(**fields))
    page = answer.content.decode().replace("&#x27;", "'")
    assert answer.status_code == 422, page
    assert said in page
    assert "This history cannot be judged" in page
    assert not Judgement.objects.exists()


def test_every_mistake_of_a_rulebook_is_shown(client: Client, upload: Upload) -> None:
    book = sent("name: mine\nnonsense: 1\nmore: 2\n", "mine.yaml")
    page = client.post("/judge", upload(own_rulebook=book)).content.decode()
    assert "mine.yaml:2: nonsense" in page
    assert "mine.yaml:3: more" in page


def test_an_account_of_several_may_be_named_at_once(client: Client, upload: Upload) -> None:
    client.post("/judge", upload(TWO_ACCOUNTS, "two.jsonl", account="B2"))
    assert Judgement.objects.get().result["account"] == "B2"


@pytest.mark.parametrize("currency", ["US", "USDT", "U$D", "123"])
def test_a_currency_has_three_letters(client: Client, upload: Upload, currency: str) -> None:
    assert client.post("/judge", upload(currency=currency)).status_code == 400


def test_a_table_nobody_knows_is_read_by_its_columns(client: Client, upload: Upload) -> None:
    fields = upload(
        TABLE.encode(),
        "mine.csv",
        columns=sent(COLUMNS, "columns.yaml"),
        currency="usd",
        source_zone="UTC",
    )
    answer = client.post("/judge", fields)
    assert answer.status_code == 302, answer.content.decode()
    kept = Judgement.objects.get().result
    assert (kept["account"], kept["currency"], kept["positions"][0]["symbol"]) == (
        "T1",
        "USD",
        "EURUSD",
    )


def test_a_calendar_reaches_the_judging(client: Client, upload: Upload) -> None:
    news = (
        '{"type":"news","at":"2026-03-01T00:00:00Z","id":"N1","release_at":"2026-03-09T12:30:00Z",'
        '"currencies":["USD"],"impact":"high","title":"Payrolls"}\n'
    )
    client.post("/judge", upload(calendars=sent(news, "news.jsonl")))
    address = f"/judgements/{Judgement.objects.get().pk}/evidence.json"
    assert "Payrolls" in client.get(address).content.decode()


def test_own_instruments_reach_the_judging(client: Client, upload: Upload) -> None:
    listed = Path(PRESETS.parent / "instruments.csv").read_text("utf-8").splitlines()
    row = next(line for line in listed if line.startswith("EURUSD,"))
    header = next(line for line in listed if line.startswith("symbol,"))
    own = "\n".join((header, row.replace("EURUSD", "MYPAIR", 1))) + "\n"
    deal = (
        '{"type":"deal","account":"A1","id":"D1","position":"P1","at":"2026-03-02T09:00:00Z",'
        '"symbol":"MYPAIR","side":"buy","entry":"in","lots":"1.00","price":"1.08",'
        '"commission":"0","swap":"0","profit":"0"}\n'
    )
    log = TWO_ACCOUNTS.splitlines(keepends=True)[0] + deal.encode()
    assert client.post("/judge", upload(log, "own.jsonl")).status_code == 422
    fields = upload(log, "own.jsonl", instruments=sent(own, "own.csv"))
    assert client.post("/judge", fields).status_code == 302
