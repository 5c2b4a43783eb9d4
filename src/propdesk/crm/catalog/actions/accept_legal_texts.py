"""Accept texts outside of a purchase: a new version of what was accepted before."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.accepting import unaccepted
from propdesk.crm.catalog.models import Acceptance
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "catalog.accept_legal_texts"


def accept_legal_texts(
    person: UUID, texts: Collection[UUID], language: str, *, by: Actor, at: datetime
) -> int:
    """Accept what is to be accepted of ``texts``, and say how many that were. Raises
    ``ActionRefused`` (``changed``: one of them is not the latest any more)."""
    require(by, ACTION, of=person)
    with transaction.atomic():
        open_ones = {each.pk: each for each in unaccepted(person, language)}
        known = Acceptance.objects.filter(person=person, text__in=list(texts))
        accepted = set(known.values_list("text", flat=True))
        if set(texts) - set(open_ones) - accepted:
            raise ActionRefused("changed", _("The text has changed meanwhile; read it again."))
        due = [open_ones[each] for each in open_ones if each in set(texts)]
        # Two clicks at once: the second finds the row of the first.
        Acceptance.objects.bulk_create(
            (
                Acceptance(
                    id=uuid7(at), person_id=person, text=each, sha256=each.sha256, at=at,
                    address=by.address, about=f"person/{person.hex}",
                )
                for each in due
            ),
            ignore_conflicts=True,
        )  # fmt: skip
        if due:
            record(
                by=by, action=ACTION, object_type="person", object_id=person, at=at,
                after={"texts": [f"{each.kind} {each.version} {each.sha256}" for each in due]},
            )  # fmt: skip
    return len(due)
