"""``propdesk audit``: holds the chain of what was done against itself."""

import os

import click

from propdesk.boot.firm_database import firm_database
from propdesk.boot.refusals import CannotStart, UnusableInput
from propdesk.boot.secret_key import SecretKeyError
from propdesk.boot.settings import SettingsError, load
from propdesk.storage.embedded_postgres import EmbeddedPostgresError


@click.group("audit")
def command() -> None:
    """What was done, by whom: rows chained by hash."""


@command.command("verify")
@click.option(
    "--head", "known", help="A head that an earlier run printed: it must be in the chain still."
)
def verify(known: str | None) -> None:
    """Walk the chain; exit 1 and name the first row that does not fit.

    The last line is the head, COUNT:HASH. Keep it somewhere else: given back by --head, it shows
    rows that were cut off at the end.
    """
    try:
        with firm_database(load(os.environ)):
            # Its models exist once Django is set up.
            from propdesk.crm.audit.chain import NoHead, parse_head, walk  # noqa: PLC0415

            try:
                walked = walk(None if known is None else parse_head(known))
            except NoHead as error:
                raise UnusableInput(f"--head: {error}") from error
    except (SettingsError, SecretKeyError, EmbeddedPostgresError) as error:
        raise CannotStart(str(error)) from error
    if walked.fault:
        click.echo(f"The chain does not hold: {walked.fault}.", err=True)
        click.echo(f"It holds as far as {walked.head}", err=True)
        raise SystemExit(1)
    click.echo(f"The chain holds: {walked.head.count} rows.")
    click.echo(str(walked.head))
