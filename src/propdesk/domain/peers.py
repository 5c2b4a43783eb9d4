"""The log's other accounts, as far as rules about several accounts need them.

A light book for each: whose it is, how large, in which stage, what it held from when to when. It
values nothing and judges nothing; what it cannot know of an account it says in words.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    DayReported,
    Deal,
    Event,
    Scaled,
    Side,
    TradeReported,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.positions import ImpossibleDeal, Position, PositionBook
from propdesk.domain.values import value

if TYPE_CHECKING:
    from propdesk.domain.situation import Situation, Trade

OWNER = "owner"


@value(frozen=True, slots=True)
class Stretch:
    """A position as an interval in one account; ``closed_at`` is None while it is open."""

    account: str
    symbol: str
    side: Side
    opened_at: int
    closed_at: int | None = None
    position: str = ""


@dataclass(slots=True)
class Peer:
    """One other account of the log."""

    account: str
    owner: str
    stage: str
    currency: str
    size: Decimal | None
    book: PositionBook
    latest: int = 0  # the time of its last event
    closed: list[Stretch] = field(default_factory=list)  # in the order of their closes
    unseen: str = ""  # why its positions are not all known

    def doubt(self, why: str) -> None:
        """Not all of its positions are known; the first reason is the one that is said."""
        self.unseen = self.unseen or why

    def open(self) -> Iterator[Stretch]:
        """What it holds now."""
        for each in self.book.positions.values():
            yield open_of(self.account, each)

    def held(self) -> Iterator[Stretch]:
        """Everything it ever held, what is open first."""
        yield from self.open()
        yield from reversed(self.closed)


LATE = "one of its events came after its time"


class Peers:
    """Every account of the log but the one that is judged."""

    def __init__(self) -> None:
        self._known: dict[str, Peer] = {}
        self._owned: dict[str, list[str]] = {}

    def of(self, account: str) -> Peer | None:
        """The book of an account; None: the log does not open it."""
        return self._known.get(account)

    def owned_by(self, owner: str) -> Sequence[str]:
        """The accounts that name an owner, in the order in which they were opened."""
        return self._owned.get(owner, ())

    def apply(self, event: Event, now: int = 0) -> tuple[Stretch, ...]:
        """Book another account's event; returns the positions it began or reported.

        ``now`` is how far the account that is judged has come, where the other one is judged
        together with it; an event before that came late.
        """
        if isinstance(event, AccountOpened):
            self._known[event.account] = opened(event)
            self._owned.setdefault(event.owner, []).append(event.account)
            return ()
        peer = self._known.get(getattr(event, "account", ""))
        if peer is None:
            return ()
        if event.at < now:
            peer.doubt(LATE)
        return book(peer, event)


def opened(event: AccountOpened) -> Peer:
    """The book of an account that begins."""
    size = event.balance if event.size is None and event.balance > ZERO else event.size
    positions = PositionBook(event.netting)
    return Peer(event.account, event.owner, event.stage, event.currency, size, positions, event.at)


def book(peer: Peer, event: Event) -> tuple[Stretch, ...]:
    """Book an event of an account; returns the positions it began or reported."""
    if isinstance(event, Deal):
        note(peer, event, holds=False)
        return _deal(peer, event)
    note(peer, event, holds=bool(peer.book.positions))
    if isinstance(event, TradeReported):
        whole = Stretch(peer.account, event.symbol, event.side, event.opened_at, event.at, event.id)
        peer.closed.append(whole)
        return (whole,)
    return ()


def note(peer: Peer, event: Event, *, holds: bool) -> None:
    """What an event says of an account beside its positions; ``holds``: there are some."""
    if event.at < peer.latest:
        peer.doubt(LATE)
    peer.latest = max(peer.latest, event.at)
    match event:
        case Scaled():
            peer.size = event.size
        case DayReported():
            peer.doubt("only the figures of its days are told")
        case AccountReported(balance=Decimal() as balance, equity=Decimal() as equity):
            if balance != equity and not holds:
                peer.doubt("it holds positions that no deal told")
        case _:
            pass


def _deal(peer: Peer, deal: Deal) -> tuple[Stretch, ...]:
    before = {(each.position, each.opened_at) for each in peer.open()}
    try:
        trades = peer.book.apply(deal)
    except ImpossibleDeal:
        peer.doubt(f"its deal {deal.id} does not follow from the ones before")
        return ()
    for each in trades:
        if not each.partial:
            peer.closed.append(
                Stretch(
                    peer.account,
                    each.symbol,
                    each.side,
                    each.opened_at,
                    each.closed_at,
                    each.position,
                )
            )
    return tuple(each for each in peer.open() if (each.position, each.opened_at) not in before)


def held_by(situation: "Situation") -> Iterator[Stretch]:
    """Everything the judged account ever held, what is open first."""
    for each in situation.positions.values():
        yield open_of(situation.account, each)
    for trade in reversed(situation.trades):
        if not trade.partial:
            yield whole_of(situation.account, trade)


def open_of(account: str, position: Position) -> Stretch:
    """An open position as an interval without an end."""
    return Stretch(account, position.symbol, position.side, position.opened_at, None, position.id)


def whole_of(account: str, trade: "Trade") -> Stretch:
    """A closed or reported round trip as an interval."""
    return Stretch(
        account, trade.symbol, trade.side, trade.opened_at, trade.closed_at, trade.position
    )


def beside(mine: Stretch, held: Iterable[Stretch]) -> Iterator[Stretch]:
    """Of ``held`` (open ones first, then the latest closes) what was not over as ``mine`` began."""
    for each in held:
        if each.closed_at is not None and each.closed_at <= mine.opened_at:
            return
        yield each


@value(frozen=True, slots=True)
class Circle:
    """Accounts judged together, the judged one among them, and the stage of each ("": untold)."""

    id: str
    kind: str
    stages: Mapping[str, str]


def circles(situation: "Situation") -> list[Circle]:
    """Every circle the account is in. One owner's groups, and accounts that name the same owner,
    are one circle: a person is one. Of several groups with one id the last holds."""
    groups = {each.id: each for each in situation.groups}
    # By their names: an account need not have been told of a group before it was in it.
    ordered = [groups[each] for each in sorted(groups)]
    named = [each for each in ordered if situation.account in each.accounts]
    owned = [each for each in named if each.kind == OWNER]
    stages: dict[str, str] = {}
    for group in owned:
        stages |= _stages(situation, group.accounts, group.stages)
    same = situation.peers.owned_by(situation.owner) if situation.owner else ()
    for account in same:
        stages.setdefault(account, _stage(situation, account))
    found = [
        Circle(each.id, each.kind, _stages(situation, each.accounts, each.stages))
        for each in named
        if each.kind != OWNER
    ]
    if stages:
        name = owned[0].id if owned else situation.owner
        stages.setdefault(situation.account, situation.stage)
        found.insert(0, Circle(name, OWNER, stages))
    return found


def _stages(
    situation: "Situation", accounts: Iterable[str], told: tuple[str, ...]
) -> dict[str, str]:
    padded = (*told, *[""] * len(tuple(accounts)))
    return {
        account: stage or _stage(situation, account)
        for account, stage in zip(accounts, padded, strict=False)
    }


def _stage(situation: "Situation", account: str) -> str:
    if account == situation.account:
        return situation.stage
    peer = situation.peers.of(account)
    return "" if peer is None else peer.stage


def related(situation: "Situation") -> frozenset[str]:
    """The other accounts that are judged together with this one."""
    every = {account for circle in circles(situation) for account in circle.stages}
    return frozenset(every - {situation.account})
