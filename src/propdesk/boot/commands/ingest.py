"""``propdesk ingest``: the intake alone, beside a database that holds the log."""

import click

from propdesk.boot import ingest_process
from propdesk.boot.refusals import CannotStart
from propdesk.boot.settings import SettingsError


@click.command("ingest")
def command() -> None:
    """Take in quotes and events on a socket in PROPDESK_HOME, and give them one order.

    PROPDESK_DATABASE_URL names the database that holds the log. One takes over from another.
    """
    try:
        ingest_process.alone()
    except SettingsError as error:
        raise CannotStart(str(error)) from error
