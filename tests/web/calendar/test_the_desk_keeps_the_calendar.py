"""The calendar's pages: a week on the firm's clock, a release and its versions, a file looked at
before it is taken in, the map."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from propdesk.crm.calendar.actions.set_terms import set_terms
from propdesk.crm.calendar.models import MapEntry, ReleaseVersion
from propdesk.web.received import received_at
from tests.crm.calendar.releases import RISK, added, said, sent
from tests.web.desk.desk_cast import desk

pytestmark = pytest.mark.django_db
LIST = "/staff/calendar/"


@pytest.fixture
def client(secret_key: None) -> Client:
    return desk("risk")


def soon(**more: float) -> datetime:
    return received_at().replace(microsecond=0) + timedelta(**more)


def html(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


def test_a_week_is_shown_on_the_firms_clock(client: Client) -> None:
    set_terms("Asia/Tokyo", 60, [7], 3, by=RISK, at=received_at())
    moment = datetime(2026, 12, 1, 20, 30, tzinfo=UTC)  # the second of December in Tokyo
    added(said(moment, "Payrolls"), at=datetime(2026, 11, 30, tzinfo=UTC))
    added(said(moment + timedelta(days=6), "Beyond"), at=datetime(2026, 11, 30, tzinfo=UTC))
    page = html(client.get(f"{LIST}?from=2026-12-01"))
    day = page[page.index("Wednesday 2 December") : page.index("Thursday 3 December")]
    assert "Payrolls" in day
    assert '<time datetime="2026-12-01T20:30:00+00:00">05:30</time>' in day
    assert "by currency" in day
    assert "Beyond" not in page
    assert "Beyond" in html(client.get(f"{LIST}?from=2026-12-08"))
    assert "Payrolls" not in html(client.get(f"{LIST}?from=2026-12-01&impact=low"))


def test_the_page_says_when_the_calendar_runs_dry(client: Client) -> None:
    assert "The calendar is empty." in html(client.get(LIST))
    now = received_at()
    added(said(now + timedelta(days=2, minutes=5)), at=now)
    page = html(client.get(LIST))
    assert "The calendar ends in 2 days" in page
    assert "notice-warning" in page
    added(said(now + timedelta(days=9, minutes=5)), at=now)
    page = html(client.get(LIST))
    assert "The calendar ends in 9 days" in page
    assert "notice-warning" not in page


def test_a_release_is_written_moved_and_withdrawn(client: Client) -> None:
    form = {
        "title": "Rates", "when": f"{soon(days=2):%Y-%m-%dT%H:%M}", "impact": "high",
        "currencies": "usd, eur", "symbols": "US30",
    }  # fmt: skip
    answer = client.post(f"{LIST}add", form)
    first = ReleaseVersion.objects.get()
    page = f"{LIST}releases/{first.release_id}/"
    assert answer["Location"] == page
    assert (first.currencies, first.symbols) == (["USD", "EUR"], ["US30"])
    moved = {
        **form, "when": f"{soon(days=3):%Y-%m-%dT%H:%M}", "after": "1", "reason": "postponed",
    }  # fmt: skip
    assert client.post(f"{page}change", moved).status_code == 302
    stale = client.post(f"{page}change", {**moved, "title": "Other"})
    assert stale.status_code == 422
    assert "changed since you looked" in html(stale)
    assert client.post(f"{page}withdraw", {}).status_code == 422
    assert client.post(f"{page}withdraw", {"reason": "called off"}).status_code == 302
    assert [each.withdrawn for each in sent()] == [False, False, True]
    shown = html(client.get(page))
    assert "withdrawn" in shown
    assert "<b>US30</b>" in shown  # named for it
    assert "EURUSD" in shown  # of the firm's symbols, by currency
    assert shown.count("desk</p>") == 3


def test_a_release_close_ahead_is_asked_about(client: Client) -> None:
    form = {
        "title": "Rates", "when": f"{soon(minutes=5):%Y-%m-%dT%H:%M}", "impact": "high",
        "currencies": "USD",
    }  # fmt: skip
    refused = client.post(f"{LIST}add", form)
    assert (refused.status_code, "less than 15 minutes" in html(refused)) == (422, True)
    assert client.post(f"{LIST}add", {**form, "sudden": "on"}).status_code == 302


def test_a_time_that_clocks_leave_out_is_refused(client: Client) -> None:
    set_terms("Europe/Prague", 60, [7], 3, by=RISK, at=received_at())
    form = {"title": "Rates", "impact": "high", "currencies": "USD"}
    gap = client.post(f"{LIST}add", {**form, "when": "2027-03-28T02:30"})
    assert "this time does not exist" in html(gap)
    assert not ReleaseVersion.objects.exists()
    client.post(f"{LIST}add", {**form, "when": "2027-03-28T03:30"})
    assert ReleaseVersion.objects.get().release_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


# -- a file
def week(*titles: str, date: str = "") -> SimpleUploadedFile:
    day = f"{soon(days=1):%Y-%m-%d}"
    listed = [
        {"title": each, "country": "USD", "date": date or f"{day}T12:{number:02}:00+00:00",
         "impact": "High", "forecast": "", "previous": ""}
        for number, each in enumerate(titles)
    ]  # fmt: skip
    return SimpleUploadedFile("week.json", json.dumps(listed).encode())


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page)
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def test_a_file_is_looked_at_and_then_taken_in(client: Client) -> None:
    page = html(client.post(f"{LIST}file", {"file": week("Payrolls", "Rates")}))
    assert "<b>2</b>new" in page
    assert not ReleaseVersion.objects.exists()
    answer = client.post(f"{LIST}file/take-in", hidden(page))
    assert answer["Location"] == LIST
    assert [each.title for each in sent()] == ["Payrolls", "Rates"]
    again = html(client.post(f"{LIST}file", {"file": week("Payrolls", "Rates")}))
    assert "says nothing that is not known" in again
    left = html(client.post(f"{LIST}file", {"file": week("Payrolls")}))
    assert "<b>1</b>withdrawn" in left
    assert client.post(f"{LIST}file/take-in", hidden(left)).status_code == 302
    assert sent()[-1].withdrawn


def test_what_changed_since_is_looked_at_again(client: Client) -> None:
    looked = hidden(html(client.post(f"{LIST}file", {"file": week("Payrolls", "Rates")})))
    client.post(f"{LIST}file/take-in", looked)
    twice = client.post(f"{LIST}file/take-in", looked)
    assert (twice.status_code, len(sent())) == (422, 2)
    assert "changed since you looked" in html(twice)
    for broken in ({}, {**looked, "packed": "%%%"}):
        assert client.post(f"{LIST}file/take-in", broken).status_code == 422


def test_an_error_names_the_line(client: Client) -> None:
    refused = client.post(f"{LIST}file", {"file": week("Payrolls", date="soon")})
    assert refused.status_code == 422
    assert "week.json:1: " in html(refused)
    assert "Choose a file" in html(client.post(f"{LIST}file", {}))
    large = SimpleUploadedFile("large.csv", b"x" * 600_001)
    assert "larger than 600 kB" in html(client.post(f"{LIST}file", {"file": large}))


def test_the_map_does_not_take_a_file_for_changed(client: Client) -> None:
    looked = hidden(html(client.post(f"{LIST}file", {"file": week("Payrolls")})))
    client.post(f"{LIST}file/take-in", looked)
    client.post(f"{LIST}map/add", {"currency": "USD", "symbols": "US30"})
    assert sent()[-1].symbols == ("US30",)
    again = html(client.post(f"{LIST}file", {"file": week("Payrolls")}))
    assert "says nothing that is not known" in again


# -- the map and the terms
def test_the_map_and_the_terms_are_set(client: Client) -> None:
    client.post(f"{LIST}map/add", {"words": "Crude Oil", "symbols": "USOIL, CL"})
    entry = MapEntry.objects.get()
    assert "“Crude Oil”" in html(client.get(f"{LIST}terms/"))
    both = client.post(f"{LIST}map/add", {"words": "x", "currency": "USD", "symbols": "CL"})
    assert both.status_code == 422
    assert client.post(f"{LIST}map/{entry.pk}/end").status_code == 302
    assert client.post(f"{LIST}map/{entry.pk}/end").status_code == 404
    said = {"zone": "Europe/London", "closing_minutes": "90", "ending_days": "5, 2", "dry_days": 4}
    assert client.post(f"{LIST}terms/set", said).status_code == 302
    assert 'value="5, 2"' in html(client.get(f"{LIST}terms/"))
    assert client.post(f"{LIST}terms/set", {**said, "ending_days": "x"}).status_code == 422
    assert client.post(f"{LIST}terms/set", {**said, "zone": "Nowhere"}).status_code == 422


def test_who_only_looks_is_offered_nothing_to_write(secret_key: None) -> None:
    auditor = desk("auditor")
    made = added()
    for page in (LIST, f"{LIST}releases/{made.release_id}/", f"{LIST}terms/"):
        shown = html(auditor.get(page))
        assert 'method="post" action="/staff/calendar' not in shown
    assert auditor.get(f"{LIST}releases/{RISK.person}/").status_code == 404
