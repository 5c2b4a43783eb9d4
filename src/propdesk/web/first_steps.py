"""What a new firm has to do before it can sell: each step derived from what there is.

It must not remember anything: a step that is undone is to be done again.
"""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from propdesk.connectors.test_payments.provider import NAME as TEST
from propdesk.crm.catalog.models import (
    Brand,
    FirmTerms,
    LegalText,
    Price,
    Programme,
    ProgrammeVersion,
    VersionState,
    Visibility,
)
from propdesk.crm.people.permissions import permitting_role
from propdesk.web.payment_providers import providers
from propdesk.web.visitor import Visitor

UNNAMED = "Propdesk"
"""What a firm is called that nobody named."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``address`` empty: it is done by a setting, which ``how`` names."""

    title: str | Promise
    how: str | Promise
    is_done: bool
    address: str = ""


def first_steps() -> list[Step]:
    """All steps, in the order in which they are taken."""
    return [*_firm(), *_offer(), *_machinery()]


def leads_first(who: Visitor) -> bool:
    """Whether who has signed in is one who sets the firm up, and it cannot sell yet."""
    rules = permitting_role("catalog.set_firm_terms", who.roles) is not None
    return rules and not all(each.is_done for each in first_steps())


def _firm() -> list[Step]:
    here = reverse("firm")
    return [
        Step(
            _("Name the firm"),
            _("Its name and colour are on the shop and in every message."),
            Brand.objects.exclude(name=UNNAMED).exists(),
            here,
        ),
        Step(
            _("Say with whom it deals"),
            _("The least age, and countries it does not sell to."),
            FirmTerms.objects.exists(),
            here,
        ),
        Step(
            _("Publish its terms"),
            _("Whoever buys accepts the newest version of each text."),
            LegalText.objects.exists(),
            reverse("staff-texts"),
        ),
    ]


def _offer() -> list[Step]:
    desk = reverse("staff-programmes")
    published = ProgrammeVersion.objects.filter(state=VersionState.PUBLISHED)
    priced = Price.objects.filter(until=None, purpose="purchase", programme__versions__in=published)
    shown = Programme.objects.exclude(visibility=Visibility.PRIVATE)
    return [
        Step(
            _("Make a programme from a preset, and publish it"),
            _("A preset is a rulebook to begin with; every rule of it can be changed."),
            published.exists(),
            desk,
        ),
        Step(
            _("Set its prices"), _("By size and currency; coupons come later."),
            priced.exists(), desk,
        ),
        Step(
            _("Put it on sale"), _("A new programme is seen by staff alone."),
            shown.filter(prices__in=priced).exists(), desk,
        ),
    ]  # fmt: skip


def _machinery() -> list[Step]:
    names = list(providers())
    paid_by_test = names == [TEST]
    return [
        Step(
            _("Take payments"),
            _("Test payments are on: no money moves. PROPDESK_TEST_PAYMENTS=no switches them off.")
            if paid_by_test
            else _("PROPDESK_TEST_PAYMENTS=yes lets you try it without money."),
            bool(names),
        ),
        Step(
            _("Have a platform to trade on"),
            _("The simulated platform runs beside the pages.")
            if settings.SIMULATED_PLATFORM
            else _("PROPDESK_SIMULATED_PLATFORM=on starts the one that ships."),
            bool(settings.SIMULATED_PLATFORM),
        ),
    ]
