"""Uploaded files on disk for the time of their judging, under names that cannot do harm.

They lie in one directory an upload, which outlives the process; whoever asked lets them go.
"""

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

NAME_LENGTH_MAX = 100
PRIVATE = 0o700
_OTHER = re.compile(r"[^\w.()+ -]+")
_PLACE = re.compile(r"([a-z_]+)-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Held:
    """The files of one upload, by the field they came in. ``release`` removes them all."""

    id: UUID

    @property
    def directory(self) -> Path:
        return uploads_directory() / str(self.id)

    def one(self, field: str) -> Path | None:
        return next(iter(self.many(field)), None)

    def many(self, field: str) -> tuple[Path, ...]:
        return tuple(path for _, path in sorted(self._numbered(field)))

    def _numbered(self, field: str) -> list[tuple[int, Path]]:
        found = []
        for place in self.directory.glob(f"{field}-*"):
            named = _PLACE.fullmatch(place.name)
            if named is not None and named[1] == field:
                found += [(int(named[2]), path) for path in place.iterdir()]
        return found

    def take(self, files: Mapping[str, Sequence[UploadedFile]]) -> None:
        """Write these, in place of what came in their fields before. Raises ``OSError``."""
        for field, given in files.items():
            for _, path in self._numbered(field) if given else ():
                shutil.rmtree(path.parent)
            # Each in a directory of its own: two may bear one name.
            for number, file in enumerate(given):
                _write(file, self.directory / f"{field}-{number}")

    @property
    def bytes(self) -> int:
        return sum(path.stat().st_size for path in self.directory.rglob("*") if path.is_file())

    def release(self) -> None:
        shutil.rmtree(self.directory, ignore_errors=True)


def uploads_directory() -> Path:
    """Where the uploads of this installation lie; nobody else may look into it."""
    place: Path = settings.UPLOADS_DIRECTORY
    place.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    return place


def held(files: Mapping[str, Sequence[UploadedFile]]) -> Held:
    """The files on disk, in a directory of their own."""
    made = Held(uuid4())
    made.directory.mkdir(mode=PRIVATE)
    try:
        made.take(files)
    except OSError:
        made.release()
        raise
    return made


def _write(file: UploadedFile, place: Path) -> None:
    place.mkdir()
    with (place / clean_name(file.name or "")).open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)


def clean_name(name: str) -> str:
    """The last part of a name, of letters, digits and plain signs; the ending is kept."""
    last = re.split(r"[/\\]", name)[-1]
    plain = _OTHER.sub("_", last).strip(". ") or "upload"
    return plain.encode("utf-8", "ignore")[-NAME_LENGTH_MAX:].decode("utf-8", "ignore")
