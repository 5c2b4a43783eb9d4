"""Programmes: a draft is checked at the door, published once, and never written again."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from propdesk.crm.audit.models import AuditRow
from propdesk.crm.catalog.actions.create_programme import NewProgramme, create_programme
from propdesk.crm.catalog.actions.duplicate_programme import duplicate_programme
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.save_draft import save_draft
from propdesk.crm.catalog.actions.set_add_on_price import set_add_on_price
from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.actions.withdraw_version import withdraw_version
from propdesk.crm.catalog.drafts import preset_draft, read_draft
from propdesk.crm.catalog.models import (
    AddOnPrice,
    ClientGroup,
    Price,
    Programme,
    ProgrammeVersion,
    Purpose,
    SoldAs,
    VersionState,
    Visibility,
)
from propdesk.crm.catalog.shelf import add_on_prices, findable, listed, on_sale, prices_in_force
from propdesk.crm.catalog.versions import draft_of, last_published, version_on_sale
from propdesk.crm.outbox.models import OutboxRow
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.wire.log_codec import LogCodec
from propdesk.wire.log_records import RulebookPublished
from propdesk.wire.rulebook_file import RulebookRefused, parse_rulebook, presets
from tests.crm import firm_cast as cast
from tests.crm.firm_cast import DAY, NOW, SIZE, STAFF

pytestmark = pytest.mark.django_db


def refused(code: str):
    return pytest.raises(ActionRefused, check=lambda error: error.code == code)


def text_of(programme: Programme) -> str:
    draft = draft_of(programme) or last_published(programme)
    assert draft is not None
    return draft.rulebook


TODAY = NOW.date()


def other_version(text: str, name: str = "2", day: date = TODAY) -> str:
    text = text.replace('version: "1"', f'version: "{name}"')
    return text.replace(f"effective_from: {NOW.date()}", f"effective_from: {day}")


def test_a_programme_starts_private_as_its_preset() -> None:
    made = cast.programme()
    draft = draft_of(made)
    assert draft is not None
    assert (made.visibility, made.sold_as) == ("private", "challenge")
    book = read_draft(draft.rulebook, "two-step").rulebook
    assert (book.name, book.title, book.version) == ("two-step", "Two steps", "1")
    assert book.effective_from == NOW.date()
    assert list(AuditRow.objects.values_list("action", flat=True)) == ["catalog.create_programme"]
    assert not listed(None).exists()


@pytest.mark.parametrize("preset", presets())
def test_every_preset_can_be_a_programme(preset: str) -> None:
    title = 'He said: "one\\two" # three'
    loaded = read_draft(preset_draft(preset, "own", title, NOW.date()), "own")
    assert (loaded.rulebook.name, loaded.rulebook.title) == ("own", title)
    assert loaded.rulebook.version == "1"


def test_prices_of_the_preset_are_prices() -> None:
    made = cast.programme(preset="propdesk-showcase")
    book = read_draft(text_of(made), "two-step").rulebook
    expected = [(each.size, each.price) for each in book.sizes if each.price is not None]
    found = [(p.size, Decimal(p.amount_minor) / 100) for p in Price.objects.order_by("size")]
    assert found == sorted(expected)
    assert found


def test_an_instant_preset_is_sold_as_such() -> None:
    assert cast.programme(preset="dna-instant").sold_as == SoldAs.INSTANT


def test_names_are_one_and_presets_known() -> None:
    cast.programme()
    with refused("slug_taken"):
        cast.programme()
    with refused("no_preset"):
        create_programme(NewProgramme(preset="nobody", slug="x", title="X"), by=STAFF, at=NOW)


def test_a_draft_with_errors_is_not_saved_and_says_each_with_its_line() -> None:
    made = cast.programme()
    broken = (
        text_of(made)
        .replace("rule: daily_loss", "rule: daily_los")
        .replace("currency: USD", "currency: dollars")
    )
    with pytest.raises(RulebookRefused) as told:
        save_draft(made, broken, by=STAFF, at=NOW + DAY)
    lines = broken.splitlines()
    found = {(each.line, each.path) for each in told.value.problems}
    assert any("currency" in lines[line - 1] and path == ("currency",) for line, path in found)
    assert sum("daily_los" in lines[line - 1] for line, _ in found) >= 2
    assert text_of(made) != broken
    assert AuditRow.objects.count() == 1


def test_a_draft_bears_the_programmes_name() -> None:
    made = cast.programme()
    with pytest.raises(RulebookRefused, match="must be 'two-step'") as told:
        save_draft(made, text_of(made).replace("name: two-step", "name: other"), by=STAFF, at=NOW)
    (problem,) = told.value.problems
    assert text_of(made).splitlines()[problem.line - 1] == "name: two-step"


def test_a_programme_offers_a_size() -> None:
    made = cast.programme()
    text = text_of(made)
    head, tail = text.split("\nsizes:\n", 1)
    rest = tail.split("\n\n", 1)[1]
    with pytest.raises(RulebookRefused, match="sells at least one size"):
        save_draft(made, f"{head}\n\n{rest}", by=STAFF, at=NOW)


def test_publishing_writes_version_audit_and_outbox() -> None:
    made = cast.published()
    version = last_published(made)
    assert version is not None
    assert (version.state, version.published_by, version.published_at) == (
        VersionState.PUBLISHED,
        STAFF.person,
        NOW,
    )
    row = OutboxRow.objects.get()
    record = LogCodec().decode(bytes(row.body))
    assert isinstance(record, RulebookPublished)
    assert record.sha256 == version.sha256
    assert record.text == parse_rulebook(version.rulebook.encode(), "x").canonical
    audit = AuditRow.objects.get(action="catalog.publish_version")
    assert audit.object_id == str(version.id)
    assert draft_of(made) is None


def test_a_draft_that_changed_meanwhile_is_not_published() -> None:
    made = cast.programme()
    seen = draft_of(made)
    assert seen is not None
    save_draft(made, other_version(text_of(made)), by=STAFF, at=NOW)
    with refused("draft_changed"):
        publish_version(made, sha256=seen.sha256, by=STAFF, at=NOW)
    assert not OutboxRow.objects.exists()


@pytest.mark.parametrize(
    ("name", "day", "code"),
    [
        ("1", NOW.date(), "nothing_changed"),
        ("2", date(2026, 11, 22), "earlier_than_published"),
        ("1", date(2026, 11, 24), "version_name_used"),
        ("2", NOW.date(), None),
        ("2", date(2026, 11, 24), None),
    ],
)
def test_what_may_be_published_after_a_version(name: str, day: date, code: str | None) -> None:
    made = cast.published()
    draft = save_draft(made, other_version(text_of(made), name, day), by=STAFF, at=NOW)
    assert draft.number == 2
    if code is None:
        publish_version(made, sha256=draft.sha256, by=STAFF, at=NOW)
        assert last_published(made) == draft
    else:
        with refused(code):
            publish_version(made, sha256=draft.sha256, by=STAFF, at=NOW)


def test_nothing_to_publish_is_said() -> None:
    made = cast.published()
    with refused("no_draft"):
        publish_version(made, sha256="", by=STAFF, at=NOW)


def test_what_is_sold_and_what_is_written_agree() -> None:
    made = cast.programme()
    Programme.objects.update(sold_as="instant")
    made.refresh_from_db()
    draft = draft_of(made)
    assert draft is not None
    with refused("other_kind"):
        publish_version(made, sha256=draft.sha256, by=STAFF, at=NOW)


def test_the_version_in_force_is_sold() -> None:
    made = cast.published()
    tomorrow = NOW.date() + DAY
    draft = save_draft(made, other_version(text_of(made), "2", tomorrow), by=STAFF, at=NOW)
    publish_version(made, sha256=draft.sha256, by=STAFF, at=NOW)
    today, next_day = version_on_sale(made, NOW.date()), version_on_sale(made, tomorrow)
    assert (today and today.name, next_day and next_day.name) == ("1", "2")
    assert version_on_sale(made, NOW.date() - DAY) is None
    withdraw_version(draft, reason="a mistake", by=STAFF, at=NOW)
    assert version_on_sale(made, tomorrow) == today
    assert AuditRow.objects.get(action="catalog.withdraw_version").reason == "a mistake"


def test_withdrawing_needs_a_reason_and_a_published_version() -> None:
    made = cast.published()
    version = last_published(made)
    assert version is not None
    with refused("no_reason"):
        withdraw_version(version, reason=" ", by=STAFF, at=NOW)
    withdraw_version(version, reason="over", by=STAFF, at=NOW)
    with refused("not_published"):
        withdraw_version(version, reason="over", by=STAFF, at=NOW)
    assert on_sale(made, NOW.date()) is None


CHANGES = [
    {"rulebook": "name: else"},
    {"sha256": "0"},
    {"effective_from": date(2030, 1, 1)},
    {"published_by": None},
    {"state": "draft", "published_at": None},
    {"name": "3"},
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(iter(change)))
def test_a_published_version_is_not_written_again(change: dict[str, Any]) -> None:
    cast.published()
    with pytest.raises(DatabaseError), transaction.atomic():
        ProgrammeVersion.objects.update(**change)


def test_a_published_version_stays() -> None:
    cast.published()
    with pytest.raises(IntegrityError, match="a published version stays"), transaction.atomic():
        ProgrammeVersion.objects.all().delete()
    ProgrammeVersion.objects.update(state="withdrawn", withdrawn_at=NOW)
    with pytest.raises(DatabaseError, match="Invalid transition"), transaction.atomic():
        ProgrammeVersion.objects.update(state="published", withdrawn_at=None)


def version(**change: Any) -> None:
    known = ProgrammeVersion.objects.get()
    for name, value in {"id": uuid7(NOW), "number": 9, "name": "9", **change}.items():
        setattr(known, name, value)
    known.save(force_insert=True)


def set_programme(**change: Any) -> None:
    Programme.objects.update(**change)


def price(**change: Any) -> None:
    said = {"purpose": "purchase", "size": SIZE, "currency": "USD", "amount_minor": 1, **change}
    Price.objects.create(id=uuid7(NOW), programme=Programme.objects.get(), since=NOW, **said)


def two_prices() -> None:
    price()
    price()


def add_on(percent: Any, amount: Any) -> None:
    AddOnPrice.objects.create(
        id=uuid7(NOW),
        programme=Programme.objects.get(),
        add_on="x",
        currency="USD",
        percent=percent,
        amount_minor=amount,
        since=NOW,
    )


def two_add_ons() -> None:
    add_on(1, None)
    add_on(2, None)


@pytest.mark.parametrize(
    ("deed", "guard"),
    [
        (version, "version_draft_is_one"),
        (lambda: version(number=1), "version_(number|draft)_is_one"),
        (lambda: version(state="published"), "version_state_says_when"),
        (lambda: version(published_at=NOW), "version_state_says_when"),
        (lambda: set_programme(visibility="secret"), "programme_visibility_is_known"),
        (lambda: set_programme(sold_as="trial"), "programme_trial_has_days"),
        (lambda: set_programme(trial_days=3), "programme_trial_has_days"),
        (lambda: set_programme(free_retries=-1), "programme_counts_are_counts"),
        (lambda: set_programme(on_pass_days=0), "programme_counts_are_counts"),
        (two_prices, "price_in_force_is_one"),
        (lambda: price(amount_minor=-1), "price_is_not_negative"),
        (lambda: price(size=0), "price_is_not_negative"),
        (lambda: price(purpose="gift"), "price_purpose_is_known"),
        (lambda: add_on(None, None), "add_on_costs_a_share_or_an_amount"),
        (lambda: add_on(1, 1), "add_on_costs_a_share_or_an_amount"),
        (lambda: add_on(None, -1), "add_on_costs_a_share_or_an_amount"),
        (two_add_ons, "add_on_price_in_force_is_one"),
    ],
)
def test_the_database_itself_refuses(deed, guard: str) -> None:
    cast.programme()
    with pytest.raises(IntegrityError, match=guard), transaction.atomic():
        deed()


def test_prices_are_closed_and_written_anew() -> None:
    made = cast.on_sale()
    set_prices(made, Purpose.PURCHASE, "USD", {SIZE: 60_000}, by=STAFF, at=NOW + DAY)
    old = Price.objects.get(currency="USD", until__isnull=False)
    assert (old.amount_minor, old.since, old.until) == (54_900, NOW, NOW + DAY)
    shown = {(p.currency, p.amount_minor) for p in prices_in_force(made, Purpose.PURCHASE)}
    assert shown == {("USD", 60_000), ("EUR", 49_900)}
    before = Price.objects.count()
    set_prices(made, Purpose.PURCHASE, "USD", {SIZE: 60_000}, by=STAFF, at=NOW + DAY)
    assert Price.objects.count() == before
    set_prices(made, Purpose.PURCHASE, "USD", {SIZE: None}, by=STAFF, at=NOW + DAY)
    assert {p.currency for p in prices_in_force(made, Purpose.PURCHASE)} == {"EUR"}


def test_prices_that_cannot_be_are_refused() -> None:
    made = cast.published()
    for code, purpose, currency, size, amount in (
        ("unknown_currency", Purpose.PURCHASE, "XXX", SIZE, 1),
        ("size_not_offered", Purpose.PURCHASE, "USD", Decimal(123), 1),
        ("negative_price", Purpose.PURCHASE, "USD", SIZE, -1),
        ("paid_at_once", Purpose.ON_PASS, "USD", SIZE, 1),
    ):
        with refused(code):
            set_prices(made, purpose, currency, {size: amount}, by=STAFF, at=NOW)
    Programme.objects.update(sold_as="trial", trial_days=14)
    made.refresh_from_db()
    with refused("trial_costs_nothing"):
        set_prices(made, Purpose.PURCHASE, "USD", {SIZE: 1}, by=STAFF, at=NOW)
    set_prices(made, Purpose.PURCHASE, "USD", {SIZE: 0}, by=STAFF, at=NOW)


def test_an_add_on_has_one_price_in_a_currency() -> None:
    made = cast.published()
    set_add_on_price(made, "more-split", "USD", percent=Decimal(20), by=STAFF, at=NOW)
    set_add_on_price(made, "more-split", "USD", amount_minor=900, by=STAFF, at=NOW + DAY)
    (only,) = add_on_prices(made)
    assert (only.percent, only.amount_minor) == (None, 900)
    set_add_on_price(made, "more-split", "USD", by=STAFF, at=NOW + DAY)
    assert add_on_prices(made) == ()
    for code, name, currency, percent, amount in (
        ("no_add_on", "gift", "USD", Decimal(1), None),
        ("unknown_currency", "more-split", "XXX", Decimal(1), None),
        ("share_or_amount", "more-split", "USD", Decimal(1), 1),
        ("negative_price", "more-split", "USD", Decimal(-1), None),
        ("negative_price", "more-split", "USD", None, -1),
    ):
        with refused(code):
            set_add_on_price(
                made, name, currency, percent=percent, amount_minor=amount, by=STAFF, at=NOW
            )


def test_a_duplicate_has_the_rules_and_prices_under_its_own_name() -> None:
    made = cast.on_sale()
    set_add_on_price(made, "more-split", "USD", percent=Decimal(20), by=STAFF, at=NOW)
    copy = duplicate_programme(made, slug="copy", title="Copy", by=STAFF, at=NOW + DAY)
    assert (copy.visibility, copy.title) == (Visibility.PRIVATE, "Copy")
    assert copy.link_key != made.link_key
    book = read_draft(text_of(copy), "copy").rulebook
    assert (book.version, book.effective_from) == ("1", NOW.date() + DAY)
    assert book.phases == read_draft(text_of(made), "two-step").rulebook.phases
    assert [p.amount_minor for p in prices_in_force(copy, Purpose.PURCHASE)] == [49_900, 54_900]
    assert [a.percent for a in add_on_prices(copy)] == [Decimal(20)]
    assert len(prices_in_force(made, Purpose.PURCHASE)) == 2
    with refused("slug_taken"):
        duplicate_programme(made, slug="copy", title="Copy", by=STAFF, at=NOW)


def offer(**said: Any) -> Offer:
    return Offer(**{"title": "T", "visibility": "public", "sold_as": "challenge", **said})


def test_each_sees_what_is_for_him() -> None:
    inside, outside = cast.trader(), cast.trader("other@example.com")
    group = ClientGroup.objects.create(slug="vip", name="VIP")
    group.members.add(inside)
    made = cast.published()
    seen = {
        Visibility.PUBLIC: (True, True, True),
        Visibility.BY_LINK: (False, False, False),
        Visibility.GROUPS: (False, True, False),
        Visibility.PRIVATE: (False, False, False),
    }
    for visibility, expected in seen.items():
        set_offer(made, offer(visibility=visibility, groups=("vip",)), by=STAFF, at=NOW)
        persons = (None, inside.id, outside.id)
        assert tuple(listed(each).exists() for each in persons) == expected
        assert tuple(findable("two-step", each, "") is not None for each in persons) == expected
        with_link = findable("two-step", None, made.link_key) is not None
        assert with_link == (visibility in {Visibility.PUBLIC, Visibility.BY_LINK})
        assert findable("two-step", None, "wrong") is None or visibility == Visibility.PUBLIC


def test_an_offer_is_checked_and_audited() -> None:
    made = cast.published()
    for code, said in (
        ("trial_has_days", {"sold_as": "trial"}),
        ("trial_has_days", {"trial_days": 14}),
        ("trial_has_days", {"sold_as": "trial", "trial_days": 0}),
        ("trial_costs_nothing", {"sold_as": "trial", "trial_days": 14, "on_pass_days": 3}),
        ("no_such_group", {"groups": ("nobody",)}),
        ("no_group", {"visibility": "groups"}),
        ("no_country", {"refused_countries": ("us",)}),
        ("not_a_count", {"free_retries": -1}),
        ("not_a_count", {"on_pass_days": 0}),
    ):
        with refused(code):
            set_offer(made, offer(**said), by=STAFF, at=NOW)
    set_prices(made, Purpose.PURCHASE, "USD", {SIZE: 1}, by=STAFF, at=NOW)
    with refused("trial_costs_nothing"):
        set_offer(made, offer(sold_as="trial", trial_days=14), by=STAFF, at=NOW)
    full = offer(tags=("new",), free_retries=1, minimum_age=21, refused_countries=("US",))
    set_offer(made, full, by=STAFF, at=NOW)
    made.refresh_from_db()
    assert (made.tags, made.free_retries, made.minimum_age) == (["new"], 1, 21)
    row = AuditRow.objects.get(action="catalog.set_offer")
    assert (row.before or {})["visibility"] == "private"
    assert (row.after or {})["refused_countries"] == ["US"]
