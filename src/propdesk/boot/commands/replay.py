"""``propdesk replay``: streams recorded ticks and events through a running system."""

import sys
import time
from pathlib import Path
from typing import NoReturn

import click

from propdesk.boot.settings import load
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.connectors.replay.recording import own_recording, recording_of
from propdesk.connectors.replay.streaming import Pace, Streamed, shift_to_now, stream
from propdesk.domain.instants import SECOND
from propdesk.ports.intake import IntakeAway
from propdesk.wire.intake_frames import FrameError
from propdesk.wire.unreadable import Unreadable

AT_ONCE = "max"
_SHOWN_MAX = 10


def _speed(_context: click.Context, _param: click.Parameter, text: str) -> int | None:
    if text == AT_ONCE:
        return None
    digits = text.removesuffix("x")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6 and int(digits) >= 1):
        raise click.BadParameter(f"{text!r} is neither a whole number from 1 nor {AT_ONCE}")
    return int(digits)


@click.command("replay")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option(
    "--speed",
    callback=_speed,
    default="1",
    show_default=True,
    help="How often faster than it was recorded, or max.",
)
@click.option(
    "--shift/--no-shift",
    default=True,
    show_default=True,
    help="Move all times so that the last is now when it is sent; spacing is kept.",
)
@click.option("--feed", default="replay", show_default=True, help="The name of the feed.")
@click.option("--quotes-zone", help="The clock of quote times without a zone.")
@click.option(
    "--socket", "path", type=click.Path(path_type=Path), help="The intake, if not this home's."
)
def command(
    paths: tuple[Path, ...],
    speed: int | None,
    shift: bool,
    feed: str,
    quotes_zone: str | None,
    path: Path | None,
) -> None:
    """Stream recorded ticks and event files (PATHS) into a running system, and stop at their end.

    Without PATHS ten minutes around an invented release of payrolls are streamed.
    """
    pace = Pace(clock=_now, pause=_pause, speed=speed)
    begun = time.monotonic()
    try:
        recording = recording_of(paths or (own_recording(),), quotes_zone)
        moved = shift_to_now(recording.span(), pace) if shift else 0
        with IntakeClient(path or load().home / SOCKET_NAME) as intake:
            streamed = stream(recording, intake, pace, feed=feed, shift=moved)
    except Unreadable as error:
        _refuse(str(error))
    except (IntakeAway, FrameError) as error:
        _refuse(f"the intake takes nothing: {error}; is propdesk up?")
    _tell(streamed, time.monotonic() - begun)


def _tell(streamed: Streamed, seconds: float) -> None:
    click.echo(f"{streamed.quotes:,} quotes and {streamed.events:,} events in {seconds:.1f} s")
    for sentence in streamed.refused[:_SHOWN_MAX]:
        click.echo(f"  refused: {sentence}")
    if len(streamed.refused) > _SHOWN_MAX:
        click.echo("  and more")


def _now() -> int:
    return time.time_ns() // 1000


def _pause(micros: int) -> None:
    time.sleep(micros / SECOND)


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)
