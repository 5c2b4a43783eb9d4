"""Uploads kept until a person has said which of a file's accounts is meant.

Only the browser that sent them can name them. They are bounded in number, size and time; what is
over a bound goes, the oldest first. Nothing of them is in the database.
"""

import contextlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from propdesk.web.uploads import Held, uploads_directory

KEPT_FOR = timedelta(minutes=30)
KEPT_MAX = 20
KEPT_BYTES_MAX = 500_000_000
MARK = "choice.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """An upload, the accounts to choose from, and the other terms as they were written."""

    files: Held
    accounts: tuple[str, ...]
    terms: Mapping[str, str]

    @property
    def statement(self) -> str:
        path = self.files.one("statement")
        return "" if path is None else path.name


def keep(kept: Kept, now: datetime) -> None:
    """Keep it for a choice, and let go of the oldest where there are too many."""
    told = {
        "accounts": kept.accounts,
        "terms": dict(kept.terms),
        "until": (now + KEPT_FOR).timestamp(),
        "bytes": kept.files.bytes,
    }
    made = kept.files.directory / "choice.new"
    made.write_text(json.dumps(told), "utf-8")
    made.replace(kept.files.directory / MARK)  # whole or not at all
    _trim(now)


def look(upload: UUID, now: datetime) -> Kept | None:
    """What is kept under that name, while it is."""
    files = Held(upload)
    told = _told(files)
    if told is None or told["until"] <= now.timestamp():
        return None
    return Kept(files, tuple(told["accounts"]), told["terms"])


def take(kept: Kept) -> bool:
    """Whether it is the caller's now: of two who ask at once, one gets it."""
    try:
        (kept.files.directory / MARK).unlink()
    except FileNotFoundError:
        return False
    return True


def sweep(needed: Collection[UUID], now: datetime) -> None:
    """Remove what is kept too long or too much, and what a stopped process left behind.

    ``needed`` are the uploads of judgings that are still to be made.
    """
    _trim(now)
    for files in _uploads():
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            changed = datetime.fromtimestamp(files.directory.stat().st_mtime, UTC)
            if files.id not in needed and _told(files) is None and now - changed > KEPT_FOR:
                files.release()


def _trim(now: datetime) -> None:
    waiting = [(told, files) for files in _uploads() if (told := _told(files)) is not None]
    bytes_, number = 0, 0
    for told, files in sorted(waiting, key=lambda each: each[0]["until"], reverse=True):
        bytes_, number = bytes_ + told["bytes"], number + 1
        if told["until"] <= now.timestamp() or bytes_ > KEPT_BYTES_MAX or number > KEPT_MAX:
            files.release()


def _uploads() -> Iterator[Held]:
    for place in uploads_directory().iterdir():
        with contextlib.suppress(ValueError):  # not ours
            yield Held(UUID(place.name))


def _told(files: Held) -> dict[str, Any] | None:
    try:
        return dict(json.loads((files.directory / MARK).read_text("utf-8")))
    except FileNotFoundError:
        return None
