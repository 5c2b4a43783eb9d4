"""What the event log holds, as values: moments of accounts, commands, the market, verdicts.

Streams: ``market`` holds ``SymbolDefined``, ``Ticks`` and ``BackFilled``; ``events/<n>`` is one
partition's total order of everything else the engine reads; ``verdicts/<n>`` is what the engine
said; ``sequencer`` is where the writer of the first two was. How they are written as bytes is
``log_codec``'s business.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeAlias

from propdesk.domain.events import Event as AccountEvent
from propdesk.domain.events import (
    GapClosed,
    GapOpened,
    GroupFormed,
    InstrumentDefined,
    NewsScheduled,
    TimePassed,
)
from propdesk.domain.values import value

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

MARKET = "market"
SEQUENCER = "sequencer"


def events_of(partition: int) -> str:
    """The name of a partition's stream of events."""
    return f"events/{partition}"


def verdicts_of(partition: int) -> str:
    """The name of the stream of a partition's verdicts."""
    return f"verdicts/{partition}"


# --- the market stream -----------------------------------------------------------------------
@value(frozen=True, slots=True)
class SymbolDefined:
    """From here on ``number`` means this symbol of this feed; prices are in ``10**-digits``.

    Written again with more digits where a finer price came; numbers are never reused.
    """

    number: int
    feed: str
    symbol: str
    digits: int


@value(frozen=True, slots=True, eq=False)
class Ticks:
    """A batch of ticks in the order of the log. Columns of equal length, one row a tick.

    ``first`` is the number of its first tick; ticks of the market stream are numbered from 1
    without holes. ``sequence`` is the feed's own number of the first one; they are consecutive.
    """

    first: int
    feed: str
    sequence: int
    symbol: "npt.NDArray[np.int32]"
    at: "npt.NDArray[np.int64]"
    """Microseconds, never falling within a symbol."""
    bid: "npt.NDArray[np.int64]"
    ask: "npt.NDArray[np.int64]"
    """Prices in points of the symbol."""

    @property
    def last(self) -> int:
        return self.first + len(self.at) - 1


@value(frozen=True, slots=True, eq=False)
class BackFilled:
    """Ticks that were missing in gaps, in the order of their feed.

    They are numbered like all others, and a mark passes over them: nobody is judged by them in the
    order of the log. A ``GapClosed`` that is back-filled says that a gap they lie in is whole.
    """

    ticks: Ticks

    @property
    def first(self) -> int:
        return self.ticks.first

    @property
    def last(self) -> int:
        return self.ticks.last


MarketRecord: TypeAlias = SymbolDefined | Ticks | BackFilled


# --- a partition's events --------------------------------------------------------------------
@value(frozen=True, slots=True)
class Mark:
    """The ticks up to number ``tick`` are judged before anything that follows."""

    tick: int


@value(frozen=True, slots=True)
class RulebookPublished:
    """The firm's command: accounts may be judged by this rulebook from here on.

    ``text`` is its canonical form (``wire.rulebook_file``) before any add-on, ``sha256`` the hash
    of that. Every partition has it before the first account that is judged by it.
    """

    sha256: str
    text: str
    at: int


@value(frozen=True, slots=True)
class AccountEnrolled:
    """The firm's command: judge this account by this rulebook from its opening on."""

    account: str
    rulebook: str
    version: str
    sha256: str
    """Of the rulebook's canonical form; the engine refuses another."""
    phase: str
    size: str
    """Decimal, in account currency."""
    add_ons: tuple[str, ...] = ()


@value(frozen=True, slots=True)
class Moment:
    """What happened to one account at one stamp, in the platform's order. One moment is judged
    as a whole (DESIGN §4)."""

    account: str
    events: tuple[AccountEvent, ...]


General: TypeAlias = (
    TimePassed | InstrumentDefined | NewsScheduled | GroupFormed | GapOpened | GapClosed
)
PartitionRecord: TypeAlias = Mark | AccountEnrolled | RulebookPublished | Moment | General
Delivered: TypeAlias = AccountEvent | AccountEnrolled | RulebookPublished
"""What a source may deliver to the intake."""


# --- what the engine says --------------------------------------------------------------------
@value(frozen=True, slots=True)
class VerdictSaid:
    """A verdict of an account, as the result JSON shows it; its id is the record's key.

    ``offset`` and ``tick`` say after which record and tick it fell. ``replaces`` names the
    verdict a correction takes the place of.
    """

    id: str
    account: str
    phase: str
    rule: str
    outcome: str
    at: int
    observed: str | None
    limit: str | None
    comparison: str | None
    basis: str
    offset: int
    tick: int
    evidence: Mapping[str, str]
    replaces: str | None = None


@value(frozen=True, slots=True)
class StatusChanged:
    """An account's status became another one."""

    account: str
    phase: str
    status: str
    at: int
    offset: int
    tick: int


@value(frozen=True, slots=True)
class DeadLetter:
    """A record nobody could apply: where it is, and why. Its account is not judged by it."""

    stream: str
    offset: int
    account: str | None
    reason: str


@value(frozen=True, slots=True)
class VerdictCorrected:
    """A verdict said before is not what the account's history amounts to, or is again.

    ``because`` is the partition's record that made the account be judged again. ``replaced_by``
    names the verdict that holds instead, and none where none does; it is the verdict itself where
    only its figures are others (they stand here), or where it was corrected before and holds
    after all. What was done because of the verdict is not undone by this.
    """

    id: str
    account: str
    phase: str
    rule: str
    outcome: str
    replaced_by: str | None
    why: str
    because: int
    at: int
    """Of the verdict."""
    observed: str | None
    limit: str | None
    offset: int
    tick: int


EngineRecord: TypeAlias = VerdictSaid | VerdictCorrected | StatusChanged | DeadLetter


# --- what the sequencer keeps for its next start ---------------------------------------------
@value(frozen=True, slots=True)
class GapStood:
    """A gap of a symbol that may still be filled, or was: from the time of the last good tick
    before it to that of the first behind it (0: it is open).

    ``sequence`` and ``reached`` are the feed's number and the time of the last tick known from its
    beginning on, back-filled ones with it; ``sequence_end`` is the number of the first behind it.
    A number that is not known is -1.
    """

    since: int
    until: int
    sequence: int
    sequence_end: int
    reached: int
    filled: bool


@value(frozen=True, slots=True)
class SymbolStood:
    """A symbol as it was: ``at`` and ``sequence`` are of its last tick (0 and -1: none is known),
    ``gap`` says why it is one."""

    number: int
    feed: str
    symbol: str
    digits: int
    at: int
    gap: str
    sequence: int = -1
    gaps: tuple[GapStood, ...] = ()
    """The newest last."""


@value(frozen=True, slots=True)
class SequencerStood:
    """Where the sequencer was in its streams. It goes on from the newest of these and from what
    the streams hold behind the offsets named here. Nobody else reads it."""

    tick: int
    time: int
    market: int
    events: tuple[int, ...]
    symbols: tuple[SymbolStood, ...]
    sequences: Mapping[str, int]
    """The last sequence number of each feed."""


LogRecord: TypeAlias = MarketRecord | PartitionRecord | EngineRecord | SequencerStood
