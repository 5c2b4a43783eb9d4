"""Uploaded files on disk for the time of their judging, under names that cannot do harm.

Nothing of an upload outlives its ``Held``.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

NAME_LENGTH_MAX = 100
_OTHER = re.compile(r"[^\w.()+ -]+")


@dataclass(frozen=True)
class Held:
    """Files by the field they came in. ``release`` removes them all."""

    paths: Mapping[str, tuple[Path, ...]]
    _directory: tempfile.TemporaryDirectory[str]

    def one(self, field: str) -> Path | None:
        return next(iter(self.paths.get(field, ())), None)

    def many(self, field: str) -> tuple[Path, ...]:
        return self.paths.get(field, ())

    def release(self) -> None:
        self._directory.cleanup()


def held(files: Mapping[str, Sequence[UploadedFile]]) -> Held:
    """The files on disk, each in a directory of its own: two may bear one name."""
    directory = tempfile.TemporaryDirectory(prefix="propdesk-upload-")
    try:
        paths = {
            field: tuple(
                _written(file, Path(directory.name) / f"{field}-{number}")
                for number, file in enumerate(given)
            )
            for field, given in files.items()
        }
    except OSError:
        directory.cleanup()
        raise
    return Held(paths, directory)


def _written(file: UploadedFile, place: Path) -> Path:
    place.mkdir()
    path = place / clean_name(file.name or "")
    with path.open("wb") as out:
        for chunk in file.chunks():
            out.write(chunk)
    return path


def clean_name(name: str) -> str:
    """The last part of a name, of letters, digits and plain signs; the ending is kept."""
    last = re.split(r"[/\\]", name)[-1]
    plain = _OTHER.sub("_", last).strip(". ") or "upload"
    return plain.encode("utf-8", "ignore")[-NAME_LENGTH_MAX:].decode("utf-8", "ignore")
