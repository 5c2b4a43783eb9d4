"""Who must be told of what happens to whom: accounts that are judged together.

What an account's moment tells those whose rules look at it is a look-up in the log's groups and
owners, so its cost follows the circle and not the firm. It must not judge: it hands on.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from propdesk.domain.events import AccountOpened, AccountReported, Deal, Event, GroupFormed
from propdesk.domain.peers import Peer, note, opened
from propdesk.domain.together import Others, Together, shown
from propdesk.engine.refusal import Refused
from propdesk.engine.seats import Seat, Told

NOT_APPLIED = "one of its records could not be applied"


class Circles:
    """The circles of a desk's accounts. Everything here follows from the log and the seats."""

    def __init__(self, seats: Mapping[str, Seat], groups: dict[str, GroupFormed]) -> None:
        self._seats = seats
        self._groups = groups
        self._named: dict[str, set[str]] = {}  # ids of groups by account
        self._number: dict[str, int] = {}  # in which order groups were formed
        self._formed = 0
        self.looking = 0
        """How many accounts have a rule that looks at others."""
        self.together = Together(self._find)

    def seen_from(self, account: str) -> Others:
        """The other accounts, for the evaluator of one."""
        return Others(account, self.together)

    # -- who belongs together
    def group(self, event: GroupFormed) -> list[Seat]:
        """A group is formed, in place of one with its name: the seats that look, of either."""
        before = self._groups.pop(event.id, None)
        self._groups[event.id] = event  # the latest is the last
        left = set() if before is None else set(before.accounts)
        for account in left:
            self._named[account].discard(event.id)
        for account in event.accounts:
            self._named.setdefault(account, set()).add(event.id)
        self._formed += 1
        self._number[event.id] = self._formed
        return self._looking_of(left.union(event.accounts))

    def groups_of(self, account: str) -> list[GroupFormed]:
        """The groups that name an account, in the order in which they were formed."""
        ids = sorted(self._named.get(account, ()), key=self._number.__getitem__)
        return [self._groups[each] for each in ids]

    def _beside(self, account: str, owner: str) -> set[str]:
        """The accounts that may be judged together with one; its rules say whether they are."""
        found = {each for group in self.groups_of(account) for each in group.accounts}
        if owner:
            found.update(self.together.owned.get(owner, ()))
        found.discard(account)
        return found

    def _looking_of(self, accounts: Iterable[str]) -> list[Seat]:
        """Those of these accounts that look at others."""
        found = []
        for name in sorted(accounts):
            seat = self._seats.get(name)
            if seat is not None and seat.looks:
                found.append(seat)
                self._read(name)
        return found

    def _read(self, account: str) -> None:
        """Read an account and all it may look at, where they are asleep: that a state cannot be
        read must not be found out while another account is judged."""
        own = self._own(account)
        for name in self._beside(account, "" if own is None else own.owner):
            seat = self._seats.get(name)
            if seat is not None and seat.awake is None:
                seat.awake = seat.unattended

    # -- a moment
    def moment(
        self,
        account: str,
        events: Sequence[Event],
        ask: Callable[[str, Sequence[Event]], Told],
        tell: Callable[[Seat, Event], Told],
    ) -> Iterator[Told]:
        """What an account says to its moment, then what those say who look at it, event by event.

        Raises ``Refused`` behind them where the account cannot be judged by it.
        """
        beside = self._before(account, events)
        wrong: Refused | None = None
        try:
            yield ask(account, events)
        except Refused as refused:
            self.refused(account)
            wrong = refused
        for event in events:
            self._happened(account, event)
            for seat in beside:
                yield tell(seat, event)
        if wrong is not None:
            raise wrong

    def _before(self, account: str, events: Sequence[Event]) -> list[Seat]:
        """What is about to happen to an account: the seats to be told of it, event by event."""
        own = self._own(account)
        owner = "" if own is None else own.owner
        opening = events[0] if isinstance(events[0], AccountOpened) else None
        if opening is not None and opening.owner:
            owner = opening.owner
            owned = self.together.owned.setdefault(owner, [])
            if account not in owned:
                owned.append(account)
        if not self.looking:
            return []
        looking = self._looking_of(self._beside(account, owner))
        self._read(account)
        if not looking and not _reported_among_deals(events):
            self.together.close(account)
        elif opening is None or own is not None:  # it is open, whatever is said now
            self.together.book_of(account)
        elif account in self._seats:
            self.together.begin(opened(opening))
        return looking

    def _happened(self, account: str, event: Event) -> None:
        """Keep what others see of an account; before they are told."""
        self.together.tell(account, event)
        seat = self._seats.get(account)
        if seat is None:
            return
        peers = seat.evaluator.peers
        if not isinstance(peers, Others):  # pragma: no cover - the desk gives it to each
            raise TypeError("an evaluator at the desk has books of its own")
        if isinstance(event, AccountOpened) and seat.evaluator.account is not None:
            peers.own = peers.own or opened(event)
        own, book = peers.own, self.together.kept(account)
        if own is None:
            return
        if book is not None:
            own.size, own.latest, own.unseen = book.size, book.latest, book.unseen
        else:
            held = seat.evaluator.account
            note(own, event, holds=held is not None and bool(held.book.positions))

    def refused(self, account: str) -> None:
        """A record of the account was put aside: others no longer know what it holds."""
        own, book = self._own(account), self.together.kept(account)
        if own is not None:
            own.unseen = NOT_APPLIED
        if book is not None:
            book.unseen = NOT_APPLIED
        if own is None:  # it was not opened
            self.together.close(account)

    # -- an account's book for others
    def _own(self, account: str) -> Peer | None:
        seat = self._seats.get(account)
        peers = None if seat is None else seat.evaluator.peers
        return peers.own if isinstance(peers, Others) else None

    def _find(self, account: str) -> Peer | None:
        own, seat = self._own(account), self._seats.get(account)
        held = None if seat is None else seat.evaluator.account
        return None if own is None or held is None else shown(own, held)


def _reported_among_deals(events: Sequence[Event]) -> bool:
    """Whether a report in this moment is of positions that are others at its end."""
    kinds = {type(each) for each in events}
    return AccountReported in kinds and Deal in kinds
