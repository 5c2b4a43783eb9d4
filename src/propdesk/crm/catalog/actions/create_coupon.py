"""Create a coupon."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.models import Coupon, Programme
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.money import MINOR_DIGITS

HUNDRED = Decimal(100)


@dataclass(frozen=True, kw_only=True)
class NewCoupon:
    """What a person says of a coupon. ``programmes`` empty: all of them."""

    code: str
    percent: Decimal | None = None
    amount_minor: int | None = None
    currency: str = ""
    starts_at: datetime
    ends_at: datetime | None = None
    limit_total: int | None = None
    limit_per_person: int | None = None
    first_purchase_only: bool = False
    programmes: tuple[str, ...] = ()


def create_coupon(new: NewCoupon, *, by: Actor, at: datetime) -> Coupon:
    """Raises ``ActionRefused`` (``code_taken``, ``share_or_amount``, ``not_a_share``,
    ``unknown_currency``, ``ends_before_start``, ``no_such_programme``, ``not_a_count``)."""
    require(by, "catalog.create_coupon")
    programmes = list(Programme.objects.filter(slug__in=new.programmes))
    _guard(new, len(programmes))
    try:
        # After this point the coupon must be created, unless its code is taken meanwhile.
        with transaction.atomic():
            coupon = Coupon.objects.create(
                id=uuid7(at),
                code=new.code.strip().upper(),
                percent=new.percent,
                amount_minor=new.amount_minor,
                currency=new.currency,
                starts_at=new.starts_at,
                ends_at=new.ends_at,
                limit_total=new.limit_total,
                limit_per_person=new.limit_per_person,
                first_purchase_only=new.first_purchase_only,
                created_at=at,
            )
            coupon.programmes.set(programmes)
            record(
                by=by,
                action="catalog.create_coupon",
                object_type="coupon",
                object_id=coupon.id,
                at=at,
                after={
                    "code": coupon.code,
                    "percent": None if new.percent is None else f"{new.percent:f}",
                    "amount_minor": new.amount_minor,
                    "currency": new.currency,
                },
            )
    except IntegrityError as error:
        if "coupon_code_is_one" not in str(error):
            raise
        raise ActionRefused("code_taken", _("There is a coupon of this code already.")) from error
    return coupon


def _guard(new: NewCoupon, found: int) -> None:
    if (new.percent is None) == (new.amount_minor is None):
        raise ActionRefused("share_or_amount", _("Give a percentage or an amount, not both."))
    if new.percent is not None and not 0 < new.percent <= HUNDRED:
        raise ActionRefused("not_a_share", _("A percentage is above 0 and at most 100."))
    if new.amount_minor is not None and new.amount_minor <= 0:
        raise ActionRefused("not_a_share", _("An amount is above zero."))
    if (new.amount_minor is not None) != (new.currency in MINOR_DIGITS):
        raise ActionRefused("unknown_currency", _("An amount, and it alone, has a currency."))
    if new.ends_at is not None and new.ends_at <= new.starts_at:
        raise ActionRefused("ends_before_start", _("It would end before it begins."))
    if found != len(set(new.programmes)):
        raise ActionRefused("no_such_programme", _("There is no such programme."))
    if any(each is not None and each < 1 for each in (new.limit_total, new.limit_per_person)):
        raise ActionRefused("not_a_count", _("A limit is at least one."))
