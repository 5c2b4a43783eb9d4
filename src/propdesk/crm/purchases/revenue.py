"""What each programme earned: sums of the ledger's postings about its orders.

It must not keep a sum; net = fees earned - discounts - refunds - disputes lost.
"""

from dataclasses import dataclass

from django.db.models import OuterRef, Subquery, Sum

from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.crm.ledger.models import Posting
from propdesk.crm.purchases.models import Order

COUNTED = (
    AccountKind.FEE_REVENUE,
    AccountKind.DISCOUNTS,
    AccountKind.REFUNDS,
    AccountKind.CHARGEBACKS,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revenue:
    """Of one programme in one currency, in minor units; all but ``net`` are not below zero."""

    programme: str
    currency: str
    fees_minor: int = 0
    discounts_minor: int = 0
    refunds_minor: int = 0
    chargebacks_minor: int = 0

    @property
    def net_minor(self) -> int:
        return self.fees_minor - self.discounts_minor - self.refunds_minor - self.chargebacks_minor


def revenue_by_programme() -> tuple[Revenue, ...]:
    """By title and currency; what is about no order of ours has no programme and is not here."""
    order = Order.objects.filter(reference=OuterRef("entry__about"))
    rows = (
        Posting.objects.filter(account__kind__in=COUNTED)
        .annotate(programme=Subquery(order.values("version__programme__title")[:1]))
        .filter(programme__isnull=False)
        .values_list("programme", "currency", "account__kind")
        .annotate(total=Sum("amount_minor"))
        .order_by("programme", "currency")
    )
    sums: dict[tuple[str, str], dict[str, int]] = {}
    for programme, currency, kind, total in rows:
        sums.setdefault((programme, currency), {})[kind] = int(total)
    return tuple(
        Revenue(
            programme=programme,
            currency=currency,
            fees_minor=-by.get(AccountKind.FEE_REVENUE, 0),
            discounts_minor=by.get(AccountKind.DISCOUNTS, 0),
            refunds_minor=by.get(AccountKind.REFUNDS, 0),
            chargebacks_minor=by.get(AccountKind.CHARGEBACKS, 0),
        )
        for (programme, currency), by in sums.items()
    )
