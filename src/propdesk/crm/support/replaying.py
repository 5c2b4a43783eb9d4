"""A verdict judged once more, from the log alone and by the reference evaluator.

It reads what the log holds up to the place the verdict fell at, and makes the evidence file of it.
It must not decide a dispute, and says so where it cannot say anything.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from propdesk.crm.accounts.models import AccountVerdict
from propdesk.domain.evaluation import UnusableHistory, Verdict
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event, Quote, TimePassed
from propdesk.ports.event_log import EventLogError, Reader, Record
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.conditions import CelConditions
from propdesk.wire.evidence import Recorder, evidence_of
from propdesk.wire.log_codec import LogCodecError, account_of_moment, decode
from propdesk.wire.log_records import (
    MARKET,
    AccountEnrolled,
    BackFilled,
    Mark,
    Moment,
    RulebookPublished,
    SymbolDefined,
    Ticks,
    events_of,
)
from propdesk.wire.rulebook_file import (
    LoadedRulebook,
    RulebookRefused,
    load_rulebook,
    presets,
    published_rulebook,
    with_add_ons,
)
from propdesk.wire.unreadable import Unreadable

READ_BYTES_MAX = 4_194_304
TICKS_MAX = 400_000
"""What one request can judge in some seconds; a longer history is replayed on the machine."""


class NotReplayable(Exception):
    """The log does not say enough, or too much for one request. The caller shows the sentence."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the replay says other than the verdict that was said."""

    what: str
    said: str
    found: str


@dataclass(frozen=True, slots=True)
class Replayed:
    """What judging again came to: equal, or every difference; and the evidence file's content."""

    differences: tuple[Difference, ...]
    evidence: Mapping[str, Any]

    @property
    def is_equal(self) -> bool:
        return not self.differences

    def file(self) -> bytes:
        """The evidence file, which ``propdesk verify`` reads."""
        return json.dumps(self.evidence, indent=1, ensure_ascii=False).encode()


def replay(verdict: AccountVerdict, reader: Reader, partition: int) -> Replayed:
    """Judge the verdict's account again. Raises ``NotReplayable``."""
    try:
        story = _Story(verdict, reader, partition)
        command, loaded = story.enrolment()
        evaluator, recorder = _evaluator(command, loaded), Recorder()
        with_peers = evaluator.looks_at_peers
        evaluator.feed(recorder.watch(story.events(everybody=with_peers), evaluator))
        evidence = evidence_of(evaluator, recorder, loaded)
        found = evaluator.result().verdicts
    except EventLogError as gone:
        raise NotReplayable(f"the log cannot be read that far back: {gone}") from gone
    except (UnusableHistory, RulebookRefused, Unreadable, LogCodecError, KeyError) as why:
        raise NotReplayable(f"what the log holds cannot be judged: {why}") from why
    return Replayed(tuple(differences(verdict, found)), evidence)


def differences(said: AccountVerdict, found: Sequence[Verdict]) -> Iterator[Difference]:
    """Where the verdicts that were found say other than the one that was said."""
    same = [each for each in found if each.id == said.pk]
    if not same:
        others = ", ".join(f"{each.outcome} by {each.rule}" for each in found) or "no verdict"
        yield Difference("verdict", f"{said.outcome} by {said.rule}", others)
        return
    again = same[0]
    yield from _unlike("outcome", said.outcome, again.outcome)
    yield from _unlike("rule", said.rule, again.rule)
    yield from _unlike("observed", _plain(said.observed), _plain(again.observed))
    yield from _unlike("limit", _plain(said.limit), _plain(again.limit))


def _unlike(what: str, said: str, found: str) -> Iterator[Difference]:
    if said != found:
        yield Difference(what, said, found)


def _plain(amount: object) -> str:
    return "" if amount in {None, ""} else f"{Decimal(str(amount)).normalize():f}"


def _evaluator(command: AccountEnrolled, loaded: LoadedRulebook) -> Evaluator:
    return Evaluator(
        loaded.rulebook,
        loaded.rulebook.phase(command.phase),
        size=Decimal(command.size),
        catalogue=load_catalogue(None),
        account=command.account,
        conditions=CelConditions(),
    )


class _Story:
    """The log up to a verdict, in the order in which the engine judged it."""

    def __init__(self, verdict: AccountVerdict, reader: Reader, partition: int) -> None:
        self._account = verdict.account.engine_account
        self._offset, self._tick = verdict.offset, verdict.tick
        self._reader, self._stream = reader, events_of(partition)

    def enrolment(self) -> tuple[AccountEnrolled, LoadedRulebook]:
        """By what the account is judged. Raises ``NotReplayable``."""
        published: list[RulebookPublished] = []
        found: AccountEnrolled | None = None
        for record in self._records(self._stream, self._offset):
            if account_of_moment(record.body) is not None:
                continue
            said = decode(record.body)
            if isinstance(said, RulebookPublished):
                published.append(said)
            elif isinstance(said, AccountEnrolled) and said.account == self._account:
                found = said
        if found is None:
            raise NotReplayable("the log does not hold the account's enrolment")
        for each in _candidates(found, published):
            if each.sha256 == found.sha256:
                return found, each
        raise NotReplayable("the log does not hold the rulebook the account was judged by")

    def events(self, *, everybody: bool) -> Iterator[Event]:
        """Quotes up to each mark, then what the partition's stream says: of the account and of
        all, or of ``everybody`` where its rules look at others. That time passed is told at the
        end alone: what happens says so by itself."""
        quotes, judged, last = self._quotes(), 0, 0
        for record in self._records(self._stream, self._offset):
            whose = account_of_moment(record.body)
            if whose is not None and whose != self._account and not everybody:
                continue
            said = decode(record.body)
            if isinstance(said, Mark):
                yield from _up_to(quotes, said.tick - judged)
                judged = said.tick
            elif isinstance(said, Moment):
                yield from said.events
            elif isinstance(said, TimePassed):
                last = said.at
            elif not isinstance(said, AccountEnrolled | RulebookPublished):
                yield said  # type: ignore[misc]  # what is left concerns every account
        yield from _up_to(quotes, self._tick - judged)
        if last:
            yield TimePassed(last)

    def _quotes(self) -> Iterator[Quote]:
        """Every tick as a quote, in the order of their numbers. Raises ``NotReplayable``."""
        symbols: dict[int, tuple[str, int]] = {}
        count = 0
        for record in self._records(MARKET, None):
            said = decode(record.body)
            if isinstance(said, SymbolDefined):
                symbols[said.number] = (said.symbol, said.digits)
            elif isinstance(said, BackFilled):
                raise NotReplayable("quotes were filled in later; the engine has judged them anew")
            elif isinstance(said, Ticks):
                count += len(said.at)
                if count > TICKS_MAX:
                    raise NotReplayable(f"there are more than {TICKS_MAX} ticks up to the verdict")
                yield from _quotes_of(said, symbols)

    def _records(self, stream: str, upto: int | None) -> Iterator[Record]:
        after = 0
        while records := self._reader.read(stream, after, bytes_max=READ_BYTES_MAX):
            for record in records:
                if upto is not None and record.offset > upto:
                    return
                yield record
            after = records[-1].offset


def _quotes_of(ticks: Ticks, symbols: Mapping[int, tuple[str, int]]) -> Iterator[Quote]:
    for number, at, bid, ask in zip(
        ticks.symbol.tolist(), ticks.at.tolist(), ticks.bid.tolist(), ticks.ask.tolist(),
        strict=True,
    ):  # fmt: skip
        name, digits = symbols[number]
        yield Quote(at, name, Decimal(bid).scaleb(-digits), Decimal(ask).scaleb(-digits))


def _up_to(quotes: Iterator[Quote], count: int) -> Iterator[Quote]:
    """The next ``count`` quotes. Raises ``NotReplayable`` where the market has fewer."""
    for _ in range(count):
        quote = next(quotes, None)
        if quote is None:
            raise NotReplayable("the market's ticks up to the verdict are not in the log any more")
        yield quote


def _candidates(
    command: AccountEnrolled, published: Sequence[RulebookPublished]
) -> Iterator[LoadedRulebook]:
    """Rulebooks of the name, published or shipped, with the account's add-ons."""
    found = [published_rulebook(each.text) for each in published]
    if command.rulebook in presets():
        found.append(load_rulebook(f"{command.rulebook}@{command.version}"))
    for each in found:
        if (each.rulebook.name, each.rulebook.version) == (command.rulebook, command.version):
            yield with_add_ons(each, command.add_ons) if command.add_ons else each
