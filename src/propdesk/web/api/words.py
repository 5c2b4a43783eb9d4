"""The words of the API: how money, moments, names and texts are written.

Money is a string with its currency, a moment RFC 3339 in UTC. Nothing here is a float.
"""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, TypeAlias
from uuid import UUID

from ninja import Schema
from pydantic import AfterValidator, AwareDatetime, Field, PlainSerializer, StringConstraints

from propdesk.domain.minor_units import money_of, read_minor
from propdesk.web.api.problems import Refused

EXAMPLE_ID = "01939a3c-5f7e-7a52-9b1e-2f6d1c0a9e11"
EXAMPLE_AT = "2026-11-23T12:00:00Z"
YEARS = range(1990, 2200)
# No NUL, which no column takes, and no other character that nobody sees.
SEEN = r"^[^\x00-\x1f\x7f]*$"
SOMETHING = r"^[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,8})?$"


def rfc3339(moment: datetime) -> str:
    """In UTC, with ``Z``."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _within_years(moment: datetime) -> datetime:
    if moment.year not in YEARS:
        raise ValueError("a moment of these two centuries")
    return moment


Id: TypeAlias = Annotated[UUID, Field(examples=[EXAMPLE_ID])]
Instant: TypeAlias = Annotated[
    AwareDatetime, PlainSerializer(rfc3339, return_type=str), Field(examples=[EXAMPLE_AT])
]
GivenInstant: TypeAlias = Annotated[
    AwareDatetime, AfterValidator(_within_years), Field(examples=[EXAMPLE_AT])
]
Line: TypeAlias = Annotated[str, StringConstraints(max_length=200, pattern=SEEN)]
Reason: TypeAlias = Annotated[
    str,
    StringConstraints(max_length=200, pattern=SOMETHING),
    Field(examples=["Asked for by the trader."]),
]
Slug: TypeAlias = Annotated[
    str, StringConstraints(max_length=60, pattern=SLUG), Field(examples=["two-step"])
]
CurrencyCode: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{3,5}$"), Field(examples=["USD"])
]
Country: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Z]{2}$"), Field(examples=["CH"])
]
Amount: TypeAlias = Annotated[str, StringConstraints(pattern=AMOUNT), Field(examples=["549.00"])]
"""An amount as it is sent, in the currency beside it."""
Sha256: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(examples=["0" * 64])
]


class MoneyOut(Schema):
    """An amount in a currency, exact."""

    amount: str = Field(examples=["549.00"])
    currency: str = Field(examples=["USD"])


class Why(Schema):
    """Why something is done. The audit keeps it."""

    reason: Reason


class Done(Schema):
    """That it was done, and recorded."""

    done: bool = True


def money_out(minor: int, currency: str) -> MoneyOut:
    """Of minor units."""
    return MoneyOut(amount=f"{money_of(minor, currency).amount:f}", currency=currency)


def sum_out(amount: Decimal, currency: str) -> MoneyOut:
    """Of an amount that a column padded with zeros: 100000, not 100000.0000."""
    whole = amount.to_integral_value()
    return MoneyOut(
        amount=f"{whole if amount == whole else amount.normalize():f}", currency=currency
    )


def minor_of(amount: str, currency: str) -> int:
    """The minor units of an amount that was sent. Raises ``Refused`` (422) with the sentence."""
    try:
        return read_minor(amount, currency)
    except ValueError as error:
        raise Refused(422, "no_amount", str(error)) from None
