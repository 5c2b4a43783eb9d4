"""The gambler: a large part of the account on each trade, again at once after a loss."""

from collections.abc import Sequence
from random import Random

from propdesk.connectors.simulated_platform.traders.seen import (
    Profile,
    Seen,
    age_min,
    by_market,
    close_all,
    in_hours,
    side_of,
)
from propdesk.ports.platform_trading import TradeRequest

RISK = (0.025, 0.06)
PATIENCE_MIN = 240
SYMBOLS = ("XAUUSD", "NAS100", "GBPUSD", "BTCUSD")


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    if seen.positions:
        is_old = age_min(seen, seen.positions[0]) > PATIENCE_MIN
        return close_all(seen) if is_old else []
    if not in_hours(seen, 7, 21) or chance.random() > 0.5:
        return []
    name = chance.choice(SYMBOLS)
    symbol = seen.symbols.get(name)
    if symbol is None:
        return []
    risk = chance.uniform(*RISK) * seen.targets.size
    return by_market(seen, name, side_of(chance.choice((1, -1))), risk, 3.0 * symbol.move, 1.5)


PROFILE = Profile("gambler", 30, decide)
