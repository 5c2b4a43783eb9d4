"""Make a key for a program: its text is returned once, and its hash kept."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.api_keys.key_text import beginning_of, new_text, sha256_of
from propdesk.crm.api_keys.models import ApiKey, Scope
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.locks import locked
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "api_keys.create_key"
LASTS_MAX = timedelta(days=366)
KEYS_MAX = 20
"""That hold at one time, for one person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """What a person wants of a key. ``with_staff_roles`` is for a session that was proved by a
    second factor alone; whoever calls knows that."""

    name: str
    scopes: frozenset[Scope]
    lasts: timedelta
    with_staff_roles: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """The key, and its text: it is in no table and no log."""

    key: ApiKey
    text: str = field(repr=False)


def create_key(person: UUID, new: NewKey, *, by: Actor, at: datetime) -> Made:
    """Raises ``ActionRefused`` (``no_name``, ``no_scope``, ``no_duration``, ``too_many``)."""
    require(by, ACTION, of=person)
    _guard(new)
    with transaction.atomic():
        (whom,) = locked(person)
        standing = ApiKey.objects.filter(person=whom, revoked_at__isnull=True, expires_at__gt=at)
        if standing.count() >= KEYS_MAX:
            raise ActionRefused("too_many", _("You have twenty keys. Revoke one first."))
        # After this point the key must be made.
        text = new_text()
        key = ApiKey.objects.create(
            id=uuid7(at),
            person=whom,
            name=new.name.strip(),
            sha256=sha256_of(text),
            beginning=beginning_of(text),
            scopes=sorted(new.scopes),
            with_staff_roles=new.with_staff_roles,
            created_at=at,
            expires_at=at + new.lasts,
        )
        record(
            by=by,
            action=ACTION,
            object_type="api_key",
            object_id=key.id,
            at=at,
            after={
                "name": key.name,
                "scopes": [str(each) for each in key.scopes],
                "with_staff_roles": key.with_staff_roles,
                "expires_at": key.expires_at.isoformat(),
            },
        )
    return Made(key, text)


def _guard(new: NewKey) -> None:
    if not new.name.strip():
        raise ActionRefused("no_name", _("Say where the key is used."))
    if not new.scopes:
        raise ActionRefused("no_scope", _("Choose what the key may be used for."))
    if not timedelta(0) < new.lasts <= LASTS_MAX:
        raise ActionRefused("no_duration", _("A key lasts a day at least and a year at most."))
