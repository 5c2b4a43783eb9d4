"""Set the language in which the firm speaks to a person."""

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.people.locks import locked
from propdesk.crm.people.models import Person
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused

ACTION = "people.change_profile"


@transaction.atomic
def set_language(person: UUID, language: str, *, by: Actor, at: datetime) -> Person:
    """Part of the profile, and recorded as a change of it; the same again is none. Raises
    ``ActionRefused`` (``no_language``)."""
    require(by, ACTION, of=person)
    if language not in dict(settings.LANGUAGES):
        raise ActionRefused("no_language", _("This language is not spoken here."))
    (whom,) = locked(person)
    if whom.language == language:
        return whom
    before, whom.language = whom.language, language
    whom.save(update_fields=["language"])
    record(
        by=by, action=ACTION, object_type="person", object_id=whom.id, at=at,
        before={"language": before}, after={"language": language, "changed": ["language"]},
    )  # fmt: skip
    return whom
