"""A platform in memory behind the port, for tests: accounts with positions, rights and keys."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from propdesk.domain.events import InstrumentDefined
from propdesk.domain.instants import micros_of
from propdesk.ports.platform import (
    AccountCard,
    AccountSnapshot,
    Answer,
    CancelAll,
    Capabilities,
    CloseAll,
    Command,
    CreateAccount,
    Credentials,
    Deltas,
    GroupCard,
    HaltSymbol,
    Platform,
    PlatformAway,
    Reason,
    ResumePoint,
    Rights,
    SetRights,
)

AT = micros_of(datetime(2026, 11, 23, 12, tzinfo=UTC))


@dataclass(slots=True)
class Held:
    """What the platform has of one account."""

    rights: Rights = Rights.TRADE
    positions: list[str] = field(default_factory=lambda: ["P1", "P2"])
    orders: list[str] = field(default_factory=lambda: ["O1"])


class FakePlatform(Platform):
    """Does what it is told, once a key, and answers alike for ever."""

    def __init__(self, *logins: str, seconds_each: float = 0.0) -> None:
        self.held = {login: Held() for login in logins}
        self.answers: dict[str, tuple[Command, Answer]] = {}
        self.done: list[Command] = []
        """In their order, each key once."""
        self.halted: set[str] = set()
        self.calls = 0
        self.is_away = False
        self.answers_are_lost = False
        self.chooses = False
        """Logins, whatever is proposed."""
        self.refuses: dict[str, Reason] = {}
        """By the kind of command."""
        self.chokes_on = ""
        """The account of which it cannot take a command, nor anything in the same call."""
        self.told_at: dict[str, int] = {}
        """By account, where its clock is another one."""
        self.at = AT
        self._seconds_each = seconds_each

    def act(self, commands: Sequence[Command]) -> Sequence[Answer]:
        if self.is_away:
            raise PlatformAway("no socket")
        self.calls += 1
        if self.chokes_on in [getattr(each, "account", None) for each in commands]:
            raise RuntimeError("it chokes")
        answers = [self._answer(each) for each in commands]
        if self.answers_are_lost:
            raise PlatformAway("the answer did not come")
        return answers

    def of(self, login: str) -> list[Command]:
        """What was done to one account."""
        return [each for each in self.done if getattr(each, "account", "") == login]

    def _answer(self, command: Command) -> Answer:
        known = self.answers.get(command.key)
        if known is not None:
            assert known[0] == command, "the key was used for another command"
            return known[1]
        time.sleep(self._seconds_each)
        answer = self._done(command)
        self.answers[command.key] = command, answer
        if answer.is_confirmed:
            self.done.append(command)
        return answer

    def _done(self, command: Command) -> Answer:
        if isinstance(command, CreateAccount):
            return self._created(command)
        if isinstance(command, HaltSymbol):
            (self.halted.add if command.is_halted else self.halted.discard)(command.symbol)
            return Answer(command.key, self.at)
        held = self.held.get(command.account)
        if held is None:
            return Answer(command.key, self.at, Reason.UNKNOWN_ACCOUNT)
        reason = self.refuses.get(type(command).__name__)
        if reason is not None:
            return Answer(command.key, self.at, reason, "told to", left=tuple(held.positions))
        match command:
            case CancelAll():
                held.orders.clear()
            case CloseAll():
                held.positions.clear()
            case SetRights():
                held.rights = command.rights
        at = self.told_at.get(command.account, self.at)
        return Answer(command.key, at, account=command.account)

    def _created(self, command: CreateAccount) -> Answer:
        reason = self.refuses.get("CreateAccount")
        if reason is not None:
            return Answer(command.key, self.at, reason, "told to")
        login = f"own-{len(self.held) + 1}" if self.chooses else command.login
        assert login not in self.held, "an account is opened twice"
        self.held[login] = Held(positions=[], orders=[])
        secrets = Credentials(login, f"trade-{login}", f"look-{login}")
        return Answer(command.key, self.at, account=login, credentials=secrets)

    # -- reading, which no test here does
    def capabilities(self) -> Capabilities:
        raise NotImplementedError

    def groups(self) -> Sequence[GroupCard]:
        raise NotImplementedError

    def instruments(self) -> Sequence[InstrumentDefined]:
        raise NotImplementedError

    def accounts(self) -> Sequence[AccountCard]:
        raise NotImplementedError

    def snapshot(self, account: str) -> AccountSnapshot:
        raise NotImplementedError

    def deltas(self, after: ResumePoint, *, wait_s: float = 0.0) -> Deltas:
        raise NotImplementedError
