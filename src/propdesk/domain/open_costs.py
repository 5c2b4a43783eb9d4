"""Costs of open positions: what equity counts of them, beside the balance and open profit.

A cost is in the balance as soon as the platform books it: most with the fill, MT4's commission
only at the close. A rulebook may leave a kind of cost out of equity until its position is closed;
the balance itself never leaves one out.
"""

from decimal import Decimal

from propdesk.domain.events import Deal
from propdesk.domain.exact import ZERO
from propdesk.domain.positions import PositionBook
from propdesk.domain.rulebook import Accounting


class OpenCosts:
    """The costs of the open positions of one account."""

    def __init__(self, book: PositionBook, accounting: Accounting) -> None:
        self._book = book
        self._counts = accounting
        self._unbooked_of: dict[str, Decimal] = {}
        self.unbooked = ZERO  # charged to open positions, not yet in the balance

    def charge(self, deal: Deal) -> None:
        """Take a fill into account; the book is already in its new state."""
        key = deal.symbol if self._book.netting else deal.position
        if deal.unbooked:
            self._unbooked_of[key] = self._unbooked_of.get(key, ZERO) + deal.unbooked
        elif key in self._unbooked_of:
            self._unbooked_of[key] -= deal.commission  # this part is in the balance now
        for gone in self._unbooked_of.keys() - self._book.positions.keys():
            del self._unbooked_of[gone]
        self.unbooked = sum(self._unbooked_of.values(), ZERO)

    def beside_balance(self) -> Decimal:
        """What equity adds to the balance: costs it has and the balance has not, less those the
        balance has and it leaves out."""
        counts = self._counts
        total = self.unbooked if counts.commission_in_equity else ZERO
        if counts.every_cost_in_equity:
            return total
        for position in self._book.positions.values():
            if not counts.commission_in_equity:
                total -= position.commission
            if not counts.swap_in_equity:
                total -= position.swap
            if not counts.fees_in_equity:
                total -= position.fee
        return total
