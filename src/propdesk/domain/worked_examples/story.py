"""Writes an account's history event by event, on the working days after a rulebook's date.

Prices have no spread and every profit follows from the prices, so that the sums of an example can
be checked by head. It must not judge anything.
"""

import math
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from propdesk.domain.events import (
    AccountOpened,
    Deal,
    Event,
    Quote,
    Side,
    StopSet,
    TimePassed,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import DAY, MINUTE, micros_of
from propdesk.domain.instruments import Instrument
from propdesk.domain.worked_examples.setting import (
    CENT,
    Setting,
    opening_price,
    price_step,
    step_value,
)

ACCOUNT = "example"
# Inside every firm's session, and hours away from every firm's reset.
TRADING_STARTS = time(14, 0)
# One lot for so much of the account: a move of a few hundredths of a per cent is felt.
SIZE_PER_LOT = 20_000


class Story:
    """An account from its opening on. ``at`` is the moment of the next event."""

    def __init__(self, setting: Setting, symbol: str = "") -> None:
        self.setting = setting
        self.instrument: Instrument = setting.instrument(symbol)
        self.price = opening_price(self.instrument)
        self.step = price_step(self.instrument)
        self.events: list[Event] = []
        self.monday = first_monday(setting)
        self.at = self.monday
        self._number = 0
        self._positions = 0
        self._open: dict[str, tuple[Side, Decimal, Decimal]] = {}
        self.add(
            AccountOpened(
                ACCOUNT,
                self.at,
                setting.rulebook.currency,
                setting.origin,
                account_type=next(iter(setting.rule.applies_to.account_types), ""),
                group=next(iter(setting.rule.applies_to.groups), ""),
                tags=setting.rule.applies_to.tags,
                size=setting.size,
                stage=setting.phase.stage,
            )
        )

    # -- time
    def add(self, event: Event, after: int = MINUTE) -> None:
        """Write an event down and let time go on."""
        self.events.append(event)
        self.at = max(self.at, event.at) + after

    def day(self, number: int) -> None:
        """Go on at the start of trading of the working day ``number``, Monday being 0."""
        weeks, weekday = divmod(number, 5)
        self.at = self.monday + (7 * weeks + weekday) * DAY + MINUTE

    def calendar_day(self, number: int) -> None:
        self.at = self.monday + number * DAY + MINUTE

    def pass_time(self, at: int | None = None) -> None:
        self.add(TimePassed(self.at if at is None else at))

    def end_day(self) -> None:
        """Let the trading day end."""
        self.pass_time(self.setting.rulebook.clock.day_clock().day_of(self.at).end + MINUTE)

    # -- trading
    @property
    def usual_lots(self) -> Decimal:
        """Lots in proportion to the account, in whole steps of the instrument."""
        step = self.instrument.volume_step
        return max(step, (self.setting.size / SIZE_PER_LOT) // step * step)

    def quote(self, price: Decimal, after: int = MINUTE) -> None:
        self.price = price
        self.add(Quote(self.at, self.instrument.symbol, price, price), after)

    def enter(
        self,
        lots: Decimal,
        side: Side = "buy",
        *,
        stop: Decimal | None = None,
        target: Decimal | None = None,
        reason: str | None = None,
        after: int = MINUTE,
    ) -> str:
        """Open a position at the price now; answers its id."""
        self._positions += 1
        position = f"P{self._positions}"
        self._open[position] = (side, lots, self.price)
        if not any(type(each) is Quote for each in self.events):
            self.quote(self.price)
        self._number += 1
        self.events.append(
            Deal(
                ACCOUNT, self.at, f"D{self._number}", position, self.instrument.symbol, side,
                "in", lots, self.price, reason=reason, stop=stop, target=target,
            )
        )  # fmt: skip
        self.at += after
        return position

    def leave(
        self, position: str, *, cost: Decimal = ZERO, reason: str | None = None, after: int = MINUTE
    ) -> None:
        """Close a position at the price now, for what it earned and a commission."""
        side, lots, entry = self._open.pop(position)
        moved = self.price - entry if side == "buy" else entry - self.price
        profit = moved / self.step * step_value(self.instrument) * lots
        opposite: Side = "sell" if side == "buy" else "buy"
        self._number += 1
        self.events.append(
            Deal(
                ACCOUNT, self.at, f"D{self._number}", position, self.instrument.symbol, opposite,
                "out", lots, self.price, -cost, profit=profit.quantize(CENT), reason=reason,
            )
        )  # fmt: skip
        self.at += after

    def set_stop(self, position: str, stop: Decimal, after: int = MINUTE) -> None:
        self.add(StopSet(ACCOUNT, self.at, position, stop), after)

    def trade(self, net: Decimal, held: int = 60 * MINUTE) -> None:
        """A round trip that earns ``net`` to the cent; what no price gives is its commission."""
        lots = self.usual_lots
        each = step_value(self.instrument) * lots
        steps = math.ceil(net / each)
        position = self.enter(lots, after=held // 2)
        self.quote(self.price + steps * self.step, after=held - held // 2)
        self.leave(position, cost=steps * each - net)

    def wide_trade(self) -> None:
        """A round trip over a tenth of the price, with a tenth of the account behind it."""
        step = self.instrument.volume_step
        whole = self.setting.size / 10 / (self.price * self.instrument.contract_size)
        position = self.enter(max(step, whole // step * step))
        self.quote(self.price + self.price / 10 // self.step * self.step)
        self.leave(position)


def first_monday(setting: Setting) -> int:
    """The start of trading on the first Monday from the rulebook's date on."""
    day = setting.rulebook.effective_from
    day += timedelta(days=-day.weekday() % 7)
    return micros_of(datetime.combine(day, TRADING_STARTS, tzinfo=UTC))
