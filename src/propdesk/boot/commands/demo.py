"""``propdesk demo``: fills an empty installation with a firm to look at."""

import os

import click

from propdesk.boot.firm_database import firm_database
from propdesk.boot.one_machine import address
from propdesk.boot.refusals import CannotStart, UnusableInput
from propdesk.boot.secret_key import SecretKeyError
from propdesk.boot.settings import SettingsError, load
from propdesk.connectors.simulated_platform.journal import JournalError
from propdesk.storage.embedded_postgres import EmbeddedPostgresError


@click.command("demo")
def command() -> None:
    """Fill an empty installation with a firm: staff, programmes, traders and their past weeks.

    It takes a minute or two, and prints how each person signs in. Start it afterwards with
    propdesk up; propdesk up --demo does both. An installation that holds anybody is refused.
    """
    try:
        settings = load(os.environ)
        with firm_database(settings):
            # Its models exist once Django is set up.
            from propdesk.boot.demonstration import NotEmpty  # noqa: PLC0415
            from propdesk.boot.foundation import CannotDemonstrate, demonstrate_in  # noqa: PLC0415

            url = os.environ["PROPDESK_DATABASE_URL"]
            try:
                demonstrate_in(settings, url, address(settings), click.echo)
            except (NotEmpty, CannotDemonstrate) as refused:
                raise UnusableInput(str(refused)) from refused
    except (SettingsError, SecretKeyError, EmbeddedPostgresError, JournalError) as error:
        raise CannotStart(str(error)) from error
