"""Writing files so that they are there wholly or not at all, whatever is killed or cut off.

It must not know what is in them.
"""

import os
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

UNFINISHED = ".unfinished"


def write_whole(path: Path, chunks: Iterable[bytes | memoryview]) -> None:
    """Write a file under a temporary name, and give it its own when it is durable.

    Raises ``OSError``; then nothing is there that was not there before.
    """
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        with unfinished.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in a directory durable: those that came, and those that went."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_directory(directory: Path) -> None:
    """Make a directory and its parents, durably."""
    if directory.is_dir():
        return
    make_directory(directory.parent)
    directory.mkdir(exist_ok=True)
    sync_directory(directory.parent)


def remove_unfinished(directory: Path) -> None:
    """Remove what writers left that were killed. Only the one who may write calls it."""
    for left in directory.glob("*" + UNFINISHED):
        left.unlink()


def file_name(text: str) -> str:
    """Any name as one file name that leads nowhere else, different for different names."""
    return quote(text, safe="").replace(".", "%2E")
