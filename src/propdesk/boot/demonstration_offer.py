"""What the demonstration's firm sells: its name, its terms, three programmes, a coupon.

Done by the actions of the staff's pages. Imported once Django is set up.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from propdesk.crm.audit.actor import Actor
from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon
from propdesk.crm.catalog.actions.create_programme import NewProgramme, create_programme
from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.actions.publish_version import publish_version
from propdesk.crm.catalog.actions.set_firm import Look, set_brand, set_firm_terms
from propdesk.crm.catalog.actions.set_offer import Offer, set_offer
from propdesk.crm.catalog.actions.set_prices import set_prices
from propdesk.crm.catalog.models import LegalKind, Purpose, SoldAs, Visibility
from propdesk.crm.catalog.models.firm import DEFAULT_BRAND
from propdesk.crm.catalog.versions import draft_of

COUPON = "WELCOME10"
NO_TERMS = (
    "This firm is a demonstration. Nothing is sold, no money moves, and every account is on a "
    "simulated platform. A real firm publishes its own terms here."
)


@dataclass(frozen=True, slots=True)
class Offered:
    """A programme: the preset it is made from, and prices by size, in minor units of dollars and
    of euros."""

    preset: str
    slug: str
    title: str
    sold_as: SoldAs
    prices: Mapping[int, tuple[int, int]]


PROGRAMMES = (
    Offered(
        "ftmo-2-step",
        "two-steps",
        "Two steps",
        SoldAs.CHALLENGE,
        {25_000: (25_000, 23_000), 50_000: (34_500, 31_500), 100_000: (54_000, 49_500)},
    ),
    Offered(
        "fundednext-stellar-1-step",
        "one-step",
        "One step",
        SoldAs.CHALLENGE,
        {25_000: (19_900, 18_400), 50_000: (29_900, 27_500), 100_000: (51_900, 47_900)},
    ),
    Offered(
        "fundingpips-zero",
        "instant",
        "Instant funding",
        SoldAs.INSTANT,
        {10_000: (9_900, 9_100), 25_000: (21_900, 20_100)},
    ),
)


def make_offer(by: Actor, at: datetime) -> None:
    """Everything a visitor finds in the shop."""
    set_brand(DEFAULT_BRAND, Look(name="Demo firm", accent="#1f5fae"), by=by, at=at)
    set_firm_terms(18, ("IR", "KP"), by=by, at=at)
    for kind, title in ((LegalKind.TERMS, "Terms of business"), (LegalKind.RISK, "Risks")):
        text = NewText(kind=kind, version="demo", title=title, body=NO_TERMS)
        publish_legal_text(text, by=by, at=at)
    for each in PROGRAMMES:
        _programme(each, by, at)
    coupon = NewCoupon(code=COUPON, percent=Decimal(10), starts_at=at, limit_per_person=1)
    create_coupon(coupon, by=by, at=at)


def _programme(offered: Offered, by: Actor, at: datetime) -> None:
    new = NewProgramme(preset=offered.preset, slug=offered.slug, title=offered.title)
    programme = create_programme(new, by=by, at=at)
    for place, currency in enumerate(("USD", "EUR")):
        prices = {Decimal(size): amounts[place] for size, amounts in offered.prices.items()}
        set_prices(programme, Purpose.PURCHASE, currency, prices, by=by, at=at)
    draft = draft_of(programme)
    assert draft is not None, "a programme is created with a draft"  # noqa: S101
    publish_version(programme, sha256=draft.sha256, by=by, at=at)
    offer = Offer(
        title=offered.title, visibility=Visibility.PUBLIC, sold_as=offered.sold_as, tags=("demo",)
    )
    set_offer(programme, offer, by=by, at=at)
