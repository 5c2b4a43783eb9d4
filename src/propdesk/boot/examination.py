"""Looks at an installation without starting or changing anything: what ``doctor`` prints.

Each look is one function that returns what it found; none of them raises for a broken machine.
"""

import enum
import os
import platform
import shutil
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import metadata
from pathlib import Path

import psycopg

from propdesk.boot.port_claim import PortTaken, claimed_port
from propdesk.boot.settings import Settings
from propdesk.storage.embedded_postgres import EmbeddedPostgresError
from propdesk.storage.embedded_postgres.binaries import find_binaries
from propdesk.storage.embedded_postgres.identity import SYSTEM_USER, server_user
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.markets import listed_until, markets

FREE_BYTES_MIN = 1_000_000_000
OLDEST_SERVER = 150000  # PostgreSQL 15, as the server counts
CONNECT_S_MAX = 5


class Verdict(enum.Enum):
    """What a look came to: a note is worth knowing and keeps nothing from working."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One look at one thing."""

    subject: str
    verdict: Verdict
    sentence: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, in the order in which a start would meet the things."""
    yield _versions()
    yield _port(settings)
    yield _home(settings.home)
    yield _secret_key(settings)
    yield _markets(datetime.now(UTC).date())
    if settings.database_url is None:
        yield _embedded_database()
    else:
        yield _external_database(settings.database_url)


def _markets(today: date) -> Finding:
    """What is traded is known from files of the product, and holidays only as far as they go."""
    known = f"{len(load_catalogue())} instruments, {len(markets())} markets; "
    until = listed_until()
    if today <= until:
        return Finding(
            "markets",
            Verdict.GOOD,
            f"{known}exchanges' holidays and early closes are known until {until}",
        )
    return Finding(
        "markets",
        Verdict.NOTE,
        f"{known}exchanges' holidays and early closes are known only until {until}; later ones "
        "count as gaps in the quotes; install a newer version",
    )


def _versions() -> Finding:
    names = ("propdesk", "django", "tzdata")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    python = f"Python {platform.python_version()}"
    return Finding("versions", Verdict.GOOD, f"{versions}, {python} on {sys.platform}")


def _port(settings: Settings) -> Finding:
    where = f"{settings.host}:{settings.port}"
    try:
        with claimed_port(settings.host, settings.port):
            return Finding("port", Verdict.GOOD, f"{where} is free")
    except PortTaken as error:
        # Propdesk itself may be what runs there, so this is no fault of the installation.
        return Finding("port", Verdict.NOTE, str(error))


def _home(home: Path) -> Finding:
    nearest = next(path for path in (home, *home.parents) if path.exists())
    if not nearest.is_dir():
        return Finding("home", Verdict.BAD, f"{nearest} is not a directory")
    if not os.access(nearest, os.W_OK | os.X_OK):
        return Finding("home", Verdict.BAD, f"{nearest} cannot be written to")
    free = shutil.disk_usage(nearest).free
    if free < FREE_BYTES_MIN:
        return Finding("home", Verdict.BAD, f"{home}: only {free // 1_000_000} MB are free")
    state = "is there" if nearest == home else "will be made"
    return Finding("home", Verdict.GOOD, f"{home} {state}, {free // 1_000_000_000} GB free")


def _secret_key(settings: Settings) -> Finding:
    subject, path = "secret key", settings.secret_key_file
    if settings.secret_key is not None:
        return Finding(subject, Verdict.GOOD, "given in PROPDESK_SECRET_KEY")
    if not path.exists():
        return Finding(subject, Verdict.GOOD, f"{path} will be made")
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return Finding(subject, Verdict.BAD, f"{path} can be read by others: chmod 600 it")
    return Finding(subject, Verdict.GOOD, f"{path} is there and private")


def _embedded_database() -> Finding:
    subject = "database"
    if os.geteuid() == 0:
        # Asking for the user would make it, and a doctor changes nothing.
        return Finding(subject, Verdict.GOOD, f"embedded, to be run as the user {SYSTEM_USER}")
    try:
        user = server_user()
        find_binaries(user)
    except EmbeddedPostgresError as error:
        return Finding(subject, Verdict.BAD, str(error))
    return Finding(subject, Verdict.GOOD, f"embedded, to be run as {user.name}")


def _external_database(url: str) -> Finding:
    subject = "database"
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_S_MAX) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        # The driver names host and user in its message, never the password.
        return Finding(subject, Verdict.BAD, f"PROPDESK_DATABASE_URL does not answer: {error}")
    if version < OLDEST_SERVER:
        return Finding(subject, Verdict.BAD, f"PostgreSQL {version // 10000}; 15 is the oldest")
    return Finding(subject, Verdict.GOOD, f"PostgreSQL {version // 10000} answers")
