"""Set what an add-on of the rulebook costs in one currency, or take it off sale."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.locks import lock_programme
from propdesk.crm.catalog.models import AddOnPrice, Programme
from propdesk.crm.catalog.versions import draft_of, last_published, loaded
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.money import MINOR_DIGITS


def set_add_on_price(
    programme: Programme,
    add_on: str,
    currency: str,
    *,
    percent: Decimal | None = None,
    amount_minor: int | None = None,
    by: Actor,
    at: datetime,
) -> None:
    """A share of the price, or an amount; neither takes it off sale.

    Raises ``ActionRefused`` (``no_add_on``, ``unknown_currency``, ``share_or_amount``,
    ``negative_price``).
    """
    require(by, "catalog.set_add_on_price")
    versions = [each for each in (draft_of(programme), last_published(programme)) if each]
    if add_on not in {name for each in versions for name in loaded(each).rulebook.add_ons}:
        raise ActionRefused("no_add_on", _("The rulebook has no add-on of this name."))
    if currency not in MINOR_DIGITS:
        raise ActionRefused("unknown_currency", _("This currency's minor unit is not known."))
    if percent is not None and amount_minor is not None:
        raise ActionRefused("share_or_amount", _("Give a percentage or an amount, not both."))
    if (percent is not None and percent < 0) or (amount_minor is not None and amount_minor < 0):
        raise ActionRefused("negative_price", _("A price is not below zero."))
    # After this point the price must be set.
    with transaction.atomic():
        lock_programme(programme)
        programme.add_ons.filter(add_on=add_on, currency=currency, until__isnull=True).update(
            until=at
        )
        if percent is not None or amount_minor is not None:
            AddOnPrice.objects.create(
                id=uuid7(at),
                programme=programme,
                add_on=add_on,
                currency=currency,
                percent=percent,
                amount_minor=amount_minor,
                since=at,
            )
        record(
            by=by,
            action="catalog.set_add_on_price",
            object_type="programme",
            object_id=programme.id,
            at=at,
            after={
                "add_on": add_on,
                "currency": currency,
                "percent": None if percent is None else f"{percent:f}",
                "amount_minor": amount_minor,
            },
        )
