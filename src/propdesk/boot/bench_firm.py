"""A made-up firm for the engine's benchmark: symbols, accounts with positions, and a day's ticks.

Drawn from a seed, so that anyone measures the same book. Prices are round and only their size
matters. It must not measure anything.
"""

import random
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from propdesk.domain.instruments import Catalogue, Instrument
from propdesk.domain.valuation import ARITHMETIC, Platform, conversion_for
from propdesk.engine.fixed_point import LinearForm, linear_form
from propdesk.engine.layout import Ints, ShortInts
from propdesk.engine.shapes import AccountShape, Bounds, SumShape, TermShape, Trail

# By popularity, which falls as activity does: rank r has the weight 1/sqrt(r).
PRICES = {
    "EURUSD": "1.08",
    "XAUUSD": "2650",
    "GBPUSD": "1.27",
    "USDJPY": "151",
    "NAS100": "20100",
    "US30": "43800",
    "GBPJPY": "191",
    "BTCUSD": "96000",
    "AUDUSD": "0.65",
    "USDCAD": "1.40",
    "EURJPY": "163",
    "GER40": "19300",
    "USDCHF": "0.88",
    "NZDUSD": "0.59",
    "EURGBP": "0.83",
    "US500": "5950",
    "XAGUSD": "31",
    "USOIL": "69",
    "AUDJPY": "98",
    "ETHUSD": "3300",
    "EURAUD": "1.62",
    "GBPAUD": "1.94",
    "EURCAD": "1.48",
    "GBPCAD": "1.77",
    "CADJPY": "108",
    "CHFJPY": "171",
    "NZDJPY": "89",
    "AUDCAD": "0.91",
    "AUDNZD": "1.11",
    "EURNZD": "1.80",
    "GBPNZD": "2.15",
    "EURCHF": "0.93",
    "GBPCHF": "1.12",
    "AUDCHF": "0.57",
    "CADCHF": "0.63",
    "NZDCAD": "0.82",
    "NZDCHF": "0.52",
    "UK100": "8100",
    "JPN225": "38200",
    "UKOIL": "73",
    "NATGAS": "3.3",
    "US2000": "2390",
    "FRA40": "7250",
    "AUS200": "8400",
    "EU50": "4800",
    "XPTUSD": "960",
    "LTCUSD": "90",
    "XRPUSD": "1.4",
    "SOLUSD": "250",
    "XAUEUR": "2540",
}
DAILY_MOVE = 0.008
TICKS_A_DAY = 4_635_000
SPREAD = 0.00008
CEILING_FACTOR = 8
"""A price beyond so many times the first one does not count: the proof ends there."""
ACTIVE_SHARE = 0.4
EURO_SHARE = 0.15
BALANCE_MINOR = 10_000_000


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol of the firm with its first price and its ceiling, in points."""

    number: int
    instrument: Instrument
    points: int

    @property
    def ceiling(self) -> int:
        return CEILING_FACTOR * self.points


@dataclass(frozen=True, slots=True)
class TickColumns:
    """A stream of ticks, a row each."""

    instrument: ShortInts
    at: Ints
    bid: Ints
    ask: Ints

    def __len__(self) -> int:
        return len(self.at)

    def first(self, count: int) -> "TickColumns":
        """The first of them."""
        instrument, at, bid, ask = self.instrument, self.at, self.bid, self.ask
        return TickColumns(instrument[:count], at[:count], bid[:count], ask[:count])


@dataclass(frozen=True, slots=True)
class Firm:
    """Symbols, the shapes of the accounts that hold something, and the count of all accounts."""

    accounts: int
    symbols: tuple[Symbol, ...]
    shapes: tuple[AccountShape, ...]


def made_up_firm(accounts: int, catalogue: Catalogue, *, seed: int = 1) -> Firm:
    """Six of ten accounts hold nothing; the others one to six positions in one to four symbols."""
    draw = random.Random(seed)  # noqa: S311 - a load, not a secret
    symbols = tuple(
        Symbol(number, instrument, int(Decimal(price).scaleb(instrument.digits)))
        for number, (instrument, price) in enumerate(
            (catalogue.get(name), price) for name, price in PRICES.items()
        )
    )
    by_name = {each.instrument.symbol: each for each in symbols}
    active = round(accounts * ACTIVE_SHARE)
    shapes = tuple(_account(draw, symbols, by_name, catalogue) for _ in range(active))
    return Firm(accounts, symbols, shapes)


def _account(
    draw: random.Random,
    symbols: tuple[Symbol, ...],
    by_name: dict[str, Symbol],
    catalogue: Catalogue,
) -> AccountShape:
    currency = "EUR" if draw.random() < EURO_SHARE else "USD"
    weights = [(rank + 1) ** -0.5 for rank in range(len(symbols))]
    held = draw.choices(symbols, weights, k=draw.choice((1, 1, 2, 2, 3, 4)))
    held += draw.choices(held, k=draw.choice((0, 0, 0, 1, 2)))
    terms = [_position(draw, each, by_name, catalogue, currency) for each in held]
    trail = None
    if draw.random() < 0.3:
        cap = BALANCE_MINOR if draw.random() < 0.6 else None
        trail = Trail(BALANCE_MINOR, BALANCE_MINOR // 10, None if cap is None else cap * 11 // 10)
    bounds = Bounds(
        low=BALANCE_MINOR * 95 // 100,
        high=BALANCE_MINOR * 110 // 100 if draw.random() < 0.6 else None,
        trail=trail,
    )
    return AccountShape([SumShape(BALANCE_MINOR, bounds, minutes=True)], terms)


def _position(
    draw: random.Random,
    symbol: Symbol,
    by_name: dict[str, Symbol],
    catalogue: Catalogue,
    currency: str,
) -> TermShape:
    instrument = symbol.instrument
    conversion = None
    if instrument.profit_currency != currency:
        conversion = conversion_for(instrument.profit_currency, currency, catalogue)
    rate = None if conversion is None else by_name[conversion.symbol]
    # One to twenty-five thousand units of the account a position, whatever the symbol costs.
    worth = float(instrument.point_value()) * symbol.points * 10.0**-instrument.digits
    if instrument.profit_currency == "JPY":
        worth /= 150
    lots = Decimal(max(1, round(100 * draw.uniform(1_000, 25_000) / worth))).scaleb(-2)
    opened = round(symbol.points * draw.uniform(0.998, 1.002))
    form = linear_form(
        instrument,
        draw.choice(("buy", "sell")),
        lots,
        Decimal(opened).scaleb(-instrument.digits),
        account_currency=currency,
        arithmetic=ARITHMETIC[Platform.MT5],
        conversion=conversion,
        price_digits=instrument.digits,
        price_ceiling=symbol.ceiling,
        rate_digits=0 if rate is None else rate.instrument.digits,
        rate_ceiling=0 if rate is None else rate.ceiling,
    )
    assert isinstance(form, LinearForm)  # noqa: S101 - the volumes above are small
    own = rate is None or rate is symbol
    return TermShape(form, symbol.number, None if own or rate is None else rate.number, (0,))


def made_up_ticks(symbols: tuple[Symbol, ...], count: int, *, seed: int = 1) -> TickColumns:
    """Every symbol's first price, then walks of Student's t steps; active symbols tick more."""
    draw = np.random.default_rng(seed)
    weights = np.arange(1, len(symbols) + 1) ** -0.5
    weights /= weights.sum()
    chosen = draw.choice(len(symbols), size=count, p=weights).astype(np.int32)
    chosen[: len(symbols)] = np.arange(len(symbols), dtype=np.int32)
    bids, asks = np.zeros(count, np.int64), np.zeros(count, np.int64)
    for each in symbols:
        rows = np.flatnonzero(chosen == each.number)
        ticks_a_day = TICKS_A_DAY * weights[each.number]
        steps = draw.standard_t(4, size=len(rows)) * DAILY_MOVE / np.sqrt(2 * ticks_a_day)
        steps[0] = 0
        path = np.rint(each.points * np.exp(np.cumsum(steps))).astype(np.int64)
        spread = np.rint(each.points * SPREAD * draw.uniform(0.5, 2, len(rows))).astype(np.int64)
        bids[rows], asks[rows] = path, path + spread
    at = np.cumsum(draw.integers(1, 40_000, count)).astype(np.int64)
    return TickColumns(chosen, at, bids, asks)
