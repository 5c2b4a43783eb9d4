"""Connect a person's own Telegram chat or Discord hook: a code is sent there, and typed here.

Without the code nobody is written to but with the code: an address of somebody else gets one
message, and no second one for a while.
"""

import hmac
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.accounts.field_encryption import encrypted
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.composing import CODE
from propdesk.crm.notices.models import Channel, Contact
from propdesk.crm.notices.secrets_kept import code_hash, new_code, shown_address
from propdesk.crm.outbox.actions.enqueue_notice import TRADER, tell
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.messengers import AddressCheck

ACTION = "notices.connect_messenger"
CHANNELS = (Channel.TELEGRAM, Channel.DISCORD)
AGAIN_AFTER, CODE_LASTS = timedelta(minutes=2), timedelta(minutes=30)
TRIES_MAX = 5


def ask_to_connect(
    person: UUID, channel: str, address: str, check: AddressCheck, *, by: Actor, at: datetime
) -> Contact:
    """Send a code to ``address``; what was connected before is no more. Raises ``ActionRefused``
    (``no_channel``, ``no_address``, ``too_soon``)."""
    require(by, ACTION, of=person)
    if channel not in CHANNELS:
        raise ActionRefused("no_channel", _("There is no such channel."))
    try:
        address = check(channel, address)
    except ValueError as error:
        raise ActionRefused("no_address", str(error)) from None
    with transaction.atomic():
        mine = Contact.objects.select_for_update().filter(person=person, channel=channel)
        if mine.filter(asked_at__gt=at - AGAIN_AFTER).exists():
            raise ActionRefused("too_soon", _("A code was sent. Ask again in two minutes."))
        # After this point a code is on its way.
        mine.filter(ended_at__isnull=True).update(ended_at=at)
        name, code = uuid7(at), new_code()
        row = Contact.objects.create(
            id=name, person=person, channel=channel, address=encrypted(address),
            shown=shown_address(channel, address), code_hash=code_hash(code, name), asked_at=at,
        )  # fmt: skip
        detail = {"code": code, "channel": channel}
        tell(CODE, name, at, to=(TRADER,), person=person, detail=detail)
        _record(row, "asked", by, at)
    return row


def confirm_messenger(person: UUID, channel: str, code: str, *, by: Actor, at: datetime) -> Contact:
    """From here on the person is told there. Raises ``ActionRefused`` (``none``, ``late``,
    ``wrong``); a wrong code counts, and after some the code is worth nothing."""
    require(by, ACTION, of=person)
    with transaction.atomic():
        row = _standing(person, channel)
        if row is None or row.confirmed_at is not None:
            raise ActionRefused("none", _("No code was asked for."))
        if at - row.asked_at > CODE_LASTS or row.code_tries >= TRIES_MAX:
            raise ActionRefused("late", _("The code is no longer good. Ask for another."))
        if hmac.compare_digest(row.code_hash, code_hash(code.strip(), row.pk)):
            row.confirmed_at = at
            row.save(update_fields=["confirmed_at"])
            _record(row, "connected", by, at)
            return row
        row.code_tries += 1
        row.save(update_fields=["code_tries"])
    raise ActionRefused("wrong", _("This is not the code."))


def disconnect_messenger(person: UUID, channel: str, *, by: Actor, at: datetime) -> None:
    """The person is told there no more. Nothing happens where nothing was connected."""
    require(by, ACTION, of=person)
    with transaction.atomic():
        row = _standing(person, channel)
        if row is not None:
            row.ended_at = at
            row.save(update_fields=["ended_at"])
            _record(row, "disconnected", by, at)


def _standing(person: UUID, channel: str) -> Contact | None:
    mine = Contact.objects.select_for_update()
    return mine.filter(person=person, channel=channel, ended_at__isnull=True).first()


def _record(row: Contact, what: str, by: Actor, at: datetime) -> None:
    record(
        by=by, action=ACTION, object_type="person", object_id=row.person, at=at,
        after={"channel": row.channel, "change": what},
    )  # fmt: skip
