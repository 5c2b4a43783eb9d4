"""Everything the platform knows, as its facts folded; and the facts not yet kept.

``emit`` is the only way anything changes: a fact is folded and waits for the journal. What is
derived (who waits for which price) is kept beside and can be made again. It must not decide.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from propdesk.connectors.market_hours import hours_of
from propdesk.connectors.simulated_platform.accounts import Account, made
from propdesk.connectors.simulated_platform.facts import (
    AccountMade,
    AccountSet,
    Adjusted,
    Answered,
    AnyFact,
    Dealt,
    Decided,
    MarginFell,
    OrderTold,
    Protected,
    Reported,
    RolledOver,
    SwapAccrued,
    SymbolSet,
    Ticked,
    TradeAnswered,
)
from propdesk.connectors.simulated_platform.price_triggers import PriceTriggers
from propdesk.connectors.simulated_platform.prices import Prices
from propdesk.connectors.simulated_platform.terms import GroupTerms
from propdesk.connectors.simulated_platform.valuing import Valuing
from propdesk.domain.instants import DAY
from propdesk.domain.instruments import Catalogue, Instrument
from propdesk.domain.market_hours import MarketHours

LOGIN_FIRST = 500_000


@dataclass(slots=True)
class Books:
    """Mutable: facts are folded into it. One thread at a time."""

    groups: dict[str, GroupTerms]
    catalogue: Catalogue
    seed: str
    prices: Prices
    valuing: Valuing
    triggers: PriceTriggers = field(default_factory=PriceTriggers)
    accounts: dict[str, Account] = field(default_factory=dict)
    answers: dict[str, Answered | TradeAnswered] = field(default_factory=dict)
    halted: set[str] = field(default_factory=set)
    """Symbols in which no new order is taken."""
    now: int = 0
    """The time of the last fact; each happening has one of its own."""
    ticket: int = 0
    """The last number given to an order, a deal or an account."""
    tick: int = 0
    market_at: int = 0
    """The market's own time of the last tick."""
    decided_at: int = 0
    rolled_at: int = 0
    expiries: list[tuple[int, str, str]] = field(default_factory=list)
    """A heap of when which account's order ends; derived, and some may have ended before."""
    pending: list[AnyFact] = field(default_factory=list)
    _open: dict[str, tuple[int, int, bool]] = field(default_factory=dict)
    on_tick: Callable[[Ticked], None] | None = None

    def emit(self, fact: AnyFact) -> None:
        """It happened: fold it and keep it for the journal."""
        self.fold(fact)
        self.pending.append(fact)

    def stamp(self, at: int) -> int:
        """A time of its own for what happens at ``at``: never one that was given before."""
        self.now = max(self.now + 1, at)
        return self.now

    def number(self) -> str:
        """A number for an order or a deal."""
        self.ticket += 1
        return str(self.ticket)

    def instrument(self, symbol: str) -> Instrument | None:
        return self.catalogue.find(symbol)

    def is_open(self, symbol: str, at: int) -> bool:
        """Whether the symbol's market is open; asked for every quote, so the answer is kept."""
        known = self._open.get(symbol)
        if known is None or not known[0] <= at < known[1]:
            known = self._open[symbol] = _span(hours_of(symbol, self.catalogue), at)
        return known[2]

    def group_of(self, account: Account) -> GroupTerms:
        return self.groups[account.group]

    def fold(self, fact: AnyFact) -> None:
        """Change what is known by one fact."""
        _FOLDS[type(fact)](self, fact)

    def fold_all(self, facts: Iterable[AnyFact]) -> None:
        for fact in facts:
            self.fold(fact)

    # -- one fact each -----------------------------------------------------------------------
    def _tick(self, fact: Ticked) -> None:
        self.prices.last[fact.symbol] = fact.bid, fact.ask
        self.now, self.tick, self.market_at = fact.at, fact.number, fact.due
        if self.on_tick is not None:
            self.on_tick(fact)

    def _make(self, fact: AccountMade) -> None:
        self.now = max(self.now, fact.at)
        self.accounts[fact.account] = made(fact)

    def _order(self, fact: OrderTold) -> None:
        self._know(fact.at, fact.id)
        self.accounts[fact.account].order(fact)

    def _deal(self, fact: Dealt) -> None:
        self._know(fact.at, fact.id)
        account = self.accounts[fact.account]
        account.deal(fact)
        if account.book.find(fact.position) is None:
            self.valuing.forget(fact.account, fact.position)

    def _adjust(self, fact: Adjusted) -> None:
        self._know(fact.at, fact.id)
        self.accounts[fact.account].balance += fact.amount

    def _protect(self, fact: Protected) -> None:
        self.now = max(self.now, fact.at)
        self.accounts[fact.account].protect(fact)

    def _set(self, fact: AccountSet) -> None:
        self.now = max(self.now, fact.at)
        self.accounts[fact.account].set(fact)

    def _halt(self, fact: SymbolSet) -> None:
        self.now = max(self.now, fact.at)
        (self.halted.add if fact.is_halted else self.halted.discard)(fact.symbol)

    def _accrue(self, fact: SwapAccrued) -> None:
        self.now = max(self.now, fact.at)
        self.accounts[fact.account].accrue(fact)

    def _report(self, fact: Reported) -> None:
        self.now = max(self.now, fact.at)

    def _call(self, fact: MarginFell) -> None:
        self.now = max(self.now, fact.at)
        self.accounts[fact.account].is_called = fact.level is not None

    def _roll(self, fact: RolledOver) -> None:
        self.rolled_at = fact.at
        for account in self.accounts.values():
            account.start_day()

    def _decide(self, fact: Decided) -> None:
        self.decided_at = fact.at

    def _answer(self, fact: Answered | TradeAnswered) -> None:
        self.now = max(self.now, fact.answer.at)
        self.answers[fact.key] = fact

    def _know(self, at: int, number: str) -> None:
        self.now = max(self.now, at)
        self.ticket = max(self.ticket, int(number))


_FOLDS: dict[type, Callable[[Books, Any], None]] = {
    Ticked: Books._tick,  # noqa: SLF001 - this table is the books' own
    AccountMade: Books._make,
    OrderTold: Books._order,  # noqa: SLF001
    Dealt: Books._deal,  # noqa: SLF001
    Adjusted: Books._adjust,  # noqa: SLF001
    Protected: Books._protect,  # noqa: SLF001
    AccountSet: Books._set,  # noqa: SLF001
    SymbolSet: Books._halt,  # noqa: SLF001
    SwapAccrued: Books._accrue,  # noqa: SLF001
    Reported: Books._report,  # noqa: SLF001
    MarginFell: Books._call,  # noqa: SLF001
    RolledOver: Books._roll,  # noqa: SLF001
    Decided: Books._decide,  # noqa: SLF001
    Answered: Books._answer,  # noqa: SLF001
    TradeAnswered: Books._answer,  # noqa: SLF001
}


def books_of(groups: Iterable[GroupTerms], catalogue: Catalogue, seed: str) -> Books:
    """Empty books."""
    prices = Prices(catalogue)
    return Books({each.name: each for each in groups}, catalogue, seed, prices, Valuing(prices))


def _span(hours: MarketHours, at: int) -> tuple[int, int, bool]:
    """A span around a moment in which the market is open, or is closed."""
    following = next(hours.breaks(at), None)
    if following is None:
        return at, at + DAY, True
    if following.closes <= at:
        return following.closes, following.opens, False
    return at, min(following.closes, at + DAY), True


def points(number: int, digits: int) -> Decimal:
    """A price of so many points."""
    return Decimal(number).scaleb(-digits)
