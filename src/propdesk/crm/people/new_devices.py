"""Tell a person of a sign-in from somewhere new: called where a sign-in was kept.

A device that is known, or the same browser from the same network, is not new; nor is the first
sign-in of all. It must not refuse anything.
"""

from django.db import transaction
from django.db.models import Q

from propdesk.crm.outbox.actions.enqueue_notice import tell
from propdesk.crm.people.models import SessionEvent, SessionEventKind


def tell_of_new_device(event: SessionEvent) -> bool:
    """Whether the person is told of this sign-in."""
    if event.person_id is None:
        return False
    before = SessionEvent.objects.filter(
        person=event.person_id, kind=SessionEventKind.LOGIN, at__lte=event.at
    ).exclude(pk=event.pk)
    same = Q(network=event.network, client=event.client)
    if event.device:
        same |= Q(device=event.device)
    if not before.exists() or before.filter(same).exists():
        return False
    detail = {
        "at": event.at.isoformat(), "address": event.address,
        "client": event.client or "an unknown browser",
    }  # fmt: skip
    with transaction.atomic():
        tell("new_device", event.pk, event.at, person=event.person_id, detail=detail)
    return True
