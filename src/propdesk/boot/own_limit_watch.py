"""Watches traders' own daily limits for as long as it is let: one carrier of the courier."""

import threading
from collections.abc import Callable
from datetime import datetime

from propdesk.crm.own_limits.watching import Watch
from propdesk.ports.live_accounts import EngineAway, LiveAccounts

LOOK_S = 1.0


def watch_own_limits(
    live: LiveAccounts, clock: Callable[[], datetime], over: threading.Event
) -> None:
    """Look until ``over`` is set. While no engine answers nobody is locked: what was lost is not
    known. Raises what the database raises."""
    watch = Watch(live)
    while not over.wait(LOOK_S):
        try:
            watch.look(clock())
        except EngineAway:
            continue
