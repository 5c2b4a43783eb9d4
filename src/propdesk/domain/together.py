"""Accounts of one log that are judged at the same time: what each shows the others, kept once.

Where every evaluator books every other account for itself, a deal costs as many look-ups as there
are accounts. Here an account is booked once, and only while somebody looks at it. It must not
judge, nor say who belongs together: the rules of each account do.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import replace

from propdesk.domain.account import Account
from propdesk.domain.events import AccountOpened, Event
from propdesk.domain.peers import LATE, Peer, Peers, Stretch, book, whole_of
from propdesk.domain.situation import Trade


class Together:
    """The light books of one log's accounts. ``find`` makes one from what an account itself holds;
    None: the log does not open it."""

    def __init__(self, find: Callable[[str], Peer | None]) -> None:
        self.owned: dict[str, list[str]] = {}
        self.began: tuple[Stretch, ...] = ()
        """The positions that the event told last began or reported."""
        self._find = find
        self._books: dict[str, Peer] = {}

    def book_of(self, account: str) -> Peer | None:
        """An account's book, as of the events that were told."""
        found = self._books.get(account)
        if found is None:
            found = self._find(account)
            if found is not None:
                self._books[account] = found
        return found

    def kept(self, account: str) -> Peer | None:
        """An account's book where there is one already."""
        return self._books.get(account)

    def begin(self, peer: Peer) -> None:
        """An account is opened while somebody looks."""
        self._books[peer.account] = peer

    def close(self, account: str) -> None:
        """Nobody looks at the account any more; its book is made anew when somebody does."""
        self._books.pop(account, None)

    def tell(self, account: str, event: Event) -> None:
        """Book an event of an account that somebody looks at."""
        found = self._books.get(account)
        is_opening = found is None or isinstance(event, AccountOpened)
        self.began = () if found is None or is_opening else book(found, event)


class Others(Peers):
    """The other accounts as one account sees them. Whoever feeds them all books their events
    first, and then tells this account of them."""

    def __init__(self, account: str, together: Together) -> None:
        # Not the books of its own: these are kept once for all.
        self.account = account
        self.own: Peer | None = None
        """What others see of this account, but for its positions."""
        self._together = together
        self._late: set[str] = set()

    def of(self, account: str) -> Peer | None:
        if account == self.account:
            return None
        found = self._together.book_of(account)
        if found is None or found.unseen or account not in self._late:
            return found
        return replace(found, unseen=LATE)

    def owned_by(self, owner: str) -> Sequence[str]:
        every = self._together.owned.get(owner, ())
        return [each for each in every if each != self.account]

    def apply(self, event: Event, now: int = 0) -> tuple[Stretch, ...]:
        if event.at < now and not isinstance(event, AccountOpened):
            self._late.add(getattr(event, "account", ""))
        return self._together.began


def shown(own: Peer, account: Account) -> Peer:
    """An account's book for others, from what it holds itself."""
    closed = [_whole(account, each) for each in account.situation.trades if not each.partial]
    return replace(own, book=deepcopy(account.book), closed=closed)


def _whole(account: Account, trade: Trade) -> Stretch:
    whole = whole_of(account.situation.account, trade)
    # Others know a trade of which no fill was told by the report's name.
    return replace(whole, position=trade.id) if trade.only_reported else whole
