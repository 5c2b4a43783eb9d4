"""Makes the data directory, and writes who may connect to it.

It must not hold settings that trade safety for speed: fsync and synchronous_commit stay on.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from propdesk.storage.embedded_postgres.binaries import Binaries
from propdesk.storage.embedded_postgres.errors import DatabaseFailed, HomeUnusable
from propdesk.storage.embedded_postgres.identity import ServerUser
from propdesk.storage.embedded_postgres.places import PORT, Places
from propdesk.storage.embedded_postgres.programs import run

MAJOR_VERSION = "18"
SUPERUSER = "postgres"
APPLICATION = "propdesk"
"""The name of the application's role and of its database."""


def ensure_cluster(
    binaries: Binaries, places: Places, user: ServerUser, *, root_descriptor: int
) -> None:
    """Makes the data directory if there is none, all of it or nothing.

    Raises HomeUnusable when it was made by another major version of PostgreSQL.
    """
    version_file = places.data / "PG_VERSION"
    if version_file.exists():
        version = version_file.read_text().strip()
        if version != MAJOR_VERSION:
            raise HomeUnusable(
                f"{places.data} was made by PostgreSQL {version}, this is {MAJOR_VERSION}: "
                "export with the old release and import with this one"
            )
        return
    unfinished = places.root / "data.unfinished"  # left by a start that was killed half-way
    shutil.rmtree(unfinished, ignore_errors=True)
    run(
        [
            str(binaries.initdb),
            f"--pgdata={places.seen_by_server(unfinished, root_descriptor)}",
            f"--username={SUPERUSER}",
            "--auth=peer",
            "--encoding=UTF8",
            "--locale=C",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ],
        user=user,
        root_descriptor=root_descriptor,
    )
    # After this point the directory is complete and flushed to disk.
    unfinished.rename(places.data)


def write_access(places: Places, user: ServerUser, client: str) -> None:
    """Admits ``client``, an operating-system user, by peer authentication on the socket only.

    Written at every start, since the same home may be started by root today.
    """
    _write(places.data / "pg_hba.conf", user, ["local all all peer map=propdesk"])
    names = sorted({client, user.name})
    admitted = [f'propdesk "{name}" {role}' for name in names for role in (SUPERUSER, APPLICATION)]
    _write(places.data / "pg_ident.conf", user, admitted)


def server_options(places: Places, *, root_descriptor: int) -> Iterator[str]:
    """The settings given on the command line, so that no file in the home can undo them."""
    sockets = places.seen_by_server(places.sockets, root_descriptor).replace('"', '""')
    settings = {
        "listen_addresses": "",
        "port": str(PORT),
        "unix_socket_directories": f'"{sockets}"',
        "unix_socket_permissions": "0700",
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] ",
    }
    for name, value in settings.items():
        yield "-c"
        yield f"{name}={value}"


def ensure_application_database(places: Places) -> None:
    """Creates the application's role (not a superuser) and its database when they are missing."""
    try:
        with psycopg.connect(
            host=str(places.sockets), port=PORT, user=SUPERUSER, dbname="postgres", autocommit=True
        ) as connection:
            role = sql.Identifier(APPLICATION)
            if not _exists(connection, "SELECT 1 FROM pg_roles WHERE rolname = %s"):
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(role))
            if not _exists(connection, "SELECT 1 FROM pg_database WHERE datname = %s"):
                connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(role))
    except psycopg.Error as error:
        raise DatabaseFailed(f"the embedded database does not answer: {error}") from error


def _exists(connection: psycopg.Connection, query: LiteralString) -> bool:
    return connection.execute(query, [APPLICATION]).fetchone() is not None


def _write(path: Path, user: ServerUser, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))
    user.give(path)
    path.chmod(0o600)
