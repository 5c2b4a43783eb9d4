"""Whom a release concerns: the currency a calendar names, or the country in its place.

It must not guess: what is neither raises ``ValueError``.
"""

import re

from propdesk.connectors.calendars.template import ALL_CURRENCIES

EVERY = (
    *("USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD", "CNY", "CNH", "SEK", "NOK", "DKK"),
    *("SGD", "HKD", "PLN", "CZK", "HUF", "MXN", "ZAR", "TRY"),
)
"""The currencies that a release concerns which concerns all."""
_COUNTRIES = {
    "USD": ("us", "usa", "united states"),
    "EUR": (
        "eu",
        "ez",
        "emu",
        "euro area",
        "eurozone",
        "euro zone",
        "european union",
        "european monetary union",
        "de",
        "germany",
        "fr",
        "france",
        "it",
        "italy",
        "es",
        "spain",
    ),
    "GBP": ("uk", "gb", "united kingdom"),
    "JPY": ("jp", "japan"),
    "CHF": ("ch", "switzerland"),
    "CAD": ("ca", "canada"),
    "AUD": ("au", "australia"),
    "NZD": ("nz", "new zealand"),
    "CNY": ("cn", "china"),
    "SEK": ("se", "sweden"),
    "NOK": ("no", "norway"),
    "MXN": ("mx", "mexico"),
    "ZAR": ("za", "south africa"),
}
_BY_COUNTRY = {name: code for code, names in _COUNTRIES.items() for name in names}
_CODE = re.compile("[A-Z]{3}")
_ALL = {"all", "global", "world", "worldwide", "g7", "g20"}


def currencies_of(said: str) -> tuple[str, ...]:
    """``USD`` of a cell: codes parted by blanks, commas or bars, a country, or all of them."""
    text = said.strip()
    if text.casefold() in _ALL:
        return (ALL_CURRENCIES,)
    if text.casefold() in _BY_COUNTRY:
        return (_BY_COUNTRY[text.casefold()],)
    codes = [word for word in re.split(r"[\s,;/|]+", text.upper()) if word]
    if not codes or not all(_CODE.fullmatch(code) for code in codes):
        raise ValueError(f"{said[:30]!r} is neither a currency such as USD nor a known country")
    return tuple(dict.fromkeys(codes))


def currencies_among(said: str) -> tuple[str, ...]:
    """The codes that stand in capitals in a text (``USD: Payrolls``), in its order; maybe none."""
    words = re.findall(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", said)
    return tuple(dict.fromkeys(word for word in words if word in EVERY))
