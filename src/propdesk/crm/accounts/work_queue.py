"""What waits for the desk: cases, proposals for a second person, commands nobody confirmed.

It reads; it must not write.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from propdesk.crm.accounts.models import Approval, Case, TradingAccount

SHOWN_MAX = 200


@dataclass(frozen=True, slots=True)
class WorkQueue:
    """Each oldest first, ``SHOWN_MAX`` at most; the counts are of all there are."""

    cases: Sequence[Case]
    open_cases: int
    approvals: Sequence[Approval]
    unconfirmed: Sequence[TradingAccount]
    """Accounts whose platform has not confirmed the rights they should have."""


def work_queue(at: datetime) -> WorkQueue:
    """The desk's work as of now; proposals that have lapsed by ``at`` are none."""
    cases = Case.objects.filter(closed_at=None)
    proposals = Approval.objects.filter(decision="", expires_at__gt=at)
    unconfirmed = TradingAccount.objects.exclude(rights=F("rights_wanted"))
    return WorkQueue(
        cases=list(cases.select_related("account").order_by("opened_at", "id")[:SHOWN_MAX]),
        open_cases=cases.count(),
        approvals=list(proposals.order_by("proposed_at")[:SHOWN_MAX]),
        unconfirmed=list(unconfirmed.order_by("status_at")[:SHOWN_MAX]),
    )
