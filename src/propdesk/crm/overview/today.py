"""What the day has brought so far: sales, registrations, what the firm is asked and waits for.

It must not keep a figure; what waits for the desk is the desk's own to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from propdesk.crm.notices.models import Alert
from propdesk.crm.overview.money import Earned, earned
from propdesk.crm.overview.periods import days_before
from propdesk.crm.people.models import Person, PersonState
from propdesk.crm.purchases.models import Order
from propdesk.crm.purchases.order_states import BOUGHT
from propdesk.crm.support.models import Ticket, TicketState

ALERTS_MAX = 5


@dataclass(frozen=True, slots=True)
class Today:
    """Since midnight UTC, but for what is open now."""

    registered: int
    ordered: int
    bought: int
    open_alerts: int
    alerts: Sequence[Alert]
    """The newest."""
    open_tickets: int
    oldest_ticket: datetime | None
    """Since when the one that waits longest waits."""


def today(at: datetime) -> Today:
    """As of ``at``."""
    period = days_before(at, 1)
    orders = Order.objects.filter(created_at__gte=period.begin, created_at__lt=period.end)
    people = Person.objects.filter(created_at__gte=period.begin, created_at__lt=period.end)
    alerts = Alert.objects.filter(acknowledged_at__isnull=True).order_by("-id")
    tickets = Ticket.objects.filter(state=TicketState.OPEN).order_by("waits_since", "id")
    return Today(
        registered=people.filter(state=PersonState.REGISTERED).count(),
        ordered=orders.count(),
        bought=orders.filter(state__in=BOUGHT).count(),
        open_alerts=alerts.count(),
        alerts=list(alerts[:ALERTS_MAX]),
        open_tickets=tickets.count(),
        oldest_ticket=tickets.values_list("waits_since", flat=True).first(),
    )


def sales_today(at: datetime) -> tuple[Earned, ...]:
    """By currency; whoever may read the ledger sees it."""
    return earned(days_before(at, 1))
