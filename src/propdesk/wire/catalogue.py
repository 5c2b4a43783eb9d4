"""The catalogue's file: CSV rows to instruments, all faults at once, each with its line.

It must not invent a figure: an empty field is absent, and a row that is not whole is refused.
"""

import csv
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

from propdesk.domain.exact import parse_decimal
from propdesk.domain.instruments import CalculationMode, Catalogue, Instrument, InstrumentError

COLUMNS = (
    "symbol",
    "mode",
    "asset_class",
    "digits",
    "contract_size",
    "base_currency",
    "profit_currency",
    "margin_currency",
    "tick_size",
    "tick_value",
    "volume_step",
    "mini_equivalent",
    "correlated",
    "leverage_cap",
    "aliases",
)
ASSET_CLASSES = frozenset(
    ("forex", "metals", "indices", "energies", "commodities", "bonds", "crypto", "stocks")
)
# Quotes have at most 12 decimals (see exact.py); more digits are a typing error.
DIGITS_MAX = 12


class CatalogueFileError(ValueError):
    """The file is not a catalogue; ``faults`` has one sentence per line at fault."""

    def __init__(self, source: str, faults: list[str]) -> None:
        super().__init__(f"{source}: " + "; ".join(faults))
        self.faults = tuple(faults)


def load_catalogue(extra: Path | None = None) -> Catalogue:
    """The built-in instruments, with those of ``extra`` added or put in their place.

    Raises ``CatalogueFileError`` with every fault of the file.
    """
    instruments, aliases = list[Instrument](), list[tuple[str, str]]()
    for name in ("instruments.csv", "public_instruments.csv"):
        text = files("propdesk.wire").joinpath(name).read_text(encoding="utf-8")
        found, named = parse_catalogue(text, name)
        instruments += found
        aliases += named
    if extra is None:
        return Catalogue(instruments, aliases)
    try:
        text = extra.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CatalogueFileError(extra.name, ["it is not UTF-8 text"]) from None
    own, own_aliases = parse_catalogue(text, extra.name)
    # A firm's own words win: its symbols over built-in aliases, its aliases over both.
    taken = {instrument.symbol.upper() for instrument in own} | {a.upper() for a, _ in own_aliases}
    replaced = {instrument.symbol for instrument in own}
    try:
        return Catalogue(
            [*(i for i in instruments if i.symbol not in replaced), *own],
            [*((a, s) for a, s in aliases if a.upper() not in taken), *own_aliases],
        )
    except InstrumentError as error:
        raise CatalogueFileError(extra.name, [str(error)]) from None


def parse_catalogue(text: str, source: str) -> tuple[list[Instrument], list[tuple[str, str]]]:
    """Instruments and (alias, symbol) pairs of a catalogue file; ``#`` begins a comment line."""
    header, numbered = _lines(text, source)
    instruments: list[Instrument] = []
    aliases: list[tuple[str, str]] = []
    seen: dict[str, int] = {}
    faults: list[str] = []
    for line, values in numbered:
        try:
            row = _row(header, values)
            instrument = _instrument(row)
        except ValueError as error:
            faults.append(f"line {line}: {error}")
            continue
        if instrument.symbol in seen:
            faults.append(f"line {line}: {instrument.symbol} is on line {seen[instrument.symbol]}")
            continue
        seen[instrument.symbol] = line
        instruments.append(instrument)
        aliases += ((a, instrument.symbol) for a in row["aliases"].split("|") if a)
    if faults:
        raise CatalogueFileError(source, faults)
    return instruments, aliases


def _lines(text: str, source: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header and the numbered rows of fields. No field has a line break."""
    numbered = [
        (number, [field.strip() for field in next(csv.reader([line]))])
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        raise CatalogueFileError(source, ["it has no rows"])
    header = numbered[0][1]
    if missing := [name for name in COLUMNS if name not in header]:
        raise CatalogueFileError(source, [f"its columns lack {', '.join(missing)}"])
    return header, numbered[1:]


def _row(header: list[str], values: list[str]) -> dict[str, str]:
    if len(values) != len(header):
        raise ValueError(f"{len(values)} fields where {len(header)} are expected")
    return dict(zip(header, values, strict=True))


def _instrument(row: dict[str, str]) -> Instrument:
    asset_class = row["asset_class"]
    if asset_class not in ASSET_CLASSES:
        raise ValueError(f"asset_class {asset_class[:20]!r} is not one of {sorted(ASSET_CLASSES)}")
    digits = row["digits"]
    if not (digits.isascii() and digits.isdigit() and int(digits) <= DIGITS_MAX):
        raise ValueError(f"digits {digits[:20]!r} is not a number from 0 to {DIGITS_MAX}")
    return Instrument(
        symbol=row["symbol"],
        digits=int(digits),
        contract_size=parse_decimal(row["contract_size"]),
        base_currency=row["base_currency"],
        profit_currency=row["profit_currency"],
        margin_currency=row["margin_currency"],
        mode=CalculationMode(row["mode"]),
        tick_size=_optional(row["tick_size"]),
        tick_value=_optional(row["tick_value"]),
        volume_step=parse_decimal(row["volume_step"]),
        asset_class=asset_class,
        mini_equivalent=parse_decimal(row["mini_equivalent"]),
        correlated=row["correlated"] or None,
        leverage_cap=_optional(row["leverage_cap"]),
    )


def _optional(text: str) -> Decimal | None:
    return parse_decimal(text) if text else None
