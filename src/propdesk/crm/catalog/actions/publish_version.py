"""Publish the draft of a programme: from its date on, purchases get it. It cannot be taken back."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.drafts import read_draft
from propdesk.crm.catalog.locks import lock_programme
from propdesk.crm.catalog.models import Programme, ProgrammeVersion, SoldAs, VersionState
from propdesk.crm.catalog.publication import announce
from propdesk.crm.catalog.versions import draft_of, last_published
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.wire.rulebook_file import LoadedRulebook


def publish_version(
    programme: Programme, *, sha256: str, by: Actor, at: datetime
) -> ProgrammeVersion:
    """The published version. ``sha256`` is of the draft the person has seen.

    Raises ``ActionRefused`` (``no_draft``, ``draft_changed``, ``nothing_changed``,
    ``version_name_used``, ``earlier_than_published``, ``other_kind``), and ``RulebookRefused``
    where the draft was saved by a laxer program.
    """
    require(by, "catalog.publish_version")
    with transaction.atomic():
        lock_programme(programme)
        draft = draft_of(programme)
        if draft is None:
            raise ActionRefused("no_draft", _("There is no draft to publish."))
        if draft.sha256 != sha256:
            raise ActionRefused(
                "draft_changed", _("The draft has changed since you looked at it. Look again.")
            )
        loaded = read_draft(draft.rulebook, programme.slug)
        _guard(programme, draft, loaded)
        # After this point the version must be published.
        draft.state = VersionState.PUBLISHED
        draft.published_at = at
        draft.published_by = by.person
        draft.save(update_fields=["state", "published_at", "published_by"])
        record(
            by=by,
            action="catalog.publish_version",
            object_type="programme_version",
            object_id=draft.id,
            at=at,
            before={"state": VersionState.DRAFT.value},
            after={"state": draft.state.value, "sha256": sha256, "version": draft.name},
        )
        announce(loaded, at)
    return draft


def _guard(programme: Programme, draft: ProgrammeVersion, loaded: LoadedRulebook) -> None:
    known = programme.versions.exclude(state=VersionState.DRAFT)
    if known.filter(sha256=draft.sha256).exists():
        raise ActionRefused("nothing_changed", _("This very rulebook is published already."))
    if known.filter(name=draft.name).exists():
        raise ActionRefused(
            "version_name_used",
            _("There is a version %(name)s already; give this one another `version`.")
            % {"name": draft.name},
        )
    last = last_published(programme)
    if last is not None and draft.effective_from < last.effective_from:
        raise ActionRefused(
            "earlier_than_published",
            _("It would be in force from %(own)s, before the published one (%(other)s).")
            % {"own": draft.effective_from, "other": last.effective_from},
        )
    instant = loaded.rulebook.phases[0].stage == "funded"
    if instant != (programme.sold_as == SoldAs.INSTANT):
        raise ActionRefused(
            "other_kind",
            _("Instant funding begins with a funded phase, everything else with an evaluation."),
        )
