"""The disciplined one: a set risk, always a stop, ends a bad day early, stops when done."""

from collections.abc import Sequence
from random import Random

from propdesk.connectors.simulated_platform.traders.seen import (
    Profile,
    Seen,
    by_market,
    in_hours,
    side_of,
    trend,
)
from propdesk.ports.platform_trading import TradeRequest

RISK = 0.018
REWARD = 1.8
DAY_LOSS_MAX = 0.028
TRADES_OF_A_DAY = 4
TREND_BARS = 40
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCAD", "XAUUSD", "NAS100")


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    if seen.positions or not in_hours(seen, 7, 17):
        return []
    if seen.day_profit < -DAY_LOSS_MAX * seen.targets.size:
        return []
    # What is left to do when the target is reached are the days one has to trade.
    is_done = seen.is_done
    if seen.trades_today >= (1 if is_done else TRADES_OF_A_DAY) or chance.random() > 0.3:
        return []
    name = chance.choice(SYMBOLS)
    symbol = seen.symbols.get(name)
    if symbol is None:
        return []
    risk = RISK * seen.targets.size / (50 if is_done else 1)
    side = side_of(trend(symbol.closes, TREND_BARS))
    return by_market(seen, name, side, risk, 5.0 * symbol.move, REWARD)


PROFILE = Profile("disciplined", 30, decide)
