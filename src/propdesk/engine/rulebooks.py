"""The rulebooks accounts are judged by: those the log published, and those that ship.

An enrolment names its rulebook by the hash of its content, add-ons applied; name and version only
say where to look. It must not judge an account by anything that has another hash.
"""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from propdesk.domain.judging import Judge
from propdesk.domain.rules.registry import RULES
from propdesk.engine.refusal import Refused
from propdesk.wire.log_records import AccountEnrolled, RulebookPublished
from propdesk.wire.rulebook_file import (
    LoadedRulebook,
    RulebookRefused,
    published_rulebook,
    with_add_ons,
)
from propdesk.wire.unreadable import Unreadable


class _Named(msgspec.Struct):
    """What a rulebook's canonical form says of itself first."""

    name: str
    version: str


class Rulebooks:
    """Published rulebooks by hash, and whoever knows those that ship."""

    def __init__(
        self,
        shipped: Callable[[AccountEnrolled], LoadedRulebook],
        published: Iterable[RulebookPublished] = (),
        *,
        alarm: Callable[[str], None],
    ) -> None:
        self._alarm = alarm
        self._shipped = shipped
        self.published: dict[str, RulebookPublished] = {}
        self._named: dict[tuple[str, str], list[str]] = {}
        self._read: dict[str, LoadedRulebook] = {}
        self._hearing: dict[tuple[str, str], bool] = {}
        self._asked: dict[tuple[str, str, str, tuple[str, ...]], LoadedRulebook] = {}
        for each in published:  # they were read when they came; now each is when it is needed
            self._keep(each)

    def publish(self, record: RulebookPublished) -> None:
        """Keep a rulebook. Raises ``Refused``, with an alarm, where it is none."""
        try:
            self._publish(record)
        except Refused as refused:
            self._alarm(f"rulebook {record.sha256[:12]} cannot be published: {refused}")
            raise

    def _publish(self, record: RulebookPublished) -> None:
        try:
            loaded = published_rulebook(record.text)
        except RulebookRefused as refused:
            raise Refused(f"the published text is no rulebook: {refused.lines[0]}") from refused
        except (ValueError, RecursionError) as refused:
            raise Refused(f"the published text is no rulebook: {refused}") from refused
        if loaded.canonical != record.text or loaded.sha256 != record.sha256:
            told = f"{loaded.rulebook.name} {loaded.rulebook.version}"
            raise Refused(f"the text of {told} has another hash than it was published under")
        self._read[record.sha256] = loaded
        self._keep(record)

    def hears_news(self, command: AccountEnrolled) -> bool:
        """Whether any rule of the account's phase listens to the calendar at all: to the others a
        release is nothing, and there are many accounts. Raises ``Refused``."""
        name = command.sha256, command.phase
        if name not in self._hearing:
            phase = self.of(command).rulebook.phase(command.phase)
            judges = (RULES[each.rule][1] for each in phase.rules)
            self._hearing[name] = any(each.on_news is not Judge.on_news for each in judges)
        return self._hearing[name]

    def of(self, command: AccountEnrolled) -> LoadedRulebook:
        """The rulebook an account is judged by. Raises ``Refused`` where there is none."""
        named = command.rulebook, command.version, command.sha256, command.add_ons
        found = self._asked.get(named)
        if found is None:
            found = self._asked[named] = self._look_up(command)
        return found

    def _look_up(self, command: AccountEnrolled) -> LoadedRulebook:
        for each in self._candidates(command):
            if each.sha256 == command.sha256:
                return each
        known = (command.rulebook, command.version) in self._named
        try:
            shipped = self._shipped(command)
        except Unreadable as refused:
            if known:
                raise Refused(_another_content(command)) from refused
            raise Refused(
                f"rulebook {_said(command)} is neither published nor a preset: {refused}"
            ) from refused
        if shipped.sha256 != command.sha256:
            raise Refused(_another_content(command))
        return shipped

    def _candidates(self, command: AccountEnrolled) -> Iterator[LoadedRulebook]:
        """Every published content of that name and version, the latest first."""
        for sha256 in reversed(self._named.get((command.rulebook, command.version), [])):
            plain = self._read.get(sha256)
            if plain is None:
                plain = self._read[sha256] = published_rulebook(self.published[sha256].text)
            try:
                yield with_add_ons(plain, command.add_ons) if command.add_ons else plain
            except RulebookRefused:
                continue  # an add-on of another content under the same name

    def _keep(self, record: RulebookPublished) -> None:
        if record.sha256 not in self.published:
            named = msgspec.json.decode(record.text, type=_Named)
            self._named.setdefault((named.name, named.version), []).append(record.sha256)
            self.published[record.sha256] = record


def _said(command: AccountEnrolled) -> str:
    return " ".join((command.rulebook, command.version, *(f"+{each}" for each in command.add_ons)))


def _another_content(command: AccountEnrolled) -> str:
    return f"rulebook {_said(command)} has another content than the account was enrolled with"
