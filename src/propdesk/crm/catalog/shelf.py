"""What a visitor finds: programmes by their visibility, prices in force, texts to accept.

It must not show what is hidden from whoever asks.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, QuerySet

from propdesk.crm.catalog.admission import MINIMUM_AGE_DEFAULT, Admission, admission
from propdesk.crm.catalog.models import (
    AddOnPrice,
    FirmTerms,
    LegalText,
    Price,
    Programme,
    ProgrammeVersion,
    Purpose,
    Visibility,
)
from propdesk.crm.catalog.versions import version_on_sale


@dataclass(frozen=True, slots=True)
class OnSale:
    """A programme with the version that is sold and its prices for purchases."""

    programme: Programme
    version: ProgrammeVersion
    prices: tuple[Price, ...]


def listed(person: UUID | None) -> QuerySet[Programme]:
    """What the catalogue lists for a person, or for a visitor who has not signed in."""
    shown = Q(visibility=Visibility.PUBLIC)
    if person is not None:
        shown |= Q(visibility=Visibility.GROUPS, groups__members=person)
    return Programme.objects.filter(shown).select_related("brand").distinct().order_by("title")


def findable(slug: str, person: UUID | None, link_key: str) -> Programme | None:
    """The programme of an address, where whoever asks may see it."""
    programme = listed(person).filter(slug=slug).first()
    if programme is None and link_key:
        by_link = Programme.objects.filter(slug=slug, visibility=Visibility.BY_LINK)
        programme = by_link.filter(link_key=link_key).select_related("brand").first()
    return programme


def on_sale(programme: Programme, on: date) -> OnSale | None:
    """None: no version is in force, or nothing has a price."""
    version = version_on_sale(programme, on)
    prices = prices_in_force(programme, Purpose.PURCHASE)
    return OnSale(programme, version, prices) if version is not None and prices else None


def prices_in_force(programme: Programme, purpose: Purpose) -> tuple[Price, ...]:
    """By size and currency."""
    found = programme.prices.filter(purpose=purpose, until__isnull=True)
    return tuple(found.order_by("size", "currency"))


def price_of(programme: Programme, purpose: Purpose, size: Decimal, currency: str) -> Price | None:
    found = programme.prices.filter(purpose=purpose, until__isnull=True)
    return found.filter(size=size, currency=currency).first()


def add_on_prices(programme: Programme) -> tuple[AddOnPrice, ...]:
    """What add-ons cost now; one without a price is not sold."""
    return tuple(programme.add_ons.filter(until__isnull=True).order_by("add_on", "currency"))


def texts_to_accept(language: str) -> tuple[LegalText, ...]:
    """The latest of each kind, in the language, or in the firm's first one where there is none."""
    found: dict[str, LegalText] = {}
    for text in LegalText.objects.order_by("published_at", "id"):
        known = found.get(text.kind)
        if known is None or text.language == language or known.language != language:
            found[text.kind] = text
    return tuple(sorted(found.values(), key=lambda each: each.kind))


def firm_terms() -> FirmTerms:
    """The firm's row, or what holds until one is written."""
    return FirmTerms.objects.first() or FirmTerms(minimum_age=MINIMUM_AGE_DEFAULT)


def admission_to(programme: Programme) -> Admission:
    firm = firm_terms()
    return admission(
        firm.minimum_age,
        firm.refused_countries,
        programme.minimum_age,
        programme.refused_countries,
    )
