"""The firm's clock: opens what was paid, ends what ran out, plans ahead, does what is due now.

It must not keep time itself: what is planned is in the database, and survives any process.
"""

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from propdesk.boot.clock_work import asking_doers, plan_ahead
from propdesk.boot.paid_orders import provision_paid
from propdesk.boot.run_out import end_what_ran_out, plan_reminders
from propdesk.crm.accounts.actions.close_before import close_before
from propdesk.crm.accounts.actions.lift_kill_switch import lift_kill_switch
from propdesk.crm.accounts.actions.set_kill_switch import RUNS_OUT
from propdesk.crm.accounts.due_work import Doer, do_next
from propdesk.crm.audit.actor import system
from propdesk.crm.challenges.actions.plan_closings import CLOSE, plan_closings
from propdesk.crm.challenges.actions.warn_waiting import WARN_WAITING, warn_waiting
from propdesk.crm.incidents.actions.approve_measure import RUNS_OUT as SUSPENSION_ENDS
from propdesk.crm.incidents.actions.undo_measure import undo_measure
from propdesk.crm.own_limits.actions.lock_for_today import LIFT
from propdesk.crm.own_limits.lifting import lift_own_limit
from propdesk.ports.live_accounts import LiveAccounts
from propdesk.web.live.source import NoEngine

BY = system("firm clock")
PLAN_EVERY = timedelta(minutes=5)
LOOK_EVERY = timedelta(minutes=1)
"""So late what has no moment of its own may end: an unpaid order, a pass that lapsed, a trial."""
LOOK_S = 0.5


def run_out(detail: Mapping[str, Any], at: datetime) -> None:
    """A kill switch's time is over."""
    lift_kill_switch(detail["switch"], by=BY, at=at, reason="its time ran out")


def end_suspension(detail: Mapping[str, Any], at: datetime) -> None:
    """Rules that an incident suspended count again."""
    undo_measure(UUID(detail["measure"]), by=BY, at=at, reason="its time ran out")


DOERS: Mapping[str, Doer] = {
    CLOSE: close_before,
    RUNS_OUT: run_out,
    WARN_WAITING: warn_waiting,
    LIFT: lift_own_limit,
    SUSPENSION_ENDS: end_suspension,
}


class FirmClock:
    """Does due work; several may run, each piece is done by one."""

    def __init__(
        self,
        alarm: Callable[[str], None],
        clock: Callable[[], datetime],
        live: LiveAccounts | None = None,
    ) -> None:
        """``live`` is the engine that is asked who holds what; None: none answers yet."""
        self._alarm, self._clock = alarm, clock
        self._doers = {**DOERS, **asking_doers(live or NoEngine())}
        self._planned: datetime | None = None
        self._looked: datetime | None = None

    def step(self) -> bool:
        """Plan where it is time to, open what was paid, and do one piece of due work; False:
        nothing waits."""
        now = self._clock()
        if self._planned is None or now - self._planned >= PLAN_EVERY:
            plan_closings(now)
            plan_reminders(now)
            plan_ahead(now)
            self._planned = now
        if self._looked is None or now - self._looked >= LOOK_EVERY:
            end_what_ran_out(now, self._alarm)
            self._looked = now
        provisioned = provision_paid(now, self._alarm)
        return do_next(self._doers, now, self._alarm) or bool(provisioned)

    def run(self, over: threading.Event) -> None:
        """Go on until ``over`` is set. Raises what the database raises."""
        while not over.is_set():
            if not self.step():
                over.wait(LOOK_S)
