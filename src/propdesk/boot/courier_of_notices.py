"""The courier of notices: takes them out of the outbox, sends what they amount to, and escalates
alerts nobody acknowledged.

A slow receiver holds up nobody else. It must not word anything, nor hold a transaction open while
it waits for an answer.
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from datetime import datetime, timedelta

from propdesk.boot.outbox_bell import Bell
from propdesk.crm.notices.actions.claim_deliveries import claim_deliveries
from propdesk.crm.notices.actions.escalate_alerts import escalate_alerts
from propdesk.crm.notices.actions.settle_delivery import drop, mark_not_delivered, mark_sent
from propdesk.crm.notices.actions.take_out_notices import take_out_notices
from propdesk.crm.notices.addressed import NobodyThere, addressed
from propdesk.crm.notices.models import Delivery
from propdesk.ports.messengers import Messenger, NotDelivered, Outgoing, Uncertain

SENT_AT_ONCE = 8
TO_ONE_OUTLET = 2
HOLD = timedelta(minutes=3)
"""Longer than any messenger waits."""
LOOK_S, LOOK_WHILE_SENDING_S = 0.5, 0.05
ESCALATE_EVERY = timedelta(seconds=5)

Said = str | NotDelivered


class NoticeCourier:
    """One courier; several may run, each delivery is sent by whoever claims it."""

    def __init__(
        self,
        name: str,
        messengers: Mapping[str, Messenger],
        executor: Executor,
        alarm: Callable[[str], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._messengers = messengers
        self._executor = executor
        self._alarm = alarm
        self._clock = clock
        self._under_way: dict[Future[Said], Delivery] = {}
        self._escalated: datetime | None = None

    @property
    def is_sending(self) -> bool:
        return bool(self._under_way)

    def step(self) -> int:
        """Take out what is new, settle what was answered, send what is due; how much that was."""
        now = self._clock()
        done = take_out_notices(now, self._alarm)
        if self._escalated is None or now - self._escalated >= ESCALATE_EVERY:
            done += escalate_alerts(now)
            self._escalated = now
        return done + self._settle() + self._send()

    def finish(self) -> None:
        """Wait for what is under way and settle it."""
        while self._under_way:
            wait(self._under_way, return_when=FIRST_COMPLETED)
            self._settle()

    def run(self, over: threading.Event, bell: Bell) -> None:
        """Go on until ``over`` is set. Raises what the database raises."""
        while not over.is_set():
            if not self.step():
                bell.wait(LOOK_WHILE_SENDING_S if self._under_way else LOOK_S)
        self.finish()

    def _send(self) -> int:
        outlets = Counter(each.outlet_id for each in self._under_way.values() if each.outlet_id)
        busy = [outlet for outlet, count in outlets.items() if count >= TO_ONE_OUTLET]
        room = SENT_AT_ONCE - len(self._under_way)
        claimed = claim_deliveries(self._name, self._clock(), HOLD, at_most=room, busy=busy)
        for row in claimed:
            messenger = self._messengers[row.channel]
            try:
                message = addressed(row, self._clock())
            except NobodyThere as error:
                drop(row, str(error), self._clock())
                continue
            self._under_way[self._executor.submit(_sent, messenger, message)] = row
        return len(claimed)

    def _settle(self) -> int:
        answered = [each for each in self._under_way if each.done()]
        for each in answered:
            row = self._under_way.pop(each)
            said = each.result()
            if isinstance(said, NotDelivered):
                mark_not_delivered(row, said, self._clock())
            else:
                mark_sent(row, said, self._clock())
        return len(answered)


def _sent(messenger: Messenger, message: Outgoing) -> Said:
    """What came of it. It runs in a thread that has no connection to the database."""
    try:
        return messenger.send(message)
    except NotDelivered as error:
        return error
    except Exception as error:  # noqa: BLE001 - one message must not end every courier
        return Uncertain(f"its messenger failed: {type(error).__name__}")
