"""The desk's overview of money: the trial balance, and what each programme earned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from propdesk.crm.ledger.balances import sums_by_currency, trial_balance
from propdesk.crm.purchases.revenue import revenue_by_programme
from propdesk.web.access import allowed
from propdesk.web.prices import shown
from propdesk.web.received import received_at


@require_safe
@never_cache
@allowed("ledger.read")
def finance(request: HttpRequest) -> HttpResponse:
    """Sums of the ledger's postings as they are now; none is kept."""
    balances = trial_balance()
    left = sums_by_currency(balances)
    context = {
        "balances": balances,
        "sums": [
            (currency, shown(minor, currency), minor == 0) for currency, minor in left.items()
        ],
        "revenue": [
            (
                each,
                *(
                    shown(minor, each.currency)
                    for minor in (
                        each.fees_minor,
                        each.discounts_minor,
                        each.refunds_minor,
                        each.chargebacks_minor,
                        each.net_minor,
                    )
                ),
            )
            for each in revenue_by_programme()
        ],
        "as_of": received_at(),
    }
    return render(request, "web/catalog/finance.html", context)
