"""The news trader: stop orders on both sides of the price minutes before a release."""

from collections.abc import Sequence
from random import Random

from propdesk.connectors.simulated_platform.traders.seen import (
    Profile,
    Seen,
    age_min,
    close_all,
    lots_for,
    price_of,
    side_of,
)
from propdesk.domain.instants import MINUTE
from propdesk.ports.platform_trading import CancelOrder, PlaceOrder, TradeRequest

RISK = 0.015
BEFORE = 10 * MINUTE
HOLDS_MIN = 90
SYMBOLS = ("EURUSD", "GBPUSD", "USDJPY", "XAUUSD")


def decide(seen: Seen, chance: Random) -> Sequence[TradeRequest]:
    if seen.positions:
        asked: list[TradeRequest] = [CancelOrder(seen.account, each) for each in seen.orders]
        if any(age_min(seen, each) > HOLDS_MIN for each in seen.positions):
            asked += close_all(seen)
        return asked
    if seen.orders or seen.release_at is None or seen.release_at - seen.at > BEFORE:
        return []
    name = chance.choice(SYMBOLS)
    symbol = seen.symbols.get(name)
    if symbol is None:
        return []
    away, distance = 1.5 * symbol.move, 3.0 * symbol.move
    risk = RISK * seen.targets.size / (50 if seen.is_done else 1)
    lots = lots_for(symbol, risk, distance)
    if lots is None:
        return []
    placed: list[TradeRequest] = []
    for sign in (1, -1):
        entry = (symbol.ask if sign > 0 else symbol.bid) + sign * away
        placed.append(
            PlaceOrder(
                seen.account,
                name,
                side_of(sign),
                lots,
                kind="stop",
                price=price_of(symbol, entry),
                stop=price_of(symbol, entry - sign * distance),
                trail=price_of(symbol, distance),
                expires_at=seen.release_at + 15 * MINUTE,
                requested_at=seen.at - 40_000,
                client="expert",
            )
        )
    return placed


PROFILE = Profile("news", 5, decide)
