"""The courier to the platforms: takes their commands from the outbox, and notes what they answer.

At least once under one key, each account's in their order, many accounts at once: one statement
claims them, one call does them, one statement notes them. It must not decide anything, nor hold a
transaction open while it waits for an answer.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from django.db import DataError, transaction

from propdesk.boot.courier import backoff
from propdesk.boot.outbox_bell import Bell
from propdesk.crm.accounts.actions.confirm_commands import confirm_commands
from propdesk.crm.accounts.actions.note_platform_answers import Noted, note_platform_answers
from propdesk.crm.accounts.messages import command_in
from propdesk.crm.outbox.actions.claim_accounts import claim_accounts
from propdesk.crm.outbox.actions.settle import give_up, mark_delivered, put_off, release
from propdesk.crm.outbox.models import Destination, OutboxRow
from propdesk.ports.platform import (
    LATER,
    Answer,
    Command,
    CreateAccount,
    Platform,
    PlatformAway,
)

ACCOUNTS_AT_ONCE = 512
TURNS_AT_ONCE = 128
"""In one call; several calls are under way at once."""
SHARED_BY = 8
"""A turn that got no answer is asked again with so many times fewer others: none holds up all."""
REFUSALS_MAX = 8
HOLD = timedelta(seconds=60)
LOOK_S = 1.0
"""So late a retry may be; what is new rings the bell."""
GATHER_S = 0.04
"""What comes so soon after others goes with the next: a batch costs little more than one."""
UNWRITABLE = (DataError, OverflowError, ValueError)
"""What an answer raises that holds what no column can."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A claimed row, as its platform gets it."""

    row: OutboxRow
    command: Command


_Turn: TypeAlias = Sequence[_Asked]
"""An account's commands in their order; never none."""
_Heard: TypeAlias = Sequence[Answer] | Exception
"""The answers a turn had, or why it had none."""


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
        """Deliver what is due, for as many accounts as fit; how many accounts that were."""
        claimed = claim_accounts(
            Destination.PLATFORM, self._name, self._clock(), HOLD, at_most=ACCOUNTS_AT_ONCE
        )
        turns: dict[str, list[_Turn]] = defaultdict(list)
        for rows in claimed:
            server, turn = self._turn(rows)
            if turn:
                turns[server].append(turn)
        calls = [
            (part, self._executor.submit(_heard, self._platforms[server], part))
            for server, each in turns.items()
            for part in _parts(each)
        ]
        self._settle(pair for part, call in calls for pair in zip(part, call.result(), strict=True))
        return len(claimed)

    def run(self, over: threading.Event, bell: Bell) -> None:
        """Deliver until ``over`` is set. Raises what the database raises."""
        while not over.is_set():
            begun = time.monotonic()
            if self.deliver() < ACCOUNTS_AT_ONCE:
                over.wait(max(0.0, begun + GATHER_S - time.monotonic()))
                bell.wait(LOOK_S)

    # -- asking
    def _turn(self, rows: Sequence[OutboxRow]) -> tuple[str, _Turn]:
        """The account's platform, and its commands up to the first that nobody can carry out,
        which is given up."""
        turn: list[_Asked] = []
        of_turn = ""
        for place, row in enumerate(rows):
            try:
                server, asked = self._asked(row)
            except ValueError as error:
                self._give_up(row, f"not readable: {error}")
                release(rows[place + 1 :])
                break
            if turn and server != of_turn:  # it is a turn of its own, the next one
                release(rows[place:])
                break
            of_turn = server
            turn.append(asked)
        return of_turn, turn

    def _asked(self, row: OutboxRow) -> tuple[str, _Asked]:
        """Raises ``ValueError``. The platform answers a key alike for ever, so that a command it
        refused is asked again under the next one."""
        server, command = command_in(row.command, bytes(row.body), f"{row.key}.{row.refusals}")
        if server not in self._platforms:
            raise ValueError(f"no platform is called {server!r}")
        return server, _Asked(row, command)

    def _give_up(self, row: OutboxRow, why: str) -> None:
        if give_up(row, why, self._clock()):
            self._alarm(f"courier: {row} is given up after {row.attempts} attempts: {why}")

    # -- answers
    def _settle(self, heard: Iterable[tuple[_Turn, _Heard]]) -> None:
        """Note what became of each turn: of those that went smoothly together."""
        smooth: list[Sequence[Noted]] = []
        for turn, said in heard:
            if isinstance(said, Exception):
                self._unanswered(turn, said)
                continue
            answered = list(zip(turn, said, strict=False))
            if all(_is_smooth(asked.command, answer) for asked, answer in answered):
                smooth.append([Noted(e.row, e.command, answer, "done") for e, answer in answered])
            else:
                self._note_or_give_up(answered)
            release([each.row for each in turn[len(answered) :]])
        self._confirm(smooth)

    def _unanswered(self, turn: _Turn, error: Exception) -> None:
        """Nobody knows whether it was done, so that its key stays. One that no platform was to be
        blamed for is not tried for ever."""
        row = turn[0].row
        if not isinstance(error, PlatformAway) and row.attempts >= REFUSALS_MAX:
            self._give_up(row, f"cannot be sent: {error!r}")
        else:
            until = self._clock() + backoff(row.attempts)
            put_off(row, f"nobody answers: {error}", until, refused=False)
        release([each.row for each in turn[1:]])

    def _confirm(self, turns: Sequence[Sequence[Noted]]) -> None:
        """One that the database does not take must not keep the others from being noted."""
        try:
            confirm_commands([each for turn in turns for each in turn], self._clock())
        except UNWRITABLE as error:
            if len(turns) > 1:
                for turn in turns:
                    self._confirm([turn])
            else:
                self._unnoted([each.row for each in turns[0]], error)

    def _note_or_give_up(self, answered: Sequence[tuple[_Asked, Answer]]) -> None:
        try:
            self._note(answered)
        except UNWRITABLE as error:
            self._unnoted([asked.row for asked, _ in answered], error)

    def _unnoted(self, rows: Sequence[OutboxRow], error: Exception) -> None:
        """It is answered, and the answer is nothing that can be kept: a person must look."""
        self._give_up(rows[0], f"answered, but that cannot be noted: {error!r}")
        release(rows[1:])

    def _note(self, answered: Iterable[tuple[_Asked, Answer]]) -> None:
        """Settle the rows of one turn and note its answers, together."""
        now = self._clock()
        noted: list[Noted] = []
        with transaction.atomic():
            for asked, answer in answered:
                row, command = asked.row, asked.command
                if answer.is_confirmed:
                    if mark_delivered(row, now):
                        noted.append(Noted(row, command, answer, "done"))
                elif answer.reason not in LATER and row.refusals + 1 >= REFUSALS_MAX:
                    self._give_up(row, f"{answer.reason}: {answer.detail}")
                    noted.append(Noted(row, command, answer, "given_up"))
                elif self._put_off(row, answer, now):
                    noted.append(Noted(row, command, answer, "again"))
            note_platform_answers(noted, now)

    @staticmethod
    def _put_off(row: OutboxRow, answer: Answer, now: datetime) -> bool:
        until = now + backoff(row.refusals + 1)
        return put_off(row, f"{answer.reason}: {answer.detail}", until, refused=True)


def _heard(platform: Platform, turns: Sequence[_Turn]) -> Sequence[_Heard]:
    """What the platform says to each turn; fewer answers than commands: the rest was not asked.

    It runs in a thread that has no connection to the database. What fails together is asked one by
    one, so that it is known who failed; what was done has its key.
    """
    try:
        return platform.act_in_turn([[each.command for each in turn] for turn in turns])
    except PlatformAway as away:
        return [away for _ in turns]
    except Exception as error:  # noqa: BLE001 - one command must not stop the others
        if len(turns) > 1:
            return [heard for turn in turns for heard in _heard(platform, [turn])]
        return [error] if len(turns[0]) == 1 else _heard(platform, [turns[0][:1]])


def _is_smooth(command: Command, answer: Answer) -> bool:
    return answer.is_confirmed and not isinstance(command, CreateAccount)


def _parts(turns: Sequence[_Turn]) -> Iterator[Sequence[_Turn]]:
    """What is asked in one call: as many, or fewer where there was no answer before."""
    sizes: dict[int, list[_Turn]] = defaultdict(list)
    for turn in turns:
        sizes[max(1, TURNS_AT_ONCE // SHARED_BY ** (turn[0].row.attempts - 1))].append(turn)
    for size, alike in sizes.items():
        for first in range(0, len(alike), size):
            yield alike[first : first + size]
