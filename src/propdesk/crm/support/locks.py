"""Locks of support: the dispute first, then its ticket; an account's come before both."""

from uuid import UUID

from django.utils.translation import gettext as _

from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.models import Dispute, Ticket


def locked_ticket(ticket: UUID) -> Ticket:
    """The row as it is now. Raises ``ActionRefused`` where there is none."""
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("account")
    found = rows.filter(pk=ticket).first()
    if found is None:
        raise ActionRefused("no_ticket", _("There is no such ticket."))
    return found


def locked_dispute(dispute: UUID) -> Dispute:
    """The row as it is now, with its ticket. Raises ``ActionRefused`` where there is none."""
    rows = Dispute.objects.select_for_update(of=("self",)).defer("evidence")
    found = rows.select_related("verdict__account", "approval").filter(pk=dispute).first()
    if found is None:
        raise ActionRefused("no_dispute", _("There is no such dispute."))
    return found
