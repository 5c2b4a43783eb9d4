"""``propdesk doctor``: looks at an installation and says what would keep it from working."""

import os

import click

from propdesk.boot.examination import Verdict, examine
from propdesk.boot.settings import SettingsError, load

MARKS = {Verdict.GOOD: "ok     ", Verdict.BAD: "WRONG  ", Verdict.NOTE: "note   "}


@click.command("doctor")
def command() -> None:
    """Check this installation; exit 1 when something would keep it from starting.

    It starts nothing and changes nothing.
    """
    try:
        settings = load(os.environ)
    except SettingsError as error:
        for line in error.errors:
            click.echo(f"{MARKS[Verdict.BAD]}{line}")
        raise SystemExit(1) from None
    findings = list(examine(settings))
    for finding in findings:
        click.echo(f"{MARKS[finding.verdict]}{finding.subject}: {finding.sentence}")
    if any(finding.verdict is Verdict.BAD for finding in findings):
        raise SystemExit(1)
