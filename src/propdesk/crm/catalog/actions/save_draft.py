"""Save the draft of a programme: begun anew, or written over. What is wrong is not saved."""

from datetime import datetime

from django.db import transaction

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.drafts import read_draft
from propdesk.crm.catalog.locks import lock_programme
from propdesk.crm.catalog.models import Programme, ProgrammeVersion, VersionState
from propdesk.crm.catalog.versions import draft_of
from propdesk.crm.people.permissions import require
from propdesk.crm.uuid7 import uuid7


def save_draft(programme: Programme, text: str, *, by: Actor, at: datetime) -> ProgrammeVersion:
    """The draft with this text. Raises ``RulebookRefused`` with every problem of it."""
    require(by, "catalog.save_draft")
    loaded = read_draft(text, programme.slug)
    said = {
        "rulebook": text,
        "sha256": loaded.sha256,
        "name": loaded.rulebook.version,
        "effective_from": loaded.rulebook.effective_from,
        "saved_at": at,
    }
    # After this point the draft must be saved.
    with transaction.atomic():
        lock_programme(programme)
        draft = draft_of(programme)
        before = None if draft is None else {"sha256": draft.sha256}
        if draft is None:
            draft = ProgrammeVersion(
                id=uuid7(at),
                programme=programme,
                number=programme.versions.count() + 1,
                state=VersionState.DRAFT,
            )
        for name, value in said.items():
            setattr(draft, name, value)
        draft.save()
        record(
            by=by,
            action="catalog.save_draft",
            object_type="programme_version",
            object_id=draft.id,
            at=at,
            before=before,
            after={"sha256": loaded.sha256, "version": loaded.rulebook.version},
        )
    return draft
