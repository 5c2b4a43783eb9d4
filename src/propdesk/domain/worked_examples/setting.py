"""Which account an example is about, and what it trades."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from propdesk.domain.conditions import Conditions
from propdesk.domain.evaluator import Evaluator
from propdesk.domain.events import Event
from propdesk.domain.instruments import Catalogue, Instrument
from propdesk.domain.rulebook import Phase, Rulebook
from propdesk.domain.terms import RuleTerms

CENT = Decimal("0.01")
# Where an example's price starts; any figure of the usual order serves.
OPENING_PRICES = {
    "forex": Decimal("1.10000"),
    "metals": Decimal("4000.00"),
    "indices": Decimal("6000.00"),
    "crypto": Decimal("100000.00"),
}
ANY_PRICE = Decimal("100.00")
CFD_SYMBOLS = ("XAUUSD", "EURUSD", "US500", "BTCUSD")
FUTURES_SYMBOLS = ("MES", "MGC", "MCL")


class NoExample(Exception):
    """There is no history of this kind in which the rule speaks. ``str`` is the reason."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One rule alone in its phase, an account size and the instruments there are."""

    rulebook: Rulebook
    phase: Phase
    rule: RuleTerms
    size: Decimal
    catalogue: Catalogue
    conditions: Conditions | None = None

    @property
    def origin(self) -> Decimal:
        """The balance the account starts with."""
        accounting = self.phase.accounting or self.rulebook.accounting
        return self.size if accounting.balance_origin == "initial" else Decimal(0)

    @property
    def futures(self) -> bool:
        accounting = self.phase.accounting or self.rulebook.accounting
        return accounting.platform == "futures"

    def instrument(self, symbol: str = "") -> Instrument:
        """What the example trades: what the rule is about, else the usual of its platform."""
        found = self.catalogue.find(symbol or self._symbol())
        if found is None:
            raise NoExample(f"the catalogue does not know {symbol or self._symbol()}")
        return found

    def symbol_of(self, asset_class: str) -> str:
        """A usual symbol of an asset class. Raises ``NoExample``."""
        for symbol in (*CFD_SYMBOLS, *FUTURES_SYMBOLS):
            found = self.catalogue.find(symbol)
            if found is not None and found.asset_class == asset_class:
                return symbol
        raise NoExample(f"there is no usual instrument of the class {asset_class}")

    def _symbol(self) -> str:
        applies = self.rule.applies_to
        if applies.instruments:
            return applies.instruments[0]
        if applies.asset_classes:
            return self.symbol_of(applies.asset_classes[0])
        return (FUTURES_SYMBOLS if self.futures else CFD_SYMBOLS)[0]

    def evaluator(self, *, fast: bool = True) -> Evaluator:
        """A fresh evaluator of the rule alone: no other rule may speak first."""
        alone = replace(self.phase, rules=(self.rule,), payout=None, scaling=None)
        return Evaluator(
            self.rulebook,
            alone,
            size=self.size,
            catalogue=self.catalogue,
            fast=fast,
            account="example" if self.rule.looks_at_peers else None,
            conditions=self.conditions,
        )

    def judged(self, events: Iterable[Event]) -> Evaluator:
        evaluator = self.evaluator()
        evaluator.feed(events)
        return evaluator


def opening_price(instrument: Instrument) -> Decimal:
    return OPENING_PRICES.get(instrument.asset_class, ANY_PRICE)


def price_step(instrument: Instrument) -> Decimal:
    """The smallest change of its price."""
    return instrument.tick_size or Decimal(1).scaleb(-instrument.digits)


def step_value(instrument: Instrument) -> Decimal:
    """What one price step is worth for one lot, in the currency of its profit."""
    if instrument.tick_value is not None:
        return instrument.tick_value
    return instrument.contract_size * price_step(instrument)
