"""``propdesk openapi``: prints the OpenAPI document of the API."""

import os

import click
import django


@click.command("openapi")
def command() -> None:
    """Print the document of /api/v1 (OpenAPI 3.1), as the server serves it.

    It needs no database and no server: it is the same for every installation of one release.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "propdesk.web.settings")
    os.environ.setdefault("PROPDESK_SECRET_KEY", "nothing is signed by a document")
    django.setup()
    # Its models exist once Django is set up.
    from propdesk.web.api.document import text  # noqa: PLC0415

    click.echo(text(), nl=False)
