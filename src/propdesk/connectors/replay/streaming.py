"""A recording sent into an intake, each quote and event when it is due.

The clock and the pause are parameters. What the intake has not acknowledged is sent again, the same
and in the same order, so nothing is lost or doubled while it is away for a moment.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from propdesk.connectors.replay.shifting import shifted
from propdesk.domain.events import Event, Quote
from propdesk.domain.instants import SECOND
from propdesk.ports.intake import REFUSALS_NAMED_MAX, Accepted, FeedQuote, Intake, IntakeAway
from propdesk.wire.log_records import AccountEnrolled

BATCH_MAX = 1000
TRIES_MAX = 60
TRY_AGAIN_US = SECOND // 2


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast, and when. ``speed`` is how often faster than it was recorded; None: at once.

    ``clock`` gives microseconds, ``pause`` sleeps for some of them.
    """

    clock: Callable[[], int]
    pause: Callable[[int], None]
    speed: int | None = 1

    def lasts(self, span: int) -> int:
        return 0 if self.speed is None else span // self.speed


@dataclass(slots=True)
class Streamed:
    """What came of it. Mutable: it grows while it streams."""

    quotes: int = 0
    events: int = 0
    refused: list[str] = field(default_factory=list)

    def add(self, accepted: Accepted) -> None:
        self.quotes += accepted.quotes
        self.events += accepted.events
        room = REFUSALS_NAMED_MAX - len(self.refused)
        self.refused += accepted.refused[:room]


def shift_to_now(span: tuple[int, int], pace: Pace) -> int:
    """By how much a recording is to move so that its last moment is now when it is sent.

    At the speed of its recording that makes every moment now; faster, none is ever ahead of its
    arrival.
    """
    first, last = span
    return pace.clock() + pace.lasts(last - first) - last


def stream(
    recorded: Iterable[Event], intake: Intake, pace: Pace, *, feed: str, shift: int = 0
) -> Streamed:
    """Send everything and return what came of it. Raises ``IntakeAway`` when it stays away.

    ``feed`` names the feed and the source of events; numbers and keys begin with the time of the
    start, so that a later run is not taken for this one sent again.
    """
    started, streamed = pace.clock(), Streamed()
    sequence, delivery = started, 0
    for batch in _batches(recorded, pace):
        head = batch[0]
        if isinstance(head, Quote):
            quotes = [
                FeedQuote(sequence + number, each.symbol, each.at + shift, each.bid, each.ask)
                for number, each in enumerate(batch)
                if isinstance(each, Quote)
            ]
            sequence += len(quotes)
            accepted = _sent(lambda: intake.quotes(feed, quotes), pace)  # noqa: B023 - called here
        else:
            moved = [shifted(each, shift) for each in batch]
            key, delivery = f"{started}-{delivery}", delivery + 1
            accepted = _sent(lambda: intake.events(moved, source=feed, key=key), pace)  # noqa: B023
        streamed.add(accepted)
    return streamed


def enrol(
    commands: Sequence[AccountEnrolled], intake: Intake, pace: Pace, *, source: str
) -> tuple[str, ...]:
    """Send the commands that enrol accounts; what was refused. Raises ``IntakeAway``."""
    if not commands:
        return ()
    key = f"{pace.clock()}-enrol"
    return _sent(lambda: intake.events(commands, source=source, key=key), pace).refused


def _batches(recorded: Iterable[Event], pace: Pace) -> Iterator[list[Event]]:
    """What is due together: quotes that are, or events of one stamp; waits for each to be due."""
    first = begun = 0
    batch: list[Event] = []
    for together in _runs(recorded):
        head = together[0]
        if not begun:
            first, begun = head.at, pace.clock()
        due = begun + pace.lasts(head.at - first)
        wait = due - pace.clock()
        joins = batch and isinstance(head, Quote) and isinstance(batch[0], Quote)
        if batch and (wait > 0 or not joins or len(batch) >= BATCH_MAX):
            yield batch
            batch = []
            wait = due - pace.clock()
        if wait > 0:
            pace.pause(wait)
        batch += together
    if batch:
        yield batch


def _runs(recorded: Iterable[Event]) -> Iterator[list[Event]]:
    """Single quotes, and the events of one stamp together: they may be one moment."""
    for (is_quote, _), group in groupby(recorded, key=lambda e: (isinstance(e, Quote), e.at)):
        if is_quote:
            yield from ([each] for each in group)
        else:
            yield list(group)


def _sent(send: Callable[[], Accepted], pace: Pace) -> Accepted:
    for _ in range(TRIES_MAX - 1):
        try:
            return send()
        except IntakeAway:
            pace.pause(TRY_AGAIN_US)
    return send()
