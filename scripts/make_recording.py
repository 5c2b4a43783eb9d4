"""Makes the recording that ships with the product: ten minutes around an invented release.

Nothing in it is anybody's market data: a calm walk, a jump on the half hour with wide spreads and
many ticks, a retreat. The same seed gives the same file.
"""

import gzip
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

FILE = (
    Path(__file__).resolve().parent.parent
    / "src/propdesk/connectors/replay/recordings/payrolls.csv.gz"
)
RELEASE = datetime(2026, 3, 6, 13, 30, tzinfo=UTC)  # a first Friday, half past eight in New York
BEFORE_S, AFTER_S = 240, 360
# Symbol, digits, price before it in points, how far it jumps, its usual spread, all in points.
SYMBOLS = (
    ("EURUSD", 5, 108_140, -620, 8),
    ("GBPUSD", 5, 126_730, -780, 12),
    ("USDJPY", 3, 149_820, 910, 9),
    ("XAUUSD", 2, 233_650, -2_150, 18),
)


def text(seed: int = 20_260_306) -> str:
    """The whole table, by time."""
    rows = sorted(
        (at, symbol, row)
        for number, (symbol, *rest) in enumerate(SYMBOLS)
        for at, row in _ticks(random.Random(seed + number), symbol, *rest)
    )
    return "time,symbol,bid,ask\n" + "".join(f"{row}\n" for _, _, row in rows)


def _ticks(
    chance: random.Random, symbol: str, digits: int, price: int, jump: int, spread: int
) -> Iterator[tuple[int, str]]:
    second = -float(BEFORE_S)
    level, target = float(price), float(price)
    is_released = False
    while second < AFTER_S:
        heat = _heat(second)
        second += chance.expovariate(1.5 + 18 * heat)
        if second >= 0 and not is_released:
            is_released, target = True, price + jump * chance.uniform(0.9, 1.1)
        if is_released and second > 90:
            target += chance.gauss(0, 2) - 0.0004 * jump
        level += (target - level) * chance.uniform(0.02, 0.2) + chance.gauss(0, 1 + 30 * heat)
        width = max(1, round(spread * (1 + 7 * heat) * chance.uniform(0.7, 1.4)))
        if is_released and heat > 0.5 and chance.random() < 0.004:
            width = -width  # a side that is stale for a moment
        bid = round(level)
        at = RELEASE + timedelta(milliseconds=round(second * 1000))
        yield (
            round(second * 1000),
            ",".join(
                (
                    at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
                    symbol,
                    _price(bid, digits),
                    _price(bid + width, digits),
                )
            ),
        )


def _heat(second: float) -> float:
    """How wild it is: nothing, a little before the release, everything at it, then less."""
    if second < -5:
        return 0.0
    return 0.3 if second < 0 else 1 / (1 + second / 25)


def _price(points: int, digits: int) -> str:
    whole, part = divmod(points, 10**digits)
    return f"{whole}.{part:0{digits}d}"


def main() -> int:
    FILE.write_bytes(gzip.compress(text().encode(), 9, mtime=0))
    return 0


if __name__ == "__main__":
    sys.exit(main())
