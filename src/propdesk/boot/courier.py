"""The courier: takes the firm's commands from the outbox and hands them to the engine's intake.

At least once, in the order of each account. It must not decide anything, nor hold a transaction
open while it waits for an answer.
"""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from propdesk.boot.outbox_bell import Bell
from propdesk.crm.outbox.actions.claim_next import claim_next
from propdesk.crm.outbox.actions.settle import give_up, mark_delivered, put_off
from propdesk.crm.outbox.models import OutboxRow
from propdesk.domain.events import NewsScheduled
from propdesk.ports.intake import Intake, IntakeAway
from propdesk.wire.log_codec import LogCodec, LogCodecError
from propdesk.wire.log_records import AccountEnrolled, Delivered, Moment, RulebookPublished

SOURCE = "crm"
REFUSALS_MAX = 8
BACKOFF_FIRST = timedelta(seconds=1)
BACKOFF_MAX = timedelta(minutes=1)
HOLD = timedelta(seconds=30)
LOOK_EVERY_S = 1.0
"""So late a retry may be; what is new rings the bell."""


class Courier:
    """One courier; several may run, each row is delivered by whoever claims it.

    A refusal is tried ``REFUSALS_MAX`` times and then given up with an alarm. An intake that does
    not answer is nobody's fault and is tried for ever.
    """

    def __init__(
        self,
        name: str,
        intake: Intake,
        alarm: Callable[[str], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._intake = intake
        self._alarm = alarm
        self._clock = clock
        self._codec = LogCodec()

    def deliver_next(self) -> bool:
        """Deliver one row; False: nothing is due, or nobody listens."""
        row = claim_next(self._name, self._clock(), HOLD)
        if row is None:
            return False
        try:
            commands = self._commands(bytes(row.body))
            accepted = self._intake.events(commands, source=SOURCE, key=str(row.key))
        except LogCodecError as error:
            self._give_up(row, f"not readable: {error}")
        except IntakeAway as error:
            until = self._clock() + backoff(row.attempts)
            put_off(row, f"nobody listens: {error}", until, refused=False)
            return False
        else:
            if accepted.refused:
                self._refused(row, "; ".join(accepted.refused))
            else:
                mark_delivered(row, self._clock())
        return True

    def run(self, over: threading.Event, bell: Bell) -> None:
        """Deliver until ``over`` is set. Raises what the database raises."""
        while not over.is_set():
            if not self.deliver_next():
                bell.wait(LOOK_EVERY_S)

    def _commands(self, body: bytes) -> tuple[Delivered, ...]:
        record = self._codec.decode(body)
        if isinstance(record, AccountEnrolled | RulebookPublished | NewsScheduled):
            return (record,)
        if isinstance(record, Moment):
            return record.events
        raise LogCodecError(f"{type(record).__name__} is no command")

    def _refused(self, row: OutboxRow, why: str) -> None:
        if row.refusals + 1 >= REFUSALS_MAX:
            self._give_up(row, why)
        else:
            put_off(row, why, self._clock() + backoff(row.refusals + 1), refused=True)

    def _give_up(self, row: OutboxRow, why: str) -> None:
        if give_up(row, why, self._clock()):
            self._alarm(f"courier: {row} is given up after {row.attempts} attempts: {why}")


def backoff(attempts: int) -> timedelta:
    """How long to wait after that many attempts: doubled each time, up to a minute."""
    doublings = min(attempts - 1, 20)  # more would not fit into a timedelta
    return min(BACKOFF_FIRST * (1 << doublings), BACKOFF_MAX)
