"""What a book must do, in plain Python and with the domain's own valuation. Fast it is not."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from propdesk.domain.money import minor_digits
from propdesk.domain.valuation import Arithmetic, Conversion, MissingRate, floating_profit
from propdesk.engine.shapes import Bounds


@dataclass(frozen=True, slots=True)
class Held:
    """A position as the domain knows it; ``sums`` are places in its account."""

    instrument: Any
    number: int
    side: str
    lots: Decimal
    opened: Any
    currency: str
    arithmetic: Arithmetic
    conversion: Conversion | None
    rate: int | None
    sums: tuple[int, ...]
    without_form: bool = False

    def depends_on(self, number: int) -> bool:
        return number in {self.number, self.rate}


@dataclass(slots=True)
class Window:
    low: int | None = None
    high: int | None = None

    def see(self, value: int | None) -> None:
        if value is not None:
            self.low = value if self.low is None else min(self.low, value)
            self.high = value if self.high is None else max(self.high, value)


@dataclass(slots=True)
class OracleSum:
    base: int
    low: int | None
    high: int | None
    peak: int | None
    gap: int
    cap: int | None
    seen: Window = field(default_factory=Window)

    def arm(self, bounds: Bounds) -> None:
        self.low, self.high, trail = bounds.low, bounds.high, bounds.trail
        self.peak, self.gap, self.cap = (
            (None, 0, None) if trail is None else (trail.peak, trail.gap, trail.cap)
        )

    def see(self, value: int | None) -> None:
        self.seen.see(value)
        if value is not None and self.peak is not None and value > self.peak:
            self.peak = value
            floor = (value if self.cap is None else min(value, self.cap)) - self.gap
            self.low = floor if self.low is None else max(self.low, floor)

    def is_reached(self, value: int) -> bool:
        return (self.low is not None and value <= self.low) or (
            self.high is not None and value >= self.high
        )


@dataclass(slots=True)
class OracleAccount:
    sums: list[OracleSum]
    held: list[Held]
    exposed: bool
    seen: list[Window]


class Oracle:
    """Accounts by slot, prices by instrument in points, and the touched slots of each tick."""

    def __init__(self, digits: dict[int, int], ceiling: int) -> None:
        self.digits = digits
        self.ceiling = ceiling
        self.prices: dict[int, tuple[int, int]] = {}
        self.silent: set[int] = set()
        self.accounts: dict[int, OracleAccount] = {}
        self.minutes: dict[int, Window] = {}

    def put(
        self, slot: int, held: list[Held], sums: list[tuple[int, Bounds]], exposed: bool
    ) -> None:
        account = OracleAccount(
            [OracleSum(base, None, None, None, 0, None) for base, _ in sums],
            held,
            exposed,
            [Window() for _ in held],
        )
        for each, (_, bounds) in zip(account.sums, sums, strict=True):
            each.arm(bounds)
        self.accounts[slot] = account
        self.minutes.setdefault(slot, Window())
        self.see(slot)

    def set_bounds(self, slot: int, bounds: list[Bounds]) -> None:
        for each, bound in zip(self.accounts[slot].sums, bounds, strict=True):
            each.arm(bound)
        self.see(slot)

    def settle(self, slot: int) -> Any:
        account = self.accounts[slot]
        told = (
            [
                (value, each.seen)
                for value, each in zip(self.values(slot), account.sums, strict=True)
            ],
            [(self.worth(h), w) for h, w in zip(account.held, account.seen, strict=True)],
        )
        for each in account.sums:
            each.seen = Window()
        account.seen = [Window() for _ in account.held]
        self.see(slot)
        return told

    def begin_minutes(self) -> dict[int, Window]:
        told, self.minutes = self.minutes, {slot: Window() for slot in self.accounts}
        for slot in self.accounts:
            self.minutes[slot].see(self.values(slot)[0])
        return {slot: window for slot, window in told.items() if slot in self.accounts}

    def tick(self, number: int, bid: int, ask: int) -> set[int]:
        return self.changed(number, (bid, ask), self.silent)

    def silence(self, number: int) -> set[int]:
        return self.changed(number, None, self.silent | {number})

    def changed(self, number: int, price: tuple[int, int] | None, silent: set[int]) -> set[int]:
        """The slots touched when an instrument's price or silence changes."""
        concerned = [
            slot
            for slot, account in self.accounts.items()
            if any(each.depends_on(number) for each in account.held)
        ]
        unknown = {slot for slot in concerned if self.is_unknown(slot)}
        self.silent = silent
        if price is None or max(map(abs, price)) > self.ceiling or number in silent:
            self.prices.pop(number, None)
        else:
            self.prices[number] = price
        return {slot for slot in concerned if self.judged(slot, number) or slot in unknown}

    def judged(self, slot: int, number: int) -> bool:
        account = self.accounts[slot]
        self.see(slot)
        if self.is_unknown(slot) or account.exposed:
            return True
        moved = {place for h in account.held if h.depends_on(number) for place in h.sums}
        values = self.values(slot)
        return any(account.sums[place].is_reached(values[place] or 0) for place in moved)

    def see(self, slot: int) -> None:
        account, values = self.accounts[slot], self.values(slot)
        for each, value in zip(account.sums, values, strict=True):
            each.see(value)
        for window, held in zip(account.seen, account.held, strict=True):
            window.see(self.worth(held))
        self.minutes[slot].see(values[0])

    def is_unknown(self, slot: int) -> bool:
        return any(self.worth(each) is None for each in self.accounts[slot].held)

    def values(self, slot: int) -> list[int | None]:
        account = self.accounts[slot]
        found: list[int | None] = [each.base for each in account.sums]
        for held in account.held:
            worth = self.worth(held)
            for place in held.sums:
                before = found[place]
                found[place] = None if before is None or worth is None else before + worth
        return found

    def worth(self, held: Held) -> int | None:
        """``floating_profit`` in minor units."""
        own = self.prices.get(held.number)
        rate = None if held.rate is None else self.prices.get(held.rate)
        if own is None or held.without_form or (held.rate is not None and rate is None):
            return None
        try:
            profit = floating_profit(
                held.instrument,
                held.side,  # type: ignore[arg-type]
                held.lots,
                held.opened,
                self.price(held.number, own[0 if held.side == "buy" else 1]),
                account_currency=held.currency,
                arithmetic=held.arithmetic,
                conversion=held.conversion,
                rate_bid=None if rate is None else self.price(held.rate, rate[0]),
                rate_ask=None if rate is None else self.price(held.rate, rate[1]),
            )
        except MissingRate:
            return None
        return int(profit.scaleb(minor_digits(held.currency)))

    def price(self, number: int | None, points: int) -> Decimal:
        assert number is not None
        return Decimal(points).scaleb(-self.digits[number])
