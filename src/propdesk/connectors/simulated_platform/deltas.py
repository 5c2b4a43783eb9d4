"""Facts as the port tells them; what is the platform's own business is left out."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from propdesk.connectors.simulated_platform.facts import (
    AccountMade,
    AccountSet,
    Adjusted,
    AnyFact,
    Dealt,
    MarginFell,
    OrderTold,
    Protected,
    Reported,
    Ticked,
)
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    Deal,
    OrderSeen,
    StopSet,
)
from propdesk.ports.platform import AccountChanged, Delta, MarginCalled, Tick


def _opened(fact: AccountMade) -> AccountOpened:
    return AccountOpened(
        fact.account,
        fact.at,
        fact.currency,
        fact.balance,
        leverage=fact.leverage,
        netting=fact.netting,
        owner=fact.owner,
        group=fact.group,
    )


def _changed(fact: AccountSet) -> AccountChanged:
    return AccountChanged(fact.account, fact.at, fact.group, fact.rights, fact.leverage)


def _adjusted(fact: Adjusted) -> BalanceAdjusted:
    return BalanceAdjusted(fact.account, fact.at, fact.amount, fact.kind, fact.id)


def deal_of(fact: Dealt) -> Deal:
    """The deal, as the books of ``domain.positions`` take it."""
    return Deal(
        account=fact.account,
        at=fact.at,
        id=fact.id,
        position=fact.position,
        symbol=fact.symbol,
        side=fact.side,
        entry=fact.entry,
        lots=fact.lots,
        price=fact.price,
        commission=fact.commission,
        swap=fact.swap,
        profit=fact.profit,
        order=fact.order,
        reason=fact.reason,
        stop=fact.stop,
        target=fact.target,
        comment=fact.comment,
    )


def _order(fact: OrderTold) -> OrderSeen:
    return OrderSeen(
        account=fact.account,
        at=fact.at,
        id=fact.id,
        action=fact.action,
        symbol=fact.symbol,
        side=fact.side,
        kind=fact.kind,
        lots=fact.lots,
        requested_price=fact.price,
        filled_price=fact.filled_price,
        requested_at=fact.requested_at,
        received_at=fact.received_at,
        filled_at=fact.filled_at,
        reason=fact.reason,
        client=fact.client or None,
        position=fact.position,
    )


def stop_of(fact: Protected) -> StopSet:
    """The change of a position's protection, as the books of ``domain.positions`` take it."""
    return StopSet(fact.account, fact.at, fact.position, fact.stop, fact.target)


def _reported(fact: Reported) -> AccountReported:
    return AccountReported(fact.account, fact.at, fact.balance, fact.equity, fact.margin)


def _called(fact: MarginFell) -> MarginCalled | None:
    return None if fact.level is None else MarginCalled(fact.account, fact.at, fact.level)


def _tick(fact: Ticked) -> Tick:
    return Tick(fact.number, fact.symbol, fact.at, fact.bid, fact.ask)


_TOLD: dict[type, Callable[[Any], Delta | None]] = {
    AccountMade: _opened,
    AccountSet: _changed,
    Adjusted: _adjusted,
    Dealt: deal_of,
    OrderTold: _order,
    Protected: stop_of,
    Reported: _reported,
    MarginFell: _called,
    Ticked: _tick,
}


def deltas_of(facts: Iterable[AnyFact]) -> Iterator[Delta]:
    """What the port tells of these facts, in their order."""
    for fact in facts:
        tell = _TOLD.get(type(fact))
        delta = None if tell is None else tell(fact)
        if delta is not None:
            yield delta
