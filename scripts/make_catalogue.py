"""Writes the public part of the catalogue: instruments, markets and the days they are shut.

Reads the two databases of QuantConnect's Lean (Apache-2.0; see NOTICE) and writes the CSV files
beside src/propdesk/wire/instruments.csv. Which instruments are taken, and which market's hours
they keep, is decided here; every figure and every time is the source's. Run it with the folder of
the two files; with --check it writes nothing and fails where a file would change.
"""

import argparse
import csv
import gzip
import json
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from statistics import median_low
from typing import Any

WIRE = Path(__file__).resolve().parent.parent / "src" / "propdesk" / "wire"
SYMBOLS, HOURS = "lean_symbol-properties-database.csv", "lean_market-hours-database.json.gz"
FIRST_YEAR, LAST_YEAR = 2010, 2035
DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
WEEK_MINUTES = 7 * 24 * 60
# Name, title, the source's entry, the asset classes whose instruments keep these hours unless a
# market names them, and the instruments it names.
MARKETS = (
    ("forex", "Currencies", "Forex-oanda-[*]", "forex", ""),
    ("metals", "Metals", "Cfd-oanda-XAUUSD", "metals", ""),
    ("crypto", "Coins", "Crypto-binance-[*]", "crypto", ""),
    ("energies", "Energies and commodities", "Cfd-oanda-WTICOUSD", "energies|commodities|bonds",
     ""),
    ("brent", "Brent crude oil", "Cfd-oanda-BCOUSD", "", "UKOIL"),
    ("us_indices", "Indices of the United States", "Cfd-oanda-SPX500USD", "indices", ""),
    ("us_stocks", "Shares of the United States", "Equity-usa-[*]", "stocks", ""),
    ("german_index", "Germany 40", "Cfd-oanda-DE30EUR", "", "GER40"),
    ("european_indices", "Indices of the euro area", "Cfd-oanda-EU50EUR", "",
     "EU50|FRA40|ESP35|ITA40|NETH25"),
    ("uk_index", "UK 100", "Cfd-oanda-UK100GBP", "", "UK100"),
    ("swiss_index", "Switzerland 20", "Cfd-oanda-CH20CHF", "", "SWI20"),
    ("japanese_index", "Japan 225", "Cfd-oanda-JP225USD", "", "JPN225|JP225|JP225USD"),
    ("hong_kong_index", "Hong Kong 50", "Cfd-oanda-HK33HKD", "", "HK50"),
    ("australian_index", "Australia 200", "Cfd-oanda-AU200AUD", "", "AUS200"),
    ("singapore_index", "Singapore 30", "Cfd-oanda-SG30SGD", "", "SG30"),
    ("cme_equities", "CME and CBOT equity index futures", "Future-cme-ES", "",
     "ES|MES|NQ|MNQ|RTY|M2K|YM|MYM|EMD|NKD|NIY|BIO|ESG|TPD|TPY"),
    ("cme_currencies", "CME currency futures", "Future-cme-6E", "",
     ("6A|6B|6C|6E|6J|6L|6M|6N|6S|6Z|M6A|M6B|M6E|MCD|MJY|MSF|E7|J7|M6C|M6J|M6S|ACD|AJY|ANE|"
      "CJY|EAD|ECD|ESK")),
    ("cme_crypto", "CME coin futures", "Future-cme-BTC", "", "BTC|MBT|ETH|MET"),
    ("cme_livestock", "CME livestock futures", "Future-cme-LE", "", "LE|HE|GF"),
    ("cbot_treasuries", "CBOT treasury futures", "Future-cbot-ZB", "",
     "ZB|UB|ZN|TN|ZF|ZT|2YY|5YY|10Y|30Y"),
    ("cbot_grains", "CBOT grain futures", "Future-cbot-ZC", "", "ZC|ZW|ZS|ZM|ZL|ZO|KE"),
    ("comex_metals", "COMEX and NYMEX metal futures", "Future-comex-GC", "",
     "GC|MGC|SI|SIL|HG|MHG|PL|PA|PAM"),
    ("nymex_energies", "NYMEX energy futures", "Future-nymex-CL", "",
     "CL|MCL|QM|BZ|NG|MNG|QG|RB|HO|HH"),
    ("cfe_volatility", "CFE volatility futures", "Future-cfe-VX", "", "VX|VXM"),
    ("eurex", "Eurex futures", "Future-eurex-[*]", "",
     "FDAX|FDXM|FDXS|FESX|FSDX|FDIV|FSMX|FTDX"),
)  # fmt: skip
# Futures beside the hand-kept ones: the market's own class, and the mini one of them counts as.
FUTURES = {
    "forex": "6L 6Z ACD AJY ANE CJY EAD ECD ESK M6C M6J M6S",
    "indices": "BIO ESG NIY TPD TPY FSDX FDIV FSMX FTDX VXM",
    "bonds": "2YY 5YY 10Y 30Y",
    "commodities": "ZO",
    "metals": "PAM",
    "energies": "HH",
}
MICRO = {"M6C": "M6C", "M6J": "M6J", "M6S": "M6S", "PAM": "PA", "VXM": "VX"}
EXCHANGES = ("cme", "cbot", "comex", "nymex", "cfe", "eurex")
# A lot is the brokers' convention, which the source's unit of one ounce or one coin is not.
LOT = {"XAU": 100, "XAG": 5000}
COIN_EXCHANGES = ("binance", "bybit", "coinbase", "kraken", "bitfinex")
COIN_EXCHANGES_MIN = 4
"""A coin is taken where so many of them trade it against the dollar."""


def main() -> int:
    """Exit status 1 where --check finds a file out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    stale = [
        name
        for name, text in files(given.folder).items()
        if not written(WIRE / name, text, check=given.check)
    ]
    if stale:
        print(f"out of date: {', '.join(stale)}; run scripts/make_catalogue.py")
    return 1 if stale else 0


def written(path: Path, text: str, *, check: bool) -> bool:
    if check:
        return path.exists() and path.read_text(encoding="utf-8") == text
    path.write_text(text, encoding="utf-8")
    return True


def files(folder: Path) -> dict[str, str]:
    """Every file by its name. It must not depend on the day or on what is there already."""
    with gzip.open(folder / HOURS, "rt", encoding="utf-8") as source:
        entries: dict[str, Any] = json.load(source)["entries"]
    lines = (folder / SYMBOLS).read_text(encoding="utf-8").splitlines()
    rows = [row for row in csv.reader(lines) if len(row) > 7 and not row[0].startswith("#")]
    kept = set(_first_cells(WIRE / "instruments.csv"))
    taken = [*_crosses(rows), *_indices(rows), *_coins(rows), *_futures(rows)]
    return {
        "public_instruments.csv": _table(
            _header(), (row for row in taken if row[0] not in kept), _SAID
        ),
        "markets.csv": _table(
            ("market", "title", "zone", "sessions", "asset_classes", "symbols"),
            (
                (name, title, entries[entry]["exchangeTimeZone"],
                 "|".join(_sessions(name, entries[entry])), classes, symbols)
                for name, title, entry, classes, symbols in MARKETS
            ),
            _SAID,
        ),
        "market_closures.csv": _table(
            ("market", "on", "from", "until"),
            (
                (name, *closure)
                for name, _, entry, _, _ in MARKETS
                for closure in _closures(name, entries[entry])
            ),
            _SAID,
        ),
    }  # fmt: skip


_SAID = "# Written by scripts/make_catalogue.py from QuantConnect's Lean (Apache-2.0, see NOTICE)."


def _table(header: tuple[str, ...], rows: Any, said: str) -> str:
    return "\n".join([said, *(",".join(row) for row in (header, *rows))]) + "\n"


def _first_cells(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            yield line.partition(",")[0]


def _header() -> tuple[str, ...]:
    lines = (WIRE / "instruments.csv").read_text(encoding="utf-8").splitlines()
    return tuple(next(line for line in lines if line.startswith("symbol,")).split(","))


# --- instruments ---------------------------------------------------------------------------------


def _digits(step: Decimal) -> int:
    return max(0, -int(step.normalize().as_tuple().exponent))


def _instrument(  # noqa: PLR0917 - the order of the columns
    symbol: str, mode: str, kind: str, digits: int, size: str, base: str, quote: str, **more: str
) -> tuple[str, ...]:  # fmt: skip
    return (
        symbol, mode, kind, str(digits), size, base, quote, more.get("margin", quote),
        more.get("tick", ""), more.get("worth", ""), more.get("step", "0.01"),
        more.get("mini", "1"), more.get("family", ""), "", "",
    )  # fmt: skip


def _crosses(rows: list[list[str]]) -> Iterator[tuple[str, ...]]:
    """Every currency pair of two retail brokers, and the crosses of gold and silver."""
    pairs = {row[1]: row for row in rows if row[0] in {"oanda", "fxcm"} and row[2] == "forex"}
    for symbol, row in sorted(pairs.items()):
        yield _instrument(symbol, "fx", "forex", _digits(Decimal(row[6])), "100000", symbol[:3],
                          row[4], margin=symbol[:3])  # fmt: skip
    for row in rows:
        lot = LOT.get(row[1][:3]) if row[0] == "oanda" and row[2] == "cfd" else None
        if lot is not None and len(row[1]) == 6 and not row[4].startswith("XA"):
            digits = 2 if lot == 100 else 3
            yield _instrument(row[1], "cfd", "metals", digits, str(lot), row[1][:3], row[4])


def _indices(rows: list[list[str]]) -> Iterator[tuple[str, ...]]:
    names = {"SG30SGD": "SG30", "JP225USD": "JP225USD"}
    for row in rows:
        if row[0] == "oanda" and row[1] in names:
            yield _instrument(names[row[1]], "cfd_index", "indices", _digits(Decimal(row[6])),
                              "1", row[4], row[4])  # fmt: skip


def _coins(rows: list[list[str]]) -> Iterator[tuple[str, ...]]:
    """Coins most exchanges trade against the dollar or its token.

    They are quoted in the middle one of the exchanges' price steps.
    """
    steps: dict[str, dict[str, Decimal]] = {}
    for row in rows:
        base = row[1].removesuffix(row[4])
        listed = row[0] in COIN_EXCHANGES and row[2] == "crypto" and row[4] in {"USD", "USDT"}
        if listed and base.isalpha() and base.isupper() and len(base) > 2:
            steps.setdefault(base, {})[row[0]] = Decimal(row[6])
    for base, by_exchange in sorted(steps.items()):
        if len(by_exchange) >= COIN_EXCHANGES_MIN and base not in _CURRENCIES:
            digits = median_low(_digits(step) for step in by_exchange.values())
            for quote in ("USD", "USDT"):
                yield _instrument(base + quote, "crypto_linear", "crypto", digits, "1", base, quote)


_CURRENCIES = {"EUR", "GBP", "AUD", "USD", "CAD", "CHF", "JPY", "NZD", "TRY", "BRL", "USDT"}


def _futures(rows: list[list[str]]) -> Iterator[tuple[str, ...]]:
    wanted = {symbol: kind for kind, symbols in FUTURES.items() for symbol in symbols.split()}
    for row in sorted(rows, key=lambda each: each[1]):
        if row[0] not in EXCHANGES or row[2] != "future" or row[1] not in wanted:
            continue
        # The source quotes grains in dollars, the exchange and its platforms in cents.
        cents = Decimal(100) if row[10:11] == ["100"] else Decimal(1)
        size, tick = Decimal(row[5]) / cents, Decimal(row[6]) * cents
        family = MICRO.get(row[1], row[1])
        yield _instrument(
            row[1], "futures", wanted[row[1]], _digits(tick), _plain(size), row[4], row[4],
            tick=_plain(tick), worth=_plain(size * tick), step="1",
            mini="0.1" if row[1] in MICRO else "1", family=family,
        )  # fmt: skip


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


# --- hours ---------------------------------------------------------------------------------------


# A broker of currencies and metals rests for minutes around the full hour; its market does not.
_RESTS = {58: 60, 3: 0, 5: 0}
_RESTING = ("forex", "metals")


def _minutes(text: str, name: str) -> int:
    """``17:03:00`` or ``1.00:00:00``, the end of the day."""
    if text.startswith("1."):
        return 24 * 60
    hour, minute = int(text[:2]), int(text[3:5])
    return hour * 60 + (_RESTS.get(minute, minute) if name in _RESTING else minute)


def _clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def _sessions(name: str, entry: dict[str, Any]) -> Iterator[str]:
    """``sun 17:00 fri 17:00``: spans of the week that touch are one.

    Shares are traded before and after hours by few; everything else is open all the same.
    """
    spans: list[list[int]] = []
    for number, day in enumerate(DAYS):
        for span in entry.get(day, ()):
            if name == "us_stocks" and span["state"] != "market":
                continue
            begin, end = (_minutes(span[each], name) + number * 24 * 60
                          for each in ("start", "end"))  # fmt: skip
            if spans and spans[-1][1] >= begin:
                spans[-1][1] = max(spans[-1][1], end)
            else:
                spans.append([begin, end])
    if len(spans) > 1 and spans[-1][1] == WEEK_MINUTES and spans[0][0] == 0:
        spans[-1][1] = WEEK_MINUTES + spans.pop(0)[1]
    for begin, end in spans:
        days = (DAYS[each // (24 * 60) % 7][:3] for each in (begin, end))
        yield " ".join(part for pair in zip(days, map(_clock, (begin, end)), strict=True)
                       for part in pair)  # fmt: skip


def _day(text: str) -> date:
    month, day, year = map(int, text.split("/"))
    return date(year, month, day)


def _closures(name: str, entry: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Date, and from and until where it is not the whole of it, in order."""
    early, late = (
        {_day(on): _clock(_minutes(at, name)) for on, at in entry.get(which, {}).items()}
        for which in ("earlyCloses", "lateOpens")
    )
    found: dict[date, tuple[str, str]] = {_day(on): ("", "") for on in entry.get("holidays", ())}
    for on, at in early.items():
        found[on] = (at, late[on]) if late.get(on, "") > at else (at, "")
    for on, at in late.items():
        if on not in early:
            found[on] = ("", at)
    if name != "crypto":
        close = {"America/New_York": "17:00", "America/Chicago": "16:00"}
        for on, times in _feasts(close.get(entry["exchangeTimeZone"])):
            found.setdefault(on, times)
    return [
        (on.isoformat(), *times)
        for on, times in sorted(found.items())
        if FIRST_YEAR <= on.year <= LAST_YEAR and on.weekday() != 5
    ]


def _feasts(close: str | None) -> Iterator[tuple[date, tuple[str, str]]]:
    """Christmas and New Year's Day, on which every market rests, for years the source leaves out.

    An American one from its close before to its close, another the whole day.
    """
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for day in (date(year, 1, 1), date(year, 12, 25)):
            if close is None:
                yield day, ("", "")
            else:
                yield day - timedelta(days=1), (close, "")
                yield day, ("", close)


if __name__ == "__main__":
    sys.exit(main())
