"""The disciplined one: a set risk, always a stop, ends a bad day early, stops when done.

Each has an eye of his own for where a price goes, so that who passes is not one question asked of
one market: some have a little more than costs, some less.
"""

from collections.abc import Sequence
from random import Random

from propdesk.connectors.simulated_platform.traders.seen import (
    Profile,
    Seen,
    by_market,
    guessed,
    in_hours,
    within,
)
from propdesk.ports.platform_trading import TradeRequest

RISK = (0.013, 0.019)
HITS = (0.57, 0.73)
"""How often the dullest and the sharpest eye is right."""
REWARD = 1.8
DISTANCE = 4.5
"""How far the stop is, in quarter hours' moves."""
DAY_LOSS_MAX = 0.028
TRADES_OF_A_DAY = 4
TREND_BARS = 40
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "AUDUSD", "USDCAD", "XAUUSD", "NAS100")


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    if seen.positions or not in_hours(seen, 7 + round(2 * seen.nature.habit), 17):
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
    risk = within(RISK, seen.nature.nerve) * seen.targets.size / (50 if is_done else 1)
    side = guessed(symbol, within(HITS, seen.nature.eye), TREND_BARS, chance)
    return by_market(seen, name, side, risk, DISTANCE * symbol.move, REWARD)


PROFILE = Profile("disciplined", 30, decide)
