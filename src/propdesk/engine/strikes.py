"""Verdicts that are written before their accounts are asked, and what is kept to ask them later.

A tick may end a thousand accounts; asking each costs some tenths of a millisecond. What ends
them was foretold, so it is written first, and each account is asked afterwards, as of the tick
that struck it. It must not ask an account: the desk does.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from propdesk.domain.evaluation import Status, Verdict
from propdesk.domain.exact import exactly
from propdesk.engine.book import Book
from propdesk.engine.caught import Caught
from propdesk.engine.layout import Rows
from propdesk.engine.seats import Seat, Spot
from propdesk.engine.shapes import Settled

STRUCK_MIN = 4
"""Fewer accounts that a tick touches are asked at once: that takes no longer than to copy what the
kernel saw of them, and they need not be asked again."""
STRUCK: Status = "breached"
"""What an account is that was struck."""


@dataclass(frozen=True, slots=True, eq=False)
class Strike:
    """One account's last verdict, written before its evaluator said it.

    ``spot`` is where the log was. ``quotes`` are the prices of that tick.
    """

    seat: Seat
    verdict: Verdict
    at: int
    symbol: str
    spot: Spot
    quotes: Rows
    _caught: Caught
    _row: int

    def settled(self) -> Settled:
        """What the book had seen of the account."""
        return self._caught.settled(self._row)


class Strikes:
    """The accounts that were struck and are not explained yet, in the order they were."""

    def __init__(self, book: Book) -> None:
        self._book = book
        self._waiting: deque[Strike] = deque()
        self._of_seat: dict[str, Strike] = {}

    def __len__(self) -> int:
        return len(self._of_seat)

    def take(self, seat: Seat) -> Strike | None:
        """What an account was struck by, which is to be explained now; None where by nothing."""
        return self._of_seat.pop(seat.name, None)

    def next_seat(self) -> Seat | None:
        """Whose turn it is to be explained."""
        while self._waiting:
            strike = self._waiting.popleft()
            if self._of_seat.get(strike.seat.name) is strike:
                return strike.seat
        return None

    def strike(self, seats: Sequence[Seat], at: int, symbol: str, spot: Spot) -> list[Strike]:
        """Of these accounts, which a tick touched, those of which it is certain what they say.

        Nothing bounds them from here on, until they are explained.
        """
        armed = [each for each in seats if each.arming.last_words and each.shape is not None]
        if len(armed) < STRUCK_MIN:
            return []
        equities = [each.shape.parts_from for each in armed if each.shape is not None]
        caught = self._book.caught([each.slot for each in armed], equities)
        quotes, struck = self._book.quotes(), []
        with exactly():
            for row, seat in enumerate(armed):
                if not caught.alone[row]:
                    continue
                verdict = _foretold(seat, at, symbol, caught.value[row], caught.highest[row])
                if verdict is None:
                    continue
                strike = Strike(seat, verdict, at, symbol, spot, quotes, caught, row)
                self._of_seat[seat.name] = strike
                struck.append(strike)
        if struck:
            self._waiting += struck
            self._book.release([each.seat.slot for each in struck])
        return struck


def _foretold(seat: Seat, at: int, symbol: str, value: int, highest: int) -> Verdict | None:
    unattended = seat.unattended
    account = unattended.evaluator.account
    if account is None or seat.said != len(unattended.evaluator.standing.verdicts):
        return None  # something is to be told before
    unit = -account.situation.digits
    equity, high = Decimal(value).scaleb(unit), Decimal(highest).scaleb(unit)
    return unattended.foretold(seat.arming.last_words, at, symbol, equity, high)
