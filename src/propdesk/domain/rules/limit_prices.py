"""Limit prices (RULES T11, limit-move): trading where the exchange's daily limit holds a market."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from propdesk.domain.events import Deal
from propdesk.domain.instruments import CalculationMode, Instrument
from propdesk.domain.judging import Judge, Violation, Violations
from propdesk.domain.situation import Trade
from propdesk.domain.terms import RuleTerms, TermsError


@dataclass(frozen=True, kw_only=True)
class LimitPrices(RuleTerms):
    """No trading at limit up or limit down. Limits are told by the log's `instrument` events; a
    fill in a future whose limits are not told is *unknown*, other instruments have none."""

    rule: Literal["limit_prices"] = "limit_prices"
    forbidden: Literal["openings", "fills"]
    """``openings``: opening or enlarging a position; ``fills``: closing one as well."""
    within_ticks: int = 0
    """How many ticks from the limit are still at it."""

    def __post_init__(self) -> None:
        if self.within_ticks < 0:
            raise TermsError("'within_ticks' must not be negative")

    def sentence(self, size: Decimal | None = None) -> str:
        del size
        what = "No position may be opened" if self.forbidden == "openings" else "Nothing may trade"
        near = f" or within {self._ticks()} of it" if self.within_ticks else ""
        return f"{what} at an exchange's limit price{near}."

    def formula(self) -> str:
        if not self.within_ticks:
            return "limit down < price < limit up"
        return f"limit down + {self._ticks()} < price < limit up − {self._ticks()}"

    def _ticks(self) -> str:
        return f"{self.within_ticks} tick{'' if self.within_ticks == 1 else 's'}"


class LimitPricesJudge(Judge[LimitPrices]):
    """Holds the price of each fill against the band in force at its moment."""

    def on_opened(self, deal: Deal) -> Violations:
        return self._filled(deal) if self.terms.forbidden == "openings" else ()

    def on_deal(self, deal: Deal) -> Violations:
        return self._filled(deal) if self.terms.forbidden == "fills" else ()

    def on_closed(self, trade: Trade) -> Violations:
        """A round trip that was only reported has no prices to judge it by."""
        instrument = self.situation.catalogue.find(trade.symbol)
        if trade.open_price is not None or instrument is None or not self._limited(instrument):
            return ()
        return [_unknown(trade.position, trade.symbol, "the trade's prices are not told")]

    def _filled(self, deal: Deal) -> Iterator[Violation]:
        instrument = self.situation.catalogue.get(deal.symbol)
        if not self._limited(instrument):
            return
        band = self.situation.price_limits.at(instrument.symbol, deal.at)
        if band is None:
            reason = f"the log does not tell the limit prices of {instrument.symbol}"
            yield _unknown(deal.position, deal.symbol, reason)
            return
        near = self.terms.within_ticks * tick_of(instrument)
        detail = {"position": deal.position, "symbol": deal.symbol}
        if band.up is not None and deal.price >= band.up - near:
            up = {**detail, "limit_up": f"{band.up:f}"}
            yield Violation(deal.price, band.up - near, detail=up)
        elif band.down is not None and deal.price <= band.down + near:
            down = {**detail, "limit_down": f"{band.down:f}"}
            yield Violation(deal.price, band.down + near, detail=down)

    def _limited(self, instrument: Instrument) -> bool:
        """Futures have limits; anything else only where the log tells some."""
        is_future = instrument.mode is CalculationMode.FUTURES
        return is_future or self.situation.price_limits.told(instrument.symbol)


def tick_of(instrument: Instrument) -> Decimal:
    """The smallest step of the price."""
    return instrument.tick_size or Decimal(1).scaleb(-instrument.digits)


def _unknown(position: str, symbol: str, reason: str) -> Violation:
    detail = {"position": position, "symbol": symbol, "reason": reason}
    return Violation(None, None, certainty="unknown", detail=detail)
