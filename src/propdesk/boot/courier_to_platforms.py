"""The courier to the platforms: takes their commands from the outbox, and notes what they answer.

At least once under one key, each account's in their order, many accounts at once. It must not
decide anything, nor hold a transaction open while it waits for an answer.
"""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from propdesk.boot.courier import backoff
from propdesk.boot.outbox_bell import Bell
from propdesk.crm.accounts.actions.note_platform_answers import Noted, note_platform_answers
from propdesk.crm.accounts.messages import command_in
from propdesk.crm.outbox.actions.claim_accounts import claim_accounts
from propdesk.crm.outbox.actions.settle import give_up, mark_all_delivered, put_off, release
from propdesk.crm.outbox.models import Destination, OutboxRow
from propdesk.ports.platform import Answer, Command, Platform, PlatformAway, Reason

ACCOUNTS_AT_ONCE = 256
COMMANDS_AT_ONCE = 32
"""In one call; several calls are under way at once."""
REFUSALS_MAX = 8
HOLD = timedelta(seconds=60)
LOOK_S = 1.0
"""So late a retry may be; what is new rings the bell."""

LATER = frozenset({Reason.MARKET_CLOSED, Reason.NO_PRICE, Reason.REQUOTE})
"""Refusals that time mends: tried for ever, and what comes after them is not held back."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A claimed row, as its platform gets it."""

    row: OutboxRow
    server: str
    command: Command


class CourierToPlatforms:
    """One courier; several may run, each account is served by whoever claims it."""

    def __init__(
        self,
        name: str,
        platforms: Mapping[str, Platform],
        executor: Executor,
        alarm: Callable[[str], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._name = name
        self._platforms = platforms
        self._executor = executor
        self._alarm = alarm
        self._clock = clock

    def deliver(self) -> int:
        """Deliver what is due, for as many accounts as fit; how many rows were settled."""
        claimed = claim_accounts(
            Destination.PLATFORM, self._name, self._clock(), HOLD, at_most=ACCOUNTS_AT_ONCE
        )
        settled = 0
        while claimed:
            heads = [rows[0] for rows in claimed]
            stopped = self._deliver(heads)
            settled += len(heads)
            release(row for rows in claimed if rows[0].account in stopped for row in rows[1:])
            claimed = [rows[1:] for rows in claimed if rows[1:] and rows[0].account not in stopped]
        return settled

    def run(self, over: threading.Event, bell: Bell) -> None:
        """Deliver until ``over`` is set. Raises what the database raises."""
        while not over.is_set():
            if not self.deliver():
                bell.wait(LOOK_S)

    # -- one row of each account
    def _deliver(self, rows: Sequence[OutboxRow]) -> set[str]:
        """Deliver these, and say whose following rows must wait."""
        asked: dict[str, list[_Asked]] = defaultdict(list)
        stopped: set[str] = set()
        for row in rows:
            found = self._asked(row)
            if found is None:
                stopped.add(row.account)
            else:
                asked[found.server].append(found)
        calls = [
            (part, self._executor.submit(self._platforms[server].act, _commands(part)))
            for server, each in asked.items()
            for part in _parts(each)
        ]
        answered: list[tuple[_Asked, Answer]] = []
        for part, call in calls:
            try:
                answered += zip(part, call.result(), strict=True)
            except PlatformAway as error:
                stopped |= self._away(part, error)
        return stopped | self._settle(answered)

    def _asked(self, row: OutboxRow) -> _Asked | None:
        """What to ask for. The platform answers a key alike for ever, so that a command it refused
        is asked again under the next one."""
        try:
            server, command = command_in(row.command, bytes(row.body), f"{row.key}.{row.refusals}")
        except ValueError as error:
            self._give_up(row, f"not readable: {error}")
            return None
        if server not in self._platforms:
            self._give_up(row, f"no platform is called {server!r}")
            return None
        return _Asked(row, server, command)

    def _give_up(self, row: OutboxRow, why: str) -> None:
        if give_up(row, why, self._clock()):
            self._alarm(f"courier: {row} is given up after {row.attempts} attempts: {why}")

    def _away(self, asked: Iterable[_Asked], error: PlatformAway) -> set[str]:
        for each in asked:
            until = self._clock() + backoff(each.row.attempts)
            put_off(each.row, f"nobody answers: {error}", until, refused=False)
        return {each.row.account for each in asked}

    # -- answers
    def _settle(self, answered: Sequence[tuple[_Asked, Answer]]) -> set[str]:
        """Settle the rows and note the answers, together; whose following rows must wait."""
        now = self._clock()
        done = [asked.row for asked, answer in answered if answer.is_confirmed]
        stopped: set[str] = set()
        noted: list[Noted] = []
        with transaction.atomic():
            own = mark_all_delivered(done, now)
            for asked, answer in answered:
                row, command = asked.row, asked.command
                if answer.is_confirmed:
                    if row.pk in own:
                        noted.append(Noted(row, command, answer, "done"))
                    continue
                if answer.reason not in LATER:
                    stopped.add(row.account)
                if answer.reason not in LATER and row.refusals + 1 >= REFUSALS_MAX:
                    self._give_up(row, f"{answer.reason}: {answer.detail}")
                    noted.append(Noted(row, command, answer, "given_up"))
                elif self._put_off(row, answer, now):
                    noted.append(Noted(row, command, answer, "again"))
            note_platform_answers(noted, now)
        return stopped

    @staticmethod
    def _put_off(row: OutboxRow, answer: Answer, now: datetime) -> bool:
        until = now + backoff(row.refusals + 1)
        return put_off(row, f"{answer.reason}: {answer.detail}", until, refused=True)


def _commands(asked: Iterable[_Asked]) -> list[Command]:
    return [each.command for each in asked]


def _parts(asked: Sequence[_Asked]) -> Iterable[Sequence[_Asked]]:
    for first in range(0, len(asked), COMMANDS_AT_ONCE):
        yield asked[first : first + COMMANDS_AT_ONCE]
