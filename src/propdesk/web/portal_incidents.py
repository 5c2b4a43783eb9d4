"""What a trader reads of incidents that concerned his account: what happened, what was decided, and
what was done for him.

It must not tell of what was refused, nor of anybody else's account.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from propdesk.crm.accounts.models import TradingAccount
from propdesk.crm.incidents.models import Affected, Effect, Incident
from propdesk.web.incident_words import told_to_trader


@dataclass(frozen=True, slots=True)
class Told:
    """One incident, with what was done for the account, oldest first."""

    incident: Incident
    came: Sequence[str]


def told_of(account: TradingAccount) -> Sequence[Told]:
    """The incidents that concerned an account, newest first."""
    rows = Affected.objects.filter(account=account).select_related("incident")
    incidents = [each.incident for each in rows.order_by("-incident__opened_at")]
    if not incidents:
        return []
    came: dict[UUID, list[str]] = defaultdict(list)
    effects = Effect.objects.filter(account=account, refused="").select_related("measure")
    for each in effects.order_by("id"):
        if says := told_to_trader(each):
            came[each.measure.incident_id].append(says)
    return [Told(each, came[each.pk]) for each in incidents]
