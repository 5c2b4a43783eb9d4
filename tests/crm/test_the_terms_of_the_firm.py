"""Coupons, legal texts, brand and whom the firm deals with: what is refused, and what is kept."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon
from propdesk.crm.catalog.actions.end_coupon import end_coupon
from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.actions.set_firm import Look, set_brand, set_firm_terms
from propdesk.crm.catalog.admission import Admission, NotAdmitted, admission, age_on, not_admitted
from propdesk.crm.catalog.models import (
    Acceptance,
    Brand,
    Coupon,
    FirmTerms,
    LegalKind,
    LegalText,
)
from propdesk.crm.catalog.shelf import admission_to, texts_to_accept
from propdesk.crm.people.models import Person
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from tests.crm import firm_cast as cast
from tests.crm.firm_cast import DAY, NOW, STAFF
from tests.crm.test_programmes_are_published_and_stay import refused

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [
        (date(2008, 11, 23), TODAY, 18),
        (date(2008, 11, 24), TODAY, 17),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_an_age_is_whole_years(born_on: date, on: date, age: int) -> None:
    assert age_on(born_on, on) == age


@pytest.mark.parametrize(
    ("country", "born_on", "verdict"),
    [
        ("DE", date(2005, 11, 23), None),
        ("DE", date(2005, 11, 24), NotAdmitted.TOO_YOUNG),
        ("US", date(1980, 1, 1), NotAdmitted.COUNTRY_REFUSED),
        ("IR", date(1980, 1, 1), NotAdmitted.COUNTRY_REFUSED),
    ],
)
def test_the_stricter_of_firm_and_programme_holds(
    country: str, born_on: date, verdict: NotAdmitted | None
) -> None:
    terms = admission(18, ["IR"], 21, ["US"])
    assert terms == Admission(21, frozenset({"IR", "US"}))
    assert not_admitted(terms, country, born_on, TODAY) == verdict


def test_a_programme_is_not_laxer_than_the_firm() -> None:
    assert admission(18, [], 16, []).minimum_age == 18


def new_coupon(**said: Any) -> NewCoupon:
    return NewCoupon(**{"code": "save20", "percent": Decimal(20), "starts_at": NOW, **said})


@pytest.mark.django_db
def test_a_coupon_is_created_once_whatever_its_letters() -> None:
    coupon = create_coupon(new_coupon(), by=STAFF, at=NOW)
    assert coupon.code == "SAVE20"
    assert (AuditRow.objects.get().after or {})["percent"] == "20"
    with refused("code_taken"):
        create_coupon(new_coupon(code=" SAVE20 "), by=STAFF, at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"percent": None}, "share_or_amount"),
        ({"amount_minor": 1, "currency": "USD"}, "share_or_amount"),
        ({"percent": Decimal(0)}, "not_a_share"),
        ({"percent": Decimal("100.0001")}, "not_a_share"),
        ({"percent": None, "amount_minor": 0, "currency": "USD"}, "not_a_share"),
        ({"percent": None, "amount_minor": 1}, "unknown_currency"),
        ({"percent": None, "amount_minor": 1, "currency": "XXX"}, "unknown_currency"),
        ({"currency": "USD"}, "unknown_currency"),
        ({"ends_at": NOW}, "ends_before_start"),
        ({"programmes": ("nobody",)}, "no_such_programme"),
        ({"limit_total": 0}, "not_a_count"),
        ({"limit_per_person": 0}, "not_a_count"),
    ],
)
def test_a_coupon_that_cannot_be_is_refused(said: dict[str, Any], code: str) -> None:
    with refused(code):
        create_coupon(new_coupon(**said), by=STAFF, at=NOW)
    assert not Coupon.objects.exists()


@pytest.mark.django_db
def test_a_coupon_ends_once() -> None:
    coupon = create_coupon(new_coupon(), by=STAFF, at=NOW)
    end_coupon(coupon, by=STAFF, at=NOW + DAY)
    coupon.refresh_from_db()
    assert coupon.ends_at == NOW + DAY
    with refused("ended"):
        end_coupon(coupon, by=STAFF, at=NOW + DAY)


@pytest.mark.django_db
def test_a_coupon_may_end_before_it_begins() -> None:
    coupon = create_coupon(new_coupon(starts_at=NOW + DAY), by=STAFF, at=NOW)
    end_coupon(coupon, by=STAFF, at=NOW)
    coupon.refresh_from_db()
    assert coupon.ends_at == coupon.starts_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "guard"),
    [
        ({"percent": None}, "share_or_an_amount"),
        ({"percent": 0}, "share_or_an_amount"),
        ({"percent": 101}, "share_or_an_amount"),
        ({"currency": "USD"}, "share_or_an_amount"),
        ({"amount_minor": 1}, "share_or_an_amount"),
        ({"percent": None, "amount_minor": 1}, "share_or_an_amount"),
        ({"percent": None, "amount_minor": 0, "currency": "USD"}, "share_or_an_amount"),
        ({"limit_total": 0}, "limits_are_counts"),
        ({"limit_per_person": 0}, "limits_are_counts"),
        ({"ends_at": NOW - DAY}, "ends_after_it_starts"),
    ],
)
def test_the_database_refuses_such_a_coupon(change: dict[str, Any], guard: str) -> None:
    create_coupon(new_coupon(), by=STAFF, at=NOW)
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        Coupon.objects.update(**change)


def new_text(**said: Any) -> NewText:
    base = {"kind": LegalKind.TERMS, "version": "1", "title": "Terms", "body": "Be fair."}
    return NewText(**{**base, **said})


@pytest.mark.django_db
def test_the_latest_text_of_each_kind_is_accepted() -> None:
    first = publish_legal_text(new_text(), by=STAFF, at=NOW)
    assert first.sha256 == "3a6dbe170a446109a3ae9f6732646528cffc87e5d344466615d2d977904fa878"
    risk = publish_legal_text(new_text(kind=LegalKind.RISK), by=STAFF, at=NOW)
    second = publish_legal_text(new_text(version="2", body="Be fairer."), by=STAFF, at=NOW + DAY)
    german = publish_legal_text(new_text(language="de", body="Sei fair."), by=STAFF, at=NOW)
    assert texts_to_accept("en") == (risk, second)
    assert texts_to_accept("de") == (risk, german)
    with refused("version_taken"):
        publish_legal_text(new_text(), by=STAFF, at=NOW)
    with refused("no_words"):
        publish_legal_text(new_text(version="3", body=" "), by=STAFF, at=NOW)


def rewrite_text() -> None:
    LegalText.objects.update(body="Anything goes.")


def rewrite_acceptance() -> None:
    Acceptance.objects.update(address="")


def accept_twice() -> None:
    accept()


def accept() -> None:
    text = LegalText.objects.get()
    Acceptance.objects.create(
        id=uuid7(NOW),
        person=Person.objects.get(),
        text=text,
        sha256=text.sha256,
        at=NOW,
        address="192.0.2.7",
        about="O-1",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("deed", "guard"),
    [
        (rewrite_text, "catalog_legaltext is written once"),
        (rewrite_acceptance, "catalog_acceptance is written once"),
        (accept_twice, "acceptance_is_one"),
    ],
)
def test_what_was_accepted_stays(deed, guard: str) -> None:
    publish_legal_text(new_text(), by=STAFF, at=NOW)
    cast.trader()
    accept()
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        deed()


@pytest.mark.django_db
def test_the_firm_says_with_whom_it_deals() -> None:
    made = cast.published()
    assert admission_to(made) == Admission(18, frozenset())
    set_firm_terms(21, ("US", "IR", "US"), by=STAFF, at=NOW)
    set_firm_terms(20, ("US", "IR"), by=STAFF, at=NOW)
    assert admission_to(made) == Admission(20, frozenset({"US", "IR"}))
    assert FirmTerms.objects.count() == 1
    with refused("no_age"):
        set_firm_terms(15, (), by=STAFF, at=NOW)
    with refused("no_country"):
        set_firm_terms(18, ("usa",), by=STAFF, at=NOW)
    for change in ({"id": 2}, {"minimum_age": 15}):
        with pytest.raises(IntegrityError), transaction.atomic():
            FirmTerms.objects.update(**change)


@pytest.mark.django_db
def test_a_brand_has_a_name_a_colour_and_a_small_logo() -> None:
    look = Look(name="Northside", accent="#1f5fae", logo_png=b"\x89PNG\r\n\x1a\n..")
    set_brand("north", look, by=STAFF, at=NOW)
    set_brand("north", Look(name="North", accent="#000000"), by=STAFF, at=NOW)
    kept = Brand.objects.get(slug="north")
    assert (kept.name, bytes(kept.logo_png or b"")[:4]) == ("North", b"\x89PNG")
    for code, bad in (
        ("no_name", Look(name=" ", accent="#1f5fae")),
        ("no_colour", Look(name="N", accent="red")),
        ("no_logo", Look(name="N", accent="#1f5fae", logo_png=b"<svg>")),
        (
            "no_logo",
            Look(name="N", accent="#1f5fae", logo_png=(look.logo_png or b"") + b"." * 100_000),
        ),
    ):
        with refused(code):
            set_brand("north", bad, by=STAFF, at=NOW)
    with pytest.raises(IntegrityError, match="accent"), transaction.atomic():
        Brand.objects.update(accent="blue")


def test_a_refusal_has_a_code_and_a_sentence() -> None:
    told = ActionRefused("no_draft", "There is no draft.")
    assert (told.code, told.sentence, str(told)) == ("no_draft",) + ("There is no draft.",) * 2
