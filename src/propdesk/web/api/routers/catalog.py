"""What the firm sells: programmes with their prices, texts to accept, and what a wish costs."""

from decimal import Decimal
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field, StringConstraints

from propdesk.crm.catalog.models import LegalText, Programme
from propdesk.crm.catalog.shelf import (
    OnSale,
    add_on_prices,
    admission_to,
    findable,
    listed,
    on_sale,
    texts_to_accept,
)
from propdesk.crm.catalog.versions import loaded
from propdesk.crm.purchases.quoting import Quoted, Wish, quote_price
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import Repeated, doing, reading
from propdesk.web.api.entry import public
from propdesk.web.api.problems import NotFound
from propdesk.web.api.words import (
    SEEN,
    Amount,
    CurrencyCode,
    Id,
    MoneyOut,
    Sha256,
    Slug,
    money_out,
    sum_out,
)
from propdesk.web.received import received_at

router = Router()


class PriceOut(Schema):
    """What one size costs."""

    size: MoneyOut
    price: MoneyOut


class AddOnOut(Schema):
    """What an add-on costs: a share of the price in per cent, or an amount."""

    name: str = Field(examples=["more-split"])
    currency: str = Field(examples=["USD"])
    percent: str | None = Field(examples=["20"])
    amount: MoneyOut | None


class ProgrammeOut(Schema):
    """A programme that is on sale, with the version by which it is sold."""

    slug: str = Field(examples=["two-step"])
    title: str = Field(examples=["Two steps"])
    sold_as: str = Field(examples=["challenge"])
    tags: list[str]
    version: str = Field(examples=["2026-11"])
    sha256: str = Field(description="Of the rulebook, as evidence names it.")
    minimum_age: int = Field(examples=[18])
    refused_countries: list[str] = Field(examples=[["IR"]])
    prices: list[PriceOut]
    add_ons: list[AddOnOut]


class RulebookOut(ProgrammeOut):
    """A programme with its rulebook."""

    rulebook: str = Field(description="YAML, as it was written.")


class ProgrammesOut(Schema):
    """Everything that is on sale to whoever asks."""

    items: list[ProgrammeOut]


class TextOut(Schema):
    """A text that a purchase accepts."""

    id: Id
    kind: str = Field(examples=["terms"])
    language: str = Field(examples=["en"])
    version: str = Field(examples=["2026-11"])
    title: str = Field(examples=["Terms of business"])
    body: str
    sha256: str


class TextsOut(Schema):
    """The texts that a purchase accepts now."""

    items: list[TextOut]


class WishSaid(Schema):
    """What somebody wants to buy."""

    programme: Slug
    size: Amount = Field(examples=["100000"])
    currency: CurrencyCode
    add_ons: list[Annotated[str, StringConstraints(max_length=60, pattern=SEEN)]] = Field(
        default_factory=list, max_length=20, examples=[["more-split"]]
    )
    coupon: Annotated[str, StringConstraints(max_length=40, pattern=SEEN)] = Field(
        default="", examples=["WELCOME"]
    )
    link: Annotated[str, StringConstraints(max_length=40, pattern=SEEN)] = ""


class LineOut(Schema):
    """One line of a price."""

    kind: str = Field(examples=["list"])
    name: str = Field(examples=["two-step"])
    amount: MoneyOut


class QuoteOut(Schema):
    """What a wish costs now; ``total`` goes into the order."""

    version: str
    sha256: Sha256
    lines: list[LineOut]
    total: MoneyOut
    rest_after_pass: MoneyOut | None


@reading(router, "/programmes", "programmes_list", public(), ProgrammesOut)
def list_programmes(request: HttpRequest) -> ProgrammesOut:
    """What the firm sells to whoever asks."""
    person, today = caller_of(request).person, received_at().date()
    sold = (on_sale(each, today) for each in listed(None if person is None else person.pk))
    return ProgrammesOut(items=[_programme(each) for each in sold if each is not None])


@reading(router, "/programmes/{slug:slug}", "programmes_read", public(), RulebookOut)
def read_programme(request: HttpRequest, slug: str, link: str = "") -> RulebookOut:
    """One programme, with the rulebook by which it is sold."""
    sold = on_sale(found(request, slug, link), received_at().date())
    if sold is None:
        raise NotFound
    return RulebookOut(**_programme(sold).model_dump(), rulebook=sold.version.rulebook)


@reading(router, "/legal-texts", "programmes_texts", public(), TextsOut)
def list_texts(request: HttpRequest) -> TextsOut:
    """The texts that an order accepts by their ids."""
    person = caller_of(request).person
    language = settings.LANGUAGE_CODE if person is None else person.language
    return TextsOut(items=[text_out(each) for each in texts_to_accept(language)])


@doing(router, "/quotes", "programmes_quote", public(), QuoteOut, repeated=Repeated.NEVER)
def quote(request: HttpRequest, wish: WishSaid) -> QuoteOut:
    """What a wish costs now. Nothing is reserved by it."""
    person = caller_of(request).person
    quoted = quote_price(
        wished(request, wish), None if person is None else person.pk, received_at()
    )
    return quote_out(quoted)


def found(request: HttpRequest, slug: str, link: str) -> Programme:
    """The programme, where whoever asks may see it. Raises ``NotFound``."""
    person = caller_of(request).person
    key = link if link.isprintable() else ""
    seen = findable(slug, None if person is None else person.pk, key)
    if seen is None:
        raise NotFound
    return seen


def wished(request: HttpRequest, said: WishSaid) -> Wish:
    """What was sent, as the actions take it."""
    return Wish(
        programme=found(request, said.programme, said.link),
        size=Decimal(said.size),
        currency=said.currency,
        add_ons=tuple(said.add_ons),
        coupon=said.coupon,
    )


def quote_out(quoted: Quoted) -> QuoteOut:
    priced = quoted.quote
    rest = priced.on_pass_minor
    return QuoteOut(
        version=quoted.version.name,
        sha256=quoted.version.sha256,
        lines=[
            LineOut(
                kind=each.kind,
                name=each.name,
                amount=money_out(each.amount_minor, priced.currency),
            )
            for each in priced.lines
        ],
        total=money_out(priced.total_minor, priced.currency),
        rest_after_pass=money_out(rest, priced.currency) if rest else None,
    )


def text_out(row: LegalText) -> TextOut:
    return TextOut(
        id=row.pk,
        kind=row.kind,
        language=row.language,
        version=row.version,
        title=row.title,
        body=row.body,
        sha256=row.sha256,
    )


def _programme(sold: OnSale) -> ProgrammeOut:
    of, admission = sold.programme, admission_to(sold.programme)
    book_currency = loaded(sold.version).rulebook.currency
    return ProgrammeOut(
        slug=of.slug,
        title=of.title,
        sold_as=of.sold_as,
        tags=of.tags,
        version=sold.version.name,
        sha256=sold.version.sha256,
        minimum_age=admission.minimum_age,
        refused_countries=sorted(admission.refused_countries),
        prices=[
            PriceOut(
                size=sum_out(each.size, book_currency),
                price=money_out(each.amount_minor, each.currency),
            )
            for each in sold.prices
        ],
        add_ons=[
            AddOnOut(
                name=each.add_on,
                currency=each.currency,
                percent=None if each.percent is None else f"{each.percent.normalize():f}",
                amount=None
                if each.amount_minor is None
                else money_out(each.amount_minor, each.currency),
            )
            for each in add_on_prices(of)
        ],
    )
