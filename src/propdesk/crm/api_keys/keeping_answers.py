"""Answering a repeated request as the first was: by its key, for a day.

The row is written in the transaction of what the request does: killed before the end, neither is
there, and the repetition does it. It must not keep a secret.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from propdesk.crm.api_keys.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)
LET_GO_AT_ONCE = 100


class OtherRequest(Exception):
    """The key came with another request before. Nothing was done."""


def begun_or_answered(person: UUID, key: str, asked_sha256: str, at: datetime) -> KeptAnswer:
    """The row of this key: with ``status`` 0 it is the caller's to fill in, else the first answer.

    Of the caller's transaction, in which the work is done too; waits for a request of the same key
    that is under way. Raises ``OtherRequest``.
    """
    old = KeptAnswer.objects.filter(at__lte=at - KEPT_FOR).order_by("at")
    KeptAnswer.objects.filter(
        pk__in=list(old.values_list("pk", flat=True)[:LET_GO_AT_ONCE])
    ).delete()
    KeptAnswer.objects.filter(person=person, key=key, at__lte=at - KEPT_FOR).delete()
    try:
        with transaction.atomic():
            return KeptAnswer.objects.create(
                person_id=person, key=key, asked_sha256=asked_sha256, status=0, at=at
            )
    except IntegrityError:
        kept = KeptAnswer.objects.get(person=person, key=key)
    if kept.asked_sha256 != asked_sha256:
        raise OtherRequest(key)
    return kept
