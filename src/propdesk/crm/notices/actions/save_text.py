"""Save a text of a notice: a further version, used from the next notice on."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from propdesk.crm.audit.actor import Actor
from propdesk.crm.audit.record import record
from propdesk.crm.notices.models import TextVersion
from propdesk.crm.notices.shipped_texts import KINDS
from propdesk.crm.notices.wording import unknown_names
from propdesk.crm.people.permissions import require
from propdesk.crm.refusal import ActionRefused
from propdesk.crm.uuid7 import uuid7

ACTION = "notices.save_text"
LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})?\Z")
SUBJECT_MAX, BODY_MAX = 200, 8_000


def check_text(kind: str, language: str, subject: str, body: str) -> None:
    """Raises ``ActionRefused`` for what cannot be kept: no such kind or language, an empty text, a
    name that is not known, a subject of several lines."""
    if kind not in KINDS:
        raise ActionRefused("no_kind", _("There is no such notice."))
    if not LANGUAGE.match(language):
        raise ActionRefused("no_language", _("Write the language as de or pt-br."))
    if not subject.strip() or not body.strip():
        raise ActionRefused("empty", _("A text has a subject and a body."))
    if len(subject) > SUBJECT_MAX or len(body) > BODY_MAX:
        raise ActionRefused("too_long", _("The text is too long."))
    if "\n" in subject or "\r" in subject:
        raise ActionRefused("subject_lines", _("A subject is one line."))
    unknown = sorted({*unknown_names(f"{subject}\n{body}", KINDS[kind].names)})
    if unknown:
        raise ActionRefused(
            "unknown_name",
            _("This stands for nothing here: %(names)s") % {"names": ", ".join(unknown)},
        )


def save_text(
    kind: str, language: str, subject: str, body: str, *, after: int, by: Actor, at: datetime
) -> TextVersion:
    """Raises ``ActionRefused`` as ``check_text``, and where ``after`` is not the newest version:
    somebody else has saved one meanwhile."""
    require(by, ACTION)
    check_text(kind, language, subject, body)
    return _add(kind, language, subject, body, after=after, shipped=False, by=by, at=at)


def restore_shipped_text(
    kind: str, language: str, *, after: int, by: Actor, at: datetime
) -> TextVersion:
    """Use what ships with the program again. Raises ``ActionRefused`` as ``save_text``."""
    require(by, ACTION)
    if kind not in KINDS:
        raise ActionRefused("no_kind", _("There is no such notice."))
    if not after:
        raise ActionRefused("shipped", _("The text that ships is in use."))
    text = KINDS[kind]
    return _add(
        kind, language, text.subject, text.body, after=after, shipped=True, by=by, at=at
    )  # fmt: skip


def _add(
    kind: str, language: str, subject: str, body: str, *, after: int, shipped: bool, by: Actor,
    at: datetime,
) -> TextVersion:  # fmt: skip
    changed = ActionRefused("changed", _("Somebody else has saved this text meanwhile."))
    newest = TextVersion.objects.filter(kind=kind, language=language).aggregate(Max("version"))
    if (newest["version__max"] or 0) != after:
        raise changed
    # After this point the version must be there.
    try:
        with transaction.atomic():
            row = TextVersion.objects.create(
                id=uuid7(at), kind=kind, language=language, version=after + 1,
                subject=subject.strip(), body=body.replace("\r\n", "\n").strip(),
                is_shipped=shipped, at=at, by=by.person,
            )  # fmt: skip
            record(
                by=by, action=ACTION, object_type="notice_text", object_id=f"{kind}/{language}",
                at=at, after={"version": row.version, "shipped": shipped},
            )  # fmt: skip
    except IntegrityError:
        raise changed from None
    return row
