"""``propdesk up``: everything on this machine, with its own database."""

import os

import click

from propdesk.boot import one_machine
from propdesk.boot.port_claim import PortTaken
from propdesk.boot.refusals import CannotStart
from propdesk.boot.secret_key import SecretKeyError
from propdesk.boot.settings import SettingsError, load
from propdesk.storage.embedded_postgres import EmbeddedPostgresError


@click.command("up")
def command() -> None:
    """Start everything on this machine; Ctrl-C stops it.

    State lives under PROPDESK_HOME, the pages on PROPDESK_PORT (8000), and the database is our
    own unless PROPDESK_DATABASE_URL names one.
    """
    try:
        one_machine.run(load(os.environ), click.echo)
    except (SettingsError, PortTaken, SecretKeyError, EmbeddedPostgresError) as error:
        raise CannotStart(str(error)) from error
    except KeyboardInterrupt:
        # Only while starting; afterwards the web server handles it and `run` returns.
        raise SystemExit(130) from None
