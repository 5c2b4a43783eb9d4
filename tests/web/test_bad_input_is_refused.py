"""Bad input is one clear page with file and row, status 4xx, and nothing is kept."""

import gzip
import io
import random
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from propdesk.crm.judgements.models import Judgement
from propdesk.web.protection import FORM_BYTES_MAX
from propdesk.web.samples import DIRECTORY
from propdesk.web.uploads import clean_name
from tests.web.conftest import Upload

pytestmark = pytest.mark.django_db
STATEMENT = (DIRECTORY / "mt5-breaches-daily-loss.html").read_bytes()
OPENED = (
    '{"type":"account_opened","account":"A1","at":"2026-03-02T08:00:00Z","currency":"USD",'
    '"balance":"100000.00"}'
)


def deal(**changes: str) -> str:
    fields = {
        "type": "deal",
        "account": "A1",
        "id": "D1",
        "position": "P1",
        "at": "2026-03-02T09:00:00Z",
        "symbol": "EURUSD",
        "side": "buy",
        "entry": "in",
        "lots": "1.00",
        "price": "1.08000",
        "commission": "0.00",
        "swap": "0.00",
        "profit": "0.00",
        **changes,
    }
    return "{" + ",".join(f'"{name}":"{value}"' for name, value in fields.items()) + "}"


def log(*lines: str) -> bytes:
    return ("\n".join((OPENED, *lines)) + "\n").encode()


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("20260309_eurusd_tick_quote.csv", b"0" * 300_000_000)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"", "empty.html", "empty.html: the file is empty"),
        (STATEMENT[:6000], "cut.html", "cut.html"),
        (STATEMENT.decode("utf-16").encode("utf-16-le")[1:], "odd.html", "odd.html"),
        (b"<html><body>Sign in</body></html>", "report.xlsx", "report.xlsx: a web page"),
        (random.Random(1).randbytes(50_000), "noise.bin", "noise.bin: this is neither"),
        (log(deal(lots="-1.00")), "negative.jsonl", "negative.jsonl:2"),
        (log(deal(symbol="NOSUCH")), "symbol.jsonl", "symbol.jsonl:2"),
        (log(deal(price="NaN")), "nan.jsonl", "nan.jsonl:2"),
        (log(deal(profit="1e400")), "huge.jsonl", "huge.jsonl:2"),
        (log(deal(at="2026-03-01T08:00:00Z")), "before.jsonl", "before.jsonl:2"),
        (
            log(deal(), deal(id="D2", position="P2", at="2026-03-02T08:30:00Z")),
            "order.jsonl",
            "order.jsonl:3",
        ),
        (log(deal(id="\\ud800")), "half.jsonl", "half.jsonl"),
        (log().replace(b'"A1"', b'"A\\u00001"'), "nul.jsonl", "nul.jsonl"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_a_file_that_cannot_be_judged(
    client: Client, upload: Upload, content: bytes, name: str, said: str
) -> None:
    answer = client.post("/judge", upload(content, name))
    page = answer.content.decode()
    assert answer.status_code == 422, page
    assert "This history cannot be judged" in page
    assert f"<code>{said}" in page
    assert "Traceback" not in page
    assert not Judgement.objects.exists()


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (zip_bomb, "quotes.zip", "quotes.zip: unpacks to"),
        (lambda: gzip.compress(b"no,quotes\n1,2\n"), "quotes.csv.gz", "quotes.csv.gz"),
        (lambda: b"", "quotes.csv", "quotes.csv"),
    ],
    ids=["zip bomb", "no quotes", "empty"],
)
def test_quotes_that_cannot_be_read(
    client: Client, upload: Upload, content: object, name: str, said: str
) -> None:
    assert callable(content)
    fields = upload(quotes=())
    answer = client.post("/judge", {**fields, "quotes": [SimpleUploadedFile(name, content())]})
    page = answer.content.decode()
    assert answer.status_code == 422, page
    assert f"<code>{said}" in page
    assert not Judgement.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("statement", "", "Choose the statement to judge."),
        ("terms", "ftmo-2-step/dream", "not one of the available choices"),
        ("terms", "../../etc/passwd", "not one of the available choices"),
        ("size", "NaN", "Write the size as a number"),
        ("size", "1e400", "Write the size as a number"),
        ("size", "-5", "An account size is more than zero."),
        ("source_zone", "Mars/Olympus", "There is no time zone of this name."),
        ("source_zone", "../../etc/passwd", "This is no name of a time zone."),
    ],
)
def test_a_form_that_cannot_be_read(
    client: Client, upload: Upload, field: str, value: str, said: str
) -> None:
    answer = client.post("/judge", {**upload(), field: value})
    assert answer.status_code == 400
    assert said in answer.content.decode()
    assert not Judgement.objects.exists()


def test_a_size_that_differs_from_the_deposit_is_never_rebased(
    client: Client, upload: Upload
) -> None:
    answer = client.post("/judge", upload(size="50000"))
    assert answer.status_code == 422
    assert "the account starts with 100000.00 USD" in answer.content.decode()
    assert client.post("/judge", upload(size="")).status_code == 302


def test_a_size_for_which_a_rulebook_has_no_amount(client: Client, upload: Upload) -> None:
    answer = client.post("/judge", upload(size="", terms="topstep-combine/combine"))
    assert answer.status_code in {302, 422}
    content = log().replace(b"100000.00", b"12345.00")
    fields = upload(content, "odd-size.jsonl", size="", terms="topstep-combine/combine")
    answer = client.post("/judge", fields)
    assert answer.status_code == 422
    assert "12345" in answer.content.decode()


def test_an_upload_over_the_limit_is_refused_by_its_stated_length(client: Client) -> None:
    answer = client.generic(
        "POST",
        "/judge",
        b"",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(100_000_000 + FORM_BYTES_MAX + 1),
    )
    assert answer.status_code == 413
    assert "At most 100 MB" in answer.content.decode()
    assert client.generic("POST", "/judge", b"", CONTENT_LENGTH="many").status_code == 400


def test_a_form_without_its_token_is_refused(careful_client: Client, upload: Upload) -> None:
    answer = careful_client.post("/judge", upload())
    assert answer.status_code == 403
    assert "The form has expired" in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("statement.html", "statement.html"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\report.htm", "report.htm"),
        ("..", "upload"),
        ("", "upload"),
        ("a\nb\x00<c>.html", "a_b_c_.html"),
        ("отчёт 2026 (1).html", "отчёт 2026 (1).html"),
    ],
)
def test_a_file_name_cannot_do_harm(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    assert len(clean_name("x" * 5000 + ".html").encode()) <= 100
    assert clean_name("é" * 5000 + ".html").endswith("é.html")


def test_judging_is_asked_by_post(client: Client) -> None:
    assert client.get("/samples/mt5-passes-challenge/judge").status_code == 405
    assert client.get("/judge")["Location"] == "/"


def test_a_sample_that_is_none(client: Client) -> None:
    assert client.post("/samples/nothing/judge").status_code == 404
