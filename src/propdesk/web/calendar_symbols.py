"""Which of the firm's symbols a release concerns, as far as its own words and the map say it.

A rulebook may name further ones. It must not judge: what is restricted is a rule's to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from propdesk.ports.platform import PlatformAway
from propdesk.web.portal_platforms import every_platform
from propdesk.wire.catalogue import load_catalogue

Symbols = Mapping[str, frozenset[str]]
"""Each symbol with its currencies."""


@dataclass(frozen=True, slots=True)
class Concerned:
    """The symbols that a release names or the map adds, and those of its currencies."""

    named: tuple[str, ...]
    by_currency: tuple[str, ...]

    @property
    def count(self) -> int:
        return len(self.named) + len(self.by_currency)


def firm_symbols() -> Symbols:
    """What is traded on the firm's platforms; where none answers, what the catalogue lists."""
    found: dict[str, frozenset[str]] = {}
    for each in every_platform():
        try:
            instruments = each.platform.instruments()
        except PlatformAway:
            continue
        found |= {
            one.symbol: frozenset({one.base_currency, one.profit_currency}) for one in instruments
        }
    return found or {
        one.symbol: frozenset({one.base_currency, one.profit_currency})
        for one in load_catalogue(None)
    }


def concerned(currencies: Iterable[str], named: Iterable[str], symbols: Symbols) -> Concerned:
    """Of the firm's symbols those of these currencies, beside those that are named."""
    of, own = set(currencies), tuple(dict.fromkeys(named))
    by_currency = tuple(
        sorted(name for name, its in symbols.items() if its & of and name not in own)
    )
    return Concerned(own, by_currency)
