"""``propdesk replay``: streams recorded ticks and events through a running system."""

import heapq
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, NoReturn

import click

from propdesk.boot.settings import Settings, load
from propdesk.connectors.feeds.quote_policy import Fault
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.connectors.replay.entrants import (
    Asked,
    Entrants,
    EntrantsRefused,
    entrants_of_files,
    invented_entrants,
)
from propdesk.connectors.replay.recording import Recording, own_recording, recording_of
from propdesk.connectors.replay.streaming import Pace, Streamed, enrol, shift_to_now, stream
from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME as PLATFORM_SOCKET
from propdesk.domain.instants import SECOND
from propdesk.ports.intake import IntakeAway
from propdesk.ports.platform import PlatformAway
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.intake_frames import FrameError
from propdesk.wire.unreadable import Unreadable

AT_ONCE = "max"
_SHOWN_MAX = 10
_BACKWARDS = (
    "The feed had already sent later quotes. A recording that is sent faster than it was recorded "
    "begins in the past: wait as long as it lasts before it is sent again."
)


_FED = (
    "The simulated platform feeds this home, and a symbol has one feed: start with "
    "PROPDESK_SIMULATED_PLATFORM=off to replay into it, or replay into another home."
)


def is_fed(settings: Settings) -> bool:
    """Whether the simulated platform of a home brings its own ticks into the intake."""
    with closing(PlatformClient(settings.home / PLATFORM_SOCKET)) as platform:
        try:
            platform.capabilities()
        except PlatformAway:
            return False
    return True


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
@click.option("--accounts", type=int, help="How many invented accounts trade in our recording.")
@click.option("--rulebook", help="A preset to judge the accounts by; ftmo-2-step in our recording.")
@click.option("--phase", help="The phase of the rulebook; challenge in our recording.")
@click.option("--size", help="The size of each account; 100000 in our recording.")
def command(
    paths: tuple[Path, ...],
    speed: int | None,
    shift: bool,
    feed: str,
    quotes_zone: str | None,
    path: Path | None,
    **asked: Any,
) -> None:
    """Stream recorded ticks and event files (PATHS) into a running system, and stop at their end.

    The system is one started with PROPDESK_SIMULATED_PLATFORM=off: a symbol has one feed.

    Without PATHS ten minutes around an invented release of payrolls are streamed, and twelve
    invented accounts trade in them. The accounts that PATHS open are enrolled where --rulebook,
    --phase and --size say how they are judged.
    """
    if path is None and is_fed(load()):
        _refuse(_FED)
    pace = Pace(clock=_now, pause=_pause, speed=speed)
    begun = time.monotonic()
    try:
        recording = recording_of(paths or (own_recording(),), quotes_zone)
        entrants = _entrants(Asked(**asked), recording, is_own=not paths)
        moved = shift_to_now(recording.span(), pace) if shift else 0
        with IntakeClient(path or load().home / SOCKET_NAME) as intake:
            refused = enrol(entrants.commands, intake, pace, source=feed)
            recorded = heapq.merge(entrants.events, recording, key=lambda event: event.at)
            streamed = stream(recorded, intake, pace, feed=feed, shift=moved)
    except (Unreadable, EntrantsRefused) as error:
        _refuse(str(error))
    except (IntakeAway, FrameError) as error:
        _refuse(f"the intake takes nothing: {error}; is propdesk up?")
    streamed.refused[:0] = refused
    _tell(streamed, entrants, time.monotonic() - begun)


def _entrants(asked: Asked, recording: Recording, *, is_own: bool) -> Entrants:
    if not is_own:
        return entrants_of_files(asked, recording)
    return invented_entrants(asked, recording, catalogue=load_catalogue(None), now=_now())


def _tell(streamed: Streamed, entrants: Entrants, seconds: float) -> None:
    click.echo(f"{streamed.quotes:,} quotes and {streamed.events:,} events in {seconds:.1f} s")
    if entrants.commands:
        first, last = entrants.commands[0], entrants.commands[-1]
        whom = first.account if first is last else f"{first.account} to {last.account}"
        click.echo(f"{len(entrants.commands)} accounts enrolled, {whom}: see /live/ on the pages")
    for sentence in streamed.refused[:_SHOWN_MAX]:
        click.echo(f"  refused: {sentence}")
    if len(streamed.refused) > _SHOWN_MAX:
        click.echo("  and more")
    if any(sentence.endswith(Fault.OUT_OF_ORDER) for sentence in streamed.refused):
        click.echo(_BACKWARDS)


def _now() -> int:
    return time.time_ns() // 1000


def _pause(micros: int) -> None:
    time.sleep(micros / SECOND)


def _refuse(sentence: str) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(2)
