"""How a command refuses: one clear sentence on stderr and an exit status with a meaning.

It must not be raised below boot; a command translates what its house refused with.
"""

import click


class UnusableInput(click.ClickException):
    """The input cannot be judged: ``file:row: reason``, exit 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 (the signature is click's)
        click.echo(self.message, err=True)


class CannotStart(click.ClickException):
    """The application cannot start here: what is wrong and what mends it, exit 1."""

    exit_code = 1

    def show(self, file: object = None) -> None:  # noqa: ARG002 (the signature is click's)
        click.echo(f"propdesk: {self.message}", err=True)
