"""Writes docs/reference/instruments.md: the instruments and markets that are known.

With --check it writes nothing and fails when the page is out of date.
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from propdesk.domain.instruments import Catalogue, Instrument
from propdesk.domain.market_hours import MarketHours
from propdesk.wire.catalogue import load_catalogue
from propdesk.wire.markets import market_of, markets

PAGE = Path(__file__).resolve().parent.parent / "docs" / "reference" / "instruments.md"
HEAD = """\
# Instruments and markets

Written by `scripts/instruments_page.py` from the catalogue itself. An instrument that is traded
and not in it is refused with its row: a lot of an unknown symbol is worth unknown money. A file of
the same columns as `src/propdesk/wire/instruments.csv`, given with `--instruments`, adds
instruments and replaces rows by symbol.

Currency pairs, metals and exchange contracts are the market's own figures. What one lot of an
index, an energy or a coin is worth is the broker's choice; these are the usual ones, and a
statement whose profits do not fit is refused.

## How a broker's name is understood

The first that fits: the symbol exactly, in capitals, as another name of the tables below, as a
future with its expiry (`MESH5`, `ESZ2026`), without a leading `#`, and without what a broker
appends (`EURUSD.`, `EURUSD.pro`, `XAUUSDm`, `US30_i`). Suffixes of cent and micro accounts
(`EURUSDc`, `EURUSD.micro`) are never taken off: such a lot is smaller.

## Markets

A rule may name one of these where it needs the hours of a market (`market: cme_equities` in
[flat_by](rules/flat_by.md) and [gap_trading](rules/gap_trading.md), `hours: us_stocks` in
[trading_hours](rules/trading_hours.md)), or write the hours out. The rulebook then holds the hours
themselves: a later edition of this list changes no verdict of it.

Silence in quotes counts only while the instrument's market is open, so a holiday or an early close
is no gap. Of brokers' own hours for indices, these are one large broker's.

| market | of | zone | sessions | days it is shut or closes early | instruments |
|---|---|---|---|---|---|
"""
CLASSES = {
    "forex": "Currencies",
    "metals": "Metals",
    "indices": "Indices",
    "energies": "Energies",
    "commodities": "Commodities",
    "bonds": "Bonds",
    "crypto": "Coins",
}
FIGURES = """
| symbol | digits | one lot | profit in | tick | tick value | lot step | counts as | market | \
other names |
|---|---|---|---|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    known = load_catalogue()
    every: dict[str, list[str]] = {name: [] for name in markets()}
    for instrument in known:
        every[market_of(instrument).name].append(instrument.symbol)
    text = HEAD
    for name, market in markets().items():
        text += (
            f"| `{name}` | {market.title} | {market.hours.zone} | {_sessions(market.hours)} | "
            f"{_closures(market.hours)} | {len(every[name])} |\n"
        )
    names: dict[str, list[str]] = {}
    for alias, symbol in known.aliases:
        names.setdefault(symbol, []).append(alias)
    for asset_class, title in CLASSES.items():
        text += f"\n## {title}\n" + FIGURES
        text += "".join(_rows(known, asset_class, names))
    return text


def _sessions(hours: MarketHours) -> str:
    """The first and the last of the week; between them every day is like the first."""
    shown = [
        f"{each.from_day} {each.opens:%H:%M} – {each.to_day} {each.closes:%H:%M}"
        for each in hours.sessions
    ]
    return shown[0] if len(shown) == 1 else f"{shown[0]} … {shown[-1]}"


def _closures(hours: MarketHours) -> str:
    if not hours.closures:
        return "none"
    days = [each.on for each in hours.closures]
    return f"{len(days)}, {min(days).year}–{max(days).year}"


def _rows(known: Catalogue, asset_class: str, names: dict[str, list[str]]) -> Iterator[str]:
    for each in known:
        if each.asset_class == asset_class:
            yield "| " + " | ".join(_cells(each, names.get(each.symbol, []))) + " |\n"


def _cells(each: Instrument, names: list[str]) -> tuple[str, ...]:
    return (
        f"`{each.symbol}`",
        str(each.digits),
        f"{each.contract_size:,f}",
        each.profit_currency,
        "" if each.tick_size is None else f"{each.tick_size:f}",
        "" if each.tick_value is None else f"{each.tick_value:f}",
        f"{each.volume_step:f}",
        "" if each.mini_equivalent == 1 else f"{each.mini_equivalent:f} {each.correlated}",
        market_of(each).name,
        ", ".join(names),
    )


def main() -> int:
    """Exit status 1 where --check finds the page out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    if not parser.parse_args().check:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/reference/instruments.md is out of date; run python scripts/instruments_page.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
