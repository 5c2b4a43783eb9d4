"""Keep an answer ready, in the place of one of the same title."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.models import CannedAnswer
from propdesk.crm.support.writing import BODY_LENGTH_MAX
from propdesk.crm.uuid7 import uuid7

ACTION = "support.keep_canned_answer"


def keep_canned_answer(title: str, body: str, *, by: Actor, at: datetime) -> CannedAnswer | None:
    """An empty text takes the answer of that title away (None then). Raises ``ActionRefused``
    (``no_title``, ``no_person``, ``no_words``)."""
    require(by, ACTION)
    title, body = title.strip(), body.strip()
    if by.person is None:
        raise ActionRefused("no_person", _("Only a person answers."))
    if not title:
        raise ActionRefused("no_title", _("An answer kept ready has a title."))
    if len(body) > BODY_LENGTH_MAX:
        raise ActionRefused("no_words", _("The text is too long."))
    with transaction.atomic():
        CannedAnswer.objects.filter(title=title, retired_at=None).update(retired_at=at)
        made = None
        if body:
            made = CannedAnswer.objects.create(
                id=uuid7(at), title=title, body=body, kept_at=at, kept_by=by.person
            )
        record(
            by=by, action=ACTION, object_type="canned_answer", object_id=title, at=at,
            after={"kept": bool(body)},
        )  # fmt: skip
    return made
