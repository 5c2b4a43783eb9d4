"""Today's room: what may still be lost, by each limit, and the prices at which it is lost.

It must not judge: a percentage of room used is for eyes, every figure is the result's own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from propdesk.domain.instants import SECOND, parse_instant
from propdesk.web.templatetags.figures import amount_of

# Shares of a limit used up: safe below the first, then watch, caution, critical.
BANDS = ((Decimal(50), "safe"), (Decimal(70), "watch"), (Decimal(90), "caution"))
CRITICAL = "critical"
ENDED = frozenset({"breached", "expired", "passed"})


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of a limit is used."""

    line: Mapping[str, Any]
    used: Decimal | None
    band: str
    broken: Mapping[str, Any] | None
    """The verdict that broke it, where one did."""
    prices: tuple[Mapping[str, Any], ...]
    """Where each open symbol breaks it."""

    @property
    def width(self) -> str:
        return "0" if self.used is None else f"{min(self.used, Decimal(100)):.2f}"


@dataclass(frozen=True, slots=True)
class Reset:
    """When the running day ends, and how long after the last event of the history that is."""

    at: str
    after_s: int


@dataclass(frozen=True, slots=True)
class Room:
    """The limits, the running day and what is open."""

    meters: tuple[Meter, ...]
    day: Mapping[str, Any] | None
    positions: tuple[Mapping[str, Any], ...]
    ended: bool
    """Whether the phase is over: there is no room any more, only what was left of it."""
    priceless: tuple[str, ...]
    """Open symbols for which no failing price is known."""
    reset: Reset | None
    """None where nothing runs on that a reset would change."""

    @property
    def by_urgency(self) -> list[Meter]:
        """What is broken first, then by how soon it breaks; what is not known last."""
        return sorted(self.meters, key=lambda each: (each.broken is None, _room_left(each)))


def room_of(result: Mapping[str, Any]) -> Room:
    """The room at the end of the history; the day that ran then is its today."""
    ended = result["status"] in ENDED
    prices = () if ended else tuple(result.get("failing_prices", ()))
    positions = tuple(result.get("positions", ()))
    named = {each["symbol"] for each in prices}
    # A platform's own name of a symbol begins with the catalogue's.
    without = {p["symbol"] for p in positions if not _named(p["symbol"], named)}
    return Room(
        meters=tuple(_meter(line, result, prices) for line in result["limits"]),
        day=result["days"][-1] if result["days"] else None,
        positions=positions,
        ended=ended,
        priceless=() if ended else tuple(sorted(without)),
        reset=None if ended else _reset(result),
    )


def _room_left(meter: Meter) -> Decimal:
    room = amount_of(meter.line["room"])
    return Decimal("Infinity") if room is None else room


def _reset(result: Mapping[str, Any]) -> Reset | None:
    """The first one after the history: it is past or to come only for whoever reads."""
    if not result["days"]:
        return None
    end = result["days"][-1]["end"]
    after = parse_instant(end) - parse_instant(result["at"])
    return Reset(end, after // SECOND) if after > 0 else None


def _named(symbol: str, named: set[str]) -> bool:
    return any(each.casefold() in symbol.casefold() for each in named)


def _meter(
    line: Mapping[str, Any], result: Mapping[str, Any], prices: Sequence[Mapping[str, Any]]
) -> Meter:
    broken = next(
        (
            verdict
            for verdict in result["verdicts"]
            if verdict["rule"] == line["rule"] and verdict["outcome"].startswith("fail")
        ),
        None,
    )
    own = tuple(each for each in prices if each["rule"] == line["rule"])
    room, allowance = amount_of(line["room"]), amount_of(line["allowance"])
    if room is None or allowance is None or allowance <= 0:
        return Meter(line, None, "unknown", broken, own)
    used = max(Decimal(0), (allowance - room) * 100 / allowance)
    band = next((word for bound, word in BANDS if used < bound), CRITICAL)
    return Meter(line, used, band, broken, own)
