"""Set by which ways a person is told of what. Mails about security and money are always sent."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.known import PERSONAL
from propdesk.crm.notices.models import Channel, Preference
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "notices.set_preferences"


def set_preferences(
    person: UUID, wanted: Mapping[tuple[str, str], bool], *, by: Actor, at: datetime
) -> int:
    """``wanted`` is by kind and channel; what is not in it stays. How many answers changed. Raises
    ``ActionRefused`` (``unknown``, ``locked``) and keeps nothing then."""
    require(by, ACTION, of=person)
    for (kind, channel), is_on in wanted.items():
        if kind not in KINDS or channel not in PERSONAL:
            raise ActionRefused("unknown", _("There is no such notice or way."))
        if channel == Channel.MAIL and KINDS[kind].mail_is_locked and not is_on:
            raise ActionRefused("locked", _("Mails about security and money are always sent."))
    # After this point the answers are kept.
    with transaction.atomic():
        held = {
            (each.kind, each.channel): each.is_on
            for each in Preference.objects.select_for_update().filter(person=person)
        }
        changed = {each: is_on for each, is_on in wanted.items() if held.get(each, True) != is_on}
        for (kind, channel), is_on in changed.items():
            Preference.objects.update_or_create(
                person=person, kind=kind, channel=channel, defaults={"is_on": is_on, "at": at}
            )
        if changed:
            told = {f"{kind}/{channel}": is_on for (kind, channel), is_on in changed.items()}
            record(by=by, action=ACTION, object_type="person", object_id=person, at=at, after=told)
    return len(changed)
