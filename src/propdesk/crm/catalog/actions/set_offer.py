"""Set how a programme is offered: who sees it, what is bought, and to whom it is not sold."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.locks import lock_programme
from propdesk.crm.catalog.models import ClientGroup, Price, Programme, SoldAs, Visibility
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

COUNTRY_LETTERS = 2


@dataclass(frozen=True, kw_only=True)
class Offer:
    """All that is said of a programme beside its rulebook and its prices."""

    title: str
    visibility: Visibility
    sold_as: SoldAs
    tags: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    trial_days: int | None = None
    free_retries: int = 0
    on_pass_days: int | None = None
    minimum_age: int | None = None
    refused_countries: tuple[str, ...] = ()


def set_offer(programme: Programme, offer: Offer, *, by: Actor, at: datetime) -> None:
    """Raises ``ActionRefused`` (``trial_has_days``, ``trial_costs_nothing``, ``no_such_group``,
    ``no_group``, ``no_country``, ``not_a_count``)."""
    require(by, "catalog.set_offer")
    groups = list(ClientGroup.objects.filter(slug__in=offer.groups))
    _guard(programme, offer, groups)
    # After this point the offer must be set.
    with transaction.atomic():
        current = lock_programme(programme)
        before = _said(current)
        for name, value in asdict(offer).items():
            if name != "groups":
                setattr(current, name, list(value) if isinstance(value, tuple) else value)
        current.save()
        current.groups.set(groups)
        record(
            by=by,
            action="catalog.set_offer",
            object_type="programme",
            object_id=programme.id,
            at=at,
            before=before,
            after=_said(current),
        )


def _guard(programme: Programme, offer: Offer, groups: Collection[ClientGroup]) -> None:
    trial = offer.sold_as == SoldAs.TRIAL
    if trial != (offer.trial_days is not None) or _below_one(offer.trial_days):
        raise ActionRefused("trial_has_days", _("A free trial, and it alone, runs for some days."))
    costly = Price.objects.filter(programme=programme, until__isnull=True, amount_minor__gt=0)
    if trial and (offer.on_pass_days is not None or costly.exists()):
        raise ActionRefused("trial_costs_nothing", _("A free trial costs nothing."))
    if len(groups) != len(set(offer.groups)):
        raise ActionRefused("no_such_group", _("There is no such group of persons."))
    if offer.visibility == Visibility.GROUPS and not groups:
        raise ActionRefused("no_group", _("Name the groups that see it."))
    if any(not _is_country(each) for each in offer.refused_countries):
        raise ActionRefused("no_country", _("Write countries as two capital letters: US."))
    if offer.free_retries < 0 or _below_one(offer.on_pass_days):
        raise ActionRefused("not_a_count", _("Counts are not below zero, days not below one."))


def _below_one(days: int | None) -> bool:
    return days is not None and days < 1


def _is_country(text: str) -> bool:
    return len(text) == COUNTRY_LETTERS and text.isascii() and text.isalpha() and text.isupper()


def _said(programme: Programme) -> dict[str, object]:
    return {
        "title": programme.title,
        "visibility": str(programme.visibility),
        "sold_as": str(programme.sold_as),
        "tags": list(programme.tags),
        "groups": sorted(programme.groups.values_list("slug", flat=True)),
        "trial_days": programme.trial_days,
        "free_retries": programme.free_retries,
        "on_pass_days": programme.on_pass_days,
        "minimum_age": programme.minimum_age,
        "refused_countries": list(programme.refused_countries),
    }
