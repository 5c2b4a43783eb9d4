"""Files that come with a ticket: what they are is read from their bytes, and they lie apart.

They are never served but as a download. It must not believe a name or a type that was sent.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from propdesk.crm.refusal import ActionRefused
from propdesk.crm.support.writing import StoredFile
from propdesk.web.uploads import PRIVATE, clean_name

FILES_MAX = 5
BYTES_MAX = 5_000_000
_BEGINNINGS: Final = {
    b"\x89PNG\r\n\x1a\n": ("image/png", ".png"),
    b"\xff\xd8\xff": ("image/jpeg", ".jpg"),
    b"%PDF-": ("application/pdf", ".pdf"),
}


def stored(files: Sequence[UploadedFile]) -> tuple[StoredFile, ...]:
    """Store what a form brought. Raises ``ActionRefused`` (``too_many``, ``too_large``,
    ``no_type``), and stores nothing then."""
    if len(files) > FILES_MAX:
        raise ActionRefused("too_many", _("Send five files at most."))
    read = [(file.name or "", _content(file)) for file in files]
    typed = [(name, body, *_type_of(body)) for name, body in read]
    return tuple(_store(name, body, media, ending) for name, body, media, ending in typed)


def forget(files: Sequence[StoredFile]) -> None:
    """Remove what was stored for a message that was refused."""
    for each in files:
        place_of(each.id).unlink(missing_ok=True)


def place_of(file: UUID) -> Path:
    """Where the bytes of an attachment lie: outside of what is served."""
    directory: Path = settings.ATTACHMENTS_DIRECTORY
    directory.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return directory / str(file)


def _content(file: UploadedFile) -> bytes:
    if (file.size or 0) > BYTES_MAX:
        raise ActionRefused("too_large", _("A file may have 5 MB at most."))
    return bytes(file.read())


def _type_of(body: bytes) -> tuple[str, str]:
    for beginning, found in _BEGINNINGS.items():
        if body.startswith(beginning):
            return found
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if not text or "\0" in text:
        raise ActionRefused("no_type", _("Send pictures (PNG, JPEG), PDF or plain text."))
    return "text/plain", ".txt"


def _store(name: str, body: bytes, media: str, ending: str) -> StoredFile:
    made = uuid4()
    place_of(made).write_bytes(body)
    shown = f"{Path(clean_name(name)).stem}{ending}"
    return StoredFile(made, shown, media, len(body), hashlib.sha256(body).hexdigest())
