"""The firm's database for a command: the one that runs, or the embedded one for as long as that.

It must not be used by a process that stays; ``one_machine`` and the other mains have their own.
"""

import contextlib
import os
from collections.abc import Iterator

import django
from django.core.management import call_command
from django.db import connections

from propdesk.boot.secret_key import ensure_secret_key
from propdesk.boot.settings import Settings
from propdesk.storage.embedded_postgres import EmbeddedPostgres, HomeInUse, address_of


@contextlib.contextmanager
def firm_database(settings: Settings) -> Iterator[None]:
    """Django with the firm's tables, as new as this program.

    Raises SecretKeyError or an EmbeddedPostgresError where there is no database to be had.
    """
    key = settings.secret_key or ensure_secret_key(settings.secret_key_file)
    with _address(settings) as url:
        os.environ.update(settings.environment(database_url=url, secret_key=key))
        os.environ["DJANGO_SETTINGS_MODULE"] = "propdesk.web.settings"
        django.setup()
        try:
            call_command("migrate", interactive=False, verbosity=0)
            yield
        finally:
            connections.close_all()


@contextlib.contextmanager
def _address(settings: Settings) -> Iterator[str]:
    if settings.database_url is not None:
        yield settings.database_url
        return
    database = EmbeddedPostgres(settings.home)
    try:
        database.start()
    except HomeInUse:
        yield address_of(settings.home)  # of the one that runs
        return
    try:
        yield database.url
    finally:
        database.stop()
