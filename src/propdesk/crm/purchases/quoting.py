"""A price asked of the catalogue: what is wanted, and the quote or the reason why there is none.

It must not write, and it must not reserve: a coupon is counted when the order is placed.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from propdesk.crm.catalog.models import (
    Coupon,
    Programme,
    ProgrammeVersion,
    Purpose,
    SoldAs,
)
from propdesk.crm.catalog.shelf import add_on_prices, price_of
from propdesk.crm.catalog.versions import loaded, version_on_sale
from propdesk.crm.purchases.models import Order
from propdesk.crm.purchases.order_states import BOUGHT, OrderState
from propdesk.crm.purchases.pricing import Quote, ShareOrAmount, quote
from propdesk.crm.refusal import ActionRefused
from propdesk.wire.rulebook_file import RulebookRefused, with_add_ons


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to buy."""

    programme: Programme
    size: Decimal
    currency: str
    add_ons: tuple[str, ...] = ()
    coupon: str = ""
    purpose: Purpose = Purpose.PURCHASE
    version: ProgrammeVersion | None = None
    """By which the account runs that a reset, retry or rest is for; None: the one on sale."""


@dataclass(frozen=True)
class Quoted:
    """The price, the version it is for, and the coupon that is used."""

    quote: Quote
    version: ProgrammeVersion
    coupon: Coupon | None


def quote_price(wish: Wish, person: UUID | None, at: datetime) -> Quoted:
    """What it costs now. ``person`` None: what is said of a person's own limits is not asked.

    Raises ``ActionRefused`` (``not_on_sale``, ``no_price``, ``no_add_on``, ``add_ons_clash``,
    ``trial_used`` and those of ``coupon_for``).
    """
    version = wish.version or version_on_sale(wish.programme, at.date())
    if version is None:
        raise ActionRefused("not_on_sale", _("This programme is not on sale."))
    price = price_of(wish.programme, wish.purpose, wish.size, wish.currency)
    if price is None:
        raise ActionRefused("no_price", _("This size is not sold in this currency."))
    prices = {
        each.add_on: ShareOrAmount(each.percent, each.amount_minor)
        for each in add_on_prices(wish.programme)
        if each.currency == wish.currency
    }
    _guard_add_ons(wish, version, prices.keys())
    if wish.programme.sold_as == SoldAs.TRIAL and person is not None and _had_trial(person):
        raise ActionRefused("trial_used", _("You have had your free trial."))
    coupon = coupon_for(wish, person, at) if wish.coupon else None
    rest = price_of(wish.programme, Purpose.ON_PASS, wish.size, wish.currency)
    owed = 0 if rest is None or wish.purpose != Purpose.PURCHASE else rest.amount_minor
    off = (coupon.code, ShareOrAmount(coupon.percent, coupon.amount_minor)) if coupon else None
    made = quote(wish.currency, price.amount_minor, wish.add_ons, prices, off, owed)
    return Quoted(made, version, coupon)


def coupon_for(wish: Wish, person: UUID | None, at: datetime) -> Coupon:
    """The coupon of a code, where this wish may bear it.

    Raises ``ActionRefused`` (``coupon_unknown``, ``coupon_not_yet``, ``coupon_over``,
    ``coupon_other_programme``, ``coupon_other_currency``, ``coupon_used_up``,
    ``coupon_used_by_you``, ``coupon_first_purchase``).
    """
    coupon = Coupon.objects.filter(code=wish.coupon.strip().upper()).first()
    if coupon is None:
        raise ActionRefused("coupon_unknown", _("There is no such coupon."))
    if at < coupon.starts_at:
        raise ActionRefused("coupon_not_yet", _("This coupon is not valid yet."))
    if coupon.ends_at is not None and at >= coupon.ends_at:
        raise ActionRefused("coupon_over", _("This coupon is no longer valid."))
    named = coupon.programmes.all()
    if named and wish.programme not in named:
        raise ActionRefused("coupon_other_programme", _("This coupon is for another programme."))
    if coupon.amount_minor is not None and coupon.currency != wish.currency:
        raise ActionRefused("coupon_other_currency", _("This coupon is in another currency."))
    _guard_uses(coupon, person)
    return coupon


def _guard_uses(coupon: Coupon, person: UUID | None) -> None:
    """An order that expired gives its use back."""
    uses = coupon.orders.exclude(state=OrderState.EXPIRED)
    if coupon.limit_total is not None and uses.count() >= coupon.limit_total:
        raise ActionRefused("coupon_used_up", _("This coupon has been used up."))
    if person is None:
        return
    own = uses.filter(person=person).count()
    if coupon.limit_per_person is not None and own >= coupon.limit_per_person:
        raise ActionRefused("coupon_used_by_you", _("You have used this coupon already."))
    bought = Order.objects.filter(person=person, state__in=BOUGHT)
    if coupon.first_purchase_only and (own or bought.exists()):
        raise ActionRefused("coupon_first_purchase", _("This coupon is for a first purchase."))


def _guard_add_ons(wish: Wish, version: ProgrammeVersion, sold: AbstractSet[str]) -> None:
    """A price without add-ons reads no rulebook: to apply them takes some hundredths of a second,
    and a price is asked for with each page."""
    if not wish.add_ons:
        return
    if len(set(wish.add_ons)) != len(wish.add_ons) or not set(wish.add_ons) <= sold:
        raise ActionRefused("no_add_on", _("This add-on is not sold in this currency."))
    book = loaded(version)
    if not set(wish.add_ons) <= book.rulebook.add_ons.keys():
        raise ActionRefused("no_add_on", _("This version has no such add-on."))
    try:
        with_add_ons(book, wish.add_ons)
    except RulebookRefused as error:
        raise ActionRefused("add_ons_clash", _("These add-ons do not go together.")) from error


def _had_trial(person: UUID) -> bool:
    trials = Order.objects.filter(person=person, version__programme__sold_as=SoldAs.TRIAL)
    return trials.exclude(state=OrderState.EXPIRED).exists()
