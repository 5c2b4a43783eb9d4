"""``propdesk people``: makes the first owner, and forgets what was kept long enough."""

import os
from datetime import UTC, datetime

import click

from propdesk.boot.firm_database import firm_database
from propdesk.boot.refusals import CannotStart, UnusableInput
from propdesk.boot.secret_key import SecretKeyError
from propdesk.boot.settings import SettingsError, load
from propdesk.storage.embedded_postgres import EmbeddedPostgresError

UNUSABLE = (SettingsError, SecretKeyError, EmbeddedPostgresError)


@click.group("people")
def command() -> None:
    """Persons: the first owner, and how long it is kept from where people came."""


@command.command("create-owner")
@click.argument("email")
@click.option("--name", default="", help="The name shown on the pages.")
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    envvar="PROPDESK_OWNER_PASSWORD",
    help="Asked for, unless the environment has it.",
)
def create_owner(email: str, name: str, password: str) -> None:
    """Make EMAIL the owner of an installation that has none; then sign in on the pages.

    The second factor is set up at the first sign-in.
    """
    try:
        with firm_database(load(_without_password())):
            # Their models exist once Django is set up.
            from propdesk.boot.first_owner import FirstOwnerRefused, make_first_owner  # noqa: PLC0415

            try:
                make_first_owner(email, name, password, datetime.now(UTC))
            except FirstOwnerRefused as refused:
                raise UnusableInput(str(refused)) from refused
    except UNUSABLE as error:
        raise CannotStart(str(error)) from error
    click.echo(f"{email} owns this installation.")


@command.command("forget")
def forget() -> None:
    """Delete session events older than PROPDESK_SESSION_EVENTS_DAYS says."""
    try:
        settings = load(os.environ)
        with firm_database(settings):
            # Its models exist once Django is set up.
            from propdesk.crm.people.session_events import forget_session_events  # noqa: PLC0415

            gone = forget_session_events(datetime.now(UTC), settings.session_events_days)
    except UNUSABLE as error:
        raise CannotStart(str(error)) from error
    click.echo(f"{gone} session events were older than {settings.session_events_days} days.")


def _without_password() -> dict[str, str]:
    return {name: text for name, text in os.environ.items() if name != "PROPDESK_OWNER_PASSWORD"}
