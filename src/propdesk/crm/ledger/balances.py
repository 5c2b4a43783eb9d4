"""Balances: sums of postings, asked for and never kept.

A statement of a currency adds up to zero, always; whoever shows it shows that too.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Sum

from propdesk.crm.ledger.account_kinds import CREDIT_KINDS, AccountKind
from propdesk.crm.ledger.models import Posting
from propdesk.domain.minor_units import money_of
from propdesk.domain.money import Money


@dataclass(frozen=True, slots=True)
class Balance:
    """The sum of an account; above zero it is a debit."""

    kind: AccountKind
    detail: str
    currency: str
    amount_minor: int

    @property
    def debit(self) -> Money | None:
        return money_of(self.amount_minor, self.currency) if self.amount_minor > 0 else None

    @property
    def credit(self) -> Money | None:
        return money_of(-self.amount_minor, self.currency) if self.amount_minor < 0 else None

    @property
    def usual(self) -> Money:
        """With the sign it is spoken of: revenue is above zero although it is a credit."""
        sign = -1 if self.kind in CREDIT_KINDS else 1
        return money_of(sign * self.amount_minor, self.currency)


def trial_balance() -> tuple[Balance, ...]:
    """Every account's balance, by currency, kind and detail."""
    rows = (
        Posting.objects.values_list("account__kind", "account__detail", "account__currency")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    found = (
        Balance(AccountKind(kind), detail, currency, int(total))
        for kind, detail, currency, total in rows
    )
    places = list(AccountKind)
    return tuple(
        sorted(found, key=lambda each: (each.currency, places.index(each.kind), each.detail))
    )


def sums_by_currency(balances: Iterable[Balance]) -> dict[str, int]:
    """What is left of each currency, in minor units: zero, or the ledger is broken."""
    left: dict[str, int] = {}
    for each in balances:
        left[each.currency] = left.get(each.currency, 0) + each.amount_minor
    return left


def balance_of(kind: AccountKind, currency: str, detail: str = "") -> int:
    """In minor units; zero where nothing was ever posted."""
    lines = Posting.objects.filter(
        account__kind=kind, account__detail=detail, account__currency=currency
    )
    return int(lines.aggregate(total=Sum("amount_minor"))["total"] or 0)
