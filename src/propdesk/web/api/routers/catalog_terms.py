"""What the desk does to what is sold: coupons, legal texts, the firm's terms and brands."""

from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from propdesk.crm.api_keys.models import Scope
from propdesk.crm.catalog.actions.create_coupon import NewCoupon, create_coupon
from propdesk.crm.catalog.actions.end_coupon import end_coupon
from propdesk.crm.catalog.actions.publish_legal_text import NewText, publish_legal_text
from propdesk.crm.catalog.actions.set_firm import Look, set_brand, set_firm_terms
from propdesk.crm.catalog.models import Coupon
from propdesk.web.api.caller import caller_of
from propdesk.web.api.declaring import doing, reading
from propdesk.web.api.entry import allowed
from propdesk.web.api.paging import Page, PageAsked, page
from propdesk.web.api.problems import NotFound
from propdesk.web.api.routers.catalog import TextOut, text_out
from propdesk.web.api.routers.catalog_said import BrandSaid, CouponSaid, FirmSaid, TextSaid
from propdesk.web.api.words import Done, Id, Instant, MoneyOut, minor_of, money_out
from propdesk.web.received import received_at

router = Router()
READ, WRITE = Scope.CATALOG_READ, Scope.CATALOG_WRITE
SLUG_LENGTH_MAX = 40


class CouponOut(Schema):
    """A coupon."""

    id: Id
    code: str = Field(examples=["WELCOME"])
    percent: str | None = Field(examples=["20"])
    amount: MoneyOut | None
    starts_at: Instant
    ends_at: Instant | None
    limit_total: int | None
    limit_per_person: int | None
    first_purchase_only: bool


@reading(router, "/coupons", "catalog_coupons", allowed(READ, "catalog.read"), Page[CouponOut])
def list_coupons(request: HttpRequest, asked: PageAsked) -> Page[CouponOut]:
    """Coupons, the newest first."""
    del request
    rows, following = page(Coupon.objects.all(), ("id",), asked)
    return Page[CouponOut](items=[_coupon(each) for each in rows], next=following)


@doing(
    router, "/coupons", "catalog_create_coupon", allowed(WRITE, "catalog.create_coupon"), CouponOut
)
def new_coupon(request: HttpRequest, said: CouponSaid) -> CouponOut:
    """Create a coupon."""
    now = received_at()
    amount = None if said.amount is None else minor_of(said.amount, said.currency)
    new = NewCoupon(
        code=said.code,
        percent=said.share,
        amount_minor=amount,
        currency=said.currency,
        starts_at=said.starts_at or now,
        ends_at=said.ends_at,
        limit_total=said.limit_total,
        limit_per_person=said.limit_per_person,
        first_purchase_only=said.first_purchase_only,
        programmes=tuple(said.programmes),
    )
    by = caller_of(request).acting("catalog.create_coupon")
    return _coupon(create_coupon(new, by=by, at=now))


@doing(
    router, "/coupons/{uuid:id}/end", "catalog_end_coupon", allowed(WRITE, "catalog.end_coupon"),
    CouponOut,
)  # fmt: skip
def finish_coupon(request: HttpRequest, id: UUID) -> CouponOut:  # noqa: A002
    """End a coupon; orders that have it keep it."""
    by = caller_of(request).acting("catalog.end_coupon")
    end_coupon(Coupon.objects.get(pk=id), by=by, at=received_at())
    return _coupon(Coupon.objects.get(pk=id))


@doing(
    router, "/desk/legal-texts", "catalog_publish_text",
    allowed(WRITE, "catalog.publish_legal_text"), TextOut,
)  # fmt: skip
def publish_text(request: HttpRequest, said: TextSaid) -> TextOut:
    """Publish a version of a legal text; orders from now on accept it."""
    new = NewText(
        kind=said.kind,
        version=said.version,
        title=said.title,
        body=said.body,
        language=said.language,
    )
    by = caller_of(request).acting("catalog.publish_legal_text")
    return text_out(publish_legal_text(new, by=by, at=received_at()))


@doing(
    router, "/desk/firm-terms", "catalog_set_firm_terms", allowed(WRITE, "catalog.set_firm_terms"),
    Done, method="PUT",
)  # fmt: skip
def firm_terms(request: HttpRequest, said: FirmSaid) -> Done:
    """Say with whom the firm deals at all."""
    by = caller_of(request).acting("catalog.set_firm_terms")
    set_firm_terms(said.minimum_age, tuple(said.refused_countries), by=by, at=received_at())
    return Done()


@doing(
    router, "/desk/brands/{slug:slug}", "catalog_set_brand", allowed(WRITE, "catalog.set_brand"),
    Done, method="PUT",
)  # fmt: skip
def brand(request: HttpRequest, slug: str, said: BrandSaid) -> Done:
    """Say how a brand looks and who sends its messages; its logo stays."""
    look = Look(
        name=said.name,
        accent=said.accent,
        sender_name=said.sender_name,
        sender_email=said.sender_email,
    )
    if len(slug) > SLUG_LENGTH_MAX:
        raise NotFound
    set_brand(slug, look, by=caller_of(request).acting("catalog.set_brand"), at=received_at())
    return Done()


def _coupon(row: Coupon) -> CouponOut:
    amount = None if row.amount_minor is None else money_out(row.amount_minor, row.currency)
    return CouponOut(
        id=row.pk,
        code=row.code,
        percent=None if row.percent is None else f"{row.percent.normalize():f}",
        amount=amount,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        limit_total=row.limit_total,
        limit_per_person=row.limit_per_person,
        first_purchase_only=row.first_purchase_only,
    )
