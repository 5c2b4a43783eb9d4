"""What the firm earned in a period: sums of the ledger's postings, by currency and by programme.

It must not keep a sum, nor add up two currencies.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connection
from django.db.models import Sum

from propdesk.crm.ledger.account_kinds import AccountKind
from propdesk.crm.ledger.models import Posting
from propdesk.crm.overview.periods import Period

ELSEWHERE = ""
"""The programme of what is about no order: money that came without one."""


@dataclass(frozen=True, slots=True)
class Earned:
    """Of one currency, and one programme where it says so. Amounts are in minor units."""

    currency: str
    postings: Mapping[str, int]
    """The sum of each kind of account, a debit above zero."""
    programme: str = ELSEWHERE

    def of(self, kind: AccountKind) -> int:
        return self.postings.get(kind, 0)

    @property
    def sales(self) -> int:
        return -self.of(AccountKind.FEE_REVENUE)

    @property
    def discounts(self) -> int:
        return self.of(AccountKind.DISCOUNTS)

    @property
    def refunds(self) -> int:
        return self.of(AccountKind.REFUNDS)

    @property
    def disputes_lost(self) -> int:
        return self.of(AccountKind.CHARGEBACKS)

    @property
    def net(self) -> int:
        return self.sales - self.discounts - self.refunds - self.disputes_lost

    @property
    def provider_fees(self) -> int:
        return self.of(AccountKind.PROVIDER_FEES)

    @property
    def payouts(self) -> int:
        return self.of(AccountKind.PAYOUTS)

    @property
    def result(self) -> int:
        """What is left after the providers and the traders."""
        return self.net - self.provider_fees - self.payouts

    @property
    def tax(self) -> int:
        """Taken for the state; it is not the firm's."""
        return -self.of(AccountKind.TAX_PAYABLE)

    @property
    def held_back(self) -> int:
        """What providers began to hold back for disputes, less what they gave free."""
        return self.of(AccountKind.DISPUTED)

    @property
    def cash(self) -> int:
        """By how much what lies at the providers grew."""
        return self.of(AccountKind.CASH_AT_PROVIDER)


def earned(period: Period) -> tuple[Earned, ...]:
    """By currency. An entry's identifier is made of its moment, and says when it was booked."""
    first, behind = period.ids
    rows = (
        Posting.objects.filter(entry_id__gte=first, entry_id__lt=behind)
        .values_list("currency", "account__kind")
        .annotate(total=Sum("amount_minor"))
        .order_by()
    )
    sums: dict[str, dict[str, int]] = defaultdict(dict)
    for currency, kind, total in rows:
        sums[currency][kind] = int(total)
    return tuple(Earned(currency, sums[currency]) for currency in sorted(sums))


def earned_by_programme(period: Period) -> tuple[Earned, ...]:
    """By title and currency; their sums are those of ``earned``, kind by kind."""
    sums: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_BY_PROGRAMME, [*period.ids, period.begin, period.end])
        for programme, currency, kind, total in cursor.fetchall():
            sums[programme or ELSEWHERE, currency][kind] = int(total)
    return tuple(Earned(key[1], sums[key], key[0]) for key in sorted(sums))


# An entry names its order by the reference, which is no relation that Django knows.
_BY_PROGRAMME = """
SELECT programme.title, posting.currency, account.kind, sum(posting.amount_minor)
FROM ledger_posting AS posting
JOIN ledger_entry AS entry ON entry.id = posting.entry_id
JOIN ledger_account AS account ON account.id = posting.account_id
LEFT JOIN purchases_order AS bought ON bought.reference = entry.about
LEFT JOIN catalog_programmeversion AS version ON version.id = bought.version_id
LEFT JOIN catalog_programme AS programme ON programme.id = version.programme_id
WHERE posting.entry_id >= %s AND posting.entry_id < %s AND entry.at >= %s AND entry.at < %s
GROUP BY programme.title, posting.currency, account.kind
"""
