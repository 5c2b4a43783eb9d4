"""Replay a delivery: the same words once more, as a delivery of its own, asked for by a person.

A webhook's replay has another ``webhook-id``, and says in its body which one it repeats.
"""

import json
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.models import Channel, Delivery, DeliveryState
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "notices.replay_delivery"
UNDER_WAY = (DeliveryState.WAITING, DeliveryState.SENDING)


def replay_delivery(delivery: UUID, *, by: Actor, at: datetime) -> Delivery:
    """Raises ``ActionRefused`` (``none``; ``under_way``: it, or a replay of it, is on its way;
    ``code``: a code is asked for anew by whom it is for)."""
    require(by, ACTION)
    with transaction.atomic():
        row = Delivery.objects.select_for_update().filter(pk=delivery).first()
        if row is None:
            raise ActionRefused("none", _("There is no such message."))
        first = row.replay_of or row
        on_way = Delivery.objects.filter(state__in=UNDER_WAY)
        if row.state in UNDER_WAY or on_way.filter(replay_of=first).exists():
            raise ActionRefused("under_way", _("It is on its way already."))
        if row.kind == "connect_code":
            raise ActionRefused("code", _("A code is asked for anew by whom it is for."))
        # After this point it is sent again.
        again = Delivery.objects.create(
            id=uuid7(at), notice_id=first.notice_id, kind=first.kind, channel=first.channel,
            person=first.person, outlet_id=first.outlet_id, address=first.address,
            subject=first.subject, text=_text_again(first), link=first.link, replay_of=first,
            created_at=at, next_try_at=at,
        )  # fmt: skip
        record(
            by=by, action=ACTION, object_type="delivery", object_id=first.pk, at=at,
            after={"replay": str(again.pk)},
        )  # fmt: skip
    return again


def _text_again(first: Delivery) -> str:
    if first.channel != Channel.WEBHOOK:
        return first.text
    body = json.loads(first.text)
    return json.dumps({**body, "replay_of": str(first.pk)}, separators=(",", ":"))
