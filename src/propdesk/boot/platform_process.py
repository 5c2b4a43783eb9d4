"""The simulated platform as a process: its market runs, its traders trade, others command it.

It listens on a socket in PROPDESK_HOME, keeps its journal there, and forwards ticks and deals into
the intake. Killed at any moment, it goes on where its journal ends. It must not judge anybody.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import msgspec
import structlog

from propdesk.boot.carriers import ENFORCING
from propdesk.boot.parent_death import end_with_parent
from propdesk.boot.secret_key import ensure_secret_key
from propdesk.boot.settings import Settings, load
from propdesk.connectors.intake import SOCKET_NAME as INTAKE_SOCKET
from propdesk.connectors.intake.client import IntakeClient
from propdesk.connectors.replay.recording import recording_of
from propdesk.connectors.simulated_platform.books import Books
from propdesk.connectors.simulated_platform.bridge import Bridge, PointFile
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME
from propdesk.connectors.simulated_platform.generated_market import CHARACTERS, GeneratedMarket
from propdesk.connectors.simulated_platform.journal import Journal
from propdesk.connectors.simulated_platform.platform import Setup, SimulatedPlatform
from propdesk.connectors.simulated_platform.recorded_market import RecordedMarket
from propdesk.connectors.simulated_platform.server import PlatformServer
from propdesk.connectors.simulated_platform.simulation import Market, Simulation
from propdesk.connectors.simulated_platform.terms import DEFAULT_GROUPS
from propdesk.domain.instants import SECOND, datetime_of
from propdesk.ports.intake import Intake, IntakeAway
from propdesk.ports.platform import PlatformAway, ResumeLost
from propdesk.wire.catalogue import load_catalogue

DIRECTORY = "simulated-platform"
PLAYERS = "players.json"
SOURCE = "simulated"
"""The name of the feed, and of the source of the accounts' events."""
SEED = "propdesk"
TICKS_OF_A_DAY = 20_000
LOOK_S = 0.05
TICKS_OF_A_STEP = 500
REPEATS_AFTER = 20 * SECOND
FORWARD_WAIT_S, RETRY_S = 0.5, 0.5
STOP_S_MAX = 10.0

_log = structlog.get_logger(__name__)


class MarketDiffers(Exception):
    """This home plays another market; the caller names it and starts nothing."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of this run. ``begins`` None: now. ``recording`` empty: a made-up market, where
    ``seed`` and ``ticks_of_a_day`` None are those this home plays already, or the usual ones."""

    seed: str | None = None
    ticks_of_a_day: int | None = None
    speed: int = 1
    begins: int | None = None
    recording: tuple[Path, ...] = ()
    forwards: bool = True


class _Played(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which made-up market a home plays, for ever: its days follow from the first."""

    seed: str
    ticks_of_a_day: int
    first_day: date


def main() -> None:
    """As a child of ``propdesk up``: it ends with its parent."""
    end_with_parent()
    os.nice(ENFORCING)
    sys.exit(run(load(os.environ), Plan(), _stopped()))


def alone(plan: Plan) -> None:
    """As a process of its own. Raises ``SettingsError``, ``MarketDiffers``, ``JournalError``,
    ``SecretKeyError`` and ``Unreadable``."""
    sys.exit(run(load(os.environ), plan, _stopped()))


def run(settings: Settings, plan: Plan, over: threading.Event) -> int:
    """Run until ``over`` is set. Returns 0, or 1 where the platform failed."""
    home = settings.home / DIRECTORY
    with Journal(home / "journal") as journal:
        clock = _clock(plan)
        platform, simulation = on_stage(home, plan, journal, clock)
        with PlatformServer(settings.home / SOCKET_NAME, platform):
            _log.info("platform_listens", accounts=len(platform.books.accounts))
            forwarding = _forwarding(settings, plan, platform, home, over)
            try:
                _drive(platform, simulation, clock, over)
            except PlatformAway as error:
                _log.error("platform_failed", error=str(error))
                return 1
            finally:
                over.set()
                if forwarding is not None:
                    forwarding.join(STOP_S_MAX)
    return 0


def on_stage(
    home: Path, plan: Plan, journal: Journal, clock: Callable[[], int]
) -> tuple[SimulatedPlatform, Simulation]:
    """The platform of a home as its journal left it, and what plays on it. Raises
    ``MarketDiffers``, ``JournalError``, ``SecretKeyError`` and ``Unreadable``."""
    secret = ensure_secret_key(home / "secret.key").encode()
    market, seed = _market(home, plan, clock())
    setup = Setup(DEFAULT_GROUPS, load_catalogue(None), tuple(CHARACTERS), seed, secret)
    platform = SimulatedPlatform(setup, journal, clock=clock)
    simulation = Simulation(platform.books, market, tuple(CHARACTERS), players_of(home))
    platform.recover()
    return platform, simulation


def players_of(home: Path) -> dict[str, str]:
    """Persons who are played, and by which profile: whom the demonstration made."""
    path = home / PLAYERS
    return msgspec.json.decode(path.read_bytes(), type=dict[str, str]) if path.exists() else {}


def keep_players(home: Path, players: Mapping[str, str]) -> None:
    """Let these persons be played from the next start on."""
    beside = home / f".{PLAYERS}.new"
    beside.write_bytes(msgspec.json.encode(dict(players)))
    beside.replace(home / PLAYERS)


def _drive(
    platform: SimulatedPlatform,
    simulation: Simulation,
    clock: Callable[[], int],
    over: threading.Event,
) -> None:
    """Let the market run by the clock, in steps so short that a command never waits for long."""
    platform.run(lambda _: simulation.skip_to(clock()))
    is_done = True

    def step(_: Books) -> None:
        nonlocal is_done
        is_done = simulation.advance(clock(), ticks_max=TICKS_OF_A_STEP)
        if is_done:
            simulation.repeat_quotes(clock(), REPEATS_AFTER)

    while not over.wait(LOOK_S if is_done else 0.0):
        platform.run(step)


def _forwarding(
    settings: Settings, plan: Plan, platform: SimulatedPlatform, home: Path, over: threading.Event
) -> threading.Thread | None:
    """The thread that brings everything into the intake."""
    if not plan.forwards:
        return None

    def forward() -> None:
        with IntakeClient(settings.home / INTAKE_SOCKET) as intake:
            forward_all(platform, intake, home / "forwarded", over)

    thread = threading.Thread(target=forward, name="forwarding", daemon=True)
    thread.start()
    return thread


def forward_all(
    platform: SimulatedPlatform, intake: Intake, point: Path, over: threading.Event
) -> None:
    """Forward until ``over`` is set, however often the intake is away."""
    bridge = Bridge(platform, intake, PointFile(point), SOURCE)
    was_away = False
    while not over.is_set():
        try:
            bridge.forward(wait_s=FORWARD_WAIT_S)
            was_away = False
        except (IntakeAway, PlatformAway) as error:
            if not was_away:
                _log.warning("forwarding_waits", error=str(error))
            was_away = True
            over.wait(RETRY_S)
        except ResumeLost as error:
            # The point is of another journal than this one: only a person can say which is right.
            _log.error("forwarding_ended", error=str(error))
            over.set()


def _market(home: Path, plan: Plan, now: int) -> tuple[Market, str]:
    """The market of this home, and its seed. Raises ``MarketDiffers`` and ``Unreadable``."""
    if plan.recording:
        recording = recording_of(plan.recording)
        return RecordedMarket(recording, now + SECOND - recording.span()[0]), plan.seed or SEED
    played = _Played(
        plan.seed or SEED,
        plan.ticks_of_a_day or TICKS_OF_A_DAY,
        datetime_of(now).date() - timedelta(days=1),
    )
    path = home / "market.json"
    if path.exists():
        kept = msgspec.json.decode(path.read_bytes(), type=_Played)
        asked = plan.seed or kept.seed, plan.ticks_of_a_day or kept.ticks_of_a_day
        if asked != (kept.seed, kept.ticks_of_a_day):
            raise MarketDiffers(
                f"this home plays the seed {kept.seed!r} with {kept.ticks_of_a_day} ticks a day; "
                "another market needs another home"
            )
        played = kept
    else:
        beside = path.with_name(".market.json.new")
        beside.write_bytes(msgspec.json.encode(played))
        beside.replace(path)
    market = GeneratedMarket(
        played.seed, played.first_day, load_catalogue(None), ticks_of_a_day=played.ticks_of_a_day
    )
    return market, played.seed


def _clock(plan: Plan) -> Callable[[], int]:
    """The platform's time in microseconds: faster than ours until it has caught up with it."""
    started = _now()
    begins = started if plan.begins is None else min(plan.begins, started)

    def clock() -> int:
        now = _now()
        return min(begins + (now - started) * plan.speed, now)

    return clock


def _now() -> int:
    return time.time_ns() // 1000


def _stopped() -> threading.Event:
    """Set when the process is asked to stop."""
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    return over


if __name__ == "__main__":
    main()
