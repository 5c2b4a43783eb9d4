"""Set where staff have notices sent: create an outlet, switch it, give it another secret."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.accounts.field_encryption import encrypted
from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.models import Channel, Outlet
from propdesk.crm.notices.secrets_kept import new_webhook_secret, shown_address
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7
from propdesk.ports.messengers import AddressCheck

ACTION = "notices.set_outlet"
CHANNELS = (Channel.WEBHOOK, Channel.DISCORD, Channel.TELEGRAM)


@dataclass(frozen=True, kw_only=True)
class NewOutlet:
    """What staff say of one. ``kinds`` are notices; none of them means all."""

    name: str
    channel: str
    address: str
    kinds: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Created:
    """An outlet, and the secret of a webhook, which is shown this once."""

    outlet: Outlet
    secret: str


def create_outlet(new: NewOutlet, check: AddressCheck, *, by: Actor, at: datetime) -> Created:
    """Raises ``ActionRefused`` (``no_name``, ``no_channel``, ``no_address``)."""
    require(by, ACTION)
    if not new.name.strip():
        raise ActionRefused("no_name", _("Give it a name."))
    if new.channel not in CHANNELS:
        raise ActionRefused("no_channel", _("There is no such channel."))
    try:
        address = check(new.channel, new.address)
    except ValueError as error:
        raise ActionRefused("no_address", str(error)) from None
    secret = new_webhook_secret() if new.channel == Channel.WEBHOOK else ""
    # After this point it must be there.
    with transaction.atomic():
        outlet = Outlet.objects.create(
            id=uuid7(at), name=new.name.strip()[:80], channel=new.channel,
            address=encrypted(address), shown=shown_address(new.channel, address),
            secret=encrypted(secret) if secret else None, kinds=sorted(set(new.kinds)),
            created_at=at, created_by=by.person,
        )  # fmt: skip
        _record(outlet, {"change": "created", "shown": outlet.shown}, by, at)
    return Created(outlet, secret)


def switch_outlet(outlet: UUID, is_on: bool, *, by: Actor, at: datetime) -> Outlet:
    """What waits for one that is off is dropped when its turn comes. Raises ``ActionRefused``."""
    require(by, ACTION)
    with transaction.atomic():
        row = _locked(outlet)
        if row.is_on != is_on:
            row.is_on = is_on
            row.save(update_fields=["is_on"])
            _record(row, {"change": "on" if is_on else "off"}, by, at)
    return row


def renew_secret(outlet: UUID, *, by: Actor, at: datetime) -> Created:
    """From the next delivery on another secret signs. Raises ``ActionRefused`` for what is no
    webhook."""
    require(by, ACTION)
    secret = new_webhook_secret()
    with transaction.atomic():
        row = _locked(outlet)
        if row.channel != Channel.WEBHOOK:
            raise ActionRefused("not_signed", _("Only webhooks are signed."))
        row.secret = encrypted(secret)
        row.save(update_fields=["secret"])
        _record(row, {"change": "secret"}, by, at)
    return Created(row, secret)


def _locked(outlet: UUID) -> Outlet:
    row = Outlet.objects.select_for_update().filter(pk=outlet).first()
    if row is None:
        raise ActionRefused("none", _("There is no such outlet."))
    return row


def _record(row: Outlet, after: dict[str, object], by: Actor, at: datetime) -> None:
    told = {"name": row.name, "channel": row.channel, **after}
    record(by=by, action=ACTION, object_type="outlet", object_id=row.pk, at=at, after=told)
