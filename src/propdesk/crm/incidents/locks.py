"""Locks of incidents; accounts' locks come after them."""

from uuid import UUID

from propdesk.crm.incidents.models import Incident
from propdesk.crm.refusal import ActionRefused


def locked_incident(incident: UUID) -> Incident:
    """The row, locked until the transaction ends. Raises ``ActionRefused`` where there is none."""
    row = Incident.objects.select_for_update().filter(pk=incident).first()
    if row is None:
        raise ActionRefused("no_incident", "There is no such incident.")
    return row


def locked_running(incident: UUID) -> Incident:
    """One that is not closed. Raises ``ActionRefused``."""
    row = locked_incident(incident)
    if row.state == "closed":
        raise ActionRefused("closed", "The incident is closed.")
    return row
