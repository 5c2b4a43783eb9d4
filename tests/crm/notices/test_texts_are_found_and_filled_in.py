"""Texts: by the reader's language, with the firm's name, and nothing in them is ever run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from propdesk.crm.catalog.actions.set_firm import Look, set_brand
from propdesk.crm.notices.actions.save_text import check_text, restore_shipped_text, save_text
from propdesk.crm.notices.kinds import Topic
from propdesk.crm.notices.links import path_to
from propdesk.crm.notices.mail_page import mail_page
from propdesk.crm.notices.models import Delivery
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.notices.wording import MISSING, filled_in, one_line, unknown_names
from propdesk.crm.people.models import Person
from propdesk.crm.refusal import ActionRefused
from tests.crm.accounts.house_of_accounts import NOW
from tests.crm.firm_cast import STAFF
from tests.crm.notices.post_office import BREACH, PostOffice, account_of, put
from tests.crm.people.cast import acting, registered, staff


@pytest.mark.parametrize("name", KINDS)
def test_what_ships_could_be_kept(name: str) -> None:
    kind = KINDS[name]
    check_text(name, "en", kind.subject, kind.body)
    assert kind.topic in Topic


@given(st.text(), st.text())
def test_what_is_filled_in_is_not_looked_at_again(value: str, around: str) -> None:
    plain = around.replace("{", "").replace("}", "")
    assert filled_in(f"{plain}{{name}}", {"name": value or "x"}) == plain + (value or "x")
    assert not list(unknown_names(f"{plain}{{name}}", {"name"}))


@pytest.mark.parametrize(
    "text",
    ["{0}", "{}", "{ name }", "{name!r}", "{name.x}", "{name[0]}", "{{name}}", "{", "}"],
)
def test_nothing_but_a_known_name_stands_in_braces(text: str) -> None:
    assert list(unknown_names(text, {"name"}))


def test_what_is_missing_is_a_dash_and_a_subject_is_one_line() -> None:
    assert filled_in("{name}, {reason}", {"name": "Ada"}) == f"Ada, {MISSING}"
    assert one_line("a\r\nBcc: x@y\tb", 80) == "a Bcc: x@y b"
    assert one_line("x" * 99, 10) == "x" * 9 + "…"


def test_a_mails_page_escapes_and_links() -> None:
    page = mail_page(
        "<S>", "Hi <b>\n\nhttps://a.example/x?a=1&b=2\nend", firm="A & B", accent="#123456",
        language="en",
    )  # fmt: skip
    assert "<b>" not in page
    assert 'href="https://a.example/x?a=1&amp;b=2"' in page
    assert "A &amp; B" in page
    assert "&lt;S&gt;" in page


@pytest.mark.parametrize(
    ("page", "path"),
    [
        ("account", "/me/accounts/7/"),
        ("breach", "/me/accounts/7/breach/"),
        ("credentials", "/me/accounts/7/credentials/"),
        ("order", "/orders/O-1/"),
        ("desk_account", "/live/A%2F1/"),
        ("sessions", "/me/sessions/"),
        ("tickets", "/staff/support/"),
        ("anything else", "/me/messages/"),
    ],
)
def test_where_a_link_leads(page: str, path: str) -> None:
    assert path_to(page, account="7", engine_account="A/1", order="O-1") == path


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "written", "subject"),
    [
        ("de-at", ["de-at", "de", "en"], "de-at"),
        ("de-at", ["de", "en"], "de"),
        ("de-at", ["en"], "en"),
        ("de-at", ["fr"], "Account 1001 is paused"),
        ("fr", ["de", "fr"], "fr"),
    ],
)
def test_a_text_is_in_the_readers_language_or_the_next_best(
    language: str, written: list[str], subject: str
) -> None:
    for each in written:
        save_text("paused", each, each, "{name}", after=0, by=STAFF, at=NOW)
    whose = account_of(registered("ada", language=language))
    put("paused", whose, reason="holiday")
    office = PostOffice()
    office.deliver()
    assert office.mails("ada@example.org") == [subject]


@pytest.mark.django_db
def test_a_version_follows_the_one_that_was_seen() -> None:
    save_text("paused", "en", "One", "{name}", after=0, by=STAFF, at=NOW)
    with pytest.raises(ActionRefused, match="meanwhile"):
        save_text("paused", "en", "Two", "{name}", after=0, by=STAFF, at=NOW)
    with pytest.raises(ActionRefused, match="meanwhile"):
        restore_shipped_text("paused", "en", after=7, by=STAFF, at=NOW)
    assert save_text("paused", "en", "Two", "{name}", after=1, by=STAFF, at=NOW).version == 2
    with pytest.raises(ActionRefused, match="not permitted"):
        save_text("paused", "en", "x", "x", after=2, by=acting(staff("risk"), "risk"), at=NOW)


@pytest.mark.django_db
def test_a_mail_comes_in_the_name_and_colour_of_the_persons_brand() -> None:
    look = Look(
        name="North", accent="#aa0011", sender_name="North Desk", sender_email="desk@north.example"
    )
    set_brand("north", look, by=STAFF, at=NOW)
    set_brand("default", Look(name="Main", accent="#006611"), by=STAFF, at=NOW)
    one, two = registered("one"), registered("two")
    Person.objects.filter(pk=one.pk).update(brand="north")
    put("passed", account_of(one, "1001"))
    put("breach", account_of(two, "1002"), **BREACH)
    office = PostOffice()
    office.deliver()
    by_whom = {each.to: each for each in office.channels["mail"].taken}
    assert by_whom["one@example.org"].sender == "North Desk <desk@north.example>"
    assert "#aa0011" in by_whom["one@example.org"].html
    assert by_whom["two@example.org"].sender == "Main <propdesk@localhost>"
    assert by_whom["two@example.org"].text.endswith("Main")
    assert Delivery.objects.filter(state="sent").count() == 2
