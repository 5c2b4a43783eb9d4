"""The inactive one: bought a challenge, looks in now and then, hardly trades."""

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

RISK = 0.002


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    if seen.positions or not in_hours(seen, 9, 16) or chance.random() > 0.02:
        return []
    symbol = seen.symbols.get("EURUSD")
    if symbol is None:
        return []
    side = side_of(chance.choice((1, -1)))
    return by_market(seen, "EURUSD", side, RISK * seen.targets.size, 4.0 * symbol.move, 1.0)


PROFILE = Profile("inactive", 60, decide)
