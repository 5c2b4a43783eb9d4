"""The plainest watcher there can be: values every position at every quote, in decimals.

It stands where the engine's kernel stands and shares nothing with it.
"""

from collections.abc import Iterable
from decimal import Decimal

from propdesk.domain.evaluation import Evaluation
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Quote
from propdesk.domain.exact import ZERO, exactly
from propdesk.domain.situation import Span
from propdesk.domain.unattended import Arming, Seen, Unattended
from propdesk.domain.valuation import MissingRate
from propdesk.domain.worth import Holding, NoOpeningPrice
from tests.live.markets import Step


class Watcher:
    """Drives one account by its armings alone."""

    def __init__(self, evaluator: Evaluator) -> None:
        self.evaluator = evaluator
        self.unattended = Unattended(evaluator)
        self.asked = 0
        self.arming = Arming()
        self._start()

    def run(self, steps: Iterable[Step]) -> Evaluation:
        with exactly():
            for step in steps:
                if isinstance(step, Quote):
                    self._quote(step)
                else:
                    self._settle()
                    for event in step:
                        if event.at >= self.arming.wake:
                            self.unattended.wake(event.at)
                    self.unattended.feed(step)
                    self._start()
            self._settle()
            return self.evaluator.result()

    def _start(self) -> None:
        self.arming = self.unattended.arm()
        self.peaks = [calm.trail.peak for calm in self.arming.trails if calm.trail]
        self.worst: dict[str, Decimal] = {}
        self.seen: Span | None = None
        self.parts: list[Span | None] = [None for _ in self.arming.parts]
        self._look()

    def _quote(self, quote: Quote) -> None:
        evaluator = self.evaluator
        instrument = evaluator.catalogue.find(quote.symbol)
        if instrument is None:
            return
        if quote.at >= self.arming.wake:
            self._settle()
            self.unattended.wake(quote.at)
            self._start()
        name = instrument.symbol
        if name in evaluator.market.silent:
            return
        evaluator.market.prices[name] = (quote.bid, quote.bid, quote.ask, quote.ask)
        account = evaluator.account
        if account is None or name not in account.worth.by_symbol:
            return
        if self._look() or self.arming.always:
            self.asked += 1
            self._settle()
            self.unattended.quote(quote.at, quote.symbol)
            self._start()

    def _look(self) -> bool:
        """Value everything; whether something left its interval."""
        account = self.evaluator.account
        if account is None:
            return False
        values: dict[str, Decimal] = {}
        for name, holding in account.worth.holdings.items():
            value = self._value(holding)
            if value is not None:
                values[name] = value
                self.worst[name] = min(value, self.worst.get(name, value))
        if len(values) < len(account.worth.holdings):
            return not account.worth.unknown and not self.evaluator.over
        floating = sum(values.values(), ZERO) if self.arming.priced else ZERO
        equity = account.base + floating
        if account.reads_reports and account.reported is not None:
            equity = account.reported
        self.seen = _around(self.seen, equity)
        out = False
        for place, part in enumerate(self.arming.parts):
            value = sum((values[each] for each in part.positions), ZERO)
            self.parts[place] = _around(self.parts[place], value)
            out |= _outside(value, part.low, part.high)
        for place in range(len(self.arming.trails)):
            out |= self._outside_trail(place, equity)
        return out or _outside(equity, self.arming.low, self.arming.high)

    def _outside_trail(self, place: int, equity: Decimal) -> bool:
        calm = self.arming.trails[place]
        assert calm.trail is not None
        peak = self.peaks[place] = max(self.peaks[place], equity)
        low = calm.low
        if calm.trail.gap is not None:
            mark = peak if calm.trail.cap is None else min(peak, calm.trail.cap)
            low = mark - calm.trail.gap if low is None else max(low, mark - calm.trail.gap)
        return _outside(equity, low, None)

    def _value(self, holding: Holding) -> Decimal | None:
        market = self.evaluator.market
        symbols = {holding.symbol}
        conversion = holding.conversion
        if conversion is not None:
            symbols.add(conversion.symbol)
        if symbols & market.silent or not all(each in market.prices for each in symbols):
            return None
        own = market.prices[holding.symbol]
        rates = (None, None) if conversion is None else market.prices[conversion.symbol][1:3]
        try:
            return holding.value(own[0] if holding.is_long else own[2], *rates)
        except (MissingRate, NoOpeningPrice):
            return None

    def _settle(self) -> None:
        parts = [Span(ZERO, ZERO) if each is None else each for each in self.parts]
        self.unattended.settle(Seen(self.seen, parts, self.worst))


def _around(span: Span | None, value: Decimal) -> Span:
    if span is None:
        return Span(value, value)
    return Span(min(span.low, value), max(span.high, value))


def _outside(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is not None and value <= low) or (high is not None and value >= high)
