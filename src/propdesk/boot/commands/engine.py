"""``propdesk engine``: the engine alone, beside a database that holds its log."""

import click

from propdesk.boot import engine_process
from propdesk.boot.refusals import CannotStart
from propdesk.boot.settings import SettingsError


@click.command("engine")
def command() -> None:
    """Judge accounts live until stopped; a second one waits as the stand-by of the first.

    PROPDESK_DATABASE_URL names the database that holds the log, PROPDESK_HOME where snapshots are.
    """
    try:
        engine_process.alone()
    except SettingsError as error:
        raise CannotStart(str(error)) from error
