"""The scalper: many small trades for a few points each, out again within minutes."""

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
    trend,
)
from propdesk.ports.platform_trading import TradeRequest

RISK = 0.0025
TRADES_OF_A_DAY = 15
HOLDS_MIN = 25
DAY_LOSS_MAX = 0.02
SYMBOLS = ("EURUSD", "GBPUSD", "NAS100")


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    if seen.positions:
        return close_all(seen) if age_min(seen, seen.positions[0]) > HOLDS_MIN else []
    if not in_hours(seen, 7, 16) or seen.trades_today >= TRADES_OF_A_DAY:
        return []
    if seen.is_done or seen.day_profit < -DAY_LOSS_MAX * seen.targets.size:
        return []
    if chance.random() > 0.25:
        return []
    name = chance.choice(SYMBOLS)
    symbol = seen.symbols.get(name)
    if symbol is None:
        return []
    side = side_of(-trend(symbol.closes, 2))
    return by_market(seen, name, side, RISK * seen.targets.size, 2.5 * symbol.move, 1.0)


PROFILE = Profile("scalper", 10, decide)
