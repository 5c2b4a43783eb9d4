"""The courier as a process: ``python -m propdesk.boot.courier_process``.

It carries what the firm commands from the outbox to the engine's intake and to the platforms, and
nothing else: a breach waits for nobody here. What may come later is the clerk's. Where the database
fails it ends; whoever started it begins it again.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from propdesk.boot.carriers import (
    ENFORCING,
    alarm,
    carry,
    carry_as_a_process,
    name_of_process,
    now,
)
from propdesk.boot.settings import Settings
from propdesk.connectors.intake import SOCKET_NAME
from propdesk.connectors.intake.client import IntakeClient
from propdesk.connectors.simulated_platform.client import PlatformClient
from propdesk.connectors.simulated_platform.frames import SOCKET_NAME as PLATFORM_SOCKET

SIMULATED = "simulated"
"""The server of the platform that ships with the firm."""
CALLS_AT_ONCE = 4


def main() -> None:
    carry_as_a_process(WORK, "the courier", ENFORCING)


def run(settings: Settings, over: threading.Event) -> None:
    """Deliver until ``over`` is set. Raises what the database raises, whoever meets it."""
    carry(WORK, settings, over)


def to_engine(settings: Settings, over: threading.Event) -> None:
    """Carry commands to the engine until ``over`` is set."""
    # Their models need Django set up.
    from propdesk.boot.courier import Courier  # noqa: PLC0415
    from propdesk.boot.outbox_bell import outbox_bell  # noqa: PLC0415

    with (
        IntakeClient(settings.home / SOCKET_NAME) as intake,
        outbox_bell(str(settings.database_url), "engine") as bell,
    ):
        Courier(name_of_process(), intake, alarm, now).run(over, bell)


def to_platforms(settings: Settings, over: threading.Event) -> None:
    """Carry commands to the platforms until ``over`` is set."""
    from propdesk.boot.courier_to_platforms import CourierToPlatforms  # noqa: PLC0415
    from propdesk.boot.outbox_bell import outbox_bell  # noqa: PLC0415

    with (
        closing(PlatformClient(settings.home / PLATFORM_SOCKET)) as simulated,
        ThreadPoolExecutor(CALLS_AT_ONCE) as executor,
        outbox_bell(str(settings.database_url), "platform") as bell,
    ):
        platforms = {SIMULATED: simulated}
        CourierToPlatforms(name_of_process(), platforms, executor, alarm, now).run(over, bell)


WORK = (to_engine, to_platforms)


if __name__ == "__main__":
    main()
