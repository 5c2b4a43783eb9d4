"""What the demonstration's house stands on in a home: its log, its snapshots, the kernel.

Imported once Django is set up.
"""

import time
from collections.abc import Callable

import structlog

from propdesk.boot.demonstration import Access, demonstrate
from propdesk.boot.engine_process import rulebook_of
from propdesk.boot.engine_worker import Firm
from propdesk.boot.house import Foundation
from propdesk.boot.platform_process import Plan
from propdesk.boot.settings import Settings
from propdesk.engine.builds import build_kernel
from propdesk.storage.event_log import PostgresLog
from propdesk.storage.snapshot_files.store import FileSnapshots
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions

_log = structlog.get_logger(__name__)


class CannotDemonstrate(Exception):
    """The settings leave out what the demonstration needs. Nothing was changed."""


def demonstrate_in(
    settings: Settings, database_url: str, pages: str, tell: Callable[[str], None]
) -> None:
    """Fill the installation and tell how its people sign in. Raises ``CannotDemonstrate``,
    ``NotEmpty``, ``JournalError``, ``SecretKeyError`` and what the log raises."""
    if not settings.test_payments or not settings.simulated_platform:
        raise CannotDemonstrate(
            "The demonstration pays by test payments and trades on the simulated platform: "
            "PROPDESK_TEST_PAYMENTS=yes and PROPDESK_SIMULATED_PLATFORM=on."
        )
    if settings.mail_url is not None:
        raise CannotDemonstrate(
            "The demonstration's persons have no mail: PROPDESK_MAIL_URL must not be set."
        )
    kernel = build_kernel(home=settings.home)
    foundation = Foundation(
        home=settings.home,
        log=PostgresLog(database_url),
        snapshots=FileSnapshots(settings.home, _alarm),
        firm=Firm(kernel, load_catalogue(None), rulebook_of, CelConditions()),
        plan=Plan(),
        alarm=_alarm,
    )
    for access in demonstrate(foundation, lambda: time.time_ns() // 1000, tell):
        tell(_line(access, pages))
    tell("Links let a person choose a password once, within three days. Staff then set up a")
    tell("second factor. All this is a demonstration: no person and no money in it is real.")


def _line(access: Access, pages: str) -> str:
    how = f"password {access.password}" if access.password else f"{pages}{access.path}"
    return f"  {access.who:<10} {access.email:<22} {how}"


def _alarm(sentence: str) -> None:
    _log.error("alarm", sentence=sentence)
