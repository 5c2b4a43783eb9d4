"""What all accounts of an engine hold together, symbol by symbol, as it is asked for in parts.

Sizes and prices are decimal texts, times are microseconds. Values only.
"""

import msgspec


class SymbolHeld(msgspec.Struct, frozen=True, kw_only=True):
    """What the accounts of one part hold of one symbol."""

    symbol: str
    base_currency: str
    profit_currency: str
    asset_class: str
    long_lots: str
    short_lots: str
    """Not below zero, either."""
    accounts: int
    """That hold it at all."""
    largest: str
    largest_lots: str
    """The account with the largest net size, and that size: long above zero."""
    lot_size: str
    """Units of the base currency, or of what is traded, in a lot."""
    lot_worth: str | None
    """What a lot is worth in the profit currency, in the middle of bid and ask; None: no price."""
    rate: str | None
    """Reporting currency for one unit of the profit currency; None: no symbol links the two, or
    it has no price."""


class ExposurePart(msgspec.Struct, frozen=True, kw_only=True):
    """The accounts from one place on."""

    rows: tuple[SymbolHeld, ...]
    next: int | None
    """Where the following part begins; None: there is none."""
    accounts: int
    """All accounts of the engine."""
    unknown: int
    """Positions of this part whose instrument is not known: they are in no row."""
    at: int
    """The newest moment the engine has judged."""
