"""Whose key a request bears: the key, where it holds now and its person may act.

It must not say why one does not hold: to who tries keys, all that fail are alike.
"""

from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Q

from propdesk.crm.api_keys.key_text import sha256_of
from propdesk.crm.api_keys.models import ApiKey
from propdesk.crm.people.models import roles_of

NOTED_EVERY = timedelta(minutes=1)


def key_of(text: str, at: datetime) -> ApiKey | None:
    """The key with its person; None where there is none of this text, or it holds no more."""
    found = ApiKey.objects.select_related("person").filter(sha256=sha256_of(text)).first()
    if found is None or found.revoked_at is not None or found.expires_at <= at:
        return None
    return found if found.person.is_active else None


def staff_roles_of(key: ApiKey) -> frozenset[str]:
    """The staff roles that have effect by it now: those its person holds, while he still has a
    second factor."""
    if not key.with_staff_roles:
        return frozenset()
    held = roles_of(key.person_id)
    has_factor = bool(held) and Authenticator.objects.filter(user=key.person_id).exists()
    return held if has_factor else frozenset()


def note_use(key: ApiKey, at: datetime) -> None:
    """Remember that it was used, to the minute: not a write at each request."""
    old = Q(last_used_at__isnull=True) | Q(last_used_at__lte=at - NOTED_EVERY)
    if key.last_used_at is None or at - key.last_used_at >= NOTED_EVERY:
        ApiKey.objects.filter(old, pk=key.pk).update(last_used_at=at)
