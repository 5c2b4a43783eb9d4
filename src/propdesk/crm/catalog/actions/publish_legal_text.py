"""Publish a version of a legal text: purchases from now on accept it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.catalog.models import LegalKind, LegalText
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7


@dataclass(frozen=True, kw_only=True)
class NewText:
    """What is published."""

    kind: LegalKind
    version: str
    title: str
    body: str
    language: str = "en"


def publish_legal_text(new: NewText, *, by: Actor, at: datetime) -> LegalText:
    """Raises ``ActionRefused`` (``version_taken``, ``no_words``)."""
    require(by, "catalog.publish_legal_text")
    if not new.body.strip():
        raise ActionRefused("no_words", _("The text is empty."))
    known = LegalText.objects.filter(kind=new.kind, language=new.language, version=new.version)
    if known.exists():
        raise ActionRefused("version_taken", _("There is this version of the text already."))
    sha256 = hashlib.sha256(new.body.encode()).hexdigest()
    # After this point the text must be published.
    with transaction.atomic():
        text = LegalText.objects.create(
            id=uuid7(at),
            kind=new.kind,
            language=new.language,
            version=new.version,
            title=new.title,
            body=new.body,
            sha256=sha256,
            published_at=at,
        )
        record(
            by=by,
            action="catalog.publish_legal_text",
            object_type="legal_text",
            object_id=text.id,
            at=at,
            after={"kind": new.kind.value, "version": new.version, "sha256": sha256},
        )
    return text
