"""The command line ``propdesk``: the list of its commands.

A command is a file in ``boot/commands`` with a click command called ``command``, added to
COMMANDS here in the order of the alphabet; nothing is found by scanning.
"""

import click

from propdesk.boot.commands import (
    audit,
    bench,
    demo,
    doctor,
    engine,
    evaluate,
    ingest,
    openapi,
    people,
    platform,
    projector,
    replay,
    rulebooks,
    up,
    verify,
)

COMMANDS: tuple[click.Command, ...] = (
    audit.command,
    bench.command,
    demo.command,
    doctor.command,
    engine.command,
    evaluate.command,
    ingest.command,
    openapi.command,
    people.command,
    platform.command,
    projector.command,
    replay.command,
    rulebooks.command,
    up.command,
    verify.command,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="propdesk")
def main() -> None:
    """Runs a proprietary trading firm: judges every trade and price against the firm's rules."""


for command in COMMANDS:
    main.add_command(command)


if __name__ == "__main__":
    main()
