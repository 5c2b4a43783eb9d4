"""What all traders hold together: the engine's parts added up, by symbol and by currency.

It must not remember anything, nor add up two currencies without a rate.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from propdesk.ports.live_accounts import LiveAccounts
from propdesk.wire.live_exposure import ExposurePart, SymbolHeld

REPORTING = "USD"
PARTS_MAX = 200
HEATS = 5
NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfSymbol:
    """What is held of a symbol. Lots are exact; worths are None without a price or a rate."""

    symbol: str
    base: str
    profit: str
    long: Decimal
    short: Decimal
    accounts: int
    largest: str
    largest_lots: Decimal
    lot_size: Decimal
    lot_worth: Decimal | None
    """In the profit currency."""
    rate: Decimal | None

    @property
    def net(self) -> Decimal:
        return self.long - self.short

    @property
    def gross(self) -> Decimal:
        return self.long + self.short

    @property
    def net_worth(self) -> Decimal | None:
        """In the reporting currency: net lots x worth of a lot x rate."""
        return self._worth(self.net)

    @property
    def gross_worth(self) -> Decimal | None:
        return self._worth(self.gross)

    def _worth(self, lots: Decimal) -> Decimal | None:
        if self.lot_worth is None or self.rate is None:
            return None
        return lots * self.lot_worth * self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class OfCurrency:
    """What is held of a currency: what pairs would bring and take if they were settled now."""

    currency: str
    long: Decimal
    short: Decimal
    rate: Decimal | None
    """Reporting currency for one unit."""
    is_whole: bool
    """Whether every pair that has it has a price."""

    @property
    def net(self) -> Decimal:
        return self.long - self.short

    @property
    def net_worth(self) -> Decimal | None:
        return None if self.rate is None else self.net * self.rate


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """Everything that is held, the largest first."""

    symbols: Sequence[OfSymbol]
    currencies: Sequence[OfCurrency]
    accounts: int
    unknown: int
    oldest: int
    newest: int
    """Between these moments the parts were counted, in microseconds."""

    @property
    def net_worth(self) -> Decimal:
        """Of the symbols whose worth is known."""
        return sum((each.net_worth or NONE for each in self.symbols), NONE)

    @property
    def gross_worth(self) -> Decimal:
        return sum((each.gross_worth or NONE for each in self.symbols), NONE)

    @property
    def not_valued(self) -> int:
        """Symbols without a price, or without a rate."""
        return sum(1 for each in self.symbols if each.gross_worth is None)


def whole_exposure(accounts: LiveAccounts) -> Whole:
    """Asks for part after part; the engine judges in between. Raises ``EngineAway``."""
    parts: list[ExposurePart] = []
    begin: int | None = 0
    while begin is not None and len(parts) < PARTS_MAX:
        parts.append(accounts.exposure(begin=begin, reporting=REPORTING))
        begin = parts[-1].next
    symbols = _added(row for part in parts for row in part.rows)
    return Whole(
        symbols=sorted(symbols, key=_size, reverse=True),
        currencies=sorted(_currencies(symbols), key=_of_size, reverse=True),
        accounts=parts[-1].accounts,
        unknown=sum(part.unknown for part in parts),
        oldest=min(part.at for part in parts),
        newest=max(part.at for part in parts),
    )


def heat(amount: Decimal | None, most: Decimal) -> int:
    """From 0 (nothing, or not known) to ``HEATS``, in equal steps of the largest."""
    if amount is None or not most or not amount:
        return 0
    return min(HEATS, int(HEATS * abs(amount) / most) + 1)


def _added(rows: Iterable[SymbolHeld]) -> list[OfSymbol]:
    found: dict[str, OfSymbol] = {}
    for row in rows:
        now = _read(row)
        before = found.get(now.symbol)
        found[now.symbol] = now if before is None else _with(before, now)
    return list(found.values())


def _with(before: OfSymbol, now: OfSymbol) -> OfSymbol:
    """Two parts of one symbol; prices are those of the later."""
    larger = max(before, now, key=lambda each: abs(each.largest_lots))
    return OfSymbol(
        symbol=now.symbol,
        base=now.base,
        profit=now.profit,
        long=before.long + now.long,
        short=before.short + now.short,
        accounts=before.accounts + now.accounts,
        largest=larger.largest,
        largest_lots=larger.largest_lots,
        lot_size=now.lot_size,
        lot_worth=now.lot_worth if now.lot_worth is not None else before.lot_worth,
        rate=now.rate if now.rate is not None else before.rate,
    )


def _read(row: SymbolHeld) -> OfSymbol:
    return OfSymbol(
        symbol=row.symbol,
        base=row.base_currency,
        profit=row.profit_currency,
        long=Decimal(row.long_lots),
        short=Decimal(row.short_lots),
        accounts=row.accounts,
        largest=row.largest,
        largest_lots=Decimal(row.largest_lots),
        lot_size=Decimal(row.lot_size),
        lot_worth=None if row.lot_worth is None else Decimal(row.lot_worth),
        rate=None if row.rate is None else Decimal(row.rate),
    )


def _currencies(symbols: Sequence[OfSymbol]) -> list[OfCurrency]:
    """A pair held long is its base currency held long and its other one short; what is traded in
    one currency alone is none of that currency."""
    pairs = [each for each in symbols if each.base != each.profit]
    names = dict.fromkeys(name for each in pairs for name in (each.base, each.profit))
    return [_currency(name, pairs) for name in names]


def _currency(name: str, pairs: Sequence[OfSymbol]) -> OfCurrency:
    long = short = NONE
    is_whole, rate = True, None
    for each in pairs:
        if each.base == name:
            long, short = long + each.long * each.lot_size, short + each.short * each.lot_size
            if rate is None and each.lot_worth is not None and each.rate is not None:
                rate = each.lot_worth * each.rate / each.lot_size
        elif each.profit == name:
            rate = each.rate if each.rate is not None else rate
            if each.lot_worth is None:
                is_whole = False
                continue
            long, short = long + each.short * each.lot_worth, short + each.long * each.lot_worth
    return OfCurrency(currency=name, long=long, short=short, rate=rate, is_whole=is_whole)


def _size(one: OfSymbol) -> tuple[Decimal, Decimal]:
    return one.gross_worth or NONE, one.gross


def _of_size(one: OfCurrency) -> tuple[Decimal, Decimal]:
    return abs(one.net_worth or NONE), abs(one.net)
