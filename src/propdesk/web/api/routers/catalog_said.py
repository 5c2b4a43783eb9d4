"""What the desk says of what is sold, as it is sent.

It must not decide what may be; the actions do, and their refusals are told.
"""

from decimal import Decimal
from typing import Annotated

from ninja import Schema
from pydantic import Field, StringConstraints

from propdesk.crm.catalog.actions.set_offer import Offer
from propdesk.crm.catalog.models import LegalKind, Purpose, SoldAs, Visibility
from propdesk.web.api.words import (
    SEEN,
    SOMETHING,
    Amount,
    Country,
    CurrencyCode,
    GivenInstant,
    Slug,
    minor_of,
)

COUNT_MAX = 30_000
Percent = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$")]
Tag = Annotated[str, StringConstraints(max_length=30, pattern=SOMETHING)]
Countries = Annotated[list[Country], Field(default_factory=list, max_length=300)]


class OfferSaid(Schema):
    """How a programme is offered. All of it is replaced."""

    title: Annotated[str, StringConstraints(max_length=120, pattern=SOMETHING)] = Field(
        examples=["Two steps"]
    )
    visibility: Visibility = Field(examples=["public"])
    sold_as: SoldAs = Field(examples=["challenge"])
    tags: list[Tag] = Field(default_factory=list, max_length=20, examples=[["swing"]])
    groups: list[Slug] = Field(default_factory=list, max_length=50, examples=[[]])
    trial_days: int | None = Field(default=None, ge=1, le=COUNT_MAX)
    free_retries: int = Field(default=0, ge=0, le=COUNT_MAX)
    on_pass_days: int | None = Field(default=None, ge=1, le=COUNT_MAX)
    minimum_age: int | None = Field(default=None, ge=16, le=99)
    refused_countries: Countries

    def offer(self) -> Offer:
        """As the action takes it."""
        said = self.model_dump()
        for name in ("tags", "groups", "refused_countries"):
            said[name] = tuple(said[name])
        return Offer(**said)


class PriceSaid(Schema):
    """What one size costs; null: it is not sold."""

    size: Amount = Field(examples=["100000"])
    amount: Amount | None = Field(default=None, examples=["549.00"])


class PricesSaid(Schema):
    """Prices in one currency for one purpose."""

    purpose: Purpose = Field(default=Purpose.PURCHASE, examples=["purchase"])
    currency: CurrencyCode
    prices: list[PriceSaid] = Field(min_length=1, max_length=100)

    def minor(self) -> dict[Decimal, int | None]:
        """By size, in minor units. Raises ``Refused``."""
        return {
            Decimal(each.size): None
            if each.amount is None
            else minor_of(each.amount, self.currency)
            for each in self.prices
        }


class ShareOrAmountSaid(Schema):
    """Per cent, or an amount; the action refuses both at once."""

    percent: Percent | None = Field(default=None, examples=["20"])
    amount: Amount | None = Field(default=None, examples=[None])

    @property
    def share(self) -> Decimal | None:
        return None if self.percent is None else Decimal(self.percent)


class AddOnPriceSaid(ShareOrAmountSaid):
    """What an add-on costs; neither: it is not sold."""

    add_on: Annotated[str, StringConstraints(max_length=60, pattern=SOMETHING)] = Field(
        examples=["more-split"]
    )
    currency: CurrencyCode


class CouponSaid(ShareOrAmountSaid):
    """A new coupon."""

    code: Annotated[str, StringConstraints(max_length=40, pattern=r"^[A-Za-z0-9_-]+$")] = Field(
        examples=["WELCOME"]
    )
    currency: Annotated[str, StringConstraints(pattern=r"^([A-Z]{3,5})?$")] = Field(
        default="", examples=[""], description="Of the amount; empty beside a percentage."
    )
    starts_at: GivenInstant | None = None
    ends_at: GivenInstant | None = None
    limit_total: int | None = Field(default=None, ge=1, le=2_000_000_000)
    limit_per_person: int | None = Field(default=None, ge=1, le=2_000_000_000)
    first_purchase_only: bool = False
    programmes: list[Slug] = Field(default_factory=list, max_length=100)


class TextSaid(Schema):
    """A version of a legal text."""

    kind: LegalKind = Field(examples=["terms"])
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z]{2,8})?$")] = Field(
        default="en", examples=["en"]
    )
    version: Annotated[str, StringConstraints(max_length=40, pattern=SOMETHING)] = Field(
        examples=["2026-11"]
    )
    title: Annotated[str, StringConstraints(max_length=120, pattern=SOMETHING)] = Field(
        examples=["Terms of business"]
    )
    body: Annotated[str, StringConstraints(max_length=500_000, pattern=r"^[^\x00]*$")] = Field(
        examples=["We sell evaluations."]
    )


class FirmSaid(Schema):
    """With whom the firm deals."""

    minimum_age: int = Field(ge=16, le=99, examples=[18])
    refused_countries: Countries


class BrandSaid(Schema):
    """How a brand looks."""

    name: Annotated[str, StringConstraints(max_length=80, pattern=SOMETHING)] = Field(
        examples=["Example Funding"]
    )
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] = Field(
        examples=["#1f5fae"]
    )
    sender_name: Annotated[str, StringConstraints(max_length=80, pattern=SEEN)] = ""
    sender_email: Annotated[
        str, StringConstraints(max_length=254, pattern=r"^([^@\s\x00]+@[^@\s\x00]+)?$")
    ] = ""
