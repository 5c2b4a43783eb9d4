"""``propdesk platform``: the simulated trading platform alone, with its market and its traders."""

from pathlib import Path

import click

from propdesk.boot import platform_process
from propdesk.boot.platform_process import MarketDiffers, Plan
from propdesk.boot.refusals import CannotStart
from propdesk.boot.secret_key import SecretKeyError
from propdesk.boot.settings import SettingsError
from propdesk.connectors.simulated_platform.generated_market import TICKS_OF_A_DAY_MAX
from propdesk.connectors.simulated_platform.journal import JournalError
from propdesk.domain.instants import parse_instant
from propdesk.wire.unreadable import Unreadable


def _instant(_context: click.Context, _param: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error


@click.command("platform")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--seed", help="What the market is made from; propdesk, or what this home plays already."
)
@click.option(
    "--ticks-a-day",
    "ticks_of_a_day",
    type=click.IntRange(1, TICKS_OF_A_DAY_MAX),
    help="How many quotes the made-up market has, all symbols together; 20,000, or as it has.",
)
@click.option(
    "--speed",
    type=click.IntRange(1, 100_000),
    default=1,
    show_default=True,
    help="How often faster than the clock, until the clock is reached.",
)
@click.option("--begin", "begins", callback=_instant, help="The first moment; now if not said.")
@click.option(
    "--forward/--no-forward",
    "forwards",
    default=True,
    show_default=True,
    help="Bring ticks and deals into this home's intake.",
)
def command(
    paths: tuple[Path, ...],
    seed: str | None,
    ticks_of_a_day: int | None,
    speed: int,
    begins: int | None,
    forwards: bool,
) -> None:
    """Run the simulated trading platform on a socket in PROPDESK_HOME until it is stopped.

    Its market is made up from a seed, or the recorded ticks in PATHS are played once.
    """
    plan = Plan(seed, ticks_of_a_day, speed, begins, paths, forwards)
    try:
        platform_process.alone(plan)
    except (SettingsError, MarketDiffers, JournalError, SecretKeyError, Unreadable) as error:
        raise CannotStart(str(error)) from error
