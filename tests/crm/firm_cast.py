"""A small firm for tests: who acts, a trader, and a programme with prices."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from propdesk.crm.audit.actor import Actor
from propdesk.crm.catalog.actions.create_programme import NewProgramme, create_programme
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import Programme, Purpose, SoldAs, Visibility
from propdesk.crm.catalog.versions import draft_of
from propdesk.crm.people.models import Person, PersonState
from propdesk.crm.uuid7 import uuid7

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
STAFF = Actor(uuid7(NOW), "admin", "192.0.2.1")
SIZE = Decimal(100_000)
PRESET = "funderpro-2-step"
"""It has an add-on: ``more-split``."""
ADULT = date(1990, 1, 1)


def trader(email: str = "trader@example.com") -> Person:
    return Person.objects.create(
        id=uuid7(NOW), created_at=NOW, email=email, state=PersonState.REGISTERED
    )


def programme(slug: str = "two-step", preset: str = PRESET) -> Programme:
    new = NewProgramme(preset=preset, slug=slug, title="Two steps")
    return create_programme(new, by=STAFF, at=NOW)


def published(slug: str = "two-step", preset: str = PRESET) -> Programme:
    made = programme(slug, preset)
    draft = draft_of(made)
    assert draft is not None
    publish_version(made, sha256=draft.sha256, by=STAFF, at=NOW)
    return made


def on_sale(slug: str = "two-step", price: int = 54_900) -> Programme:
    """Everybody may buy 100,000 for 549.00 USD or 499.00 EUR."""
    made = published(slug)
    set_prices(made, Purpose.PURCHASE, "USD", {SIZE: price}, by=STAFF, at=NOW)
    set_prices(made, Purpose.PURCHASE, "EUR", {SIZE: price - 5_000}, by=STAFF, at=NOW)
    offer = Offer(title="Two steps", visibility=Visibility.PUBLIC, sold_as=SoldAs.CHALLENGE)
    set_offer(made, offer, by=STAFF, at=NOW)
    return Programme.objects.get(pk=made.pk)
