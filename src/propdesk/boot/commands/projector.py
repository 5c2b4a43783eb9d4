"""``propdesk projector``: what the engine says, read into the firm's tables."""

import click

from propdesk.boot import projector_process
from propdesk.boot.refusals import CannotStart
from propdesk.boot.settings import SettingsError


@click.command("projector")
def command() -> None:
    """Read the engine's verdicts into the firm's tables, and start what follows from them.

    PROPDESK_DATABASE_URL names the database that holds the log and the tables.
    """
    try:
        projector_process.alone()
    except SettingsError as error:
        raise CannotStart(str(error)) from error
