"""Duplicate a programme: a private one with the same rules and prices, under another name."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.drafts import read_draft, renamed
from propdesk.crm.catalog.models import (
    AddOnPrice,
    Price,
    Programme,
    ProgrammeVersion,
    VersionState,
    Visibility,
)
from propdesk.crm.catalog.versions import draft_of, last_published
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7


def duplicate_programme(
    programme: Programme, *, slug: str, title: str, by: Actor, at: datetime
) -> Programme:
    """The copy. Its draft has the rules of the draft, or of the last published version.

    Raises ``ActionRefused`` (``slug_taken``, ``nothing_to_copy``).
    """
    require(by, "catalog.duplicate_programme")
    if Programme.objects.filter(slug=slug).exists():
        raise ActionRefused("slug_taken", _("There is a programme of this name already."))
    version = draft_of(programme) or last_published(programme)
    if version is None:
        raise ActionRefused("nothing_to_copy", _("It has no version that could be copied."))
    text = renamed(version.rulebook, name=slug, title=title, version="1", effective_from=at.date())
    loaded = read_draft(text, slug)
    # After this point the copy must be made.
    with transaction.atomic():
        copy = Programme.objects.get(pk=programme.pk)
        copy.id, copy.slug, copy.title, copy.created_at = uuid7(at), slug, title, at
        copy.visibility, copy.link_key = Visibility.PRIVATE, secrets.token_urlsafe(12)
        copy.save(force_insert=True)
        ProgrammeVersion.objects.create(
            id=uuid7(at),
            programme=copy,
            number=1,
            state=VersionState.DRAFT,
            rulebook=text,
            sha256=loaded.sha256,
            name=loaded.rulebook.version,
            effective_from=loaded.rulebook.effective_from,
            saved_at=at,
        )
        _copy_prices(programme, copy, at)
        record(
            by=by,
            action="catalog.duplicate_programme",
            object_type="programme",
            object_id=copy.id,
            at=at,
            after={"slug": slug, "copied_from": str(programme.id)},
        )
    return copy


def _copy_prices(programme: Programme, copy: Programme, at: datetime) -> None:
    for price in Price.objects.filter(programme=programme, until__isnull=True):
        price.pk, price.programme, price.since = uuid7(at), copy, at
        price.save(force_insert=True)
    for add_on in AddOnPrice.objects.filter(programme=programme, until__isnull=True):
        add_on.pk, add_on.programme, add_on.since = uuid7(at), copy, at
        add_on.save(force_insert=True)
