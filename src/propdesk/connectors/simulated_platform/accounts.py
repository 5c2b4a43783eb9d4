"""One account as the facts made it: balance, positions, pending orders, rights.

Its positions are kept by the book of ``domain.positions``, the one by which everybody else reads
the same deals. It must not price anything.
"""

from collections import deque
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

from propdesk.connectors.simulated_platform.deltas import deal_of, stop_of
from propdesk.connectors.simulated_platform.facts import (
    AccountMade,
    AccountSet,
    Dealt,
    OrderTold,
    Protected,
    SwapAccrued,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.money import minor_digits
from propdesk.domain.positions import Position, PositionBook
from propdesk.ports.platform import AccountCard, Rights

PROFITS_KEPT = 8


@dataclass(slots=True)
class Account:
    """Mutable: facts are folded into it, by nobody but the server."""

    id: str
    group: str
    currency: str
    leverage: Decimal
    opened_at: int
    owner: str
    size: Decimal
    """The opening deposit."""
    balance: Decimal
    day_start: Decimal
    """The balance at the last rollover."""
    book: PositionBook
    rights: Rights = Rights.TRADE
    orders: dict[str, OrderTold] = field(default_factory=dict)
    swaps: dict[str, Decimal] = field(default_factory=dict)
    """By position: what nights cost and is not in the balance yet."""
    trails: dict[str, Decimal] = field(default_factory=dict)
    rates: dict[str, tuple[Fraction, Fraction]] = field(default_factory=dict)
    """By position: account money for one unit of its profit and its margin currency, when it was
    last added to. Its margin is fixed by them, as MT5 fixes it."""
    last_profits: deque[Decimal] = field(default_factory=lambda: deque(maxlen=PROFITS_KEPT))
    """Of the last deals that closed something, the newest last."""
    trades_today: int = 0
    """Positions opened since the last rollover."""
    is_called: bool = False
    """Its margin call stands."""

    @property
    def digits(self) -> int:
        return minor_digits(self.currency)

    @property
    def positions(self) -> dict[str, Position]:
        return self.book.positions

    def card(self) -> AccountCard:
        return AccountCard(
            self.id,
            self.group,
            self.currency,
            self.leverage,
            self.book.netting,
            self.rights,
            self.opened_at,
        )

    def start_day(self) -> None:
        """A rollover is over."""
        self.day_start, self.trades_today = self.balance, 0

    # -- folding -----------------------------------------------------------------------------
    def set(self, fact: AccountSet) -> None:
        self.group, self.rights, self.leverage = fact.group, fact.rights, fact.leverage

    def deal(self, fact: Dealt) -> None:
        self.balance += fact.profit + fact.commission + fact.swap
        if fact.entry == "in":
            self.trades_today += 1
        else:
            self.last_profits.append(fact.profit)
        self.book.apply(deal_of(fact))
        position = self.book.find(fact.position)
        if position is None:
            self.rates.pop(fact.position, None)
            self.trails.pop(fact.position, None)
            self.swaps.pop(fact.position, None)
            return
        if fact.entry != "out":
            self.rates[fact.position] = Fraction(fact.rate), Fraction(fact.margin_rate)
        if fact.entry == "inout":
            self.trails.pop(fact.position, None)
        if fact.trail is not None:
            self.trails[fact.position] = fact.trail
        if fact.swap and fact.position in self.swaps:
            self.swaps[fact.position] -= fact.swap

    def order(self, fact: OrderTold) -> None:
        if fact.action in {"placed", "modified"}:
            self.orders[fact.id] = fact
        else:
            self.orders.pop(fact.id, None)

    def protect(self, fact: Protected) -> None:
        self.book.set_stop(stop_of(fact))
        if fact.trail is None:
            self.trails.pop(fact.position, None)
        else:
            self.trails[fact.position] = fact.trail

    def accrue(self, fact: SwapAccrued) -> None:
        self.swaps[fact.position] = self.swaps.get(fact.position, ZERO) + fact.amount


def made(fact: AccountMade) -> Account:
    """The account as it begins."""
    return Account(
        id=fact.account,
        group=fact.group,
        currency=fact.currency,
        leverage=fact.leverage,
        opened_at=fact.at,
        owner=fact.owner,
        size=fact.balance,
        balance=fact.balance,
        day_start=fact.balance,
        book=PositionBook(fact.netting, minor_digits=minor_digits(fact.currency)),
    )
