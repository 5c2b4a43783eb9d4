"""Keep that a person, or somebody for an account, was there: called by whatever it happens at.

It must not keep the device's cookie itself, nor its hash without the person's consent.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from propdesk.crm.people.models import Purpose, SessionEvent, SessionEventKind, consents_of
from propdesk.crm.people.networks import network_of
from propdesk.crm.uuid7 import uuid7

CLIENT_LENGTH_MAX = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """From where and with what somebody came."""

    address: str = ""
    device: str = ""
    """``device_hash`` of the device's cookie."""
    client: str = ""


def device_hash(cookie: str, key: str) -> str:
    """What is kept of a device's cookie: no way back without ``key``."""
    return hmac.new(key.encode(), f"device:{cookie}".encode(), hashlib.sha256).hexdigest()


def keep_session_event(
    kind: SessionEventKind,
    *,
    at: datetime,
    seen: Seen,
    person: UUID | None = None,
    account: str = "",
    fingerprint: str = "",
) -> SessionEvent:
    """Keep one event. ``person`` or ``account`` says whose; a failed sign-in may be nobody's.
    ``fingerprint`` is how the payment provider names a card or wallet."""
    consented = person is not None and consents_of(person).get(Purpose.DEVICE, False)
    return SessionEvent.objects.create(
        id=uuid7(at),
        kind=kind,
        at=at,
        person_id=person,
        account=account,
        address=seen.address,
        network=network_of(seen.address),
        device=seen.device if consented else "",
        client="".join(each for each in seen.client if each.isprintable())[:CLIENT_LENGTH_MAX],
        fingerprint=fingerprint,
    )


def forget_session_events(now: datetime, days: int) -> int:
    """Delete what is older than ``days``, and say how many events that were."""
    deleted, _ = SessionEvent.objects.filter(at__lt=now - timedelta(days=days)).delete()
    return deleted
