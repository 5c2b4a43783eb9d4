"""An account to try an example on, with the facts no page writes stated once.

Currency USD, first day Monday 2026-03-02, an account of 100,000 where no size is given, and an
instrument worth 1 per point.
"""

from collections.abc import Iterable
from datetime import date, time
from decimal import Decimal
from typing import Any

from propdesk.boot.vectors.given import NotUnderstood
from propdesk.domain.evaluation import Evaluation, Verdict
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import (
    AccountOpened,
    AccountReported,
    BalanceAdjusted,
    DayReported,
    Deal,
    Event,
    PayoutMoved,
    Quote,
    StateReported,
    TimePassed,
    TradeReported,
)
from propdesk.domain.exact import ZERO
from propdesk.domain.instants import DAY, HOUR, MINUTE
from propdesk.domain.instruments import CalculationMode, Catalogue, Instrument
from propdesk.domain.judging import LimitLine, Objective
from propdesk.domain.rulebook import Accounting, Clock, Phase, Promotion, Rulebook
from propdesk.domain.situation import DayRecord
from propdesk.domain.terms import Amount, RuleTerms

CURRENCY = "USD"
FIRST_DAY = date(2026, 3, 2)
SIZE = Decimal(100000)
ACCOUNT = "A1"
POINT = Instrument(
    symbol="POINT",
    digits=2,
    contract_size=Decimal(1),
    base_currency="USD",
    profit_currency="USD",
    margin_currency="USD",
    mode=CalculationMode.CFD,
    asset_class="indices",
)
START_PRICE = Decimal(1000000)  # far enough from zero for every loss a page thinks of

# How pages write a reset, and what it is.
RESETS = {
    "00:00 UTC": ("UTC", time(0)),
    "00:30 UTC": ("UTC", time(0, 30)),
    "22:00 UTC": ("UTC", time(22)),
    "17:00 EST": ("America/New_York", time(17)),
    "20:00 EST": ("America/New_York", time(20)),
    "18:00 ET": ("America/New_York", time(18)),
    "00:00 UTC+8": ("Asia/Singapore", time(0)),
    "00:00 GMT+3": ("Etc/GMT-3", time(0)),
}


def clock_of(text: str | None) -> Clock:
    """The clock of a reset as pages write it; a day like any other where none is given."""
    if text is None:
        return Clock(zone="UTC", reset=time(0))
    if text not in RESETS:
        raise NotUnderstood(f"does not know the reset {text!r}")
    zone, at = RESETS[text]
    return Clock(zone=zone, reset=at)


class Bench:
    """Rules, then events; then what the evaluator says."""

    def __init__(
        self,
        *rules: RuleTerms,
        size: Decimal = SIZE,
        reset: str | None = None,
        stage: str = "evaluation",
        catalogue: Iterable[Instrument] = (),
        promotion: Promotion = Promotion(),  # noqa: B008 - a frozen value
        **accounting: Any,
    ) -> None:
        self.size = size
        self.book = Rulebook(
            name="example",
            version="1",
            effective_from=FIRST_DAY,
            currency=CURRENCY,
            clock=clock_of(reset),
            accounting=Accounting(platform="exact", **accounting),
            phases=(
                Phase(name="phase", stage=stage, rules=rules, promotion=promotion),  # type: ignore[arg-type]
            ),
        )
        clock = self.book.clock.day_clock()
        zero = self.book.accounting.balance_origin == "zero"
        # The day that bears the date of the first day; the account opens an hour into it.
        self.day_start = clock.day_of(_noon(FIRST_DAY)).start
        self.now = self.day_start + HOUR
        self.evaluator = Evaluator(
            self.book,
            self.book.phases[0],
            size=size,
            catalogue=Catalogue([POINT, *catalogue]),
            account=ACCOUNT,
        )
        self._count = 0
        self._price = START_PRICE
        self.add(AccountOpened(ACCOUNT, self.now, CURRENCY, ZERO if zero else size))

    # -- what happened
    def add(self, *events: Event) -> "Bench":
        self.evaluator.feed(events)
        return self

    def later(self, minutes: int = 1) -> int:
        self.now += minutes * MINUTE
        return self.now

    def next_day(self, days: int = 1) -> "Bench":
        """Let the clock pass the reset, ``days`` times."""
        for _ in range(days):
            clock = self.book.clock.day_clock()
            self.now = clock.day_of(self.now).end + HOUR
            self.add(TimePassed(self.now))
        return self

    def state(self, **figures: Any) -> "Bench":
        return self.add(StateReported(ACCOUNT, self.later(), **figures))

    def report(self, balance: Decimal | None = None, equity: Decimal | None = None) -> "Bench":
        return self.add(AccountReported(ACCOUNT, self.later(), balance, equity))

    def close(self, profit: Decimal, **more: Any) -> "Bench":
        """A round trip that earned ``profit``."""
        self._count += 1
        opened = self.later()
        more.setdefault("symbol", POINT.symbol)
        more.setdefault("side", "buy")
        more.setdefault("lots", Decimal(1))
        more.setdefault("opened_at", opened)
        name = more.pop("id", f"T{self._count}")
        return self.add(TradeReported(ACCOUNT, self.later(), name, profit=profit, **more))

    def day(self, **figures: Any) -> "Bench":
        """A finished day known by its figures; the clock then passes the reset."""
        self.add(DayReported(ACCOUNT, self.later(), **figures))
        return self.next_day()

    def float(self, profit: Decimal, commission: Decimal = ZERO) -> "Bench":
        """One open position whose open profit is ``profit``."""
        self._count += 1
        name = f"P{self._count}"
        self.price(START_PRICE)
        deal = Deal(
            ACCOUNT,
            self.later(),
            name,
            name,
            POINT.symbol,
            "buy",
            "in",
            Decimal(1),
            START_PRICE,
            commission=commission,
        )
        return self.add(deal).price(START_PRICE + profit)

    def price(self, price: Decimal) -> "Bench":
        return self.add(Quote(self.later(), POINT.symbol, price, price))

    def pay(self, amount: Decimal, share: Decimal | None = None) -> "Bench":
        self._count += 1
        name = f"W{self._count}"
        return self.add(PayoutMoved(ACCOUNT, self.later(), "paid", name, amount, share))

    def adjust(self, amount: Decimal, kind: Any) -> "Bench":
        return self.add(BalanceAdjusted(ACCOUNT, self.later(), amount, kind))

    # -- what the evaluator says
    def result(self) -> Evaluation:
        return self.evaluator.result()

    def limit(self, name: str) -> LimitLine:
        for line in self.result().limits:
            if line.rule == name:
                return line
        raise NotUnderstood(f"the evaluator shows no limit {name!r}")

    def objective(self, name: str) -> Objective:
        for goal in self.result().objectives:
            if goal.rule == name:
                return goal
        raise NotUnderstood(f"the evaluator shows no objective {name!r}")

    def verdicts(self, name: str) -> list[Verdict]:
        return [each for each in self.result().verdicts if each.rule == name]

    def breached(self) -> bool:
        return self.result().status == "breached"

    def day_number(self) -> int:
        """The number of the running day, from 1."""
        clock = self.book.clock.day_clock()
        return (clock.day_of(self.now).label - clock.day_of(self.day_start).label).days + 1

    def day_started(self) -> int:
        return self.book.clock.day_clock().day_of(self.now).start

    def evaluator_day_end(self) -> int:
        return self.book.clock.day_clock().day_of(self.now).end

    def last_day(self) -> DayRecord:
        return self.result().days[-1]


def money(amount: Decimal) -> Amount:
    return Amount(money=amount)


def percent(value: Decimal, of: str = "initial") -> Amount:
    return Amount(percent=value, of=of)  # type: ignore[arg-type]


def _noon(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY + 12 * HOUR
