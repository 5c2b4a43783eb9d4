"""The financial overview: what a period brought, from the ledger's postings, with formulas."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.overview.money import Earned, earned, earned_by_programme
from propdesk.crm.overview.periods import Period
from propdesk.web.access import allowed
from propdesk.web.overview_tabs import period_of, tabs_of
from propdesk.web.prices import shown
from propdesk.web.received import received_at
from propdesk.web.remembered_for import remembered_for

FIGURES: tuple[tuple[str, str | Promise, str | Promise], ...] = (
    ("sales", _("Sales"), _("− (postings to “fees earned”): list prices with add-ons")),
    ("discounts", _("Discounts"), _("postings to “discounts”")),
    ("refunds", _("Refunds"), _("postings to “refunds”: asked for, less refused by the provider")),
    ("disputes_lost", _("Disputes lost"), _("postings to “disputes lost”")),
    ("net", _("Net revenue"), _("sales − discounts − refunds − disputes lost")),
    ("provider_fees", _("Fees of providers"), _("postings to “fees of payment providers”")),
    ("payouts", _("Payouts"), _("postings to “traders' shares of profit”")),
    ("result", _("Result"), _("net revenue − fees of providers − payouts")),
    ("tax", _("Tax taken"), _("− (postings to “tax owed”); not the firm's")),
    ("held_back", _("Held back for disputes"), _("opened less decided, in the period")),
    ("cash", _("Cash at providers"), _("postings to “cash at a payment provider”: its growth")),
)
SUMS = frozenset({"net", "result"})
KEPT_S = 15
BY_PROGRAMME = ("sales", "discounts", "refunds", "disputes_lost", "net")


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of a currency's table."""

    word: str | Promise
    formula: str | Promise
    amount: str
    is_sum: bool


@require_safe
@never_cache
@allowed("ledger.read")
def money(request: HttpRequest) -> HttpResponse:
    at = received_at()
    asked = period_of(request, at)
    kept = remembered_for(KEPT_S, "money", str(asked.period), at, lambda: _found(asked.period))
    in_all, by_programme = kept.found
    context = {
        "tabs": tabs_of(request),
        "asked": asked,
        "as_of": kept.at,
        "currencies": [(each.currency, _figures(each)) for each in in_all],
        "programmes": [
            (each.programme, [shown(getattr(each, name), each.currency) for name in BY_PROGRAMME])
            for each in by_programme
        ],
    }
    return render(request, "web/overview/money.html", context)


def _found(period: Period) -> tuple[tuple[Earned, ...], tuple[Earned, ...]]:
    return earned(period), earned_by_programme(period)


def _figures(one: Earned) -> list[Figure]:
    return [
        Figure(word, formula, shown(getattr(one, name), one.currency), name in SUMS)
        for name, word, formula in FIGURES
    ]
