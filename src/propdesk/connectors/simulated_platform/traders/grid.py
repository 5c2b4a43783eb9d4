"""The grid: limit orders at even distances on one side, small targets, no stop."""

from collections.abc import Sequence
from random import Random

from propdesk.connectors.simulated_platform.traders.seen import (
    Profile,
    Seen,
    close_all,
    in_hours,
    lots_for,
    price_of,
    side_of,
)
from propdesk.domain.instants import HOUR
from propdesk.ports.platform_trading import CancelOrder, PlaceOrder, TradeRequest

RUNGS = 5
RISK_OF_A_RUNG = 0.0035
"""What a rung loses over one step."""
GIVES_UP = 0.06
SYMBOLS = ("EURUSD", "AUDUSD", "USDCAD")


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    floating = sum(each.profit for each in seen.positions)
    if floating < -GIVES_UP * seen.targets.size:
        return [*close_all(seen), *_cancelled(seen)]
    if seen.positions:
        return []
    if seen.is_done:
        return _cancelled(seen)
    if seen.orders or not in_hours(seen, 6, 16) or chance.random() > 0.3:
        return []
    name = chance.choice(SYMBOLS)
    symbol = seen.symbols.get(name)
    if symbol is None:
        return []
    sign = chance.choice((1, -1))
    step = 4.0 * symbol.move
    lots = lots_for(symbol, RISK_OF_A_RUNG * seen.targets.size, step)
    if lots is None:
        return []
    mid = (symbol.bid + symbol.ask) / 2
    return [
        PlaceOrder(
            seen.account,
            name,
            side_of(sign),
            lots,
            kind="limit",
            price=price_of(symbol, mid - sign * step * rung),
            target=price_of(symbol, mid - sign * step * (rung - 1.2)),
            expires_at=seen.at + 20 * HOUR,
            requested_at=seen.at - 40_000,
            client="expert",
        )
        for rung in range(1, RUNGS + 1)
    ]


def _cancelled(seen: Seen) -> list[TradeRequest]:
    return [CancelOrder(seen.account, each) for each in seen.orders]


PROFILE = Profile("grid", 30, decide)
