"""The martingale: doubles after each loss and begins anew after a gain."""

from collections.abc import Sequence
from random import Random

from propdesk.connectors.simulated_platform.traders.seen import (
    Profile,
    Seen,
    by_market,
    in_hours,
    side_of,
)
from propdesk.ports.platform_trading import TradeRequest

RISK = 0.012
DOUBLINGS_MAX = 4
SYMBOLS = ("EURUSD", "GBPUSD", "XAUUSD")


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    if seen.positions or not in_hours(seen, 6, 20) or chance.random() > 0.7:
        return []
    losses = 0
    for profit in reversed(seen.last_profits):
        if profit > 0:
            break
        losses += 1
    name = chance.choice(SYMBOLS)
    symbol = seen.symbols.get(name)
    if symbol is None:
        return []
    risk = RISK * seen.targets.size * 2 ** min(losses, DOUBLINGS_MAX)
    return by_market(seen, name, side_of(chance.choice((1, -1))), risk, 2.5 * symbol.move, 1.0)


PROFILE = Profile("martingale", 15, decide)
