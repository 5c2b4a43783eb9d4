"""Costs charged to open positions and booked only when they close (MT4's commission).

They lower equity from the opening on and the balance at the close, never both at once.
"""

from decimal import Decimal

from propdesk.domain.events import Deal
from propdesk.domain.exact import ZERO
from propdesk.domain.positions import PositionBook


class OpenCosts:
    """The costs of the open positions of one account."""

    def __init__(self) -> None:
        self._of: dict[str, Decimal] = {}
        self.total = ZERO

    def charge(self, deal: Deal, book: PositionBook) -> None:
        """Take a fill into account; ``book`` is already the new state."""
        position = deal.position
        if deal.unbooked:
            self._of[position] = self._of.get(position, ZERO) + deal.unbooked
        elif position in self._of:
            self._of[position] -= deal.commission  # this part is in the balance now
        for gone in [each for each in self._of if book.find(each) is None]:
            del self._of[gone]
        self.total = sum(self._of.values(), ZERO)
