"""The copier: does what a signal service says, as all its subscribers do at that moment."""

from collections.abc import Sequence
from random import Random

from propdesk.connectors.simulated_platform.traders.seen import Profile, Seen, by_market, in_hours
from propdesk.ports.platform_trading import TradeRequest

RISK = 0.008
"""Little: whatever the service earns or loses, all its subscribers do."""
LOSS_MAX = 0.015


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    signal = seen.signal
    if signal is None or seen.positions or not in_hours(seen, 7, 19):
        return []
    if seen.day_profit < -LOSS_MAX * seen.targets.size:
        return []
    symbol = seen.symbols.get(signal.symbol)
    if symbol is None:
        return []
    # Each subscriber has a size of his own; the trade is everybody's.
    risk = RISK * seen.targets.size * chance.uniform(0.8, 1.2) / (50 if seen.is_done else 1)
    return by_market(seen, signal.symbol, signal.side, risk, 6.0 * symbol.move, 1.5)


PROFILE = Profile("copier", 15, decide)
