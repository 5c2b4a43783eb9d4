"""Uploaded files on disk for the moment of their judging, under names that cannot do harm.

Nothing of an upload outlives the ``with`` block.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.files.uploadedfile import UploadedFile

NAME_LENGTH_MAX = 100
_OTHER = re.compile(r"[^\w.()+ -]+")


@contextmanager
def on_disk(files: Iterable[UploadedFile]) -> Iterator[list[Path]]:
    """The files, each in a directory of its own: two may bear one name."""
    with tempfile.TemporaryDirectory(prefix="propdesk-upload-") as directory:
        paths = []
        for number, file in enumerate(files):
            place = Path(directory) / str(number)
            place.mkdir()
            path = place / clean_name(file.name or "")
            with path.open("wb") as out:
                for chunk in file.chunks():
                    out.write(chunk)
            paths.append(path)
        yield paths


def clean_name(name: str) -> str:
    """The last part of a name, of letters, digits and plain signs; the ending is kept."""
    last = re.split(r"[/\\]", name)[-1]
    plain = _OTHER.sub("_", last).strip(". ") or "upload"
    return plain.encode("utf-8", "ignore")[-NAME_LENGTH_MAX:].decode("utf-8", "ignore")
