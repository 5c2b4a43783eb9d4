"""``propdesk up``: everything on this machine, with its own database."""

import os

import click

from propdesk.boot import one_machine
from propdesk.boot.port_claim import PortTaken
from propdesk.boot.refusals import CannotStart
from propdesk.boot.secret_key import SecretKeyError
from propdesk.boot.settings import SettingsError, load
from propdesk.connectors.simulated_platform.journal import JournalError
from propdesk.storage.embedded_postgres import EmbeddedPostgresError

UNUSABLE = (
    SettingsError,
    PortTaken,
    SecretKeyError,
    EmbeddedPostgresError,
    JournalError,
    one_machine.NoDemonstration,
)


@click.command("up")
@click.option(
    "--demo", "is_demo", is_flag=True, help="Fill the empty installation with a firm first."
)
def command(is_demo: bool) -> None:
    """Start everything on this machine; Ctrl-C stops it.

    State lives under PROPDESK_HOME, the pages on PROPDESK_PORT (8000), and the database is our
    own unless PROPDESK_DATABASE_URL names one.
    """
    try:
        one_machine.run(load(os.environ), click.echo, is_demo=is_demo)
    except UNUSABLE as error:
        raise CannotStart(str(error)) from error
    except KeyboardInterrupt:
        # Only while starting; afterwards the web server handles it and `run` returns.
        raise SystemExit(130) from None
