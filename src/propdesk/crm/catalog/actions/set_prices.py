"""Set prices of a programme in one currency: what changes is closed and written anew."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.locks import lock_programme
from propdesk.crm.catalog.models import Price, Programme, Purpose, SoldAs
from propdesk.crm.catalog.versions import draft_of, last_published, loaded
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.domain.money import MINOR_DIGITS


def set_prices(
    programme: Programme,
    purpose: Purpose,
    currency: str,
    prices: Mapping[Decimal, int | None],
    *,
    by: Actor,
    at: datetime,
) -> None:
    """By size, in minor units; None takes the size off sale. Sizes that are not named stay.

    Raises ``ActionRefused`` (``unknown_currency``, ``size_not_offered``, ``negative_price``,
    ``trial_costs_nothing``, ``paid_at_once``).
    """
    require(by, "catalog.set_prices")
    _guard(programme, purpose, currency, prices)
    # After this point the prices must be set.
    with transaction.atomic():
        lock_programme(programme)
        in_force = programme.prices.filter(purpose=purpose, currency=currency, until__isnull=True)
        known = {each.size: each for each in in_force}
        before: dict[str, object] = {}
        after: dict[str, object] = {}
        for size, amount in prices.items():
            old = known.get(size)
            if (None if old is None else old.amount_minor) == amount:
                continue
            before[f"{size:f}"] = None if old is None else old.amount_minor
            after[f"{size:f}"] = amount
            if old is not None:
                Price.objects.filter(pk=old.pk).update(until=at)
            if amount is not None:
                Price.objects.create(
                    id=uuid7(at),
                    programme=programme,
                    purpose=purpose,
                    size=size,
                    currency=currency,
                    amount_minor=amount,
                    since=at,
                )
        record(
            by=by,
            action="catalog.set_prices",
            object_type="programme",
            object_id=programme.id,
            at=at,
            before={"purpose": purpose.value, "currency": currency, **before},
            after={"purpose": purpose.value, "currency": currency, **after},
        )


def _guard(
    programme: Programme, purpose: Purpose, currency: str, prices: Mapping[Decimal, int | None]
) -> None:
    if currency not in MINOR_DIGITS:
        raise ActionRefused("unknown_currency", _("This currency's minor unit is not known."))
    versions = [each for each in (draft_of(programme), last_published(programme)) if each]
    offered = {offer.size for each in versions for offer in loaded(each).rulebook.sizes}
    if not prices.keys() <= offered:
        raise ActionRefused("size_not_offered", _("The rulebook offers no account of this size."))
    amounts = [each for each in prices.values() if each is not None]
    if any(each < 0 for each in amounts):
        raise ActionRefused("negative_price", _("A price is not below zero."))
    if programme.sold_as == SoldAs.TRIAL and any(amounts):
        raise ActionRefused("trial_costs_nothing", _("A free trial costs nothing."))
    if purpose == Purpose.ON_PASS and programme.on_pass_days is None and amounts:
        raise ActionRefused(
            "paid_at_once", _("Say first within how many days the rest is paid after the pass.")
        )
